import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, ref, type Ref } from 'vue'

import { read, type Answer } from '@/api/records'

export type Duty = Answer<'/api/v1/me/duties'>['items'][number]

const MINUTE = 60_000

/** Of everything, or of one kind: a busy office has more than one answer lists. */
export const useDuties = (kind: Ref<Duty['kind'] | null> = ref(null)) =>
  useQuery({
    queryKey: ['duties', 'mine', kind],
    queryFn: () => read('/api/v1/me/duties', [], kind.value ? { kind: kind.value } : {}),
    placeholderData: keepPreviousData,
    refetchInterval: 2 * MINUTE,
  })

export function useDutyCount() {
  const duties = useDuties()
  return computed(() => duties.data.value?.total ?? 0)
}
