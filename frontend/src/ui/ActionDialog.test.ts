import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'

import { ApiProblem } from '@/lib/problems'

import ActionButtons from './ActionButtons.vue'
import type { ActionOffer, FormValues } from './types'

const offers: ActionOffer[] = [
  {
    action: 'reject',
    label: '不予受理',
    danger: true,
    needs: [{ field: 'reason', label: '理由', kind: 'long_text', required: true }],
  },
  { action: 'close', label: '办结', needs: [] },
]

function open(run = vi.fn<(action: string, values: FormValues) => Promise<void>>()) {
  const wrapper = mount(ActionButtons, {
    props: { offers, run, subject: 'XS-1' },
    attachTo: document.body,
  })
  return { wrapper, run }
}

const confirmButton = () => document.querySelector<HTMLButtonElement>('button[type=submit]')!

it('has one button for each offered action and none of its own', () => {
  const { wrapper } = open()
  expect(wrapper.findAll('.buttons > button').map((button) => button.text())).toEqual([
    '不予受理',
    '办结',
  ])
  wrapper.unmount()
})

it('says what is missing together with all else that the server finds wrong', async () => {
  const faults = [
    { pointer: '/reason', code: 'missing', message: '请填写理由' },
    { pointer: '/on', code: 'in_future', message: '日期不能晚于今天' },
    { pointer: '/_unfinished', code: 'extra_forbidden', message: '没有这个字段' },
  ]
  const run = vi.fn((_: string, values: FormValues) =>
    '_unfinished' in values
      ? Promise.reject(new ApiProblem(422, 'validation_failed', '填写内容有误', faults))
      : Promise.resolve(),
  )
  const on = { field: 'on', label: '日期', kind: 'date' } as const
  const offer = { ...offers[0]!, needs: [...offers[0]!.needs, on] }
  const wrapper = mount(ActionButtons, { props: { offers: [offer], run }, attachTo: document.body })
  await wrapper.find('button').trigger('click')
  await flushPromises()
  await wrapper.find('form').trigger('submit')
  await flushPromises()
  expect(wrapper.text()).toContain('请填写理由')
  expect(wrapper.text()).toContain('日期不能晚于今天')
  expect(wrapper.text()).not.toContain('没有这个字段')

  await wrapper.find('textarea').setValue('重复举报')
  await wrapper.find('form').trigger('submit')
  await flushPromises()
  expect(run).toHaveBeenLastCalledWith('reject', { reason: '重复举报' })
  wrapper.unmount()
})

it('focuses Cancel and names what will happen', async () => {
  const { wrapper } = open()
  await wrapper.findAll('button')[1]!.trigger('click')
  await flushPromises()
  expect(wrapper.text()).toContain('办结：XS-1')
  expect(confirmButton().textContent).toContain('确定办结')
  wrapper.unmount()
})

it('stays open with the words of a refusal, and offers to reload a stale record', async () => {
  const run = vi.fn(() => Promise.reject(new ApiProblem(409, 'stale_version', '他人已更新')))
  const { wrapper } = open(run)
  await wrapper.findAll('button')[1]!.trigger('click')
  await flushPromises()
  await wrapper.find('form').trigger('submit')
  await flushPromises()
  expect(wrapper.text()).toContain('他人已更新')
  const reload = wrapper.findAll('button').find((button) => button.text() === '重新载入')!
  await reload.trigger('click')
  expect(wrapper.emitted('stale')).toHaveLength(1)
  wrapper.unmount()
})
