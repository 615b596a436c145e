import { expect, it } from 'vitest'

import { phoneFault } from './phone'

it.each([
  '',
  '13812345678',
  '138 1234 5678',
  '+86 138-1234-5678',
  '１３８１２３４５６７８',
  '0564-6021234',
])('takes %s', (phone) => expect(phoneFault(phone)).toBe(''))
it.each([
  '0564-6021234转8',
  '0564-6021234 Ext.8',
  '0564-60212345-12345',
  '4001234567',
  '12345',
  '110',
  '(0564)6021234',
  '95588',
])('takes %s', (phone) => expect(phoneFault(phone)).toBe(''))
it.each(['1381234567', '138123456789', '6021234', '12', 'abc', '不知道', '1381234567²'])(
  'asks again about %s',
  (phone) => expect(phoneFault(phone)).toContain('电话号码不对'),
)
