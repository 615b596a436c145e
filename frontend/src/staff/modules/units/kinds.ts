import { useQuery } from '@tanstack/vue-query'

import { read, type Answer } from '@/api/records'

export type UnitKind = Answer<'/api/v1/units/kinds'>['items'][number]

/** The kinds that a unit may be of: those of the program, and those that the town or county added. */
export const useUnitKinds = () =>
  useQuery({ queryKey: ['units', 'kinds'], queryFn: () => read('/api/v1/units/kinds') })
