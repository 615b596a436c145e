import { expect, it } from 'vitest'

import {
  addDays,
  daysUntil,
  formatDate,
  formatTime,
  serverNow,
  setServerNow,
  shortDate,
  today,
  weekend,
} from './dates'

it('speaks Shanghai time whatever the machine says', () => {
  expect(formatTime('2022-05-13T16:05:00Z')).toBe('2022-05-14 00:05')
  expect(formatDate('2022-05-13T16:05:00Z')).toBe('2022-05-14')
  expect(today(new Date('2022-12-31T17:00:00Z'))).toBe('2023-01-01')
})

it('leaves a date without time alone', () => {
  expect(formatDate('2022-05-13')).toBe('2022-05-13')
  expect(formatTime('2022-05-13')).toBe('2022-05-13')
  expect(formatTime(null)).toBe('')
})

it('counts days between days, not between hours', () => {
  const now = new Date('2022-05-13T15:59:00Z')
  expect(daysUntil('2022-05-14T00:01:00+08:00', now)).toBe(1)
  expect(daysUntil('2022-05-10', now)).toBe(-3)
  expect(addDays('2022-02-28', 1)).toBe('2022-03-01')
})

it('says the year of a day only where it is not this one', () => {
  const now = new Date('2022-12-31T15:59:00Z')
  expect(shortDate('2022-05-13', now)).toBe('05-13')
  expect(shortDate('2023-01-04', now)).toBe('2023-01-04')
  // in the office it is the new year already
  expect(shortDate('2023-01-04', new Date('2022-12-31T16:01:00Z'))).toBe('01-04')
  expect(shortDate('2022-12-31T16:01:00Z', now)).toBe('2023-01-01')
})

it('says of a last day that it is one of rest', () => {
  const days = ['2026-12-04', '2026-12-05', '2026-12-06', '2026-12-07', '2026-12-05T17:00:00Z']
  expect(days.map(weekend)).toEqual(['', '（周六）', '（周日）', '', '（周日）'])
})

it("counts by the server's clock, whatever the computer's shows", () => {
  setServerNow('2022-12-31T17:00:00Z')
  expect(today()).toBe('2023-01-01')
  expect(daysUntil('2023-01-03')).toBe(2)
  setServerNow('no moment')
  expect(today()).toBe('2023-01-01')
  setServerNow(new Date().toISOString())
  expect(Math.abs(serverNow().getTime() - Date.now())).toBeLessThan(1000)
})
