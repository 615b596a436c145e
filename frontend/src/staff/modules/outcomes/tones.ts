import type { OutcomeStatus } from '@/api/schema'
import type { Tone } from '@/ui/types'

export const OUTCOME_TONES: Record<OutcomeStatus, Tone> = {
  draft: 'waiting',
  published: 'done',
  withdrawn: 'stopped',
}
