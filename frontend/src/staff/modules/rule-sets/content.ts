import type { RuleEntry } from '@/api/schema'
import type { FieldSpec, FormValues } from '@/ui/types'

/**
 * The content of a rule set in a form and in a table, from what the server says that it holds: no page
 * knows a kind of rule.
 */
export type Entry = RuleEntry
export type Content = Record<string, unknown>
type Row = Record<string, unknown>

export interface Group {
  title: string
  fields: FieldSpec[]
}

const KINDS: Record<string, string> = {
  integer: 'integer',
  money: 'money',
  boolean: 'boolean',
  choices: 'multi_enum',
}

/** Words stand one in a line; a row of several cells is one line, by blanks. */
function specOf(entry: Entry, field: string): FieldSpec {
  const { label, help, rows } = entry
  const cells = rows.map((each) => each.label).join('、')
  const lines: Record<string, string> = {
    words: '每行一个。',
    rows: `每行一档：${cells}，用空格隔开。`,
  }
  return {
    field,
    label,
    kind: KINDS[entry.kind] ?? 'long_text',
    required: entry.kind !== 'boolean' && entry.kind !== 'words',
    options: entry.options,
    help: `${lines[entry.kind] ?? ''}${help}` || null,
  }
}

/** The groups of a form: what stands alone first, then each of what stands in every version. */
export function groupsOf(entries: Entry[]): Group[] {
  const alone = entries.filter(({ kind }) => kind !== 'named')
  const named = entries.filter(({ kind }) => kind === 'named')
  return [
    ...(alone.length
      ? [{ title: '规则', fields: alone.map((each) => specOf(each, `content.${each.name}`)) }]
      : []),
    ...named.flatMap((entry) =>
      entry.named.map(({ value, label }) => ({
        title: label,
        fields: entry.rows.map((each) =>
          specOf(each, `content.${entry.name}.${value}.${each.name}`),
        ),
      })),
    ),
  ]
}

/** As a form takes a value. */
function typed(entry: Entry, value: unknown): unknown {
  if (entry.kind === 'words') return (value as string[]).join('\n')
  if (entry.kind !== 'rows') return value
  return (value as Row[])
    .map((row) => entry.rows.map((each) => String(row[each.name])).join(' '))
    .join('\n')
}

const linesOf = (value: unknown) =>
  String(value ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

/** As the server takes it. */
export function sent(entry: Entry, value: unknown): unknown {
  if (entry.kind === 'boolean') return Boolean(value)
  if (entry.kind === 'words') return linesOf(value)
  if (entry.kind !== 'rows') return value
  return linesOf(value).map((line) => {
    const words = line.replace(/(\d)[,，](?=\d{3}(?!\d))/g, '$1').split(/[\s:：、]+/)
    // what is too much stays with the last, where the server says what is wrong with it
    const cells = [...words.splice(0, entry.rows.length - 1), words.join(' ')]
    return Object.fromEntries(entry.rows.map((each, at) => [each.name, cells[at] ?? '']))
  })
}

export function valuesOf(entries: Entry[], content: Content): FormValues {
  const found: FormValues = {}
  for (const entry of entries) {
    if (entry.kind !== 'named') {
      found[`content.${entry.name}`] = typed(entry, content[entry.name])
      continue
    }
    for (const { value: code } of entry.named) {
      const row = (content[entry.name] as Record<string, Row>)[code]!
      for (const each of entry.rows)
        found[`content.${entry.name}.${code}.${each.name}`] = typed(each, row[each.name])
    }
  }
  return found
}

export function contentOf(entries: Entry[], values: FormValues): Content {
  const made: Content = {}
  for (const entry of entries) {
    made[entry.name] =
      entry.kind === 'named'
        ? Object.fromEntries(
            entry.named.map(({ value: code }) => [
              code,
              Object.fromEntries(
                entry.rows.map((each) => [
                  each.name,
                  sent(each, values[`content.${entry.name}.${code}.${each.name}`]),
                ]),
              ),
            ]),
          )
        : sent(entry, values[`content.${entry.name}`])
  }
  return made
}
