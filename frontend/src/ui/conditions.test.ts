import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'

import { shortDate, weekend } from '@/lib/dates'
import { ApiProblem } from '@/lib/problems'

import ActionButtons from './ActionButtons.vue'
import ActionDialog from './ActionDialog.vue'
import AttachmentList from './AttachmentList.vue'
import CellValue from './CellValue.vue'
import DueDate from './DueDate.vue'
import EmptyState from './EmptyState.vue'
import FactList from './FactList.vue'
import FieldInput from './FieldInput.vue'
import FilterBar from './FilterBar.vue'
import FormFields from './FormFields.vue'
import Money from './Money.vue'
import PageHeader from './PageHeader.vue'
import Problem from './Problem.vue'
import RevealField from './RevealField.vue'
import SimpleTable from './SimpleTable.vue'
import Timeline from './Timeline.vue'
import type { ActionOffer, Fact, FieldSpec, Filter } from './types'

/** What is shown under which condition: each condition at its edge, and once the other way. */

const day = (shift: number) => new Date(Date.now() + shift * 86_400_000).toISOString()

it.each([
  [{ at: day(4) }, '剩 4 天', []],
  [{ at: day(3) }, '剩 3 天', ['near']],
  [{ at: day(0) }, '今天到期', ['near']],
  [{ at: day(-1) }, '已超期 1 天', ['overdue']],
  [{ at: day(9), workingDaysLeft: 4 }, '剩 4 个工作日', []],
  [{ at: day(9), workingDaysLeft: 3 }, '剩 3 个工作日', ['near']],
  // due on a Saturday is not due today, a Friday
  [{ at: day(1), workingDaysLeft: 0 }, '剩 1 天', ['near']],
  [{ at: day(0), workingDaysLeft: 0 }, '今天到期', ['near']],
  [{ at: day(-3), workingDaysLeft: -2 }, '已超期 2 个工作日', ['overdue']],
  // late by a weekend: no working day has passed, and it is late all the same
  [{ at: day(-1), workingDaysLeft: 0 }, '已超期 1 天', ['overdue']],
  [{ at: day(5), period: true }, '剩 5 天', []],
  [{ at: day(0), period: true }, '今天到期', []],
  // nobody broke anything when the time for objections is over
  [{ at: day(-2), period: true }, '已届满', []],
  [{ at: null }, '—', []],
])('a term: %o', (props, words, classes) => {
  const shown = mount(DueDate, { props })
  expect(shown.text()).toBe(
    props.at ? `${shortDate(props.at)}${weekend(props.at)}，${words}` : words,
  )
  for (const each of ['near', 'overdue'])
    expect(shown.classes().includes(each)).toBe((classes as string[]).includes(each))
})

it('tells the bare day of a term that nobody waits for', () => {
  const shown = mount(DueDate, { props: { at: '2022-05-13', done: true } })
  expect(shown.text()).toBe('2022-05-13')
  expect(shown.classes()).not.toContain('overdue')
})

it('says where a term comes from, and that a year is not published', () => {
  const plain = mount(DueDate, { props: { at: day(5) } })
  expect(plain.attributes('title')).not.toContain('依据')
  expect(plain.text()).not.toContain('暂定')
})

const problem = (status: number, code = 'x', over: { wait?: number; article?: string } = {}) =>
  new ApiProblem(status, code, '不行', [], 'r-1', over.wait ?? null, [], over.article ?? null)

it.each([
  [problem(403), false, 'status', [], ['重试', '编号', '依据', '再试']],
  [problem(404), false, 'status', [], ['重试', '编号']],
  [problem(422), false, 'alert', ['不行'], ['重试', '编号']],
  [problem(422), true, 'alert', ['重试'], ['重新载入']],
  [
    problem(409, 'stale_version'),
    false,
    'alert',
    ['他人已更新这条记录。', '重新载入'],
    ['不行', '重试'],
  ],
  [problem(499), false, 'alert', [], ['编号']],
  [problem(500), false, 'alert', ['编号 r-1'], []],
  [problem(429, 'x', { wait: 59 }), false, 'alert', [], ['分钟后']],
  [problem(429, 'x', { wait: 60 }), false, 'alert', ['请在 1 分钟后再试'], []],
  [problem(429, 'x', { wait: 61 }), false, 'alert', ['请在 2 分钟后再试'], []],
  [problem(422, 'x', { article: '某法第一条' }), false, 'alert', ['依据：某法第一条'], []],
])('a refusal: %#', (error, retryable, role, said, unsaid) => {
  const shown = mount(Problem, { props: { error, retryable } })
  expect(shown.attributes('role')).toBe(role)
  for (const each of said) expect(shown.text()).toContain(each)
  for (const each of unsaid) expect(shown.text()).not.toContain(each)
})

it('lists each fault once, and how many there are where not each is listed', () => {
  const fault = (message: string) => ({ pointer: '/a', code: 'x', message })
  const errors = [fault('甲有误'), fault('甲有误'), fault('乙有误'), fault('不行')]
  const some = new ApiProblem(422, 'x', '不行', errors)
  const few = mount(Problem, { props: { error: some } })
  expect(few.findAll('li').map((each) => each.text())).toEqual(['甲有误', '乙有误'])
  const many = new ApiProblem(422, 'x', '不行', errors, null, null, [], null, 60)
  expect(mount(Problem, { props: { error: many } }).text()).toContain('一共 60 处')
  const none = new ApiProblem(422, 'x', '不行', [fault('不行')])
  expect(
    mount(Problem, { props: { error: none } })
      .find('ul')
      .exists(),
  ).toBe(false)
})

const offer = (n: number, danger = false): ActionOffer => ({
  action: `a${n}`,
  label: `第${n}步`,
  needs: [],
  danger,
})
const run = () => Promise.resolve()

it.each([
  [0, 0, 0],
  [1, 1, 0],
  [5, 5, 0],
  [6, 3, 3],
  [8, 3, 5],
])('of %i offers %i stand at once and %i behind', (count, first, behind) => {
  const offers = Array.from({ length: count }, (_, n) => offer(n))
  const shown = mount(ActionButtons, { props: { offers, run } })
  expect(shown.findAll('.buttons > button')).toHaveLength(first)
  expect(shown.findAll('details li')).toHaveLength(behind)
  expect(shown.find('.buttons').exists()).toBe(count > 0)
  expect(shown.text().includes('更多操作')).toBe(behind > 0)
})

it('lets the next sensible step stand out, and nothing that ends something', () => {
  const shown = mount(ActionButtons, {
    props: { offers: [offer(1), offer(2), offer(3, true)], run },
  })
  const classes = shown.findAll('.buttons > button').map((each) => each.classes())
  expect(classes).toEqual([['solid-button'], ['line-button'], ['line-button', 'danger']])
  const ending = mount(ActionButtons, { props: { offers: [offer(1, true)], run } })
  expect(ending.find('button').classes()).toEqual(['line-button', 'danger'])
})

it.each([
  ['办结', false, '确定办结'],
  ['确认导入', false, '确认导入'],
  ['撤回', true, '确定撤回'],
])('asks once more before %s', async (label, danger, yes) => {
  const one = { action: 'x', label, needs: [], danger }
  const shown = mount(ActionDialog, { props: { offer: one, submit: run }, attachTo: document.body })
  await flushPromises()
  expect(document.body.textContent).toContain(`确定要${label}吗？`)
  const button = document.querySelector('button[type=submit]')!
  expect(button.textContent.trim()).toBe(yes)
  expect(button.classList.contains('danger')).toBe(danger)
  shown.unmount()
})

it('hides a value again after a minute, and shows none where there is none', async () => {
  vi.useFakeTimers()
  const reveal = () => Promise.resolve('13800001234')
  const shown = mount(RevealField, {
    props: { masked: '138****1234', label: '电话', reveal },
    attachTo: document.body,
  })
  await shown.find('button').trigger('click')
  await flushPromises()
  await shown.find('textarea').setValue('回访')
  await shown.find('form').trigger('submit')
  await flushPromises()
  expect(shown.text()).toContain('13800001234')
  await vi.advanceTimersByTimeAsync(59_000)
  expect(shown.text()).toContain('13800001234')
  await vi.advanceTimersByTimeAsync(1_500)
  expect(shown.text()).not.toContain('13800001234')
  expect(shown.text()).toContain('138****1234')
  shown.unmount()
  vi.useRealTimers()
  expect(mount(RevealField, { props: { masked: '', label: '电话', reveal } }).text()).toBe('—')
})

const file = { id: 'f', name: '合同.jpg', size: 1023, at: '2022-05-13T08:00:00Z' }
const fetchFile = () => Promise.resolve()

it.each([
  [1023, '1023 字节'],
  [1024, '1 KB'],
  [1024 * 1024 - 1024, '1023 KB'],
  [1024 * 1024, '1.0 MB'],
])('a file of %i bytes has %s', (size, words) => {
  const shown = mount(AttachmentList, { props: { items: [{ ...file, size }], fetchFile } })
  expect(shown.text()).toContain(words)
  expect(shown.text()).not.toContain('还没有附件')
})

it('takes files only where some may be added, and says how large', () => {
  const closed = mount(AttachmentList, { props: { items: [], fetchFile, maxMb: 50 } })
  expect(closed.text()).toContain('还没有附件')
  expect(closed.text()).not.toContain('添加附件')
  expect(closed.text()).not.toContain('50 MB')
  const send = () => Promise.resolve()
  const open = mount(AttachmentList, { props: { items: [], send, fetchFile, maxMb: 50 } })
  expect(open.text()).toContain('添加附件')
  expect(open.text()).toContain('单个文件不超过 50 MB')
  const unknown = mount(AttachmentList, { props: { items: [], send, fetchFile } })
  expect(unknown.text()).not.toContain('单个文件')
})

it.each([
  ['', true],
  [null, true],
  [undefined, true],
  [[], true],
  [0, false],
  [false, false],
  ['有', false],
])('an optional fact %o is left out: %o', (value, gone) => {
  const facts: Fact[] = [{ key: 'a', label: '备注', value, optional: true }]
  expect(mount(FactList, { props: { facts } }).text().includes('备注')).toBe(!gone)
})

it('tells late entries alone, and the rest as it is', () => {
  const entry = { id: '1', title: '交办', at: '2022-05-13T08:00:00Z' }
  const said = (over: object) => mount(Timeline, { props: { entries: [{ ...entry, ...over }] } })
  expect(said({}).text()).not.toContain('录入')
  expect(said({ recordedAt: '2022-05-13T08:00:30Z' }).text()).not.toContain('录入')
  expect(said({ recordedAt: '2022-05-13T08:01:00Z' }).text()).toContain('录入')
  expect(said({ actor: '某人' }).text()).toContain('某人')
  expect(said({}).find('.line .quiet').exists()).toBe(false)
  expect(said({ details: [] }).find('dl').exists()).toBe(false)
})

it('leads somewhere only where there is somewhere to go', () => {
  const rows = [{ no: '1号', of: '甲' }]
  const columns = [
    { key: 'no', label: '文号' },
    { key: 'of', label: '谁' },
  ]
  const link = (row: { no: string }) => `/x/${row.no}`
  const linked = mount(SimpleTable<{ no: string; of: string }>, {
    props: { rows, columns, caption: '表', rowLink: link },
  })
  expect(linked.findAll('a').map((each) => each.text())).toEqual(['1号'])
  const plain = mount(SimpleTable<{ no: string; of: string }>, {
    props: { rows, columns, caption: '表' },
  })
  expect(plain.findAll('a')).toHaveLength(0)
})

it.each([
  [3, undefined, false],
  [4, undefined, true],
  [4, false, false],
  [1, true, true],
])('a table of %i columns stands in cards: %o', (count, cards, stands) => {
  const columns = Array.from({ length: count }, (_, n) => ({ key: `k${n}`, label: `第${n}列` }))
  const shown = mount(SimpleTable<object>, {
    props: { rows: [{}], columns, caption: '表', ...(cards === undefined ? {} : { cards }) },
  })
  expect(shown.find('.scroller').classes().includes('cards')).toBe(stands)
})

it('says a hint, a note and what comes next where there is one', () => {
  expect(mount(EmptyState, { props: { title: '无', hint: '放宽' } }).text()).toBe('无放宽')
  expect(mount(EmptyState, { props: { title: '无' } }).findAll('p, .next')).toHaveLength(1)
  expect(mount(PageHeader, { props: { title: '线索', note: '说明' } }).text()).toContain('说明')
  const bare = mount(PageHeader, { props: { title: '线索' } })
  expect(bare.find('p').exists()).toBe(false)
  expect(bare.find('.actions').exists()).toBe(false)
})

it('writes the exact sum only where it is not there already', () => {
  expect(mount(Money, { props: { value: '0.00' } }).text()).toBe('0.00 元')
  expect(mount(Money, { props: { value: '1.00' } }).attributes('title')).toBeUndefined()
  expect(mount(Money, { props: { value: undefined, wan: true } }).text()).toBe('—')
})

it.each([
  [{ kind: 'tier' as const, labels: { red: '红色' } }, 'red', '.tier'],
  [{ kind: 'due' as const }, '2022-05-13', 'time'],
  [{ kind: 'status' as const, labels: {} }, 'open', '[data-tone]'],
  [{ kind: 'money' as const }, '1.00', '.money'],
])('a value of its kind is drawn so: %o', (shown, value, selector) => {
  expect(mount(CellValue, { props: { shown, value } }).find(selector).exists()).toBe(true)
})

const field = (over: Partial<FieldSpec> = {}): FieldSpec => ({
  field: 'x',
  label: '栏目',
  kind: 'text',
  ...over,
})

it.each([
  ['text', 'input:not([type])'],
  ['long_text', 'textarea'],
  ['date', 'input[type=date]'],
  ['datetime', 'input[type=datetime-local]'],
  ['integer', 'input[inputmode=numeric]'],
  ['password', 'input[type=password][autocomplete=current-password]'],
  ['new-password', 'input[type=password][autocomplete=new-password]'],
])('a field of kind %s is asked for by %s', (kind, selector) => {
  const shown = mount(FieldInput, { props: { spec: field({ kind }), id: 'x', modelValue: null } })
  expect(shown.element.matches(selector) || shown.find(selector).exists()).toBe(true)
})

it.each([
  [5, true],
  [6, false],
])('%i options stand at once: %o', (count, atOnce) => {
  const options = Array.from({ length: count }, (_, n) => ({ value: `v${n}`, label: `第${n}` }))
  const props = { spec: field({ kind: 'enum', options }), id: 'x', modelValue: null }
  expect(mount(FieldInput, { props }).findAll('input[type=radio]').length > 0).toBe(atOnce)
  const many = { ...props, spec: field({ kind: 'multi_enum', options }) }
  expect(mount(FieldInput, { props: many }).findAll('input[type=radio]')).toHaveLength(0)
})

it.each([
  [{}, ['（选填）'], ['不填则不变']],
  [{ required: true }, [], ['（选填）']],
  [{ keeps: '张*' }, ['现为“张*”，不填则不变，填写则替换'], ['（选填）', '清空原内容']],
  [{ keeps: '张*', clearable: true }, ['清空原内容'], ['保留原内容']],
  [{ clearable: true }, [], ['清空原内容']],
  [{ help: '说明' }, ['说明'], []],
])('a field says what may be left open: %o', (over, said, unsaid) => {
  const shown = mount(FormFields, { props: { fields: [field(over)], modelValue: {} } })
  for (const each of said) expect(shown.text()).toContain(each)
  for (const each of unsaid) expect(shown.text()).not.toContain(each)
})

it('takes away what stands there, and keeps it again', async () => {
  const fields = [field({ keeps: '张*', clearable: true })]
  const shown = mount(FormFields, { props: { fields, modelValue: {} } })
  await shown.find('button').trigger('click')
  expect(shown.emitted('update:modelValue')!.slice(-1)[0]).toEqual([{ x: null }])
  await shown.setProps({ modelValue: { x: null } })
  expect(shown.text()).toContain('保存后清空')
  expect(shown.find('button').text()).toBe('保留原内容')
  await shown.find('button').trigger('click')
  expect(shown.emitted('update:modelValue')!.slice(-1)[0]).toEqual([{ x: undefined }])
})

const filter = (over: Partial<Filter> = {}): Filter => ({
  key: 'q',
  label: '关键词',
  kind: 'text',
  ...over,
})

it.each([
  ['one filter', [filter()], {}, false, [], ['更多筛选', '清除筛选']],
  ['two', [filter(), filter({ key: 'b', label: '另一' })], {}, false, ['更多筛选'], ['清除筛选']],
  ['one that is used', [filter()], { q: 'x' }, true, ['清除筛选'], ['更多筛选']],
  [
    'one behind',
    [filter(), filter({ key: 'b', label: '另一', more: true })],
    {},
    false,
    ['更多筛选'],
    ['另一'],
  ],
  [
    'one behind that is used',
    [filter(), filter({ key: 'b', label: '另一', more: true })],
    { b: 'x' },
    true,
    ['更多筛选', '另一', '清除筛选'],
    ['收起筛选'],
  ],
  [
    'a range behind that is used',
    [
      filter(),
      filter({ key: 'r', label: '日期', kind: 'date-range', from: 'f', to: 't', more: true }),
    ],
    { t: '2022-05-13' },
    true,
    ['更多筛选', '日期'],
    ['收起筛选'],
  ],
  [
    'a linked one',
    [filter({ key: 'l', label: '来自某处', kind: 'linked' })],
    { l: 'x' },
    false,
    ['来自某处'],
    [],
  ],
  [
    'a linked one unused',
    [filter({ key: 'l', label: '来自某处', kind: 'linked' })],
    {},
    false,
    [],
    ['来自某处'],
  ],
] as [string, Filter[], Record<string, string>, boolean, string[], string[]][])(
  'filters: %s',
  (_, filters, values, active, said, unsaid) => {
    const shown = mount(FilterBar, { props: { filters, values, active } })
    for (const each of said) expect(shown.text()).toContain(each)
    for (const each of unsaid) expect(shown.text()).not.toContain(each)
  },
)

it('shows a filter by its kind', () => {
  const filters = [
    filter(),
    filter({ key: 'd', kind: 'date-range', from: 'f', to: 't' }),
    filter({ key: 's', kind: 'select', options: [] }),
  ]
  const shown = mount(FilterBar, { props: { filters, values: {}, active: false } })
  expect(shown.findAll('input[type=search]')).toHaveLength(1)
  expect(shown.findAll('input[type=date]')).toHaveLength(2)
  expect(shown.findAll('.el-select')).toHaveLength(1)
})
