import { expect, it } from 'vitest'

import * as words from '@/api/words'

/** What a field of a record is called stands in the service's table of labels: a page that shows the
 *  record takes it from there. Whoever means something else says it in other words. */
const sources = import.meta.glob<string>('./modules/**/*.vue', {
  query: '?raw',
  import: 'default',
  eager: true,
})

const tables: [string, Record<string, string>][] = Object.entries(words)

/** The tables that a page has at hand. One that no page takes would weigh on every page: all of
 *  them are in the part that the pages share. */
function ownTables(path: string): Record<string, string>[] {
  const source = sources[path] ?? ''
  return tables
    .filter(([name]) => new RegExp(`\\b${name}\\b`).test(source))
    .map(([, table]) => table)
}

function retyped(path: string): string[] {
  const own = ownTables(path)
  return [...(sources[path] ?? '').matchAll(/\{[^{}]*?label: '([^']+)'[^{}]*?\}/g)].flatMap(
    ([fact, label = '']) => {
      const key = /(?:key|name): '(?:\w+\.)*(\w+)'/.exec(fact)?.[1] ?? ''
      const value = /value: [\w.?]*?\.(\w+)\b/.exec(fact)?.[1] ?? ''
      const again = own.some((table) => table[key] === label || table[value] === label)
      return again ? [label] : []
    },
  )
}

it('types no label of a record again', () => {
  const found = Object.keys(sources).flatMap((path) =>
    retyped(path).map((label) => `${path}: ${label}`),
  )
  expect(found).toEqual([])
})
