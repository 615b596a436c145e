import { CaseFlagLabels, ChargeLabels, LeadCategoryLabels } from '@/api/labels'
import { optionsOf, type FieldSpec } from '@/ui/types'

export const CASE_FIELDS: FieldSpec[] = [
  { field: 'title', label: '案件名称', kind: 'text' },
  { field: 'police_case_no', label: '公安机关案件编号', kind: 'text' },
  {
    field: 'primary_category',
    label: '主要类别',
    kind: 'enum',
    options: optionsOf(LeadCategoryLabels),
  },
  { field: 'charges', label: '涉嫌罪名', kind: 'multi_enum', options: optionsOf(ChargeLabels) },
  { field: 'flags', label: '重点标记', kind: 'multi_enum', options: optionsOf(CaseFlagLabels) },
  { field: 'division_code', label: '所在村（社区）', kind: 'division' },
  { field: 'amount_involved', label: '涉案金额', kind: 'money', help: '可以写“12.3万”' },
  { field: 'victims_count', label: '受害人数', kind: 'integer' },
  { field: 'is_backlog', label: '存案（专项行动前的积案）', kind: 'boolean' },
  {
    field: 'summary',
    label: '简要案情',
    kind: 'long_text',
    help: '文中的电话、证件号和账号保存时会自动加密并打码。',
  },
]
