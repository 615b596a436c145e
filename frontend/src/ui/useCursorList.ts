import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, ref, watch } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'

import type { Filter, ListQuery, Page, QueryValue } from './types'

export const PAGE_SIZES = [20, 50, 100, 200]
const DEFAULT_SIZE = 50

export interface CursorListOptions<T> {
  /** Prefix of the query key: invalidating it reloads the list. */
  key: string
  fetch: (query: ListQuery) => Promise<Page<T>>
  filters?: Filter[]
  defaultSort?: string
  /** Whether the list has columns of money to add up. */
  sums?: boolean
  /** Conditions that belong to the page and not to its address. */
  fixed?: () => ListQuery
}

const namesOf = (filter: Filter) =>
  filter.kind === 'date-range' ? [filter.from!, filter.to!] : [filter.key]

/** Filters, sort, size and cursor live in the address: a copied link shows the same rows. */
export function useCursorList<T>(options: CursorListOptions<T>) {
  const route = useRoute()
  const router = useRouter()
  const filters = options.filters ?? []
  const names = filters.flatMap(namesOf)
  const many = new Set(filters.filter((f) => f.kind === 'multi').map((f) => f.key))

  const first = (name: string) => {
    const value = route.query[name]
    return (Array.isArray(value) ? value[0] : value) || undefined
  }
  const valueOf = (name: string): QueryValue => {
    if (!many.has(name)) return first(name)
    const value = route.query[name]
    const list = (Array.isArray(value) ? value : [value]).filter((item): item is string => !!item)
    return list.length ? list : undefined
  }

  const values = computed<ListQuery>(() =>
    Object.fromEntries(names.map((name) => [name, valueOf(name)])),
  )
  const sort = computed(() => first('sort') ?? options.defaultSort)
  const limit = computed(() => {
    const size = Number(first('limit'))
    return PAGE_SIZES.includes(size) ? size : DEFAULT_SIZE
  })
  const cursor = computed(() => first('cursor'))
  const active = computed(() => names.some((name) => values.value[name] !== undefined))

  const asked = computed<ListQuery>(() => ({
    ...options.fixed?.(),
    ...values.value,
    sort: sort.value,
    limit: limit.value,
    cursor: cursor.value,
    // Counting is asked for once, with the first page; the answer holds for the pages behind it.
    with_total: cursor.value ? undefined : true,
  }))

  const query = useQuery({
    queryKey: [options.key, 'list', asked],
    queryFn: () => options.fetch(asked.value),
    placeholderData: keepPreviousData,
  })

  const total = ref<{ count: number; exact: boolean } | null>(null)
  watch(
    query.data,
    (page) => {
      if (page?.total !== null && page?.total !== undefined) {
        total.value = { count: page.total, exact: page.total_is_exact ?? true }
      }
    },
    { immediate: true },
  )

  /** Asked for by itself: the rows need not wait for it, and no order or page changes it. */
  const summing = computed<ListQuery>(() => ({
    ...options.fixed?.(),
    ...values.value,
    limit: 1,
    with_total: true,
    with_sums: true,
  }))
  const summed = useQuery({
    queryKey: [options.key, 'list', 'sums', summing],
    queryFn: () => options.fetch(summing.value),
    enabled: Boolean(options.sums),
  })

  /** Cursors of the pages before this one; empty string is the first page. */
  const stack = ref<string[]>([])

  function go(patch: ListQuery) {
    const next: LocationQueryRaw = { ...route.query }
    for (const [name, value] of Object.entries(patch)) {
      if (value === undefined || value === '') delete next[name]
      else next[name] = Array.isArray(value) ? value : String(value)
    }
    return router.push({ query: next })
  }

  function restart(patch: ListQuery) {
    stack.value = []
    return go({ ...patch, cursor: undefined })
  }

  const page = query.data
  const next = () => {
    if (!page.value?.next_cursor) return
    stack.value.push(cursor.value ?? '')
    return go({ cursor: page.value.next_cursor })
  }
  const previous = () => {
    if (stack.value.length) return go({ cursor: stack.value.pop() || undefined })
    return go({ cursor: page.value?.prev_cursor ?? undefined })
  }

  /** The filters and the order, for those who take the whole list elsewhere. */
  const conditions = computed<ListQuery>(() => ({
    ...options.fixed?.(),
    ...values.value,
    sort: sort.value,
  }))

  return {
    filters,
    values,
    conditions,
    sort,
    limit,
    active,
    total,
    /** Nothing until it is known; `sums` in it is null where the rows are too many. */
    summed: computed(() =>
      options.sums && summed.data.value
        ? { sums: summed.data.value.sums ?? null, count: summed.data.value.total ?? 0 }
        : null,
    ),
    notice: computed(() => page.value?.notice ?? undefined),
    rows: computed<T[]>(() => page.value?.items ?? []),
    pageNumber: computed(() =>
      cursor.value && !stack.value.length ? null : stack.value.length + 1,
    ),
    hasNext: computed(() => Boolean(page.value?.next_cursor)),
    hasPrevious: computed(() => Boolean(cursor.value)),
    loading: query.isPending,
    busy: query.isFetching,
    error: query.error,
    reload: () => query.refetch(),
    setFilter: (patch: ListQuery) => restart(patch),
    clear: () => restart(Object.fromEntries(names.map((name) => [name, undefined]))),
    setSort: (key: string) => restart({ sort: key }),
    setLimit: (size: number) => restart({ limit: size === DEFAULT_SIZE ? undefined : size }),
    next,
    previous,
  }
}

export type CursorList<T> = ReturnType<typeof useCursorList<T>>
