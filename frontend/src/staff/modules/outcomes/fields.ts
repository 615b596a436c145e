import type { FieldSpec } from '@/ui/types'

/** What may also be corrected; the kind stays. */
export const OUTCOME_FIELDS: FieldSpec[] = [
  { field: 'title', label: '标题', kind: 'text', required: true },
  { field: 'issued_on', label: '发布、开展或印发日期', kind: 'date', required: true },
  {
    field: 'medium',
    label: '发布渠道或地点',
    kind: 'text',
    help: '典型案例和宣传活动须填写，例如：县融媒体中心、白庙村文化广场',
  },
  { field: 'document_no', label: '文号', kind: 'text', help: '制度机制须填写' },
  { field: 'audience', label: '受众人数', kind: 'integer' },
  {
    field: 'summary',
    label: '主要内容',
    kind: 'long_text',
    help: '公开的文字：姓名写“某某”，不写号码',
  },
  {
    field: 'judgment_court',
    label: '作出裁判的法院',
    kind: 'text',
    help: '典型案例发布前须填写已公开的生效裁判，并由另一人审核',
  },
  { field: 'judgment_no', label: '裁判文书案号', kind: 'text', help: '典型案例发布前须填写' },
  { field: 'judged_on', label: '裁判日期', kind: 'date', help: '典型案例发布前须填写' },
]
