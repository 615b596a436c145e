import { describe, expect, it } from 'vitest'

import { queryOf, sameConditions, textOf } from './conditions'

describe('conditions of a list', () => {
  it('go into an address and come back', () => {
    const text = textOf({
      status: ['a', 'b'],
      q: '会 员',
      cursor: 'x',
      limit: 20,
      sort: '-id',
      open: undefined,
    })
    expect(text).toBe('status=a&status=b&q=%E4%BC%9A+%E5%91%98')
    expect(queryOf(text)).toEqual({ status: ['a', 'b'], q: '会 员' })
  })

  it('are the same in any order, and with the order that the list has by itself', () => {
    const now = { status: ['b', 'a'], sort: '-id', open: true }
    expect(sameConditions('open=true&status=a&status=b', now)).toBe(true)
    expect(sameConditions('open=true&status=a', now)).toBe(false)
    expect(sameConditions('open=true&sort=id&status=a&status=b', now)).toBe(false)
    expect(sameConditions('', { sort: '-id' })).toBe(true)
  })
})
