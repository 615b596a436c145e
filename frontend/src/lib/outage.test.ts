import { describe, expect, it } from 'vitest'

import { outage, watchOutage } from './outage'

const answer = (status: number, body: unknown = {}, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers })

describe('an outage', () => {
  it('is said until an answer comes about', async () => {
    const told = { code: 'database_away', detail: '数据库暂时连不上' }
    await watchOutage(answer(503, told, { 'Retry-After': '7' }))
    expect(outage.message).toBe('数据库暂时连不上')
    expect(outage.retryAfter).toBe(7)
    await watchOutage(answer(500))
    expect(outage.message).not.toBe('')
    await watchOutage(answer(200))
    expect(outage.message).toBe('')
  })

  it('is not what one part alone cannot do', async () => {
    await watchOutage(answer(503, { code: 'file_store_unavailable', detail: '附件' }))
    expect(outage.message).toBe('')
  })
})
