import type { VictimStatus } from '@/api/schema'
import type { Tone } from '@/ui/types'

export const VICTIM_TONES: Record<VictimStatus, Tone> = {
  registered: 'waiting',
  verified: 'done',
  excluded: 'stopped',
  withdrawn: 'stopped',
}
