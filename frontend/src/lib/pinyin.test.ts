import { expect, it } from 'vitest'

import { isMeant, spells } from './pinyin'

const VILLAGE = { name: '白庙村', pinyin: 'bai/bo miao cun' }

it.each(['bm', 'bmc', 'baimiao', 'baimc', 'bmiaocun', 'BMC', 'b m', 'bom', 'mc', 'ｂｍ'])(
  'spells it: %s',
  (typed) => expect(spells(VILLAGE.pinyin, typed)).toBe(true),
)

it.each(['', ' ', 'mb', 'bmcx', 'aimiao', 'bc'])('does not spell it: %s', (typed) =>
  expect(spells(VILLAGE.pinyin, typed)).toBe(false),
)

it('knows an entry by its name as well, and takes nothing typed for anything', () => {
  expect(isMeant(VILLAGE, '庙村')).toBe(true)
  expect(isMeant(VILLAGE, '')).toBe(true)
  expect(isMeant(VILLAGE, 'bmc')).toBe(true)
  expect(isMeant(VILLAGE, '黑庙')).toBe(false)
  expect(spells('', 'a')).toBe(false)
  expect(spells('lv/lu gang', 'lüg')).toBe(true)
})
