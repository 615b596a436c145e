import type { Component } from 'vue'
import { expect, it } from 'vitest'

import { showPage, type Answers } from '@/test-pages'

import CasePage from './cases/CasePage.vue'
import CasesPage from './cases/CasesPage.vue'
import DistributionPage from './distributions/DistributionPage.vue'
import DistributionsPage from './distributions/DistributionsPage.vue'
import DivisionsPage from './divisions/DivisionsPage.vue'
import InspectionsPage from './inspections/InspectionsPage.vue'
import LeadsPage from './leads/list/LeadsPage.vue'
import RecheckSamplesPage from './leads/recheck/RecheckSamplesPage.vue'
import LedgerPage from './ledger/LedgerPage.vue'
import OutcomesPage from './outcomes/OutcomesPage.vue'
import MeasuresPage from './property/MeasuresPage.vue'
import PropertyItemsPage from './property/PropertyItemsPage.vue'
import RewardsPage from './rewards/RewardsPage.vue'
import RiskEntitiesPage from './risk-entities/RiskEntitiesPage.vue'
import PostPage from './units/PostPage.vue'
import UnitPage from './units/UnitPage.vue'
import UserPage from './users/UserPage.vue'
import UsersPage from './users/UsersPage.vue'
import VictimsPage from './victims/VictimsPage.vue'

/** Every right of the system but those given: a page asks for one by its own name. */
const RIGHTS = [
  'case:create',
  'case:read',
  'distribution:prepare',
  'distribution:read',
  'division:manage',
  'import:run',
  'inspection:handle',
  'lead:assign',
  'lead:create',
  'lead:export',
  'lead:handle',
  'ledger:post',
  'ledger:read',
  'outcome:handle',
  'property:handle',
  'property:read',
  'reward:export',
  'risk_entity:create',
  'shared_change:prepare',
  'user:manage',
  'user:secure',
  'victim:handle',
  'victim:read',
]

const CASE = {
  id: 'c',
  number: 'AJ-1',
  version: 1,
  title: '某案',
  status: 'received',
  source_leads: [],
  source_handovers: [],
  handovers: [],
  identifiers: [],
  decisions: [],
  categories: [],
  charges: [],
  revealable: [],
  available_actions: [],
}
const PLAN = {
  id: 'd',
  number: 'QT-1',
  version: 1,
  title: '某方案',
  status: 'draft',
  case: { id: 'c', number: 'AJ-1', title: '' },
  level: null,
  available_actions: [],
}
const USER = { id: 'u', name: '某某', username: 'u', version: 1, is_active: true, posts: [] }
const NIL = '0.00'
const RESTRAINT = { ordered: NIL, booked: NIL, difference: NIL, lines: [], measures: [] }
const BOOK = {
  case: { id: 'c', number: 'AJ-1', title: '某案' },
  items: [],
  measures: [],
  restraint: RESTRAINT,
  total: NIL,
}
const SAMPLE_OF: Answers = {
  '/cases/c': CASE,
  '/distributions/d': PLAN,
  '/users/u': USER,
  '/ledger/accounts': BOOK,
}

/** Page, the rights that open something on it, and its words. */
const OFFERED: [string, Component, string[], string[], Record<string, unknown>?, string?][] = [
  ['线索', LeadsPage, ['lead:create'], ['上报线索', '登记第一条线索']],
  ['线索', LeadsPage, ['lead:assign'], ['分流台']],
  ['线索', LeadsPage, ['lead:export'], ['导出']],
  ['抽样', RecheckSamplesPage, ['lead:assign'], ['抽取']],
  ['案件', CasesPage, ['case:create'], ['登记案件']],
  ['方案', DistributionsPage, ['distribution:prepare'], ['编制方案']],
  ['方案页', DistributionPage, ['ledger:read'], ['资金账'], { id: 'd' }],
  ['方案页', DistributionPage, ['case:read'], ['AJ-1'], { id: 'd' }],
  ['区划', DivisionsPage, ['division:manage'], ['导入名录']],
  ['区划', DivisionsPage, ['shared_change:prepare'], ['提请修改区划']],
  ['检查', InspectionsPage, ['inspection:handle'], ['安排检查']],
  ['成果', OutcomesPage, ['outcome:handle'], ['登记行动成果']],
  ['措施', MeasuresPage, ['property:handle'], ['登记措施']],
  ['财物', PropertyItemsPage, ['property:handle'], ['登记财物']],
  ['奖励', RewardsPage, ['reward:export'], ['导出发放清单']],
  ['风险主体', RiskEntitiesPage, ['risk_entity:create'], ['登记风险主体']],
  ['风险主体', RiskEntitiesPage, ['lead:export'], ['导出']],
  ['人员', UsersPage, ['user:manage'], ['新建人员']],
  ['受害人', VictimsPage, ['victim:handle'], ['登记受害人']],
  ['受害人', VictimsPage, ['victim:handle', 'import:run'], ['导入登记表']],
  ['资金账', LedgerPage, ['ledger:post'], ['记账'], {}, '/?book_id=c'],
]

const starting = (offers: string[], words: string) =>
  offers.some((offer) => offer.startsWith(words))

it.each(OFFERED)('%s：%j', async (_, page, needed, words, props = {}, address = '/') => {
  const see = async (permissions: string[]) => {
    const shown = await showPage(page, props, SAMPLE_OF, { permissions }, address)
    const offers = shown.offers()
    shown.done()
    return words.map((each) => starting(offers, each))
  }
  expect(await see(needed)).toEqual(words.map(() => true))
  for (const one of needed) {
    expect(await see(RIGHTS.filter((right) => right !== one))).toEqual(words.map(() => false))
  }
})

it('offers samples to whoever may read them, whatever their role', async () => {
  for (const [permissions, sees] of [
    [['recheck_sample:read'], true],
    [RIGHTS.filter((right) => right !== 'recheck_sample:read'), false],
  ] as const) {
    const shown = await showPage(LeadsPage, {}, {}, { permissions: [...permissions] })
    expect(shown.offers().includes('二次核查抽样')).toBe(sees)
    shown.done()
  }
})

it('lets whoever assigns mark rows, and nobody else', async () => {
  const rows = { items: [], next_cursor: null, prev_cursor: null }
  for (const [permissions, may] of [
    [['lead:assign'], true],
    [['lead:handle', 'lead:create'], false],
  ] as const) {
    const shown = await showPage(
      LeadsPage,
      {},
      { '/leads': rows },
      { permissions: [...permissions] },
    )
    expect(shown.wrapper.find('thead input[type=checkbox]').exists()).toBe(may)
    shown.done()
  }
})

it.each([
  ['人员', UserPage, 'edit', '修改'],
  ['人员', UserPage, 'reset_password', '重置密码'],
  ['人员', UserPage, 'reset_totp', '重置动态口令'],
  ['人员', UserPage, 'unlock', '解除锁定'],
  ['单位', UnitPage, 'edit', '修改'],
  ['单位', UnitPage, 'change_liaison', '变更联络员'],
  ['岗位', PostPage, 'edit', '修改'],
  ['岗位', PostPage, 'hand_over', '人员交接'],
])('shows on a page of %s what the record offers, and that alone: %s', async (...given) => {
  const [, page, action, label] = given
  for (const offered of [true, false]) {
    const available_actions = offered ? [{ action }] : []
    const answers = {
      '/users/u': { ...USER, available_actions },
      '/units/u': { name: '某所', posts: [], available_actions },
      '/posts/u': { name: '某岗', available_actions },
      '/units/u/liaisons': { items: [] },
      '/posts/u/holders': { items: [] },
    }
    const shown = await showPage(page, { id: 'u' }, answers, { permissions: RIGHTS })
    expect(shown.offers().some((each) => each === label)).toBe(offered)
    shown.done()
  }
})

it('leads to a case only whoever may read it, and tells its number to all', async () => {
  const shown = await showPage(DistributionPage, { id: 'd' }, SAMPLE_OF, { permissions: [] })
  expect(shown.wrapper.text()).toContain('AJ-1')
  expect(shown.offers()).not.toContain('AJ-1')
  shown.done()
})

it.each([
  [['case:read'], '/', '请先选择案件', '去清退方案'],
  [[], '/', '没有要办的资金账', '请先选择案件'],
  [['case:read'], '/?book_id=c', '全部账户之和', '请先选择案件'],
])('opens a book: %j %s', async (permissions, address, said, unsaid) => {
  const shown = await showPage(LedgerPage, {}, SAMPLE_OF, { permissions }, address)
  expect(shown.wrapper.text()).toContain(said)
  expect(shown.wrapper.text()).not.toContain(unsaid)
  expect(shown.wrapper.find('label[for=book]').exists()).toBe(permissions.includes('case:read'))
  shown.done()
})

it.each([
  [null, null, []],
  ['2022-05-13T08:00:00Z', null, ['分配明细']],
  ['2022-05-13T08:00:00Z', 'ab12', ['分配明细', '核对测算']],
])(
  'shows lines and a certificate where there are any: %s %s',
  async (computed_at, digest, found) => {
    const answers = { '/distributions/d': { ...PLAN, computed_at, digest } }
    const shown = await showPage(DistributionPage, { id: 'd' }, answers)
    expect(shown.headings()).toEqual(expect.arrayContaining(found))
    for (const each of ['分配明细', '核对测算'])
      expect(shown.headings().includes(each)).toBe((found as string[]).includes(each))
    shown.done()
  },
)

it('says that a case grew out of nothing and names nothing, or names it', async () => {
  const bare = await showPage(CasePage, { id: 'c' }, SAMPLE_OF)
  expect(bare.wrapper.text()).not.toContain('XS-1')
  bare.done()
  const answers = {
    '/cases/c': {
      ...CASE,
      source_leads: [{ id: 'l', number: 'XS-1', subject_name: '某店' }],
      identifiers: [{ id: 'i', kind: 'phone', value_mask: '138****1234' }],
    },
  }
  const full = await showPage(CasePage, { id: 'c' }, answers)
  expect(full.offers()).toContain('某店')
  expect(full.wrapper.text()).toContain('138****1234')
  full.done()
})

it('shows where the money is, in a book that nothing was ever written in', async () => {
  const shown = await showPage(
    LedgerPage,
    {},
    SAMPLE_OF,
    { permissions: ['case:read'] },
    '/?book_id=c',
  )
  expect(shown.wrapper.find('[aria-label="资金去向"]').text()).toContain('归集专户')
  shown.done()
})

it('offers a correction only where the server does', async () => {
  for (const offered of [true, false]) {
    const available_actions = [
      { action: 'accept', label: '受理', needs: [] },
      ...(offered ? [{ action: 'edit', label: '修改', needs: [] }] : []),
    ]
    const shown = await showPage(
      CasePage,
      { id: 'c' },
      { '/cases/c': { ...CASE, available_actions } },
    )
    const links = shown.wrapper.findAll('a').map((each) => each.text())
    expect(links.includes('修改')).toBe(offered)
    expect(shown.wrapper.findAll('.buttons > button').map((each) => each.text())).toEqual(['受理'])
    shown.done()
  }
})
