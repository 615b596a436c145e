import type { DistributionStatus, LineStatus } from '@/api/schema'
import type { Tone } from '@/ui/types'

export const PLAN_TONES: Record<DistributionStatus, Tone> = {
  draft: 'waiting',
  computed: 'waiting',
  approved: 'active',
  published: 'active',
  paying: 'active',
  partly_paid: 'active',
  completed: 'done',
  withdrawn: 'stopped',
}

export const LINE_TONES: Record<LineStatus, Tone> = {
  planned: 'waiting',
  paying: 'active',
  paid: 'done',
  failed: 'waiting',
  set_aside: 'done',
  none: 'stopped',
}
