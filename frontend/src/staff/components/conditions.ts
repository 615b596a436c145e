import type { LocationQueryRaw } from 'vue-router'

import type { ListQuery } from '@/ui/types'

/** Where a page begins and how long it is are no conditions. */
const NO_CONDITION = new Set(['cursor', 'limit', 'with_total', 'with_sums'])

/** The order that a list has by itself is no condition either. */
const OWN_SORT = '-id'

const counts = ([name, value]: [string, string]) =>
  value !== '' && !NO_CONDITION.has(name) && !(name === 'sort' && value === OWN_SORT)

function pairsOf(conditions: ListQuery): [string, string][] {
  return Object.entries(conditions)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((each): [string, string] => [
        name,
        String(each ?? ''),
      ]),
    )
    .filter(counts)
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

const inOrder = (pairs: [string, string][]) =>
  pairs
    .map((pair) => pair.join('='))
    .sort()
    .join('&')

/** Whether a kept query asks for just these conditions, in whatever order they stand. */
export const sameConditions = (text: string, conditions: ListQuery) =>
  inOrder([...new URLSearchParams(text)].filter(counts)) === inOrder(pairsOf(conditions))
