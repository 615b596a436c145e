import { useQuery } from '@tanstack/vue-query'

import { list } from '@/api/records'

const HOUR = 3_600_000

/** Units and divisions of one town: a few dozen names that hardly change within a day. */
export const useUnits = () =>
  useQuery({
    queryKey: ['units', 'all'],
    queryFn: async () => (await list('/api/v1/units', { limit: 200 })).items,
    staleTime: HOUR,
  })

export const useDivisions = () =>
  useQuery({
    queryKey: ['divisions', 'all'],
    queryFn: async () => (await list('/api/v1/divisions', { limit: 200 })).items,
    staleTime: HOUR,
  })
