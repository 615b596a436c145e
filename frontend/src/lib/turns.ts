/**
 * Work that one tab does at a time. Browsers have locks for it on secure pages only; on plain http a
 * note in the storage that the tabs share does it, which runs out by itself when its tab is closed.
 */
const LEASE_MS = 10_000
const LOOK_MS = 40
const SETTLE_MS = 25

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

function holder(name: string): { id: string; until: number } | null {
  try {
    return JSON.parse(localStorage.getItem(name) ?? 'null') as { id: string; until: number } | null
  } catch {
    return null
  }
}

async function take(name: string, id: string): Promise<void> {
  for (;;) {
    const now = Date.now()
    const held = holder(name)
    // A note from far in the future was written under another clock.
    if (!held || held.until < now || held.until > now + LEASE_MS) {
      localStorage.setItem(name, JSON.stringify({ id, until: now + LEASE_MS }))
      // Two may have written at once; the last one stands.
      await pause(SETTLE_MS)
      if (holder(name)?.id === id) return
    }
    await pause(LOOK_MS + Math.random() * LOOK_MS)
  }
}

export async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (navigator.locks) return navigator.locks.request(name, work)
  const id = `${Date.now()}-${Math.random()}`
  try {
    await take(name, id)
  } catch {
    return work() // without storage the tabs know nothing of each other
  }
  try {
    return await work()
  } finally {
    if (holder(name)?.id === id) localStorage.removeItem(name)
  }
}
