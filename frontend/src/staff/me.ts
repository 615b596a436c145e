import type { QueryClient } from '@tanstack/vue-query'
import { computed, ref, shallowRef } from 'vue'

import { api, unwrap } from '@/api/client'
import { setServerNow } from '@/lib/dates'

const fetchMe = () => unwrap(api.GET('/api/v1/me'))

export type Me = Awaited<ReturnType<typeof fetchMe>>

const current = shallowRef<Me | null>(null)

export const me = computed(() => current.value)

/** Who logged in on this page, for the dialog that asks again. */
export const lastUsername = ref('')

export async function loadMe(client: QueryClient): Promise<Me> {
  const found = await client.fetchQuery({ queryKey: ['me'], queryFn: fetchMe })
  current.value = found
  setServerNow(found.now)
  return found
}

/** Whether another person logged in than the one whose page this is. */
export async function isSomebodyElse(): Promise<boolean> {
  const before = current.value
  const now = await fetchMe()
  return before !== null && before.user.id !== now.user.id
}

export function forgetMe(client: QueryClient) {
  current.value = null
  client.clear()
}

/** Any one of the given permissions opens the door; the server decides again behind it. */
export function holds(needed: string | string[] | undefined, held: readonly string[]): boolean {
  if (!needed) return true
  return (Array.isArray(needed) ? needed : [needed]).some((one) => held.includes(one))
}

/** For links and forms that no record offers, such as 登记; buttons of a record come from the record. */
export const may = (permission: string) => holds(permission, current.value?.permissions ?? [])
