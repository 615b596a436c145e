/**
 * Proof of work, in slices short enough that typing and scrolling never wait. SHA-256 is written out because
 * `crypto.subtle` does not exist on plain http under a LAN name, which is how a village may open this page.
 */
const K = new Int32Array(64)
const START = new Int32Array(8)

/** The constants of FIPS 180-4: the fractions of the roots of the first primes. */
function fill() {
  const fraction = (root: number) => ((root - Math.floor(root)) * 4294967296) | 0
  let found = 0
  for (let n = 2; found < 64; n++) {
    let prime = true
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false
    if (!prime) continue
    if (found < 8) START[found] = fraction(Math.sqrt(n))
    K[found++] = fraction(Math.cbrt(n))
  }
}
fill()

const w = new Int32Array(64)

/** One block of 64 bytes into the state. */
function round(state: Int32Array, bytes: Uint8Array, at: number) {
  for (let i = 0; i < 16; i++) {
    const p = at + i * 4
    w[i] = (bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!
    const y = w[i - 2]!
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  state[0] = (state[0]! + a) | 0
  state[1] = (state[1]! + b) | 0
  state[2] = (state[2]! + c) | 0
  state[3] = (state[3]! + d) | 0
  state[4] = (state[4]! + e) | 0
  state[5] = (state[5]! + f) | 0
  state[6] = (state[6]! + g) | 0
  state[7] = (state[7]! + h) | 0
}

/** A hasher of texts that all begin alike: the whole blocks of the beginning are hashed once. */
export function hasher(beginning: string) {
  const head = new TextEncoder().encode(beginning)
  const whole = head.length - (head.length % 64)
  const kept = Int32Array.from(START)
  for (let at = 0; at < whole; at += 64) round(kept, head, at)
  const rest = head.subarray(whole)
  const tail = new Uint8Array(128)
  const state = new Int32Array(8)
  return (digits: string): Int32Array => {
    tail.fill(0)
    tail.set(rest)
    let end = rest.length
    for (let i = 0; i < digits.length; i++) tail[end++] = digits.charCodeAt(i)
    tail[end] = 0x80
    const blocks = end < 56 ? 64 : 128
    const bits = (whole + end) * 8
    tail[blocks - 4] = bits >>> 24
    tail[blocks - 3] = bits >>> 16
    tail[blocks - 2] = bits >>> 8
    tail[blocks - 1] = bits
    state.set(kept)
    for (let at = 0; at < blocks; at += 64) round(state, tail, at)
    return state
  }
}

export function zeroBits(state: Int32Array): number {
  let bits = 0
  for (const word of state) {
    bits += Math.clz32(word)
    if (word !== 0) break
  }
  return bits
}

const SLICE_MS = 12
const pause = () => new Promise<void>((done) => setTimeout(done))

/** The first number that makes SHA-256 of `challenge:number` begin with so many zero bits. */
export async function solve(challenge: string, bits: number): Promise<string> {
  const hash = hasher(`${challenge}:`)
  for (let tried = 0; ;) {
    const until = performance.now() + SLICE_MS
    while (performance.now() < until) {
      for (let n = 0; n < 64; n++, tried++) {
        const text = String(tried)
        if (zeroBits(hash(text)) >= bits) return text
      }
    }
    await pause()
  }
}
