import { flushPromises, mount } from '@vue/test-utils'
import { createMemoryHistory, createRouter } from 'vue-router'
import { beforeEach, expect, it, vi } from 'vitest'

import { MergeFields } from '@/api/fields'
import { showPage } from '@/test-pages'
import NoticeArea from '@/ui/NoticeArea.vue'
import { dismiss, notices, notify, notifyOf, undoing, type Undo } from '@/ui/notices'
import type { ActionOffer } from '@/ui/types'

import ShellSearch from './ShellSearch.vue'
import UndoDialog from './UndoDialog.vue'

/** What the shell has on every page: the one search, and notices that lead back. */

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true
  }
})

const FOUND = {
  items: [
    {
      noun: 'leads',
      items: [
        { id: 'a', number: 'XS-1', name: '福寿', status: '已登记' },
        { id: 'b', number: 'XS-2', name: '', status: '已交办' },
      ],
      more: true,
    },
    {
      noun: 'users',
      items: [{ id: 'c', number: 'wang', name: '王某', status: '在用' }],
      more: false,
    },
  ],
  notice: null,
}

async function searched(answer: object, text = '福') {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const page = await showPage(ShellSearch, {}, { '/search': answer })
  const input = page.wrapper.find('input')
  await input.setValue(text)
  vi.advanceTimersByTime(300)
  vi.useRealTimers()
  await flushPromises()
  await flushPromises()
  const chosen = () => page.wrapper.find('[aria-selected=true]').text()
  return { ...page, input, chosen }
}

it('lists what was found by noun, names first, and is walked by keys', async () => {
  const { wrapper, input, chosen, done } = await searched(FOUND)
  expect(wrapper.findAll('h2').map((each) => each.text())).toEqual(['线索', '人员'])
  expect(wrapper.text()).toContain('找到 4 项')
  expect(chosen()).toContain('福寿')
  await input.trigger('keydown', { key: 'ArrowDown' })
  // what has no name is called by its number
  expect(chosen()).toBe('XS-2已交办')
  await input.trigger('keydown', { key: 'ArrowUp' })
  await input.trigger('keydown', { key: 'ArrowUp' })
  expect(chosen()).toContain('王某')
  expect(input.attributes('aria-activedescendant')).toBe(
    wrapper.find('[aria-selected=true]').attributes('id'),
  )
  await input.trigger('keydown', { key: 'Enter' })
  expect(wrapper.emitted('close')).toBeTruthy()
  done()
})

it('says that nothing was found, and why', async () => {
  const { wrapper, input, done } = await searched({ items: [], notice: '号码只能按完整号码查找' })
  expect(wrapper.text()).toContain('没有找到')
  expect(wrapper.text()).toContain('号码只能按完整号码查找')
  await input.trigger('keydown', { key: 'Enter' })
  expect(wrapper.emitted('close')).toBeFalsy()
  done()
})

it('opens nothing that was found for other words', async () => {
  const { wrapper, input, done } = await searched(FOUND)
  await input.setValue('福寿康')
  await input.trigger('keydown', { key: 'Enter' })
  expect(wrapper.emitted('close')).toBeFalsy()
  done()
})

async function area(address: string) {
  const page = { render: () => null }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/:rest(.*)*', name: 'any', component: page }],
  })
  await router.push(address)
  return mount(NoticeArea, { global: { plugins: [router], stubs: { RouterLink: false } } })
}

it('leads back to the record that a notice is about, except from its own page', async () => {
  for (const { id } of [...notices]) dismiss(id)
  notifyOf('/leads/a', '已完成：交办')
  notify('已保存')
  const away = await area('/cases')
  expect(away.findAll('a').map((link) => link.attributes('href'))).toEqual(['/leads/a'])
  const there = await area('/leads/a')
  expect(there.findAll('a')).toHaveLength(0)
  expect(there.text()).toContain('已完成：交办')
})

const answered: string[] = []
const undoable = (found: ActionOffer | string): Undo => ({
  what: '交办',
  ask: () => Promise.resolve(found),
  run: (values) => Promise.resolve(answered.push(JSON.stringify(values))),
})

async function pressed(undo: Undo) {
  for (const { id } of [...notices]) dismiss(id)
  notify('已完成：交办', 'done', undefined, undo)
  const shown = await area('/cases')
  const button = shown.findAll('button').find((each) => each.text() === '撤销')!
  await button.trigger('click')
  expect(undoing.value).not.toBeNull()
  const dialog = mount(UndoDialog, { props: { notice: undoing.value! }, attachTo: document.body })
  await flushPromises()
  return dialog
}

it('takes back at one click what asks for nothing, and says so', async () => {
  const dialog = await pressed(undoable({ action: '', label: '交还', needs: [] }))
  expect(answered).toEqual(['{}'])
  expect(notices[notices.length - 1]?.text).toBe('已撤销：交办')
  expect(undoing.value).toBeNull()
  dialog.unmount()
})

it('says why something can not be taken back any more', async () => {
  const dialog = await pressed(undoable('现在已经办到“核查”这一步'))
  expect(notices[notices.length - 1]).toMatchObject({
    text: '交办不能撤销了：现在已经办到“核查”这一步',
    kind: 'alert',
  })
  expect(undoing.value).toBeNull()
  expect(answered).toHaveLength(1)
  dialog.unmount()
})

it('asks for what the reverse needs before anything is done', async () => {
  const reason = { field: 'reason', label: MergeFields.reason, kind: 'long_text', required: true }
  const dialog = await pressed(
    undoable({ action: 'take_back', label: '收回交办', needs: [reason] }),
  )
  expect(undoing.value).not.toBeNull()
  expect(answered).toHaveLength(1)
  undoing.value = null
  dialog.unmount()
})
