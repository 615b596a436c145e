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
  { field: 'summary', label: '主要内容', kind: 'long_text' },
]
