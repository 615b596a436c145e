import type { ImportStatus, RowState } from '@/api/schema'
import type { Tone } from '@/ui/types'

export const IMPORT_TONES: Record<ImportStatus, Tone> = {
  parsing: 'active',
  needs_mapping: 'waiting',
  preview: 'waiting',
  failed: 'stopped',
  committed: 'done',
  cancelled: 'stopped',
}

export const ROW_TONES: Record<RowState, Tone> = {
  good: 'active',
  faulty: 'waiting',
  known: 'done',
  edited: 'waiting',
  repeated: 'done',
}
