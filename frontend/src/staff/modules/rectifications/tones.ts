import type { RectificationStatus } from '@/api/schema'
import type { Tone } from '@/ui/types'

export const RECTIFICATION_TONES: Record<RectificationStatus, Tone> = {
  ordered: 'waiting',
  submitted: 'active',
  reinspecting: 'active',
  failed: 'waiting',
  closed: 'done',
  withdrawn: 'stopped',
}
