import type { FieldSpec, FormValues } from '@/ui/types'

/** Stars are what the server masks with. What holds none can be corrected from where it stands. */
export const isMasked = (spec: FieldSpec, now: unknown): boolean =>
  Boolean(spec.masked) && typeof now === 'string' && now.includes('*')

const isBlank = (value: unknown) =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && !value.length)

const same = (one: unknown, other: unknown) =>
  JSON.stringify(one) === JSON.stringify(other) || (isBlank(one) && isBlank(other))

/** What a correction sends: the fields that changed, null for those that were emptied. */
export function changesOf(
  fields: FieldSpec[],
  before: FormValues,
  after: FormValues,
): Record<string, unknown> {
  const changed: Record<string, unknown> = {}
  for (const { field, keeps } of fields) {
    const value = after[field]
    if (keeps !== undefined) {
      // null was asked for; what was left blank stays as it is
      if (value === null) changed[field] = null
      else if (!isBlank(value)) changed[field] = value
    } else if (!same(before[field], value)) {
      changed[field] = isBlank(value) ? null : value
    }
  }
  return changed
}
