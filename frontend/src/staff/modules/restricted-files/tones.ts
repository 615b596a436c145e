import type { RestrictedStatus } from '@/api/schema'
import type { Tone } from '@/ui/types'

export const RESTRICTED_TONES: Record<RestrictedStatus, Tone> = {
  opened: 'waiting',
  handed_off: 'active',
  answered: 'active',
  closed: 'done',
}
