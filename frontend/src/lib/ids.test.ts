import { expect, it } from 'vitest'

import { idempotencyKeys, newId } from './ids'

it('makes version 4 ids that differ', () => {
  const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  expect(newId()).toMatch(shape)
  expect(newId()).not.toBe(newId())
})

it('keeps the key while the body stays, and changes it with the body', () => {
  const keyFor = idempotencyKeys()
  const first = keyFor({ reason: '重复提交' })
  expect(keyFor({ reason: '重复提交' })).toBe(first)
  expect(keyFor({ reason: '改过了' })).not.toBe(first)
})
