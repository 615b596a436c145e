import { describe, expect, it } from 'vitest'

import { formatWan, formatYuan, parseAmount, toFen } from './money'

describe('amounts', () => {
  it.each([
    ['0', '0.00'],
    ['12345.67', '12,345.67'],
    ['23120000.00', '23,120,000.00'],
    ['90071992547409931.23', '90,071,992,547,409,931.23'],
    ['-50.5', '-50.50'],
  ])('formats %s as %s', (yuan, shown) => expect(formatYuan(yuan)).toBe(shown))

  it.each([
    ['123456.78', '12.35'],
    ['23120000.00', '2,312.00'],
    ['49.99', '0.00'],
    ['50.00', '0.01'],
  ])('shows %s as %s 万元', (yuan, shown) => expect(formatWan(yuan)).toBe(shown))

  it.each([
    ['1,234.5', '1234.50'],
    ['１２.３万元', '123000.00'],
    ['0.123456万', '1234.56'],
    ['¥ 88', '88.00'],
    ['1.234', null],
    ['5千块', '5000.00'],
    ['1.5亿', '150000000.00'],
    ['５０００元整', '5000.00'],
    ['３．５万', '35000.00'],
    ['１２，３４５．６７', '12345.67'],
    ['3,5', null],
    ['1,00,000', null],
    ['3万5', null],
    ['三百', null],
  ])('reads %s', (typed, yuan) => expect(parseAmount(typed)).toBe(yuan))

  it('refuses what is no amount', () => expect(() => toFen('1e5')).toThrow(RangeError))
})

it('takes no raised or circled digit for a digit', () => {
  for (const text of ['²', '12²', '①', '½', '5⅓']) expect(parseAmount(text)).toBeNull()
  expect(parseAmount('１２')).toBe('12.00')
})
