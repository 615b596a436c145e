import type { CaseStatus } from '@/api/schema'
import type { Tone } from '@/ui/types'

export const CASE_TONES: Record<CaseStatus, Tone> = {
  received: 'waiting',
  under_review: 'active',
  not_filed: 'stopped',
  investigating: 'active',
  investigation_concluded: 'active',
  under_prosecution: 'active',
  not_indicted: 'stopped',
  indicted: 'active',
  adjudged: 'active',
  enforcing: 'active',
  closed: 'done',
  withdrawn: 'stopped',
  diverted_civil: 'done',
  diverted_administrative: 'done',
}
