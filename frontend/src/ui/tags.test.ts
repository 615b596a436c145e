import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'

import { shortDate, weekend } from '@/lib/dates'

import DueDate from './DueDate.vue'
import Money from './Money.vue'
import StatusTag from './StatusTag.vue'
import TierTag from './TierTag.vue'

it('says the status in words and nothing else', () => {
  const tag = mount(StatusTag, { props: { label: '核查中', tone: 'active' } })
  expect(tag.text()).toBe('核查中')
  expect(tag.element.children).toHaveLength(0)
  expect(tag.attributes('data-tone')).toBe('active')
})

it('never shows a tier without its word', () => {
  expect(mount(TierTag, { props: { tier: 'red', label: '红色' } }).text()).toBe('红色')
  expect(mount(TierTag, { props: { tier: null, label: '' } }).text()).toBe('未定级')
})

it('writes 元 for clerks and 万元 for leaders, the exact sum on hover', () => {
  expect(mount(Money, { props: { value: '23120000.00' } }).text()).toBe('23,120,000.00 元')
  const wan = mount(Money, { props: { value: '23120000.00', wan: true } })
  expect(wan.text()).toBe('2,312.00 万元')
  expect(wan.attributes('title')).toBe('23,120,000.00 元')
  expect(mount(Money, { props: { value: null } }).text()).toBe('—')
})

it('counts down, and says when it is too late', () => {
  const day = (shift: number) => new Date(Date.now() + shift * 86_400_000).toISOString()
  expect(mount(DueDate, { props: { at: day(5) } }).text()).toBe(
    `${shortDate(day(5))}${weekend(day(5))}，剩 5 天`,
  )
  expect(mount(DueDate, { props: { at: day(5), workingDaysLeft: 3 } }).text()).toBe(
    `${shortDate(day(5))}${weekend(day(5))}，剩 3 个工作日`,
  )
  expect(mount(DueDate, { props: { at: day(0) } }).text()).toBe(`${shortDate(day(0))}，今天到期`)
  const late = mount(DueDate, { props: { at: day(-2), rule: 'LEAD-01' } })
  expect(late.text()).toBe(`${shortDate(day(-2))}${weekend(day(-2))}，已超期 2 天`)
  expect(late.attributes('title')).toContain('依据：LEAD-01')
  expect(mount(DueDate, { props: { at: day(9), provisional: true } }).text()).toContain('暂定')
  expect(mount(DueDate, { props: { at: '2022-05-13', done: true } }).text()).toBe('2022-05-13')
})
