import { expect, it } from 'vitest'

import { showPage, type Answers, type Person } from '@/test-pages'

import LeadPage from './record/LeadPage.vue'

const UNIT = { id: 'own', name: '本单位' }
const LEAD = {
  id: 'l',
  number: 'XS-1',
  version: 2,
  status: 'verifying',
  subject_name: '某店',
  narrative: '情况',
  identifiers: [],
  categories: ['C1'],
  primary_category: 'C1',
  channel: 'visit',
  batch_no: '',
  received_at: '2022-05-13T08:00:00Z',
  received_has_time: true,
  reporter: { kind: 'anonymous', code: '' },
  owner_unit: UNIT,
  marks: [],
  fast_track: false,
  transfers: [],
  obligations: [],
  opens_case: false,
  assists: [],
  revealable: [],
  follows_only: false,
  available_actions: [],
  conclusion: null,
  feedback_mode: null,
  due_on: '2022-06-30',
  clock_runs: true,
  standing: { steps: [], now: [], blocked_by: [], ended: null, next_action: null },
}
const similar = (over: object = {}) => ({
  id: 's',
  number: 'XS-2',
  version: 1,
  subject_name: '某店二',
  status: 'verifying',
  received_at: '2022-05-12T08:00:00Z',
  score: 80,
  reasons: [],
  can_join: false,
  can_absorb: false,
  is_merged: false,
  ...over,
})
const NONE = { items: [], hidden: 0 }

async function see(over: object = {}, person: Person = {}, answers: Answers = {}) {
  const shown = await showPage(
    LeadPage,
    { id: 'l' },
    { '/leads/l': { ...LEAD, ...over }, '/leads/l/similar': NONE, ...answers },
    person,
  )
  const found = {
    text: shown.wrapper.text(),
    offers: shown.offers(),
    headings: shown.headings(),
    asked: shown.asked,
    html: shown.wrapper.html(),
  }
  shown.done()
  return found
}

const GROWING = ['risk_entity:create', 'case:create']

it.each([
  ['suspected_crime', ['登记风险主体', '登记案件']],
  ['illegal', ['登记风险主体']],
  ['irregular', ['登记风险主体']],
  ['civil_dispute', []],
  ['unfounded', []],
  ['unverifiable', []],
  ['duplicate', []],
  [null, []],
])('lets grow out of %s what may grow out of it', async (conclusion, wanted) => {
  const opens_case = conclusion === 'suspected_crime' // the server's word
  const all = await see({ conclusion, opens_case }, { permissions: GROWING })
  expect(['登记风险主体', '登记案件'].filter((each) => all.offers.includes(each))).toEqual(wanted)
  const none = await see({ conclusion }, { permissions: ['lead:handle', 'case:read'] })
  expect(none.offers).not.toContain('登记风险主体')
  expect(none.offers).not.toContain('登记案件')
})

it.each([
  [['lead:handle'], 'own', true],
  [['lead:handle'], 'other', false],
  [['lead:handle', 'lead:assign'], 'other', true],
  [['lead:assign'], 'own', false],
  [['lead:read'], 'own', false],
])('talks with the reporter and decides on numbers: %j of %s', async (permissions, unit, may) => {
  const identifiers = [
    {
      id: 'i',
      kind: 'phone',
      value_mask: '138****1234',
      state: 'proposed',
      field: 'identifiers.i',
    },
  ]
  const shown = await see({ identifiers }, { permissions, unit })
  expect(shown.asked.includes('GET /leads/l/messages')).toBe(may)
  expect(shown.offers.includes('确认')).toBe(may)
  expect(shown.offers.includes('排除')).toBe(may)
})

it.each([
  ['reward:read', 'GET /leads/l/rewards'],
  ['informant:read', 'GET /leads/l/informants'],
  ['restricted_file:raise', 'GET /restricted-files/hints'],
])('asks for what %s opens, and for nothing that is refused', async (right, question) => {
  expect((await see({}, { permissions: [right] })).asked).toContain(question)
  expect((await see({}, { permissions: ['lead:read'] })).asked).not.toContain(question)
})

it('leaves the flags to those who handle', async () => {
  expect((await see({})).asked).toContain('GET /leads/l/red-flags')
  expect((await see({ follows_only: true })).asked).not.toContain('GET /leads/l/red-flags')
})

it('tells an outcome once there is one', async () => {
  expect((await see()).headings).not.toContain('办理结果')
  const found = await see({ conclusion: 'illegal', concluded_on: '2022-06-01' })
  expect(found.headings).toContain('办理结果')
  expect(found.text).not.toContain('处理途径')
  expect(found.text).not.toContain('是否解决')
  const fedBack = await see({ feedback_mode: 'phone' })
  expect(fedBack.headings).toContain('办理结果')
  const diverted = await see({ conclusion: 'civil_dispute', diversion_route: 'mediation' })
  expect(diverted.text).toContain('处理途径')
  expect((await see({ conclusion: 'illegal', solved: 'yes' })).text).toContain('是否解决')
})

it('counts down while the server says that the clock runs, whatever the status', async () => {
  expect((await see()).text).toContain('已超期')
  expect((await see({ clock_runs: false })).text).not.toContain('已超期')
  expect((await see({ status: 'closed' })).text).toContain('已超期')
})

it('is called by whom it is about, or by its number', async () => {
  for (const [subject_name, title] of [
    ['某店', '某店'],
    ['', 'XS-1'],
  ] as const) {
    const answers = { '/leads/l': { ...LEAD, subject_name }, '/leads/l/similar': NONE }
    const shown = await showPage(LeadPage, { id: 'l' }, answers)
    expect(shown.wrapper.find('h1').text()).toBe(title)
    shown.done()
  }
})

it('says how pressing it is', async () => {
  const shown = await see({ fast_track: true, marks: ['major'] })
  expect(shown.text).toContain('快办')
  expect(shown.text).toContain('重大线索')
  expect((await see()).text).not.toContain('快办')
})

const identifier = (state: string, value_mask = '138****1234') => ({
  identifiers: [{ id: 'i', kind: 'phone', value_mask, state, field: 'identifiers.i' }],
})

it.each([
  ['proposed', ['确认', '排除']],
  ['confirmed', ['排除']],
  ['dismissed', ['确认']],
])('answers a number that is %s', async (state, wanted) => {
  const shown = await see(identifier(state), { permissions: ['lead:handle'] })
  expect(['确认', '排除'].filter((each) => shown.offers.includes(each))).toEqual(wanted)
})

it('shows in plain only what is masked and may be revealed', async () => {
  const may = { revealable: ['identifiers.i'] }
  expect((await see({ ...identifier('confirmed'), ...may })).offers).toContain('查看')
  expect((await see(identifier('confirmed'))).offers).not.toContain('查看')
  expect((await see({ ...identifier('confirmed', '91341522'), ...may })).offers).not.toContain(
    '查看',
  )
})

// ------------------------------------------------------------------ assists, hand-overs

const assist = (over: object = {}) => ({
  id: 'a',
  version: 1,
  unit: { id: 'x', name: '文广站' },
  status: 'asked',
  task: '核对名册',
  answer: '',
  asked_on: '2022-05-13',
  due_on: '2022-05-20',
  available_actions: [],
  ...over,
})

it('tells what was asked of whom and what came back', async () => {
  expect((await see()).headings).not.toContain('协办')
  const asked = await see({ assists: [assist()] })
  expect(asked.headings).toContain('协办')
  expect(asked.text).toContain('核对名册')
  expect(asked.text).toContain('已超期')
  expect(asked.text).not.toContain('答复')
  const answered = await see({
    assists: [assist({ status: 'answered', answer: '属实', answered_at: '2022-05-14T08:00:00Z' })],
    due_on: null,
  })
  expect(answered.text).toContain('属实')
  expect(answered.text).not.toContain('已超期')
  const ended = await see({ assists: [assist({ status: 'ended', task: '' })], due_on: null })
  expect(ended.text).not.toContain('已超期')
  expect(ended.text).not.toContain('请求 核对')
})

const transfer = (over: object = {}) => ({
  id: 't',
  kind: 'transfer',
  organ: 'police',
  receiver: null,
  recorded: [],
  recalled_on: null,
  result: null,
  department: '霍邱县公安局',
  clocks: [
    {
      rule_id: 'TRF-04',
      rule_version: 1,
      side: 'receiver',
      starts_at: '2022-05-13T08:00:00Z',
      due_at: '2022-05-16T08:00:00Z',
      ended_on: null,
      is_provisional: false,
    },
  ],
  ...over,
})

it.each([
  [{ sent_on: '2022-05-13' }, '移送公安：霍邱县公安局'],
  [{ sent_on: null }, '移送公安：霍邱县公安局（待批准）'],
  [{ sent_on: null, approved_on: '2022-05-13' }, '移送公安：霍邱县公安局（已批准，待送出）'],
  [{ sent_on: null, refused_on: '2022-05-13' }, '移送公安：霍邱县公安局（未批准）'],
  [{ sent_on: '2022-05-13', recalled_on: '2022-05-14' }, '移送公安：霍邱县公安局（已收回）'],
  [{ sent_on: '2022-05-13', result: 'forwarded' }, '移送公安：霍邱县公安局（已转送）'],
  [
    { sent_on: '2022-05-13', kind: 'referral', organ: 'other', department: '县民政局' },
    '移交主管部门：县民政局',
  ],
  [
    { sent_on: '2022-05-13', kind: 'referral', organ: 'market', department: '县局' },
    '移交主管部门：县局（市场监管部门）',
  ],
])('says how far a hand-over is: %j', async (over, heading) => {
  expect((await see({ transfers: [transfer(over)] })).headings).toContain(heading)
})

it('says who recorded it, for itself or for a body outside', async () => {
  const by = { what: 'receipt', unit: '派出所', person: '某某', at: '2022-05-13T08:00:00Z' }
  const own = await see({ transfers: [transfer({ recorded: [{ ...by, by_receiver: true }] })] })
  expect(own.text).toContain('接收回执：派出所 某某（接收单位登记）')
  const sender = await see({ transfers: [transfer({ recorded: [{ ...by, by_receiver: false }] })] })
  expect(sender.text).toContain('（代为登记）')
})

it('says what a conclusion asks for, and how that ended', async () => {
  const owed = { id: 'o', kind: 'police_decision', arose_on: '2022-05-13', person: '', reason: '' }
  const open = { ...owed, ended_on: null, ended_by: null }
  const shown = await see({ conclusion: 'suspected_crime', obligations: [open] })
  expect(shown.text).toContain('公安机关立案或者不予立案的决定：还没有办')
})

it('asks what a rule says only where rules may be read', async () => {
  const rule = { '/time-rules/TRF-04': { rule_id: 'TRF-04', effect: '作出是否立案的决定' } }
  const may = await see({ transfers: [transfer()] }, { permissions: ['time_rule:read'] }, rule)
  expect(may.text).toContain('作出是否立案的决定')
  expect(may.offers).toContain('TRF-04')
  const not = await see({ transfers: [transfer()] }, {}, rule)
  expect(not.asked).not.toContain('GET /time-rules/TRF-04')
  expect(not.offers).not.toContain('TRF-04')
  expect(not.text).toContain('TRF-04')
  const [clock] = transfer().clocks
  const over = await see({
    transfers: [transfer({ clocks: [{ ...clock, ended_on: '2022-05-15' }] })],
  })
  expect(over.text).toContain('2022-05-15 结束')
})

// ------------------------------------------------------------------ similar leads and merges

const links = (over: object = {}) => ({
  items: [],
  may_merge: true,
  can_join: true,
  can_absorb: true,
  ...over,
})

it.each([
  [{}, { can_join: true, can_absorb: true }, ['并入本线索', '将本线索并入']],
  [{}, { can_join: true }, ['并入本线索']],
  [{}, { can_absorb: true }, ['将本线索并入']],
  [{ can_join: false }, { can_join: true, can_absorb: true }, ['并入本线索']],
  [{ can_absorb: false }, { can_join: true, can_absorb: true }, ['将本线索并入']],
  [{ may_merge: false }, { can_join: true, can_absorb: true }, []],
  [{}, {}, []],
])('merges only the ways that the server says: %j %j', async (own, other, wanted) => {
  const shown = await see(
    {},
    {},
    {
      '/leads/l/similar': { items: [similar(other)], hidden: 0 },
      '/leads/l/merges': links(own),
    },
  )
  expect(['并入本线索', '将本线索并入'].filter((each) => shown.offers.includes(each))).toEqual(
    wanted,
  )
})

it('says that nothing is like it, or that what is may not be seen', async () => {
  expect((await see()).text).toContain('没有发现相似的线索')
  const hidden = await see({}, {}, { '/leads/l/similar': { items: [], hidden: 2 } })
  expect(hidden.text).toContain('另有 2 条相似线索')
  expect(hidden.text).not.toContain('没有发现')
  const some = await see({}, {}, { '/leads/l/similar': { items: [similar()], hidden: 0 } })
  expect(some.text).not.toContain('没有发现')
  expect(some.text).not.toContain('另有')
})

it('shows three at once, those merged elsewhere last', async () => {
  const items = ['1', '2', '3', '4', '5'].map((n) =>
    similar({ id: n, number: `XS-10${n}`, is_merged: n === '1' }),
  )
  const shown = await see({}, {}, { '/leads/l/similar': { items, hidden: 0 } })
  expect(shown.offers).toContain('再看 2 条')
  expect(shown.text).not.toContain('XS-101')
  expect(shown.text).toContain('XS-104')
  expect(shown.text).not.toContain('已并入其他线索')
  const few = await see({}, {}, { '/leads/l/similar': { items: items.slice(0, 3), hidden: 0 } })
  expect(few.text).not.toContain('再看')
  expect(few.text).toContain('已并入其他线索')
})

const merge = (over: object = {}) => ({
  id: 'm',
  is_main: true,
  lead: { id: 's', number: 'XS-2', version: 1, subject_name: '某店二' },
  made_by: '某人',
  made_at: '2022-05-13T08:00:00Z',
  reason: '同一件事',
  undone_at: null,
  may_undo: true,
  ...over,
})

it.each([
  [{}, ['并入本线索', '撤销合并'], ['曾与']],
  [{ is_main: false }, ['已并入', '撤销合并'], ['曾与']],
  [{ may_undo: false }, ['并入本线索'], ['撤销合并']],
  [{ undone_at: '2022-05-14T08:00:00Z' }, ['曾与', '撤销'], ['撤销合并']],
])('tells what was merged and what was taken apart again: %j', async (over, said, unsaid) => {
  const shown = await see({}, {}, { '/leads/l/merges': links({ items: [merge(over)] }) })
  expect(shown.headings).toContain('合并情况')
  for (const each of said) expect(shown.text).toContain(each)
  for (const each of unsaid) expect(shown.text).not.toContain(each)
})

it('has no merges to tell of', async () => {
  expect((await see({}, {}, { '/leads/l/merges': links() })).headings).not.toContain('合并情况')
})

// ------------------------------------------------------------------ the reporter

const TALK = { messages: [], has_receipt: true, can_issue: true, rating: null }
const message = (over: object) => ({
  id: 'm',
  sender: 'reporter',
  text: '我想起来了',
  at: '2022-05-13T08:00:00Z',
  read_at: null,
  unit_name: '',
  ...over,
})

it.each([
  [{}, ['还没有留言', '换发回执', '发送留言'], ['发放回执', '未读', '标为已读', '举报人评价']],
  [{ has_receipt: false }, ['没有回执，举报人看不到留言', '发放回执'], ['发送留言', '换发回执']],
  [{ can_issue: false }, ['发送留言'], ['换发回执', '发放回执']],
  [{ messages: [message({})] }, ['1 条未读', '标为已读', '我想起来了'], ['还没有留言', '对方']],
  [{ messages: [message({ read_at: '2022-05-14T08:00:00Z' })] }, ['我想起来了'], ['未读']],
  [{ messages: [message({ sender: 'staff' })] }, ['对方未看'], ['未读', '对方已看']],
  [
    { messages: [message({ sender: 'staff', read_at: '2022-05-14T08:00:00Z' })] },
    ['对方已看'],
    ['对方未看'],
  ],
  [
    { rating: { score: 4, comment: '快', at: '2022-05-14T08:00:00Z' } },
    ['举报人评价', '4 分'],
    ['没有回执'],
  ],
])('talks with the reporter: %j', async (over, said, unsaid) => {
  const shown = await see(
    {},
    { permissions: ['lead:handle'] },
    {
      '/leads/l/messages': { ...TALK, ...over },
    },
  )
  for (const each of said) expect(shown.text).toContain(each)
  for (const each of unsaid) expect(shown.text).not.toContain(each)
})

// ------------------------------------------------------------------ the reward

const DRAFT = {
  computed: '1000.00',
  rule_version: 1,
  hindrances: [],
  first_lead: { id: 'l', number: 'XS-1' },
  earlier_similar: [],
}
const REWARD = { id: 'r', number: 'JL-1', amount: '1000.00', status: 'proposed' }

it.each([
  [{ items: [], draft: DRAFT }, ['提出奖励', '按规则测算'], ['XS-9']],
  [{ items: [], draft: null }, [], ['举报奖励']],
  [{ items: [], draft: { ...DRAFT, computed: null } }, [], ['举报奖励']],
  [{ items: [REWARD], draft: null }, ['JL-1'], ['提出奖励']],
  [
    { items: [], draft: { ...DRAFT, hindrances: ['reporter_is_staff'] } },
    ['举报人是工作人员'],
    ['提出奖励', '按规则测算'],
  ],
  [
    { items: [], draft: { ...DRAFT, hindrances: ['similar_unmerged'] } },
    ['还有更早的相似线索', '提出奖励'],
    [],
  ],
  [
    { items: [REWARD], draft: { ...DRAFT, hindrances: ['double_reward'] } },
    ['JL-1'],
    ['同一件事已经奖励过', '提出奖励'],
  ],
  [{ items: [], draft: { ...DRAFT, hindrances: ['double_reward'] } }, ['同一件事已经奖励过'], []],
  [
    { items: [], draft: { ...DRAFT, first_lead: { id: 'x', number: 'XS-9' } } },
    ['XS-9', '提出奖励'],
    [],
  ],
])('says what a reward would be and what stands against it: %#', async (answer, said, unsaid) => {
  const shown = await see({}, { permissions: ['reward:read'] }, { '/leads/l/rewards': answer })
  for (const each of said) expect(shown.text).toContain(each)
  for (const each of unsaid) expect(shown.text).not.toContain(each)
})

// ------------------------------------------------------------------ the informant

const KEPT = {
  version: 1,
  is_kept: true,
  handler: { id: 'h', name: '甲' },
  supervisor: null,
  accused_units: [],
  available_actions: [],
  openings: [],
  recusals: [],
}
const opening = (over: object = {}) => ({
  id: 'o',
  version: 1,
  status: 'waiting',
  status_label: '待批准',
  requested_by: { id: 'p', name: '乙' },
  requested_at: '2022-05-13T08:00:00Z',
  due_at: '2022-05-14T08:00:00Z',
  reason: '回访',
  decided_by: null,
  decided_at: null,
  refusal: '',
  times_seen: 0,
  can_see: false,
  expires_at: null,
  available_actions: [],
  ...over,
})
const DECIDED = { decided_by: { id: 'q', name: '丙' }, decided_at: '2022-05-13T09:00:00Z' }

it.each([
  [{}, ['保密经办人', '未指定'], ['匿名举报，没有', '查看申请', '回避情况', '被反映单位']],
  [{ is_kept: false }, ['匿名举报，没有可以查看的身份'], ['保密经办人']],
  [{ accused_units: [{ id: 'x', name: '某所' }] }, ['被反映单位', '某所'], []],
  [{ openings: [opening()] }, ['查看申请', '应在'], ['已查看', '不予批准', '查看身份']],
  [
    { openings: [opening({ ...DECIDED, status: 'approved' })] },
    ['丙', '批准'],
    ['应在', '不予批准'],
  ],
  [
    { openings: [opening({ ...DECIDED, status: 'refused', refusal: '无必要' })] },
    ['不予批准：无必要'],
    ['应在'],
  ],
  [{ openings: [opening({ status: 'withdrawn' })] }, ['查看申请'], ['应在']],
  [{ openings: [opening({ times_seen: 2 })] }, ['已查看 2 次'], []],
  [
    { openings: [opening({ can_see: true, expires_at: '2099-05-13T09:00:00Z' })] },
    ['查看身份', '还可查看'],
    [],
  ],
  [
    { openings: [opening({ can_see: false, expires_at: '2099-05-13T09:00:00Z' })] },
    [],
    ['查看身份'],
  ],
  [{ openings: [opening({ can_see: true })] }, [], ['查看身份']],
  [
    {
      recusals: [
        {
          person: { id: 'x', name: '丁' },
          place: 'handler',
          at: '2022-05-13T09:00:00Z',
          replaced_by: { id: 'y', name: '戊' },
          reason: '亲属',
        },
      ],
    },
    ['丁', '亲属', '接替'],
    [],
  ],
  [
    {
      available_actions: [
        { action: 'ask', label: '申请查看身份', needs: [] },
        { action: 'fly', label: '新办法', needs: [] },
      ],
    },
    ['申请查看身份'],
    ['新办法'],
  ],
])('says who keeps an identity and who asked: %#', async (over, said, unsaid) => {
  const shown = await see(
    {},
    { permissions: ['informant:read'] },
    {
      '/leads/l/informants': { ...KEPT, ...over },
    },
  )
  for (const each of said) expect(shown.text).toContain(each)
  for (const each of unsaid) expect(shown.text).not.toContain(each)
})

// ------------------------------------------------------------------ red flags

const box = (over: object = {}) => ({
  code: 'a',
  label: '承诺保本',
  kind: 'red_flag',
  source: '',
  is_ticked: false,
  ticked_by: null,
  ticked_at: null,
  words: [],
  ...over,
})
const SUGGESTED = { category: 'C1', reasons: ['文中有'], charges: [], is_adopted: false }
const TICKED = { is_ticked: true, ticked_by: '某人', ticked_at: '2022-05-13T09:00:00Z' }
const FLAGS = { version: 2, may_decide: true, items: [box()], suggestion: SUGGESTED }
const HEADING = '风险特征与类别建议'

it.each([
  [
    {},
    [HEADING, '建议类别', '采纳为主要类别', '文中没有提到（1 项）'],
    ['与主要类别一致', '保存勾选', '罪名'],
  ],
  [{ may_decide: false }, [], [HEADING]],
  [
    { may_decide: false, suggestion: { ...SUGGESTED, is_adopted: true } },
    [HEADING, '与主要类别一致'],
    ['采纳为主要类别', '文中没有提到'],
  ],
  [
    { may_decide: false, items: [box(TICKED), box({ code: 'b', words: ['保本'] })] },
    [HEADING, '已由人确认', '某人 2022-05-13 勾选'],
    ['建议类别', '文中有', '文中提到'],
  ],
  [{ suggestion: { ...SUGGESTED, is_adopted: true } }, ['与主要类别一致'], ['采纳为主要类别']],
  [{ suggestion: { ...SUGGESTED, category: null } }, [HEADING], ['建议类别', '采纳']],
  [{ suggestion: { ...SUGGESTED, charges: ['fraud'] } }, ['可对照的罪名'], []],
  [
    { items: [box({ words: ['保本'] })] },
    ['文中提到，待人确认', '文中有：“保本”'],
    ['文中没有提到'],
  ],
  [{ items: [box({ kind: 'fundraising_test' })] }, ['四性'], []],
])('proposes a category and ticks nothing by itself: %#', async (over, said, unsaid) => {
  const shown = await see({}, {}, { '/leads/l/red-flags': { ...FLAGS, ...over } })
  for (const each of said.filter((words) => words !== '四性')) expect(shown.text).toContain(each)
  for (const each of unsaid) expect(shown.text).not.toContain(each)
})
