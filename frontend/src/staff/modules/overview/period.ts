import { computed } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

import type { ListQuery } from '@/ui/types'

/** Which time the figures are of: a stretch that ends today, days of one's own, or all of it. */
export const PERIODS = [
  { key: 'month', label: '本月' },
  { key: 'quarter', label: '本季' },
  { key: 'year', label: '今年' },
  { key: 'all', label: '全部' },
  { key: 'days', label: '自定义' },
] as const
export type PeriodKey = (typeof PERIODS)[number]['key']

export interface Chosen {
  key: PeriodKey
  from: string
  to: string
}

const text = (value: LocationQuery[string] | undefined) => (typeof value === 'string' ? value : '')

/** What an address asks for; without anything said it is this year. */
export function chosenOf(query: LocationQuery): Chosen {
  const from = text(query.from)
  const to = text(query.to)
  const key = PERIODS.find((each) => each.key === query.period)?.key
  return { key: key ?? (from || to ? 'days' : 'year'), from, to }
}

/** The same as the API asks it; days of one's own begin somewhere, until then all time is shown. */
export function askedOf({ key, from, to }: Chosen): ListQuery {
  if (key === 'all') return {}
  if (key !== 'days') return { period: key }
  return from ? { date_from: from, ...(to ? { date_to: to } : {}) } : {}
}

/** The period stands in the address, so that it can be sent on and comes back with it. */
export function usePeriod() {
  const route = useRoute()
  const router = useRouter()
  const chosen = computed(() => chosenOf(route.query))
  const asked = computed(() => askedOf(chosen.value))
  function choose({ key, from, to }: Chosen) {
    const days = key === 'days' ? { ...(from ? { from } : {}), ...(to ? { to } : {}) } : {}
    void router.replace({ query: { period: key, ...days } })
  }
  return { chosen, asked, choose }
}

/** 上期 12，多 3 */
export function comparedTo(now: number, before: number | null): string {
  if (before === null) return ''
  const difference = now - before
  const size = Math.abs(difference).toLocaleString('zh-CN')
  const said = difference === 0 ? '持平' : `${difference > 0 ? '增加' : '减少'} ${size}`
  return `上期 ${before.toLocaleString('zh-CN')}，${said}`
}
