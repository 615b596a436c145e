import { EntityKindLabels, IndustryLabels, RegistrationLabels, RiskTierLabels } from '@/api/labels'
import { optionsOf, type FieldSpec } from '@/ui/types'

export const WHAT: FieldSpec[] = [
  { field: 'name', label: '名称', kind: 'text', required: true },
  { field: 'uscc', label: '统一社会信用代码', kind: 'text', help: '同一乡镇内不得重复' },
  {
    field: 'kind',
    label: '性质',
    kind: 'enum',
    options: optionsOf(EntityKindLabels),
    help: '不填时按信用代码和名称判断',
  },
  { field: 'industry', label: '行业领域', kind: 'enum', options: optionsOf(IndustryLabels) },
  {
    field: 'registration',
    label: '登记备案情况',
    kind: 'enum',
    options: optionsOf(RegistrationLabels),
  },
  { field: 'address', label: '地址', kind: 'text' },
  {
    field: 'division_code',
    label: '所在村（社区）',
    kind: 'division',
    help: '不选则为本单位所在地',
  },
  { field: 'responsible_person', label: '法定代表人或负责人', kind: 'text' },
  { field: 'responsible_phone', label: '负责人电话', kind: 'text' },
]

export const RISK: FieldSpec[] = [
  { field: 'elders_served', label: '服务老人数', kind: 'integer' },
  { field: 'prepaid_amount', label: '预收费金额', kind: 'money', help: '会员费、押金、服务费合计' },
  { field: 'owner_unit_id', label: '监管单位', kind: 'unit' },
  { field: 'problems', label: '问题描述', kind: 'long_text' },
  { field: 'note', label: '备注', kind: 'long_text' },
]

export const TIER: FieldSpec[] = [
  { field: 'tier', label: '风险等级', kind: 'enum', options: optionsOf(RiskTierLabels) },
  { field: 'factors', label: '定级依据', kind: 'long_text' },
]
