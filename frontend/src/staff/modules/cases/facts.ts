import { CaseCreateFields } from '@/api/fields'
import {
  CaseFlagLabels,
  ChargeLabels,
  CivilRouteLabels,
  LeadCategoryLabels,
  NoIndictmentLabels,
} from '@/api/labels'
import type { OneOf } from '@/api/records'
import { CaseReadWords } from '@/api/words'
import type { Fact } from '@/ui/types'

type Case = OneOf<'/api/v1/cases'>

const DAYS: { key: keyof Case & `${string}_on`; label: string }[] = [
  { key: 'accepted_on', label: CaseReadWords.accepted_on },
  { key: 'filed_on', label: CaseReadWords.filed_on },
  { key: 'solved_on', label: CaseReadWords.solved_on },
  { key: 'concluded_on', label: '侦查终结日期' },
  { key: 'adjudged_on', label: '判决生效日期' },
  { key: 'closed_on', label: '结案日期' },
]

/** What a case page says, in the order in which a reader asks. */
export function factsOf(record: Case): Fact[] {
  return [
    {
      key: 'category',
      label: CaseCreateFields.primary_category,
      kind: 'label',
      labels: LeadCategoryLabels,
      value: record.primary_category,
    },
    {
      key: 'charges',
      label: CaseCreateFields.charges,
      kind: 'labels',
      labels: ChargeLabels,
      value: record.charges,
    },
    {
      key: 'amount',
      label: CaseCreateFields.amount_involved,
      kind: 'money',
      value: record.amount_involved,
    },
    {
      key: 'victims',
      label: CaseCreateFields.victims_count,
      kind: 'count',
      value: record.victims_count,
    },
    { key: 'police', label: '公安编号', value: record.police_case_no },
    { key: 'owner', label: '主办单位', kind: 'named', value: record.owner_unit },
    { key: 'division', label: '村（社区）', value: record.division_name },
    {
      key: 'flags',
      label: CaseCreateFields.flags,
      kind: 'labels',
      labels: CaseFlagLabels,
      value: record.flags,
    },
    { key: 'backlog', label: '存案', kind: 'bool', value: record.is_backlog },
    { key: 'due', label: '法定期限' },
    // the days that the law counts from; how far the case is, its head says
    ...DAYS.map(({ key, label }) => ({ key, label, value: record[key], optional: true })),
    ...(record.returns_count
      ? [{ key: 'returns', label: '退回补侦', value: `${record.returns_count} 次` }]
      : []),
    ...(record.not_indicted_ground
      ? ([
          {
            key: 'ground',
            label: '不起诉',
            kind: 'label',
            labels: NoIndictmentLabels,
            value: record.not_indicted_ground,
          },
        ] satisfies Fact[])
      : []),
    ...(record.civil_route
      ? ([
          {
            key: 'civil_route',
            label: '处理途径',
            kind: 'label',
            labels: CivilRouteLabels,
            value: record.civil_route,
          },
        ] satisfies Fact[])
      : []),
    { key: 'leads', label: CaseCreateFields.source_lead_ids, wide: true },
    ...(record.source_handovers.length
      ? [{ key: 'sent', label: CaseCreateFields.source_handover_id, wide: true }]
      : []),
    { key: 'summary', label: CaseCreateFields.summary, wide: true },
    { key: 'identifiers', label: '涉及号码', wide: true },
  ]
}
