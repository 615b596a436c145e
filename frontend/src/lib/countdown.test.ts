import { describe, expect, it } from 'vitest'

import { timeLeft } from './countdown'

const now = Date.parse('2022-05-13T10:00:00+08:00')

describe('timeLeft', () => {
  it.each([
    ['2022-05-13T12:00:00+08:00', '2 小时 0 分'],
    ['2022-05-13T11:58:30+08:00', '1 小时 58 分'],
    ['2022-05-13T10:04:12+08:00', '4 分 12 秒'],
    ['2022-05-13T10:00:00.400+08:00', '0 分 1 秒'],
    ['2022-05-13T10:00:00+08:00', ''],
    ['2022-05-13T09:00:00+08:00', ''],
    ['', ''],
  ])('%s', (until, said) => {
    expect(timeLeft(until, now)).toBe(said)
  })
})
