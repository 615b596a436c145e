import { RiskEntityCreateFields } from '@/api/fields'
import { EntityKindLabels, IndustryLabels, RegistrationLabels, RiskTierLabels } from '@/api/labels'
import { optionsOf, type FieldSpec } from '@/ui/types'

export const WHAT: FieldSpec[] = [
  { field: 'name', label: RiskEntityCreateFields.name, kind: 'text', required: true },
  { field: 'uscc', label: RiskEntityCreateFields.uscc, kind: 'text', help: '同一乡镇内不得重复' },
  {
    field: 'kind',
    label: RiskEntityCreateFields.kind,
    kind: 'enum',
    options: optionsOf(EntityKindLabels),
    help: '不填时按信用代码和名称判断',
  },
  {
    field: 'industry',
    label: RiskEntityCreateFields.industry,
    kind: 'enum',
    options: optionsOf(IndustryLabels),
  },
  {
    field: 'registration',
    label: RiskEntityCreateFields.registration,
    kind: 'enum',
    options: optionsOf(RegistrationLabels),
  },
  { field: 'address', label: RiskEntityCreateFields.address, kind: 'text' },
  {
    field: 'division_code',
    label: RiskEntityCreateFields.division_code,
    kind: 'division',
    help: '不选则为本单位所在地',
  },
  { field: 'responsible_person', label: RiskEntityCreateFields.responsible_person, kind: 'text' },
  { field: 'responsible_phone', label: RiskEntityCreateFields.responsible_phone, kind: 'text' },
]

export const RISK: FieldSpec[] = [
  { field: 'elders_served', label: RiskEntityCreateFields.elders_served, kind: 'integer' },
  {
    field: 'prepaid_amount',
    label: RiskEntityCreateFields.prepaid_amount,
    kind: 'money',
    help: '会员费、押金、服务费合计',
  },
  { field: 'owner_unit_id', label: RiskEntityCreateFields.owner_unit_id, kind: 'unit' },
  { field: 'problems', label: RiskEntityCreateFields.problems, kind: 'long_text' },
  { field: 'note', label: RiskEntityCreateFields.note, kind: 'long_text' },
]

export const TIER: FieldSpec[] = [
  {
    field: 'tier',
    label: RiskEntityCreateFields.tier,
    kind: 'enum',
    options: optionsOf(RiskTierLabels),
  },
  { field: 'factors', label: RiskEntityCreateFields.factors, kind: 'long_text' },
]
