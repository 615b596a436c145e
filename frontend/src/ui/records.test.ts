import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'

import { ApiProblem } from '@/lib/problems'

import AttachmentList from './AttachmentList.vue'
import EmptyState from './EmptyState.vue'
import FactList from './FactList.vue'
import LazyChart from './LazyChart.vue'
import PageHeader from './PageHeader.vue'
import Problem from './Problem.vue'
import RevealField from './RevealField.vue'
import Timeline from './Timeline.vue'

const router = createRouter({
  history: createMemoryHistory(),
  routes: [{ path: '/:rest(.*)*', component: { render: () => null } }],
})

it('orders what happened, and tells late entries', () => {
  const wrapper = mount(Timeline, {
    props: {
      entries: [
        {
          id: '1',
          title: '交办',
          actor: '平安办',
          at: '2022-05-13T08:00:00+08:00',
          recordedAt: '2022-05-14T09:30:00+08:00',
          details: [{ label: '理由', value: '属地在新桥村' }],
        },
      ],
    },
  })
  expect(wrapper.text()).toContain('2022-05-13 08:00')
  expect(wrapper.text()).toContain('2022-05-14 09:30 录入')
  expect(wrapper.text()).toContain('属地在新桥村')
  expect(mount(Timeline, { props: { entries: [] } }).text()).toContain('还没有办理记录')
})

it('says an empty fact instead of hiding it', () => {
  const wrapper = mount(FactList, { props: { facts: [{ key: 'a', label: '备注', value: '' }] } })
  expect(wrapper.find('dd').text()).toBe('—')
})

it('treats a missing right as a state, not as an alarm', () => {
  const hidden = mount(Problem, { props: { error: new ApiProblem(403, 'forbidden', '没有权限') } })
  expect(hidden.attributes('role')).toBe('status')
  const wrong = mount(Problem, {
    props: { error: new ApiProblem(500, 'internal', '出错了', [], 'r-9'), retryable: true },
  })
  expect(wrong.attributes('role')).toBe('alert')
  expect(wrong.text()).toContain('编号 r-9')
})

it('tells how long to wait', () => {
  const locked = new ApiProblem(429, 'account_locked', '账号已锁定。', [], null, 1750)
  expect(mount(Problem, { props: { error: locked } }).text()).toContain('请在 30 分钟后再试')
})

it('shows a masked value in full only after a reason', async () => {
  const reveal = vi.fn(() => Promise.resolve('13800001234'))
  const wrapper = mount(RevealField, {
    props: { masked: '138****1234', label: '电话', reveal },
    attachTo: document.body,
  })
  expect(wrapper.text()).not.toContain('13800001234')
  await wrapper.find('button').trigger('click')
  await flushPromises()
  await wrapper.find('textarea').setValue('电话回访举报人')
  await wrapper.find('form').trigger('submit')
  await flushPromises()
  expect(reveal).toHaveBeenCalledWith('电话回访举报人')
  expect(wrapper.text()).toContain('13800001234')
  wrapper.unmount()
})

it('offers no reveal where the server offers none', () => {
  const wrapper = mount(RevealField, { props: { masked: '138****1234', label: '电话' } })
  expect(wrapper.find('button').exists()).toBe(false)
})

it('sends files one after the other and keeps the name of the failed one', async () => {
  const send = vi.fn(() => Promise.reject(new ApiProblem(413, 'payload_too_large', '文件过大')))
  const wrapper = mount(AttachmentList, {
    props: { items: [], send, fetchFile: () => Promise.resolve() },
  })
  const input = wrapper.find('input')
  Object.defineProperty(input.element, 'files', { value: [new File(['x'], '合同.jpg')] })
  await input.trigger('change')
  await flushPromises()
  expect(send).toHaveBeenCalledOnce()
  expect(wrapper.text()).toContain('文件过大')
})

it('has the numbers of a chart as a table behind it', async () => {
  const wrapper = mount(LazyChart, {
    props: {
      question: '哪些村的线索超期最多？',
      data: { kind: 'bar', categories: ['新桥村'], series: [{ name: '超期', values: [7] }] },
    },
    global: { stubs: { ChartCanvas: true }, plugins: [router] },
  })
  await wrapper.find('button').trigger('click')
  expect(wrapper.find('tbody').text()).toBe('新桥村7')
})

it('gives every page one heading and every empty state a next step', () => {
  const header = mount(PageHeader, { props: { title: '线索' }, slots: { default: '<button />' } })
  expect(header.findAll('h1')).toHaveLength(1)
  const empty = mount(EmptyState, { props: { title: '无' }, slots: { default: '<a>登记</a>' } })
  expect(empty.text()).toContain('登记')
})
