import type { EntryStatus } from '@/api/schema'
import type { Tone } from '@/ui/types'

export const ENTRY_TONES: Record<EntryStatus, Tone> = {
  awaits: 'waiting',
  posted: 'done',
  voided: 'stopped',
  reversal: 'active',
}
