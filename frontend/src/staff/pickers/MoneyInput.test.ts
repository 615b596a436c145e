import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'

import { ApiProblem } from '@/lib/problems'

import MoneyInput from './MoneyInput.vue'

type Answer = { amount: string; question: string }
const server = vi.hoisted(() => ({
  asked: [] as unknown[],
  answer: () => Promise.reject() as Promise<unknown>,
}))
vi.mock('@/api/records', () => ({
  create: (path: string, body: unknown) => {
    server.asked.push([path, body])
    return server.answer()
  },
}))
const answers = (answer: Answer) => (server.answer = () => Promise.resolve(answer))
beforeEach(() => (server.asked = []))

async function typed(text: string) {
  const wrapper = mount(MoneyInput, {
    props: {
      id: 'sum',
      modelValue: undefined as unknown,
      'onUpdate:modelValue': (value: unknown) => wrapper.setProps({ modelValue: value }),
    },
    attrs: { 'aria-invalid': true },
  })
  await wrapper.find('input').setValue(text)
  await flushPromises()
  return { wrapper, value: () => wrapper.props('modelValue') }
}

it('reads figures without asking anybody', async () => {
  const { wrapper, value } = await typed('12.3万')
  expect(value()).toBe('123000.00')
  expect(wrapper.text()).toContain('123,000.00 元')
  expect(server.asked).toEqual([])
  expect(wrapper.find('input').attributes()).toMatchObject({ id: 'sum', 'aria-invalid': 'true' })
})

it('has words read by the server', async () => {
  answers({ amount: '30000.00', question: '' })
  const { value } = await typed('三万')
  expect(server.asked).toEqual([['/api/v1/public/amounts', { text: '三万' }]])
  expect(value()).toBe('30000.00')
})

it('asks where a sum is vague, and records nothing else until then', async () => {
  answers({ amount: '30000.00', question: '3万多：按 30,000 元登记？' })
  const { wrapper, value } = await typed('3万多')
  expect(value()).toBe('3万多')
  expect(wrapper.find('[role=alert]').text()).toContain('3万多：按 30,000 元登记？')
  await wrapper.find('button').trigger('click')
  expect(value()).toBe('30000.00')
  expect(wrapper.find('[role=alert]').exists()).toBe(false)
})

it('says what nobody can read, and leaves what was typed', async () => {
  server.answer = () => Promise.reject(new ApiProblem(422, 'invalid', '“几万”还说不准'))
  const { wrapper, value } = await typed('几万')
  expect(value()).toBe('几万')
  expect(wrapper.find('[role=alert]').text()).toBe('“几万”还说不准')
})

it('does not answer for what was typed since', async () => {
  let told: (answer: unknown) => void = () => {}
  server.answer = () => new Promise((resolve) => (told = resolve))
  const { wrapper, value } = await typed('三万')
  await wrapper.find('input').setValue('50')
  told({ amount: '30000.00', question: '' })
  await flushPromises()
  expect(value()).toBe('50.00')
})
