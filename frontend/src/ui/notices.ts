import { reactive, readonly, shallowRef } from 'vue'
import type { RouteLocationRaw } from 'vue-router'

import type { ActionOffer, FormValues } from './types'

type Kind = 'done' | 'alert'

/** How an act is taken back, as long as that is possible. */
export interface Undo {
  /** The act, in words. */
  what: string
  /** What it asks for; or a sentence, where it has become impossible. */
  ask: () => Promise<ActionOffer | string>
  run: (values: FormValues) => Promise<unknown>
  /** What its form begins with. */
  initial?: FormValues
}

export interface Notice {
  id: number
  text: string
  kind: Kind
  /** The record that it is about, for whoever has gone on. */
  to?: RouteLocationRaw
  undo?: Undo
}

const STAYS = { done: 4000, alert: 9000 }
/** What can be followed, or taken back, stays until somebody has had the time to do so. */
const LINKED = 8000
const UNDONE = 15000
const list = reactive<Notice[]>([])
let last = 0

export const notices = readonly(list) as readonly Notice[]
/** What is being taken back: its dialog is open. */
export const undoing = shallowRef<Notice | null>(null)

export function dismiss(id: number) {
  const at = list.findIndex((notice) => notice.id === id)
  if (at >= 0) list.splice(at, 1)
}

/** Says once what happened; failures stay longer than successes. */
export function notify(text: string, kind: Kind = 'done', to?: RouteLocationRaw, undo?: Undo) {
  const id = ++last
  list.push({ id, text, kind, to, undo })
  setTimeout(() => dismiss(id), Math.max(STAYS[kind], to ? LINKED : 0, undo ? UNDONE : 0))
}

/** The same of a record: whoever has gone on to another page can go back to it, or take it back. */
export const notifyOf = (to: RouteLocationRaw, text: string, undo?: Undo) =>
  notify(text, 'done', to, undo)

/** Opens what takes the act of a notice back; the notice has had its say. */
export function takeBack(notice: Notice) {
  dismiss(notice.id)
  undoing.value = notice
}
