import { describe, expect, it } from 'vitest'

import { said } from './cells'

const names = new Map([['341522118201', '新桥村']])

describe('what a cell of a ledger says', () => {
  it('says labels instead of codes', () => {
    expect(said('channel', 'police_110', names)).not.toMatch(/[a-z]/)
    expect(said('categories', 'C1、C5', names)).toMatch(/^[^、]+、[^、]+$/)
  })

  it('names places and units', () => {
    expect(said('division_code', '341522118201', names)).toBe('新桥村')
  })

  it('writes sums as a clerk reads them, and leaves the rest as it is', () => {
    expect(said('amount_involved', '36000.00', names)).toBe('36,000.00 元')
    expect(said('narrative', '收取会员费3000元', names)).toBe('收取会员费3000元')
    expect(said('channel', 'new_channel', names)).toBe('new_channel')
  })
})
