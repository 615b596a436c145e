import { expect, it } from 'vitest'

/** What happened can be taken back, or leads to what it is about: in every notice of the staff pages. */
const sources = import.meta.glob<string>(['./**/*.{vue,ts}', '!./**/*.test.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** What is said without either, and why that is right. Failures stand where they happened. */
const SIGNED: Record<string, string> = {
  './modules/account/ChangePassword.vue': 'whoever changed it is logged out everywhere',
  './modules/leads/record/LeadFormPage.vue':
    'about the own town: it went to the county, and is not here any more',
  './modules/leads/reporter/InformantPanel.vue':
    'it went to the county, or back to the town, and is not here any more',
}

/** The arguments of each call, as they stand: split at the commas between them. */
function calls(source: string, name: string): string[][] {
  const found: string[][] = []
  for (const match of source.matchAll(new RegExp(`(?<![\\w.])${name}\\(`, 'g'))) {
    let depth = 1
    let at = match.index + match[0].length
    let quote = ''
    const parts = ['']
    for (; depth && at < source.length; at++) {
      const letter = source[at]!
      if (quote) quote = letter === quote ? '' : quote
      else if (`'\`"`.includes(letter)) quote = letter
      else if ('([{'.includes(letter)) depth++
      else if (')]}'.includes(letter)) depth--
      if (!depth) break
      if (letter === ',' && depth === 1 && !quote) parts.push('')
      else parts[parts.length - 1] += letter
    }
    found.push(parts.map((part) => part.trim()).filter(Boolean))
  }
  return found
}

const leadsSomewhere = (part?: string) => Boolean(part) && part !== 'undefined'

const bare = Object.entries(sources).filter(([, source]) =>
  calls(source, 'notify').some(
    ([, kind, to, undo]) => kind !== `'alert'` && !leadsSomewhere(to) && !leadsSomewhere(undo),
  ),
)

it('has an undo or a link in each notice', () => {
  expect(bare.map(([path]) => path).sort()).toEqual(Object.keys(SIGNED).sort())
})

it('finds what says so', () => {
  expect(calls(`notify('a, b', 'done', to({ x: 1 }))`, 'notify')).toEqual([
    [`'a, b'`, `'done'`, 'to({ x: 1 })'],
  ])
  const told = Object.values(sources).flatMap((source) => calls(source, 'notify'))
  expect(told.length).toBeGreaterThan(20)
})
