/**
 * A random UUID without `crypto.randomUUID`: on plain http under a LAN name that function does not exist,
 * and that is how many offices will open this page.
 */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex)
}

/** One key for one intention: the same body sent again keeps its key, a corrected body gets a new one. */
export function idempotencyKeys() {
  let last = ''
  let key = ''
  return (body: unknown): string => {
    const text = JSON.stringify(body)
    if (text !== last) {
      last = text
      key = newId()
    }
    return key
  }
}
