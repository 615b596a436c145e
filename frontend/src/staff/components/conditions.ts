import type { LocationQueryRaw } from 'vue-router'

import type { ListQuery } from '@/ui/types'

/** Where a page begins and how it is sorted by itself are no conditions. */
const NO_CONDITION = new Set(['cursor', 'limit', 'with_total'])

function pairsOf(conditions: ListQuery): [string, string][] {
  return Object.entries(conditions).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((each) => each !== undefined && each !== '' && !NO_CONDITION.has(name))
      .map((each): [string, string] => [name, String(each)]),
  )
}

/** Conditions as the address of their list says them. */
export const textOf = (conditions: ListQuery) => new URLSearchParams(pairsOf(conditions)).toString()

/** The other way round, for a link. */
export function queryOf(text: string): LocationQueryRaw {
  const params = new URLSearchParams(text)
  return Object.fromEntries(
    [...new Set(params.keys())].map((name) => {
      const values = params.getAll(name)
      return [name, values.length > 1 ? values : values[0]]
    }),
  )
}

/** Whether a kept query asks for just these conditions, in whatever order; a list's own order is not one. */
export function sameConditions(text: string, conditions: ListQuery, ownSort = '-id'): boolean {
  const plain = (pairs: [string, string][]) =>
    pairs
      .filter(([name, value]) => name !== 'sort' || value !== ownSort)
      .map((pair) => pair.join('='))
      .sort()
      .join('&')
  return plain([...new URLSearchParams(text)]) === plain(pairsOf(conditions))
}
