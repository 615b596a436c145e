import { createHash } from 'node:crypto'

import { expect, it } from 'vitest'

import { hasher, solve, zeroBits } from './proof'

const hex = (state: Int32Array) =>
  Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')

it('hashes as everybody does, whatever the length', () => {
  for (let length = 0; length < 200; length++) {
    const beginning = 'a'.repeat(length)
    for (const digits of ['', '7', '1234567890']) {
      const whole = createHash('sha256')
        .update(beginning + digits)
        .digest('hex')
      expect(hex(hasher(beginning)(digits))).toBe(whole)
    }
  }
})

it('counts zero bits across words', () => {
  expect(zeroBits(Int32Array.of(0, 1, -1))).toBe(63)
  expect(zeroBits(Int32Array.of(-1))).toBe(0)
})

it('solves what it is given', async () => {
  const answer = await solve('some-challenge', 10)
  const digest = createHash('sha256').update(`some-challenge:${answer}`).digest()
  expect(digest.readUInt16BE(0) >> 6).toBe(0)
})
