import { expect, it } from 'vitest'

import * as fields from './fields'

/** What a request asks for is named once, by the API: an error then names what stands on the form. */
const sources = import.meta.glob<string>('../staff/**/*.{vue,ts}', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const tables: Record<string, Record<string, string>> = Object.fromEntries(
  Object.entries(fields).map(([name, table]) => [name.replace(/Fields$/, ''), { ...table }]),
)
const known = new Set(Object.values(tables).flatMap(Object.keys))
/** Sent as forms of HTML are, which the document names no labels for. */
const APART = new Set(['../staff/modules/account/ChangePassword.vue'])

/** Where the pages of a noun lie, and what a new record of it is asked for. */
const NOUNS: [RegExp, string][] = [
  [/modules\/cases\//, 'CaseCreate'],
  [/modules\/leads\//, 'LeadCreate'],
  [/modules\/victims\//, 'VictimCreate'],
  [/modules\/distributions\//, 'DistributionCreate'],
  [/modules\/outcomes\//, 'OutcomeCreate'],
  [/modules\/risk-entities\//, 'RiskEntityCreate'],
  [/modules\/inspections\//, 'InspectionCreate'],
  [/modules\/ledger\//, 'EntryCreate'],
  [/modules\/property\/Measure/, 'PropertyMeasureCreate'],
  [/modules\/property\/PropertyItem/, 'PropertyItemCreate'],
]

it.each(Object.entries(sources).filter(([path]) => !APART.has(path)))(
  'takes the labels of %s from the API',
  (path, source) => {
    const asked = [...source.matchAll(/field:\s*'([\w.]+)',\s*label:\s*['"]([^'"]*)/g)]
    expect(asked.filter(([, name]) => known.has(name!)).map(([found]) => found)).toEqual([])

    const noun = NOUNS.find(([place]) => place.test(path))?.[1]
    const said = new Set(noun ? Object.values(tables[noun]!) : [])
    const typed = [...source.matchAll(/\w+:\s*'[\w.]+',\s*label:\s*['"]([^'"]*)/g)]
    expect(typed.filter(([, label]) => said.has(label!)).map(([found]) => found)).toEqual([])
  },
)

it('knows what the forms ask for', () => {
  expect(fields.LeadCreateFields.narrative).toBe('反映内容')
  expect(fields.LeadCreateFields['reporter.name']).toBe('举报人姓名')
  expect(known.size).toBeGreaterThan(100)
})
