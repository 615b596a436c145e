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

const pages: Fetch = (query) =>
  Promise.resolve(
    query.cursor === 'two'
      ? { items: rows(4), next_cursor: null, prev_cursor: 'one' }
      : { items: rows(1), next_cursor: 'two', prev_cursor: null, total: 6, total_is_exact: true },
  )

async function show(fetch: Fetch, address = '/list', selectable = false) {
  const Host = defineComponent({
    setup() {
      const list = useCursorList<Row>({ key: 'rows', filters, fetch })
      return () =>
        h(CursorTable as never, {
          list,
          columns,
          name: 'test',
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
