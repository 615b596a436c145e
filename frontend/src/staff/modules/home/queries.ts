import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'

import { list, type RowOf } from '@/api/records'

export type Duty = RowOf<'/api/v1/me/duties'>

const MINUTE = 60_000

export const useDuties = () =>
  useQuery({
    queryKey: ['duties', 'mine'],
    queryFn: () => list('/api/v1/me/duties', { limit: 200 }),
    refetchInterval: 2 * MINUTE,
  })

export function useDutyCount() {
  const duties = useDuties()
  return computed(() => duties.data.value?.items.length ?? 0)
}
