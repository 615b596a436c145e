import type { RewardStatus } from '@/api/schema'
import type { Tone } from '@/ui/types'

export const REWARD_TONES: Record<RewardStatus, Tone> = {
  proposed: 'waiting',
  approved: 'active',
  paid: 'done',
  refused: 'stopped',
  cancelled: 'stopped',
}
