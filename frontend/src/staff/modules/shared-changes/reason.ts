import { SharedChangeCreateFields } from '@/api/fields'
import type { FieldSpec } from '@/ui/types'

/** What every proposal says beside the change itself. */
export const PROPOSAL_REASON: FieldSpec = {
  field: 'reason',
  label: SharedChangeCreateFields.reason,
  kind: 'long_text',
  required: true,
  help: '为什么要改，依据哪个文件；由另一人确认后生效。',
}
