import { expect, it } from 'vitest'

/** A last day is told as the day and how far it is, late in the late colour: by DueDate, nowhere else. */
const sources = import.meta.glob<string>('./**/*.vue', {
  query: '?raw',
  import: 'default',
  eager: true,
})

it('tells no last day as a bare date', () => {
  const bare = Object.entries(sources).flatMap(([path, source]) =>
    [
      ...source.matchAll(/formatDate\([^)]*\b\w*(?:due_on|due_at|expires_on|deadline)\b[^)]*\)/g),
    ].map(([found]) => `${path}: ${found}`),
  )
  expect(bare).toEqual([])
  expect(
    Object.values(sources).filter((source) => source.includes('<DueDate')).length,
  ).toBeGreaterThan(3)
})
