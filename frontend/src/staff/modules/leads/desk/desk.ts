import { useQueryClient } from '@tanstack/vue-query'
import { computed, ref, shallowRef } from 'vue'

import { create, one, read, transition, type Answer } from '@/api/records'
import type { LeadRead } from '@/api/schema'
import { idempotencyKeys } from '@/lib/ids'
import { asProblem } from '@/lib/problems'
import { notify } from '@/ui/notices'
import type { FormValues } from '@/ui/types'

type Turn = Answer<'/api/v1/leads/next'>
type Links = Answer<'/api/v1/leads/{lead_id}/merges', 'post'>

const fetchTurn = (cursor: string | null) =>
  read('/api/v1/leads/next', [], cursor ? { cursor } : {})

/** Refusals after which the lead on the screen is no longer what the server has. */
const OVERTAKEN = new Set(['stale_version', 'transition_not_allowed'])

/**
 * A round at the triage desk: what was shown so far, where one stands in it, and the next lead, which is asked
 * for while this one is being read.
 */
export function useDesk() {
  const client = useQueryClient()
  const keyFor = idempotencyKeys()
  const shown = shallowRef<LeadRead[]>([])
  const at = ref(-1)
  const passed = ref(0)
  const loading = ref(true)
  const busy = ref(false)
  const error = ref<unknown>(null)
  /** Where the round goes on behind the last lead that was shown. */
  let cursor: string | null = null
  let ahead: Promise<Turn> | null = null

  const lead = computed(() => shown.value[at.value] ?? null)
  const isOver = computed(() => !loading.value && !error.value && !lead.value)
  const atEnd = computed(() => at.value >= shown.value.length - 1)

  function prefetch() {
    ahead = fetchTurn(cursor)
    // an error is told when somebody goes there
    ahead.catch(() => undefined)
  }

  async function fetchNext(): Promise<Turn> {
    const known = ahead ?? fetchTurn(cursor)
    ahead = null
    const turn = await known.catch(() => fetchTurn(cursor))
    // what was empty a while ago need not be empty now
    return turn.item ? turn : fetchTurn(cursor)
  }

  async function forward() {
    if (loading.value && at.value >= 0) return
    if (!atEnd.value) {
      at.value += 1
      return
    }
    loading.value = true
    error.value = null
    try {
      const turn = await fetchNext()
      passed.value = turn.passed
      if (turn.item) {
        cursor = turn.next_cursor
        shown.value = [...shown.value, turn.item]
        prefetch()
      }
      at.value = turn.item ? shown.value.length - 1 : shown.value.length
    } catch (failure) {
      error.value = failure
    } finally {
      loading.value = false
    }
  }

  function back() {
    if (at.value > 0) at.value -= 1
  }

  function restart() {
    shown.value = []
    at.value = -1
    cursor = null
    ahead = null
    return forward()
  }

  function replace(fresh: LeadRead) {
    shown.value = shown.value.map((each) => (each.id === fresh.id ? fresh : each))
  }

  /** What was taken back behind the round stands in it as it is now. */
  async function reread(id: string) {
    if (shown.value.some((each) => each.id === id)) replace(await one('/api/v1/leads', id))
  }

  const pageOf = ({ id }: LeadRead) => ({ name: 'lead', params: { id } })

  /** Somebody else was faster: what they left is shown, and the next lead if nothing is left to do. */
  async function overtaken(now: LeadRead) {
    const fresh = await one('/api/v1/leads', now.id)
    replace(fresh)
    if (
      fresh.available_actions.some(({ action }) => action === 'assign' || action === 'register')
    ) {
      notify(`${now.number} 已被他人更新，请核对后再办理`, 'alert', pageOf(now))
      return
    }
    notify(`${now.number} 已由他人办理，换到下一条`, 'alert', pageOf(now))
    await forward()
  }

  /** One action on the lead on the screen; false when it did not come about because somebody was faster. */
  async function act(action: string, values: FormValues): Promise<boolean> {
    const now = lead.value
    if (!now || busy.value) return false
    busy.value = true
    try {
      const body = { ...values, action, version: now.version }
      replace(await transition<LeadRead>('/api/v1/leads', now.id, body, keyFor(body)))
      void client.invalidateQueries({ queryKey: ['leads'] })
      void client.invalidateQueries({ queryKey: ['duties'] })
      return true
    } catch (failure) {
      if (!OVERTAKEN.has(asProblem(failure).code)) throw failure
      await overtaken(now)
      return false
    } finally {
      busy.value = false
    }
  }

  /** Merge the lead on the screen into another: what the server says of both; null as in `act`. */
  async function mergeInto(mainId: string, reason: string): Promise<Links | null> {
    const now = lead.value
    if (!now || busy.value) return null
    busy.value = true
    try {
      const body = { lead_id: now.id, version: now.version, reason }
      const path = '/api/v1/leads/{lead_id}/merges'
      const links = await create(path, body, { ids: [mainId], key: keyFor({ ...body, mainId }) })
      replace(await one('/api/v1/leads', now.id))
      void client.invalidateQueries({ queryKey: ['leads'] })
      void client.invalidateQueries({ queryKey: ['duties'] })
      return links
    } catch (failure) {
      if (!OVERTAKEN.has(asProblem(failure).code)) throw failure
      await overtaken(now)
      return null
    } finally {
      busy.value = false
    }
  }

  return {
    lead,
    at,
    atEnd,
    passed,
    isOver,
    loading,
    busy,
    error,
    forward,
    back,
    restart,
    act,
    mergeInto,
    reread,
  }
}
