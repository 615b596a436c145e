import type { InspectionStatus } from '@/api/schema'
import type { Tone } from '@/ui/types'

export const INSPECTION_TONES: Record<InspectionStatus, Tone> = {
  planned: 'waiting',
  done: 'active',
  closed: 'done',
  cancelled: 'stopped',
}
