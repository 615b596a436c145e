import type { LeadStatus, RestrictedStatus } from '@/api/schema'
import type { Tone } from '@/ui/types'

export const LEAD_TONES: Record<LeadStatus, Tone> = {
  received: 'waiting',
  registered: 'waiting',
  assigned: 'active',
  disputed: 'waiting',
  verifying: 'active',
  transferred_department: 'active',
  transferred_police: 'active',
  escalated: 'active',
  concluded: 'active',
  recheck: 'active',
  rejected: 'stopped',
  fed_back: 'active',
  closed: 'done',
  withdrawn: 'stopped',
  archived: 'done',
}

export const RESTRICTED_TONES: Record<RestrictedStatus, Tone> = {
  opened: 'waiting',
  handed_off: 'active',
  answered: 'active',
  closed: 'done',
}
