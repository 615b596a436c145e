import { reactive, readonly } from 'vue'

/** What the server itself cannot do just now: its database, its disk. Said once, above every page. */
const OUTAGES = new Set([
  'database_away',
  'database_busy',
  'database_read_only',
  'database_refused',
  'database_failed',
  'disk_full',
])

const state = reactive({ message: '', retryAfter: 5 })
export const outage = readonly(state)

/** Looks at every answer: a 503 of ours is an outage, an answer that came about ends it. */
export async function watchOutage(response: Response): Promise<void> {
  if (response.status !== 503) {
    if (response.status < 500) state.message = ''
    return
  }
  const body = (await response
    .clone()
    .json()
    .catch(() => null)) as { code?: string; detail?: string } | null
  if (!body?.code || !OUTAGES.has(body.code)) return
  state.message = body.detail ?? ''
  state.retryAfter = Number(response.headers.get('Retry-After')) || 5
}
