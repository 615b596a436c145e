import { expect, it } from 'vitest'

import { changesOf, isMasked } from './changes'

const spec = (field: string, over = {}) => ({ field, label: field, kind: 'text', ...over })

it('sends only what changed, and null for what was emptied', () => {
  const fields = [spec('title'), spec('note'), spec('charges'), spec('count'), spec('flag')]
  const before = { title: '甲', note: '备注', charges: ['a'], count: 3, flag: false }
  const after = { title: '乙', note: undefined, charges: [], count: 3, flag: false }
  expect(changesOf(fields, before, after)).toEqual({ title: '乙', note: null, charges: null })
  expect(changesOf(fields, before, { ...before })).toEqual({})
})

it('takes a change of a tick and a zero for changes', () => {
  expect(changesOf([spec('flag')], { flag: true }, { flag: false })).toEqual({ flag: false })
  expect(changesOf([spec('count')], {}, { count: 0 })).toEqual({ count: 0 })
})

it('leaves what is masked alone until it is written anew or cleared', () => {
  const phone = spec('phone', { masked: true, keeps: '138****1234' })
  expect(changesOf([phone], {}, { phone: undefined })).toEqual({})
  expect(changesOf([phone], {}, { phone: '13900000000' })).toEqual({ phone: '13900000000' })
  expect(changesOf([phone], {}, { phone: null })).toEqual({ phone: null })
})

it('knows what is masked by its stars', () => {
  expect(isMasked(spec('note', { masked: true }), '电话138****1234')).toBe(true)
  expect(isMasked(spec('note', { masked: true }), '没有号码')).toBe(false)
  expect(isMasked(spec('note'), '五*星')).toBe(false)
})
