import { RuleForceLabels, RuleOwnerLabels, RuleSetStatusLabels } from '@/api/labels'
import type { RuleSetVersionItem } from '@/api/schema'
import { labelOf, type Tone } from '@/ui/types'

/** How versions are called, and what stands about each of them. */
export type Version = RuleSetVersionItem

export const FORCE_TONES: Record<Version['force'], Tone> = {
  none: 'waiting',
  ahead: 'waiting',
  in_force: 'active',
  replaced: 'stopped',
}

export const nameOf = ({ number, status }: Version) =>
  number === null ? labelOf(RuleSetStatusLabels, status) : `第 ${number} 版`

/** Whether it decides today; before it is approved, where it stands. */
export const stateOf = ({ force, status }: Version) =>
  force === 'none' ? labelOf(RuleSetStatusLabels, status) : labelOf(RuleForceLabels, force)

export const ownerOf = ({ owner }: Version) => labelOf(RuleOwnerLabels, owner)
