import type { LocationQueryRaw, RouteLocationRaw } from 'vue-router'

interface FigureQuery {
  resource: string
  params: Record<string, string | boolean | string[]>
}

/** The list of this app that holds exactly the rows behind a figure: pages are named like resources. */
export function rowsBehind({ resource, params }: FigureQuery): RouteLocationRaw {
  const query: LocationQueryRaw = {}
  for (const [name, value] of Object.entries(params)) {
    query[name] = Array.isArray(value) ? value : String(value)
  }
  return { path: `/${resource}`, query }
}
