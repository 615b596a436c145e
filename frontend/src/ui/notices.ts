import { reactive, readonly } from 'vue'
import type { RouteLocationRaw } from 'vue-router'

type Kind = 'done' | 'alert'

export interface Notice {
  id: number
  text: string
  kind: Kind
  /** The record that it is about, for whoever has gone on. */
  to?: RouteLocationRaw
}

const STAYS = { done: 4000, alert: 9000 }
/** What can be followed stays until somebody has had the time to do so. */
const LINKED = 8000
const list = reactive<Notice[]>([])
let last = 0

export const notices = readonly(list) as readonly Notice[]

export function dismiss(id: number) {
  const at = list.findIndex((notice) => notice.id === id)
  if (at >= 0) list.splice(at, 1)
}

/** Says once what happened; failures stay longer than successes. */
export function notify(text: string, kind: Kind = 'done', to?: RouteLocationRaw) {
  const id = ++last
  list.push({ id, text, kind, to })
  setTimeout(() => dismiss(id), Math.max(STAYS[kind], to ? LINKED : 0))
}

/** The same of a record: whoever has gone on to another page can go back to it. */
export const notifyOf = (to: RouteLocationRaw, text: string) => notify(text, 'done', to)
