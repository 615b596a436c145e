/**
 * What somebody is writing, so that a reload or a crash of the page does not take it: in this tab's
 * session storage alone, which ends with the tab. Names, numbers and accounts in fields of their own
 * are left out, and logging out takes everything away: the computer may be the office's one and only.
 */
const PREFIX = 'yinling.draft.'
const PERSONAL =
  /(^|[._])(name|phone|id_number|account|address|password|totp)$|_(person|phone|name)$|^claim$/

interface Draft {
  /** What the form began with: a draft of another version of the record is none of this one. */
  from: string
  values: Record<string, unknown>
}

function storage(): Storage | null {
  try {
    return sessionStorage
  } catch {
    return null
  }
}

export const isPersonal = (field: string): boolean => PERSONAL.test(field)

/** Whether there was room for it: a full or forbidden storage costs the draft, not the form. */
export function keepDraft(key: string, from: unknown, values: Record<string, unknown>): boolean {
  const kept = Object.fromEntries(Object.entries(values).filter(([field]) => !isPersonal(field)))
  const draft: Draft = { from: JSON.stringify(from), values: kept }
  try {
    storage()?.setItem(PREFIX + key, JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}

export function draftOf(key: string, from: unknown): Record<string, unknown> | null {
  try {
    const draft = JSON.parse(storage()?.getItem(PREFIX + key) ?? 'null') as Draft | null
    return draft?.from === JSON.stringify(from) ? draft.values : null
  } catch {
    return null
  }
}

export function dropDraft(key: string) {
  storage()?.removeItem(PREFIX + key)
}

/** At logout, and when somebody else logs in. */
export function forgetDrafts() {
  const kept = storage()
  if (!kept) return
  for (const key of Object.keys(kept)) if (key.startsWith(PREFIX)) kept.removeItem(key)
}
