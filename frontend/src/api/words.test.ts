import { expect, it } from 'vitest'

import * as words from './words'

/** What a column or a fact of a record is called stands once, in the API: pages do not type it again. */
const sources = import.meta.glob<string>('../staff/**/*.{vue,ts}', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const tables: Record<string, Record<string, string>> = Object.fromEntries(
  Object.entries(words).map(([name, table]) => [name.replace(/Words$/, ''), { ...table }]),
)

/** Where the pages of a noun lie. */
const NOUNS: [RegExp, string][] = [
  [/modules\/cases\//, 'Case'],
  [/modules\/leads\/(?:list|record|desk|similar)\//, 'Lead'],
  [/modules\/leads\/recheck\//, 'RecheckSample'],
  [/modules\/victims\//, 'Victim'],
  [/modules\/distributions\//, 'Distribution'],
  [/modules\/handovers\/|components\/(?:Handover|Transfer)/, 'Handover'],
  [/modules\/outcomes\//, 'Outcome'],
  [/modules\/risk-entities\//, 'RiskEntity'],
  [/modules\/inspections\//, 'Inspection'],
  [/modules\/rectifications\//, 'Rectification'],
  [/modules\/property\/Measure/, 'PropertyMeasure'],
  [/modules\/property\/PropertyItem/, 'PropertyItem'],
  [/modules\/rewards\//, 'Reward'],
  [/modules\/imports\//, 'Import'],
  [/modules\/jobs\//, 'Job'],
  [/modules\/restricted-files\//, 'RestrictedFile'],
  [/modules\/time-rules\/TimeRule/, 'TimeRule'],
  [/modules\/units\/Post/, 'Post'],
  [/modules\/units\/Unit/, 'Unit'],
  [/modules\/users\//, 'User'],
  [/modules\/ledger\//, 'Entry'],
]

it.each(NOUNS)('takes the words of %s from the API', (place, noun) => {
  const own = [tables[`${noun}Item`], tables[`${noun}Read`]].filter((table) => !!table)
  expect(own.length).toBeGreaterThan(0)
  const pages = Object.entries(sources).filter(([path]) => place.test(path))
  expect(pages.length).toBeGreaterThan(0)
  const typed = pages.flatMap(([path, source]) =>
    [...source.matchAll(/key:\s*'(\w+)',\s*label:\s*'([^']*)'/g)]
      .filter(([, key, label]) => own.some((table) => table[key!] === label))
      .map(([found]) => `${path}: ${found}`),
  )
  expect(typed).toEqual([])
})
