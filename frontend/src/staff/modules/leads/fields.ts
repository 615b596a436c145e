import {
  LeadCategoryLabels,
  LeadChannelLabels,
  RedFlagLabels,
  ReporterKindLabels,
} from '@/api/labels'
import { optionsOf, type FieldSpec } from '@/ui/types'

export const CONTENT: FieldSpec[] = [
  {
    field: 'subject_name',
    label: '反映对象',
    kind: 'text',
    required: true,
    help: '机构、企业或个人的名称',
  },
  { field: 'subject_uscc', label: '统一社会信用代码', kind: 'text' },
  {
    field: 'primary_category',
    label: '主要类别',
    kind: 'enum',
    required: true,
    options: optionsOf(LeadCategoryLabels),
  },
  {
    field: 'categories',
    label: '同时涉及的类别',
    kind: 'multi_enum',
    options: optionsOf(LeadCategoryLabels),
  },
  {
    field: 'division_code',
    label: '所在村（社区）',
    kind: 'division',
    help: '不选则为本单位所在地',
  },
  { field: 'occurred_on', label: '发生日期', kind: 'date' },
  { field: 'amount_involved', label: '涉案金额', kind: 'money', help: '可以写“12.3万”' },
  { field: 'people_involved', label: '涉及人数', kind: 'integer' },
  {
    field: 'narrative',
    label: '反映内容',
    kind: 'long_text',
    required: true,
    help: '文中的电话、证件号和账号保存时会自动加密并打码。',
  },
  { field: 'red_flags', label: '风险特征', kind: 'multi_enum', options: optionsOf(RedFlagLabels) },
  { field: 'fast_track', label: '影响大、关注度高，快办', kind: 'boolean' },
]

export const SOURCE: FieldSpec[] = [
  {
    field: 'channel',
    label: '来源',
    kind: 'enum',
    required: true,
    options: optionsOf(LeadChannelLabels),
  },
  {
    field: 'source_number',
    label: '来源编号',
    kind: 'text',
    help: '报送方自己的编号，例如平台工单号；登记后不能修改',
  },
  { field: 'batch_no', label: '批次', kind: 'text' },
  { field: 'received_at', label: '接收时间', kind: 'datetime', help: '不填则为现在' },
]

export const REPORTER: FieldSpec[] = [
  {
    field: 'reporter.kind',
    label: '举报方式',
    kind: 'enum',
    required: true,
    options: optionsOf(ReporterKindLabels),
  },
  { field: 'reporter.name', label: '举报人姓名', kind: 'text', help: '单独加密保管，匿名举报不填' },
  {
    field: 'reporter.phone',
    label: '举报人电话',
    kind: 'text',
    help: '单独加密保管，匿名举报不填',
  },
]
