import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { expect, it, vi } from 'vitest'

import { ApiProblem } from '@/lib/problems'

import CursorTable from './CursorTable.vue'
import type { Column, Filter, ListQuery, Page } from './types'
import { useCursorList } from './useCursorList'

interface Row {
  id: string
  name: string
}

const columns: Column<Row>[] = [
  { key: 'name', label: '名称', sort: 'name' },
  { key: 'extra', label: '补充', hidden: true },
]
const filters: Filter[] = [
  { key: 'q', label: '关键词', kind: 'text' },
  { key: 'status', label: '状态', kind: 'multi', options: [] },
]

const rows = (from: number) =>
  Array.from({ length: 3 }, (_, i) => ({ id: `${from + i}`, name: `第${from + i}条` }))

type Fetch = (query: ListQuery) => Promise<Page<Row>>

const MONEY: Column<Row>[] = [
  { key: 'name', label: '名称', under: (row) => `XS-${row.id}` },
  { key: 'amount', label: '金额', kind: 'money', sort: 'amount' },
  { key: 'due', label: '期限', kind: 'due', sort: 'due_on' },
  { key: 'tier', label: '等级', kind: 'tier', sort: 'tier' },
]

const pages: Fetch = (query) =>
  Promise.resolve(
    query.cursor === 'two'
      ? { items: rows(4), next_cursor: null, prev_cursor: 'one' }
      : { items: rows(1), next_cursor: 'two', prev_cursor: null, total: 6, total_is_exact: true },
  )

async function show(fetch: Fetch, address = '/list', selectable = false, shown = columns) {
  const Host = defineComponent({
    setup() {
      const list = useCursorList<Row>({
        key: 'rows',
        filters,
        fetch,
        sums: shown === MONEY,
      })
      return () =>
        h(CursorTable as never, {
          list,
          columns: shown,
          name: shown === MONEY ? 'money' : 'test',
          noun: '记录',
          selectable,
          rowLink: (row: Row) => `/list/${row.id}`,
        })
    },
  })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/list', component: Host },
      { path: '/list/:id', component: { render: () => null } },
    ],
  })
  await router.push(address)
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const wrapper = mount(
    { template: '<RouterView />' },
    {
      global: {
        plugins: [router, [VueQueryPlugin, { queryClient }]],
        stubs: { RouterLink: false },
      },
      attachTo: document.body,
    },
  )
  await flushPromises()
  const button = (text: string) => wrapper.findAll('button').find((one) => one.text() === text)!
  return { wrapper, router, button }
}

it('shows rows, the count and only the chosen columns', async () => {
  const { wrapper } = await show(pages)
  expect(wrapper.findAll('tbody tr')).toHaveLength(3)
  expect(wrapper.text()).toContain('共 6 条')
  expect(wrapper.findAll('thead th').map((th) => th.text())).toEqual(['名称'])
  wrapper.unmount()
})

it('walks by cursor, keeps the way back and the count', async () => {
  const { wrapper, router, button } = await show(pages)
  await button('下一页').trigger('click')
  await flushPromises()
  expect(router.currentRoute.value.query.cursor).toBe('two')
  expect(wrapper.text()).toContain('第4条')
  expect(wrapper.text()).toContain('第 2 页')
  expect(wrapper.text()).toContain('共 6 条')
  await button('上一页').trigger('click')
  await flushPromises()
  expect(router.currentRoute.value.query.cursor).toBeUndefined()
  expect(wrapper.text()).toContain('第1条')
  wrapper.unmount()
})

it('reads filters from the address, and a new sort starts from the first page', async () => {
  const fetch = vi.fn(pages)
  const { wrapper, router, button } = await show(fetch, '/list?q=鸡蛋&status=a&status=b&cursor=two')
  expect(fetch.mock.calls[0]![0]).toMatchObject({ q: '鸡蛋', status: ['a', 'b'], cursor: 'two' })
  await wrapper.find('.sort').trigger('click')
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({ q: '鸡蛋', status: ['a', 'b'], sort: '-name' })
  await button('清除筛选').trigger('click')
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({ sort: '-name' })
  wrapper.unmount()
})

it('tells nothing there from nothing found', async () => {
  const none: Fetch = () => Promise.resolve({ items: [] })
  const empty = await show(none)
  expect(empty.wrapper.text()).toContain('还没有记录')
  empty.wrapper.unmount()
  const filtered = await show(none, '/list?q=x')
  expect(filtered.wrapper.text()).toContain('没有符合条件的记录')
  filtered.wrapper.unmount()
})

it('says what went wrong and asks again', async () => {
  const fetch = vi.fn<Fetch>(() => Promise.reject(new ApiProblem(503, 'busy', '数据库正在恢复')))
  const { wrapper, button } = await show(fetch)
  expect(wrapper.find('[role=alert]').text()).toContain('数据库正在恢复')
  fetch.mockImplementation(pages)
  await button('重试').trigger('click')
  await flushPromises()
  expect(wrapper.findAll('tbody tr')).toHaveLength(3)
  wrapper.unmount()
})

it.each([
  [true, ['j', 'x'], 1],
  [true, ['j', 'x', 'x'], 0],
  [true, ['x'], 0],
  [true, ['j', 'k'], 0],
  [true, ['j', 'y'], 0],
  [false, ['j', 'x'], 0],
])('marks with x the row that is at hand: %o %j', async (selectable, keys, marked) => {
  const { wrapper } = await show(pages, '/list', selectable)
  for (const key of keys) {
    const from = document.activeElement ?? document.body
    from.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
    await flushPromises()
  }
  expect(wrapper.findAll('tbody tr.chosen')).toHaveLength(marked)
  expect(wrapper.text().includes('已选')).toBe(marked > 0)
  expect(wrapper.text().includes('勾选')).toBe(selectable)
  wrapper.unmount()
})

it('walks rows with j and k', async () => {
  const { wrapper } = await show(pages)
  const press = (key: string) =>
    (document.activeElement ?? document.body).dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true }),
    )
  press('j')
  expect(document.activeElement?.textContent).toContain('第1条')
  press('j')
  press('j')
  press('k')
  expect(document.activeElement?.textContent).toContain('第2条')
  wrapper.unmount()
})

it('sorts money from much to little first, and deadlines from near to far', async () => {
  const { wrapper, router } = await show(pages, '/list', false, MONEY)
  const head = (label: string) =>
    wrapper.findAll('thead th').find((th) => th.text().startsWith(label))!
  const press = async (label: string) => {
    await head(label).find('button').trigger('click')
    await flushPromises()
    return [router.currentRoute.value.query.sort, head(label).attributes('aria-sort')]
  }
  expect(head('名称').attributes('aria-sort')).toBeUndefined()
  expect(await press('金额')).toEqual(['-amount', 'descending'])
  expect(await press('金额')).toEqual(['amount', 'ascending'])
  expect(await press('期限')).toEqual(['due_on', 'ascending'])
  expect(head('金额').attributes('aria-sort')).toBe('none')
  expect(await press('期限')).toEqual(['-due_on', 'descending'])
  wrapper.unmount()
})

it('offers the same orders where a card has no head', async () => {
  const { wrapper, router } = await show(pages, '/list', false, MONEY)
  const select = wrapper.find('.order select')
  expect(select.findAll('option').map((each) => each.text())).toEqual([
    '登记先后，新的在前',
    '金额从大到小',
    '金额从小到大',
    '期限从晚到早',
    '期限从早到晚',
    '等级从重到轻',
    '等级从轻到重',
  ])
  await select.setValue('due_on')
  await flushPromises()
  expect(router.currentRoute.value.query.sort).toBe('due_on')
  wrapper.unmount()
})

it('puts the number beneath the name, in the column that stays', async () => {
  const { wrapper } = await show(pages, '/list', false, MONEY)
  const first = wrapper.find('tbody td')
  expect(first.classes()).toContain('stays')
  expect(first.find('small').text()).toBe('XS-1')
  // nobody can take it away
  expect(wrapper.find('.picker').text()).not.toContain('名称')
  wrapper.unmount()
})

it('sums the rows that are marked, where some are', async () => {
  const paid = rows(1).map((row, at) => ({ ...row, amount: at ? `${at}0.05` : null }))
  const sums = { amount: { amount: '99.00', filled: 3 } }
  const fetch: Fetch = (query) =>
    Promise.resolve({ items: paid, total: 3, sums: query.with_sums ? sums : null } as never)
  const { wrapper } = await show(fetch, '/list', true, MONEY)
  await flushPromises()
  expect(wrapper.find('tfoot').text()).toContain('99.00')
  const boxes = wrapper.findAll('tbody input[type=checkbox]')
  for (const box of boxes) await box.trigger('change')
  const foot = wrapper.find('tfoot').text()
  for (const each of ['所选 3 条合计', '30.10', '1 条未填']) expect(foot).toContain(each)
  expect(foot).not.toContain('99.00')
  wrapper.unmount()
})

it.each([
  [{ amount: { amount: '12.50', filled: 3 } }, ['合计', '12.50 元'], ['未填', '未合计']],
  [{ amount: { amount: '12.50', filled: 2 } }, ['合计', '1 条未填，未计入'], ['未合计']],
  [null, ['超过 1 万条，未合计'], ['元']],
])('tells what all rows come to, or that it is not known: %o', async (sums, there, away) => {
  const fetch = vi.fn<Fetch>((query) =>
    Promise.resolve({ items: rows(1), total: 3, sums: query.with_sums ? sums : null }),
  )
  const { wrapper } = await show(fetch, '/list?q=a', false, MONEY)
  await flushPromises()
  const foot = wrapper.find('tfoot').text()
  for (const each of there) expect(foot).toContain(each)
  for (const each of away) expect(foot).not.toContain(each)
  // asked for apart from the rows, of the same filter, whatever the page
  const asked = fetch.mock.calls.map(([query]) => query).filter((query) => query.with_sums)
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatchObject({ q: 'a', with_total: true })
  expect(asked[0]).not.toHaveProperty('sort')
  wrapper.unmount()
})
