import { LeadCreateFields } from '@/api/fields'
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
    label: LeadCreateFields.subject_name,
    kind: 'text',
    required: true,
    help: '机构、企业或个人的名称',
  },
  { field: 'subject_uscc', label: LeadCreateFields.subject_uscc, kind: 'text' },
  {
    field: 'primary_category',
    label: LeadCreateFields.primary_category,
    kind: 'enum',
    required: true,
    options: optionsOf(LeadCategoryLabels),
  },
  {
    field: 'categories',
    label: LeadCreateFields.categories,
    kind: 'multi_enum',
    options: optionsOf(LeadCategoryLabels),
  },
  {
    field: 'division_code',
    label: LeadCreateFields.division_code,
    kind: 'division',
    help: '不选则为本单位所在地',
  },
  { field: 'occurred_on', label: LeadCreateFields.occurred_on, kind: 'date' },
  {
    field: 'amount_involved',
    label: LeadCreateFields.amount_involved,
    kind: 'money',
  },
  { field: 'people_involved', label: LeadCreateFields.people_involved, kind: 'integer' },
  {
    field: 'narrative',
    label: LeadCreateFields.narrative,
    kind: 'long_text',
    required: true,
    help: '文中的电话、证件号和账号保存时会自动加密并打码。',
  },
  {
    field: 'red_flags',
    label: LeadCreateFields.red_flags,
    kind: 'multi_enum',
    options: optionsOf(RedFlagLabels),
  },
  { field: 'fast_track', label: LeadCreateFields.fast_track, kind: 'boolean' },
]

export const SOURCE: FieldSpec[] = [
  {
    field: 'channel',
    label: LeadCreateFields.channel,
    kind: 'enum',
    required: true,
    options: optionsOf(LeadChannelLabels),
  },
  {
    field: 'source_number',
    label: LeadCreateFields.source_number,
    kind: 'text',
    help: '报送方自己的编号，例如平台工单号；登记后不能修改',
  },
  { field: 'batch_no', label: LeadCreateFields.batch_no, kind: 'text' },
  {
    field: 'received_at',
    label: LeadCreateFields.received_at,
    kind: 'datetime',
    help: '不填则为现在',
  },
]

export const REPORTER: FieldSpec[] = [
  {
    field: 'reporter.kind',
    label: LeadCreateFields['reporter.kind'],
    kind: 'enum',
    required: true,
    options: optionsOf(ReporterKindLabels),
  },
  {
    field: 'reporter.name',
    label: LeadCreateFields['reporter.name'],
    kind: 'text',
    help: '单独加密保管，匿名举报不填',
  },
  {
    field: 'reporter.phone',
    label: LeadCreateFields['reporter.phone'],
    kind: 'text',
    help: '单独加密保管，匿名举报不填',
  },
]
