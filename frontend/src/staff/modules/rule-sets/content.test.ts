import { expect, test } from 'vitest'

import { sent } from './content'

const steps = {
  name: 'steps',
  kind: 'rows',
  rows: [{ name: 'from' }, { name: 'reward' }],
} as unknown as Parameters<typeof sent>[0]

test.each([
  ['0 1000', { from: '0', reward: '1000' }],
  ['100,000 2,500', { from: '100000', reward: '2500' }],
  ['1，000，000：5，000.00', { from: '1000000', reward: '5000.00' }],
  // neither thousands nor two values: it goes as it is, to be refused
  ['0 1 000', { from: '0', reward: '1 000' }],
  ['0 1000 5', { from: '0', reward: '1000 5' }],
  ['0,1000 5', { from: '0,1000', reward: '5' }],
  ['100', { from: '100', reward: '' }],
])('a line of steps: %s', (line, wanted) => {
  expect(sent(steps, line)).toEqual([wanted])
})
