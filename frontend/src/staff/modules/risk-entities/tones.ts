import type { EntityStatus } from '@/api/schema'
import type { Tone } from '@/ui/types'

export const ENTITY_TONES: Record<EntityStatus, Tone> = {
  pending: 'waiting',
  swept: 'waiting',
  assessed: 'active',
  listed: 'active',
  handling: 'active',
  rectifying: 'active',
  accepted: 'done',
  delisted: 'done',
  transferred_department: 'active',
  transferred_police: 'active',
  shut_down: 'stopped',
}
