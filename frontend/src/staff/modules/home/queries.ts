import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, ref, type Ref } from 'vue'

import { read, type Answer } from '@/api/records'

export type Duty = Answer<'/api/v1/me/duties'>['items'][number]

const MINUTE = 60_000

/** What one answer lists, and the most that it can. */
export const FIRST_DUTIES = 100
export const MOST_DUTIES = 200

/** Of everything, or of one kind: a busy office has more than one answer lists. */
export const useDuties = (
  kind: Ref<Duty['kind'] | null> = ref(null),
  limit: Ref<number> = ref(FIRST_DUTIES),
) =>
  useQuery({
    queryKey: ['duties', 'mine', kind, limit],
    queryFn: () =>
      read('/api/v1/me/duties', [], {
        limit: limit.value,
        ...(kind.value ? { kind: kind.value } : { grouped: true }),
      }),
    placeholderData: keepPreviousData,
    refetchInterval: 2 * MINUTE,
  })

/** What others let run out, for those before whom it was brought. */
export const useEscalations = () =>
  useQuery({
    queryKey: ['duties', 'escalations'],
    queryFn: () => read('/api/v1/me/escalations'),
    refetchInterval: 10 * MINUTE,
  })

/** Who of the unit has how much in hand. */
export const useUnitDuties = () =>
  useQuery({
    queryKey: ['duties', 'unit'],
    queryFn: () => read('/api/v1/me/unit-duties'),
  })

/** What one person of the unit has in hand, or nobody. */
export const useDutiesOf = (person: Ref<string | null>) =>
  useQuery({
    queryKey: ['duties', 'of', person],
    queryFn: () =>
      read('/api/v1/me/duties', [], {
        limit: MOST_DUTIES,
        with_counts: false,
        ...(person.value ? { holder_id: person.value } : { unheld: true }),
      }),
    placeholderData: keepPreviousData,
  })

export function useDutyCount() {
  const duties = useDuties()
  return computed(() => duties.data.value?.total ?? 0)
}
