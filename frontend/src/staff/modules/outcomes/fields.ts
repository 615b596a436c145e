import { OutcomeCreateFields } from '@/api/fields'
import type { FieldSpec } from '@/ui/types'

/** What may also be corrected; the kind stays. */
export const OUTCOME_FIELDS: FieldSpec[] = [
  { field: 'title', label: OutcomeCreateFields.title, kind: 'text', required: true },
  { field: 'issued_on', label: OutcomeCreateFields.issued_on, kind: 'date', required: true },
  {
    field: 'medium',
    label: OutcomeCreateFields.medium,
    kind: 'text',
    needed_for: '典型案例和宣传活动',
    help: '例如：县融媒体中心、白庙村文化广场',
  },
  {
    field: 'document_no',
    label: OutcomeCreateFields.document_no,
    kind: 'text',
    needed_for: '制度机制',
  },
  { field: 'audience', label: OutcomeCreateFields.audience, kind: 'integer' },
  {
    field: 'summary',
    label: OutcomeCreateFields.summary,
    kind: 'long_text',
    help: '公开的文字：姓名写“某某”，不写号码',
  },
  {
    field: 'judgment_court',
    label: OutcomeCreateFields.judgment_court,
    kind: 'text',
    needed_for: '典型案例发布前',
    help: '只写已公开的生效裁判；典型案例由另一人审核后公布',
  },
  {
    field: 'judgment_no',
    label: OutcomeCreateFields.judgment_no,
    kind: 'text',
    needed_for: '典型案例发布前',
  },
  {
    field: 'judged_on',
    label: OutcomeCreateFields.judged_on,
    kind: 'date',
    needed_for: '典型案例发布前',
  },
]
