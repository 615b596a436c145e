import { expect, it } from 'vitest'

import * as tables from '@/api/labels'

import { isMeant, spells } from './pinyin'
import { spelled } from './spelled'

it.each([
  ['网格员排查', 'wg'],
  ['养老服务', 'ylfw'],
  ['行政处罚', 'xzcf'],
  ['12345 热线', '12345rx'],
])('%s is found by %s', (label, typed) => expect(spells(spelled(label), typed)).toBe(true))

it('spells every label of every list', () => {
  const labels = Object.values(tables).flatMap((table) => Object.values(table as object))
  for (const label of labels.map(String)) {
    for (const character of label.match(/\p{Script=Han}/gu) ?? []) {
      expect(spelled(character), `${character} of ${label}`).not.toBe('')
    }
  }
  expect(labels.length).toBeGreaterThan(500)
})

it('does not find what is not meant', () => {
  expect(isMeant({ name: '来信', pinyin: spelled('来信') }, 'wg')).toBe(false)
})
