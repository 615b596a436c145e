import type { HandoverStatus } from '@/api/schema'
import type { Tone } from '@/ui/types'

export const HANDOVER_TONES: Record<HandoverStatus, Tone> = {
  sent: 'waiting',
  received: 'active',
  incomplete: 'waiting',
  filed: 'active',
  declined: 'waiting',
  reviewed: 'active',
  dropped: 'waiting',
  upheld: 'waiting',
  answered: 'done',
  accepted: 'done',
  recalled: 'stopped',
  waived: 'stopped',
}
