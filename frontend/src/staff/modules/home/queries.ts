import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'

import { read, type Answer } from '@/api/records'

export type Duty = Answer<'/api/v1/me/duties'>['items'][number]

const MINUTE = 60_000

export const useDuties = () =>
  useQuery({
    queryKey: ['duties', 'mine'],
    queryFn: () => read('/api/v1/me/duties'),
    refetchInterval: 2 * MINUTE,
  })

export function useDutyCount() {
  const duties = useDuties()
  return computed(() => duties.data.value?.total ?? 0)
}
