import { expect, it } from 'vitest'

import { showPage, type Answers, type Person } from '@/test-pages'

import InspectionPage from './inspections/InspectionPage.vue'
import EntryPage from './ledger/EntryPage.vue'
import MeasurePage from './property/MeasurePage.vue'
import PropertyItemPage from './property/PropertyItemPage.vue'
import FilePage from './restricted-files/FilePage.vue'
import RewardPage from './rewards/RewardPage.vue'
import SharedChangesPage from './shared-changes/SharedChangesPage.vue'
import TimeRulePage from './time-rules/TimeRulePage.vue'
import VictimPage from './victims/VictimPage.vue'

/** What a record's page says and offers, by what the server tells of the record. */

type Page = Parameters<typeof showPage>[0]

async function see(page: Page, answers: Answers, person: Person = {}) {
  const shown = await showPage(page, { id: 'x' }, answers, person)
  const found = { text: shown.wrapper.text(), offers: shown.offers(), headings: shown.headings() }
  shown.done()
  return found
}

function check(text: string, said: readonly string[], unsaid: readonly string[]) {
  for (const each of said) expect(text).toContain(each)
  for (const each of unsaid) expect(text).not.toContain(each)
}

const BASE = { id: 'x', number: 'N-1', version: 1, available_actions: [], revealable: [] }
const CASE = { id: 'c', number: 'AJ-1' }

const REWARD = {
  ...BASE,
  status: 'proposed',
  amount: '1000.00',
  is_claimable: true,
  may_issue_code: false,
  lead: null,
  main_lead: null,
}
const LEAD = { lead: { id: 'l', number: 'XS-1' }, main_lead: { id: 'm', number: 'XS-2' } }

it.each([
  [{}, ['举报奖励 1,000.00 元'], ['领取码', '事由', '先发放', '理由']],
  [{ may_issue_code: true, is_claimable: false }, ['发放领取码'], ['换发领取码', '先发放']],
  [{ may_issue_code: true }, ['换发领取码'], []],
  [{ status: 'approved', is_claimable: false }, ['先发放领取码，才能发放奖励'], []],
  [{ status: 'approved' }, [], ['先发放']],
  [{ status: 'paid', is_claimable: false }, [], ['先发放']],
  [LEAD, ['事由', '作出结论的线索', 'XS-2'], ['另案说明']],
  [{ ...LEAD, main_lead: LEAD.lead }, ['事由', 'XS-1'], ['作出结论的线索']],
  [{ ...LEAD, distinct_reason: '两家店' }, ['另案说明', '两家店'], []],
  [{ closed_reason: '核实有误' }, ['核实有误'], []],
])('a reward: %#', async (over, said, unsaid) => {
  check((await see(RewardPage, { '/rewards/x': { ...REWARD, ...over } })).text, said, unsaid)
})

const ENTRY = {
  ...BASE,
  status: 'posted',
  credit: 'traced',
  debit: 'restrained',
  amount: '1.00',
  reason: '',
}

it.each([
  [{}, [], ['所复核的分录', '复核的分录', '冲正分录', '被冲正']],
  [{ confirms_id: 'a' }, ['所复核的分录'], ['冲正']],
  [{ confirmed_by_id: 'a' }, ['复核的分录'], ['所复核']],
  [{ reverses_id: 'a' }, ['被冲正的分录'], []],
  [{ reversed_by_id: 'a' }, ['冲正分录'], ['被冲正']],
])('an entry and what goes with it: %j', async (over, said, unsaid) => {
  const shown = await see(EntryPage, { '/ledger/entries/x': { ...ENTRY, ...over } })
  check(shown.offers.join(' '), said, unsaid)
})

const MEASURE = {
  ...BASE,
  kind: 'freeze',
  status: 'active',
  regime: 'criminal',
  document_no: '冻1号',
  officers: [],
  alert_days: [],
  renewals: [],
  property_item: { id: 'p', number: 'CW-1', title: '账户' },
  case: CASE,
  expires_on: '2022-06-30',
  clock_runs: true,
  expires_is_given: true,
}

it.each([
  [{}, ['照文书', '已超期'], ['按期限规则推算', '解除日期', '暂定']],
  [{ expires_is_given: false }, ['按期限规则推算'], ['照文书']],
  [{ clock_runs: false }, [], ['照文书', '已超期']],
  [{ expires_on: null }, [], ['照文书', '已超期']],
  [{ expires_is_provisional: true }, ['暂定'], []],
  [{ released_on: '2022-06-01', release_document_no: '解1号' }, ['解除日期', '解1号'], []],
])('a measure and its end: %j', async (over, said, unsaid) => {
  const answers = { '/property-measures/x': { ...MEASURE, ...over } }
  check((await see(MeasurePage, answers)).text, said, unsaid)
})

const ITEM = {
  ...BASE,
  title: '账户',
  status: 'registered',
  kind: 'deposit',
  case: CASE,
  measures: [],
  determinations: [],
  location: '某库',
}

it.each([
  [{}, [], ['某库'], ['处置方式', '异议', '查看', '登记措施']],
  [{}, ['property:handle'], ['登记措施'], []],
  [{ disposal: 'return' }, [], ['处置方式'], []],
  [{ objection: '是我的', objector: '某某' }, [], ['某某：是我的'], []],
  [{ revealable: ['location'] }, [], ['某库', '查看'], []],
])('a property: %j %j', async (over, permissions, said, unsaid) => {
  const answers = { '/property-items/x': { ...ITEM, ...over } }
  check((await see(PropertyItemPage, answers, { permissions })).text, said, unsaid)
})

const VICTIM = { ...BASE, name: '王*', status: 'registered', case: CASE, bank_name: '某行' }

it.each([
  [[], false],
  [['name'], true],
])('shows a victim in plain only where that is offered: %j', async (revealable, offered) => {
  const shown = await see(VictimPage, { '/victims/x': { ...VICTIM, revealable } })
  expect(shown.offers.includes('查看')).toBe(offered)
})

const RULE = {
  rule_id: 'LEAD-01',
  trigger: '交办',
  term_label: '15个工作日',
  unit: 'working_day',
  is_configurable: true,
  is_tightened_by_towns: true,
  town_terms: [],
  versions: [],
}

it.each([
  [{}, ['time_rule:manage'], ['调整期限'], ['提请', '本镇加严']],
  [{}, ['shared_change:prepare'], ['提请调整期限'], []],
  [{}, ['time_rule:manage', 'shared_change:prepare'], ['调整期限'], ['提请']],
  [{}, ['time_rule:read'], [], ['调整期限', '本镇加严']],
  [{ is_configurable: false }, ['time_rule:manage', 'shared_change:prepare'], [], ['调整期限']],
  [{}, ['time_rule:tighten'], ['本镇加严'], ['调整期限']],
  [{ is_tightened_by_towns: false }, ['time_rule:tighten'], [], ['本镇加严']],
  [{ town_terms: [{ version: 1, term: null }] }, [], ['本镇加严的期限', '不再加严'], []],
])('a rule and who may change it: %j %j', async (over, permissions, said, unsaid) => {
  const answers = { '/time-rules/x': { ...RULE, ...over } }
  check((await see(TimeRulePage, answers, { permissions })).text, said, unsaid)
})

const member = (over: object = {}) => ({
  user: { id: 'u', name: '甲' },
  is_owner: true,
  is_able: true,
  ...over,
})
const FILE = {
  ...BASE,
  status: 'opened',
  lead_number: 'XS-1',
  lead: { id: 'l', number: 'XS-1', visible: true },
  due_on: '2022-06-30',
  hints: [],
  hand_offs: [],
  history: [],
  members: [member(), member({ user: { id: 'v', name: '乙' }, is_owner: false })],
  may_manage: true,
}

it.each([
  [{}, ['管理人', '移出', '加入知情人', '更换管理人', '添加附件', '已超期'], ['已离岗']],
  [{ may_manage: false }, ['管理人'], ['移出', '加入知情人', '更换管理人']],
  [{ members: [member()] }, ['加入知情人'], ['更换管理人', '移出']],
  [{ members: [member({ is_able: false })] }, ['已离岗'], []],
  [{ status: 'closed', due_on: null }, [], ['添加附件', '已超期']],
])('a restricted file: %#', async (over, said, unsaid) => {
  const shown = await see(FilePage, { '/restricted-files/x': { ...FILE, ...over } })
  check(shown.text, said, unsaid)
})

it('leads from a file to its lead only whoever sees that', async () => {
  for (const visible of [true, false]) {
    const answers = { '/restricted-files/x': { ...FILE, lead: { ...FILE.lead, visible } } }
    expect((await see(FilePage, answers)).offers.includes('XS-1')).toBe(visible)
  }
})

const INSPECTION = {
  ...BASE,
  status: 'planned',
  entity: { id: 'e', name: '某店', tier: null },
  checklist: [],
  orders: 0,
  open_orders: 0,
  rectification_id: null,
  rectification_round: null,
}

it.each([
  [{}, [], ['未销号', '本次为整改复查', '轮复查']],
  [{ orders: 2, open_orders: 1 }, ['2 件，未销号 1 件'], ['本次为']],
  [
    { rectification_id: 'r', rectification_round: 2 },
    ['本次为整改复查', '第 2 轮复查'],
    ['未销号'],
  ],
])('an inspection: %j', async (over, said, unsaid) => {
  check(
    (await see(InspectionPage, { '/inspections/x': { ...INSPECTION, ...over } })).text,
    said,
    unsaid,
  )
})

it.each([
  [{ may_confirm: true, may_refuse: true }, ['确认', '不同意'], ['撤回']],
  [{ may_confirm: false, may_refuse: true }, ['撤回'], ['不同意', '确认']],
  [{ may_confirm: false, may_refuse: false }, [], ['撤回', '不同意', '确认']],
])('a change of all towns: %j', async (over, said, unsaid) => {
  const row = { id: 'x', version: 1, status: 'proposed', body: {}, reason: '', ...over }
  const page = { items: [row], next_cursor: null, prev_cursor: null }
  const shown = await showPage(SharedChangesPage, {}, { '/shared-changes': page })
  const offers = shown.wrapper.findAll('tbody button').map((each) => each.text())
  expect(offers).toEqual(said)
  for (const each of unsaid) expect(offers).not.toContain(each)
  shown.done()
})
