import { describe, expect, it } from 'vitest'

import { parseDay, parseMoment, parseWhole } from './typed'

describe('days as they are typed', () => {
  it.each([
    ['2022-05-03', '2022-05-03'],
    ['2022-5-3', '2022-05-03'],
    ['2022.5.3', '2022-05-03'],
    ['2022/5/3', '2022-05-03'],
    ['2022年5月3日', '2022-05-03'],
    ['2022 年 5 月 3 号', '2022-05-03'],
    ['２０２２年５月３日', '2022-05-03'],
    ['２０２２．５．３', '2022-05-03'],
    [' 20220503 ', '2022-05-03'],
    ['2024-02-29', '2024-02-29'],
    ['2023-02-29', null],
    ['2022-13-01', null],
    ['5/3/2022', null],
    ['22.5.3', null],
    ['2022年5月', null],
    ['昨天', null],
  ])('%s → %s', (typed, day) => expect(parseDay(typed)).toBe(day))
})

describe('moments as they are typed', () => {
  it.each([
    ['2022-05-03 14:05', '2022-05-03 14:05'],
    ['2022-05-03T14:05', '2022-05-03 14:05'],
    ['2022.5.3 9：05', '2022-05-03 09:05'],
    ['2022年5月3日14时5分', '2022-05-03 14:05'],
    ['2022年5月3日 ９点', '2022-05-03 09:00'],
    ['2022-05-03', null],
    ['2022-05-03 24:05', null],
    ['2022-05-03 14:65', null],
  ])('%s → %s', (typed, moment) => expect(parseMoment(typed)).toBe(moment))
})

describe('whole numbers as they are typed', () => {
  it.each([
    ['12', 12],
    ['１２', 12],
    ['1,200', 1200],
    ['1，200', 1200],
    ['-3', -3],
    ['1,2', null],
    ['1.5', null],
    ['十二', null],
    ['99999999999999999999', null],
  ])('%s → %s', (typed, number) => expect(parseWhole(typed)).toBe(number))
})
