/** `{ 'reporter.name': x }` → `{ reporter: { name: x } }`; empty values are left out. */
export function nested(flat: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [path, value] of Object.entries(flat)) {
    if (value === undefined || value === null || value === '') continue
    const steps = path.split('.')
    const last = steps.pop()!
    let here = out
    for (const step of steps) {
      here[step] ??= {}
      here = here[step] as Record<string, unknown>
    }
    here[last] = value
  }
  return out
}
