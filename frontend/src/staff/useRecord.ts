import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'

import { transition, type FlowBase, type RecordBase } from '@/api/records'
import { idempotencyKeys } from '@/lib/ids'
import { notifyOf } from '@/ui/notices'
import type { ActionOffer, FormValues } from '@/ui/types'

import { undoOfStep } from './undo'

interface Acting {
  id: string
  version: number
  status: string
  available_actions: ActionOffer[]
}

interface RecordOptions<R> {
  /** Prefix of the query keys of this noun. */
  key: string
  base: FlowBase & RecordBase
  id: () => string
  read: (id: string) => Promise<R>
}

/** One record with its buttons: reads it, runs what the server offers, and refreshes what that changes. */
export function useRecord<R extends Acting>({ key, base, id, read }: RecordOptions<R>) {
  const client = useQueryClient()
  const queryKey = computed(() => [key, 'record', id()])
  const query = useQuery({ queryKey, queryFn: () => read(id()) })
  const record = computed(() => query.data.value as R | undefined)
  const keyFor = idempotencyKeys()

  async function refreshRest() {
    await Promise.all([
      client.invalidateQueries({ queryKey: [key, 'list'] }),
      client.invalidateQueries({ queryKey: [key, 'timeline', id()] }),
      client.invalidateQueries({ queryKey: ['duties'] }),
    ])
  }

  async function run(action: string, values: FormValues) {
    const now = record.value
    if (!now) return
    const body = { ...values, action, version: now.version }
    const answer = await transition<R>(base, id(), body, keyFor(body))
    client.setQueryData(queryKey.value, answer)
    const label = now.available_actions.find((offer) => offer.action === action)?.label ?? ''
    const step = { base, record: answer, act: action, label, was: now.status, values }
    const address = `${base.replace('/api/v1', '')}/${id()}`
    notifyOf(address, `已完成：${label}`, undoOfStep(client, step))
    await refreshRest()
  }

  return {
    record,
    loading: query.isPending,
    error: query.error,
    offers: computed<ActionOffer[]>(() => record.value?.available_actions ?? []),
    reload: () => query.refetch(),
    run,
  }
}
