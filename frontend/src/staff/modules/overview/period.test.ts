import { describe, expect, it } from 'vitest'

import { askedOf, chosenOf, comparedTo } from './period'

describe('the period of the overview', () => {
  it('is this year where the address says nothing, or nothing that is known', () => {
    expect(chosenOf({})).toEqual({ key: 'year', from: '', to: '' })
    expect(chosenOf({ period: 'week' }).key).toBe('year')
    expect(askedOf(chosenOf({}))).toEqual({ period: 'year' })
  })
  it('is days of one’s own where they stand in the address', () => {
    const chosen = chosenOf({ from: '2026-03-01', to: '2026-03-31' })
    expect(chosen.key).toBe('days')
    expect(askedOf(chosen)).toEqual({ date_from: '2026-03-01', date_to: '2026-03-31' })
    expect(askedOf({ key: 'days', from: '2026-03-01', to: '' })).toEqual({
      date_from: '2026-03-01',
    })
  })
  it('is all time where that is asked, and while no day is typed', () => {
    expect(askedOf(chosenOf({ period: 'all', from: '2026-01-01' }))).toEqual({})
    expect(askedOf(chosenOf({ period: 'days' }))).toEqual({})
  })
  it('says how a figure changed', () => {
    expect(comparedTo(15, 12)).toBe('上期 12，增加 3')
    expect(comparedTo(0, 2)).toBe('上期 2，减少 2')
    expect(comparedTo(7, 7)).toBe('上期 7，持平')
    expect(comparedTo(7, null)).toBe('')
  })
})
