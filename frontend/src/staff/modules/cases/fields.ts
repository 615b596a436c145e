import { CaseCreateFields } from '@/api/fields'
import { CaseFlagLabels, ChargeLabels, LeadCategoryLabels } from '@/api/labels'
import { optionsOf, type FieldSpec } from '@/ui/types'

export const CASE_FIELDS: FieldSpec[] = [
  { field: 'title', label: CaseCreateFields.title, kind: 'text' },
  { field: 'police_case_no', label: CaseCreateFields.police_case_no, kind: 'text' },
  {
    field: 'primary_category',
    label: CaseCreateFields.primary_category,
    kind: 'enum',
    options: optionsOf(LeadCategoryLabels),
  },
  {
    field: 'charges',
    label: CaseCreateFields.charges,
    kind: 'multi_enum',
    options: optionsOf(ChargeLabels),
  },
  {
    field: 'flags',
    label: CaseCreateFields.flags,
    kind: 'multi_enum',
    options: optionsOf(CaseFlagLabels),
  },
  { field: 'division_code', label: CaseCreateFields.division_code, kind: 'division' },
  {
    field: 'amount_involved',
    label: CaseCreateFields.amount_involved,
    kind: 'money',
  },
  { field: 'victims_count', label: CaseCreateFields.victims_count, kind: 'integer' },
  { field: 'is_backlog', label: CaseCreateFields.is_backlog, kind: 'boolean' },
  {
    field: 'summary',
    label: CaseCreateFields.summary,
    kind: 'long_text',
    help: '文中的电话、证件号和账号保存时会自动加密并打码。',
  },
]
