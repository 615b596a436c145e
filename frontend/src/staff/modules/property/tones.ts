import type { MeasureStatus, PropertyStatus } from '@/api/schema'
import type { Tone } from '@/ui/types'

export const PROPERTY_TONES: Record<PropertyStatus, Tone> = {
  registered: 'waiting',
  determined: 'active',
  disputed: 'waiting',
  disposed: 'done',
  withdrawn: 'stopped',
}

export const MEASURE_TONES: Record<MeasureStatus, Tone> = {
  active: 'active',
  queued: 'waiting',
  released: 'done',
  lapsed: 'stopped',
}
