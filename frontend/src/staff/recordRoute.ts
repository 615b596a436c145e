import type { RouteLocationRaw } from 'vue-router'

/** Where a record of a kind is shown; kinds that have no page yet lead home instead of nowhere. */
const ROUTES: Record<string, string> = {
  lead: 'lead',
}

export function recordRoute(kind: string, id: string): RouteLocationRaw {
  const name = ROUTES[kind]
  return name ? { name, params: { id } } : { name: 'home' }
}
