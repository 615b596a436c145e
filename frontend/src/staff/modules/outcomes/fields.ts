import type { FieldSpec } from '@/ui/types'

/** What may also be corrected; the kind stays. */
export const OUTCOME_FIELDS: FieldSpec[] = [
  { field: 'title', label: '标题', kind: 'text', required: true },
  { field: 'issued_on', label: '发布、开展或印发日期', kind: 'date', required: true },
  {
    field: 'medium',
    label: '发布渠道或地点',
    kind: 'text',
    needed_for: '典型案例和宣传活动',
    help: '例如：县融媒体中心、白庙村文化广场',
  },
  { field: 'document_no', label: '文号', kind: 'text', needed_for: '制度机制' },
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
    needed_for: '典型案例发布前',
    help: '只写已公开的生效裁判；典型案例由另一人审核后公布',
  },
  { field: 'judgment_no', label: '裁判文书案号', kind: 'text', needed_for: '典型案例发布前' },
  { field: 'judged_on', label: '裁判日期', kind: 'date', needed_for: '典型案例发布前' },
]
