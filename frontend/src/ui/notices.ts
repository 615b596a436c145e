import { reactive, readonly } from 'vue'

export interface Notice {
  id: number
  text: string
  kind: 'done' | 'alert'
}

const STAYS = { done: 4000, alert: 9000 }
const list = reactive<Notice[]>([])
let last = 0

export const notices = readonly(list)

export function dismiss(id: number) {
  const at = list.findIndex((notice) => notice.id === id)
  if (at >= 0) list.splice(at, 1)
}

/** Says once what happened; failures stay longer than successes. */
export function notify(text: string, kind: Notice['kind'] = 'done') {
  const id = ++last
  list.push({ id, text, kind })
  setTimeout(() => dismiss(id), STAYS[kind])
}
