import type { ListQuery } from '@/ui/types'

import { api, quietFetch, unwrap } from './client'
import type { components, paths } from './schema'

/**
 * The API is regular: lists, records, transitions, timelines and attachments look alike for every noun. These
 * few functions follow that regularity, and their types are read off the paths of the contract: a path that the
 * contract does not have does not compile.
 */
type Schemas = components['schemas']
type Path = keyof paths & string
type Method = 'get' | 'post' | 'patch' | 'put' | 'delete'
type Content<R> = R extends { content: { 'application/json': infer Body } } ? Body : never
type Answers<P extends Path, M extends Method> = paths[P] extends {
  [K in M]: { responses: infer R }
}
  ? R
  : never
type Good<R> = R extends { 200: infer Ok }
  ? Content<Ok>
  : R extends { 201: infer Made }
    ? Content<Made>
    : R extends { 202: infer Taken }
      ? Content<Taken>
      : never

export type Answer<P extends Path, M extends Method = 'get'> = Good<Answers<P, M>>
export type PathWith<M extends Method> = {
  [P in Path]: paths[P] extends { [K in M]: { responses: unknown } } ? P : never
}[Path]
export type ListPath = {
  [P in Path]: Answer<P> extends { items: unknown[] } ? P : never
}[Path]
export type RowOf<P extends ListPath> = Answer<P> extends { items: (infer Row)[] } ? Row : never
export type PageOf<P extends ListPath> = Answer<P> & { items: RowOf<P>[] }
/** Bases of records that have a life cycle: `/api/v1/leads` because of `/api/v1/leads/{…}/transitions`. */
export type FlowBase = BaseOf<'transitions'>
export type TimelineBase = BaseOf<'timeline'>
export type AttachmentBase = BaseOf<'attachments'>
export type RevealBase = BaseOf<'reveals'>
type Leaf<Name extends string> = Extract<Path, `${string}/{${string}}/${Name}`>
type BaseOf<Leaf extends string> = {
  [P in Path]: P extends `${infer Base}/{${string}}/${Leaf}` ? Base : never
}[Path]

/** Bases whose records are read one by one: `/api/v1/leads` because of `/api/v1/leads/{…}`. */
type OneBase<P> = P extends `${infer Base}/{${infer Name}}`
  ? Name extends `${string}/${string}`
    ? never
    : Base
  : never
export type RecordBase = OneBase<PathWith<'get'>>
type OnePath<Base extends string> =
  Extract<Path, `${Base}/{${string}}`> extends infer P
    ? P extends Path
      ? OneBase<P> extends Base
        ? P
        : never
      : never
    : never
export type OneOf<Base extends RecordBase> = Answer<OnePath<Base>>

type BodyOf<P extends Path, M extends Method> = paths[P] extends {
  [K in M]: { requestBody?: { content: { 'application/json': infer Body } } }
}
  ? Body
  : never
export type Body<P extends Path, M extends Method = 'post'> = BodyOf<P, M>

interface Sent {
  ids?: string[]
  query?: ListQuery
  body?: unknown
  key?: string
  /** Nobody waits for the answer. */
  quiet?: boolean
}

function addressOf(path: string, ids: string[]): string {
  const left = [...ids]
  return path.replace(/\{[^}]+\}/g, () => encodeURIComponent(left.shift() ?? ''))
}

/** openapi-fetch cannot follow a path that is itself a type parameter; the types stand in our signatures. */
type Untyped = (path: string, init: object) => Promise<{ data?: unknown; response: Response }>
const callers: Record<Method, Untyped> = {
  get: api.GET as unknown as Untyped,
  post: api.POST as unknown as Untyped,
  patch: api.PATCH as unknown as Untyped,
  put: api.PUT as unknown as Untyped,
  delete: api.DELETE as unknown as Untyped,
}

async function call<T>(method: Method, path: string, sent: Sent = {}): Promise<T> {
  const { ids = [], query, body, key, quiet } = sent
  return unwrap<T>(
    callers[method](addressOf(path, ids), {
      params: { query },
      ...(body === undefined ? {} : { body }),
      ...(key ? { headers: { 'Idempotency-Key': key } } : {}),
      ...(quiet ? { fetch: quietFetch } : {}),
    }) as Promise<{ data?: T; response: Response }>,
  )
}

export const list = <P extends ListPath>(path: P, query: ListQuery = {}, ids: string[] = []) =>
  call<PageOf<P>>('get', path, { query, ids })

export const one = <Base extends RecordBase>(base: Base, id: string) =>
  call<OneOf<Base>>('get', `${base}/{id}`, { ids: [id] })

export const amend = <Base extends RecordBase>(
  base: Base,
  id: string,
  body: Record<string, unknown>,
) => call<OneOf<Base>>('patch', `${base}/{id}`, { ids: [id], body })

export const read = <P extends PathWith<'get'>>(path: P, ids: string[] = [], query?: ListQuery) =>
  call<Answer<P>>('get', path, { ids, query })

/** `body` is loose because forms are built from what the server asks for; the server checks it. */
export const create = <P extends PathWith<'post'>>(
  path: P,
  body: Body<P> | Record<string, unknown>,
  sent: Pick<Sent, 'ids' | 'key'> = {},
) => call<Answer<P, 'post'>>('post', path, { ...sent, body })

/** A question too long for an address: nothing is made, so it bears no key. */
export const search = <P extends PathWith<'post'>>(
  path: P,
  body: object,
  sent: Pick<Sent, 'quiet'> = {},
) => call<Answer<P, 'post'>>('post', path, { ...sent, body })

export const put = <P extends PathWith<'put'>>(
  path: P,
  ids: string[],
  body: Body<P, 'put'> | Record<string, unknown>,
) => call<Answer<P, 'put'>>('put', path, { ids, body })

/** A record that is read in its list only. */
export const patch = <P extends PathWith<'patch'>>(
  path: P,
  ids: string[],
  body: Body<P, 'patch'> | Record<string, unknown>,
) => call<Answer<P, 'patch'>>('patch', path, { ids, body })

export const remove = <P extends PathWith<'delete'>>(path: P, ids: string[]) =>
  call<unknown>('delete', path, { ids })

export const transition = <T>(
  base: FlowBase,
  id: string,
  body: { action: string; version: number } & Record<string, unknown>,
  key: string,
) => call<T>('post', `${base}/{id}/transitions`, { ids: [id], body, key })

/** Taking upon oneself what waits for the unit, giving it back, or to a colleague. `path` is the turn's own,
 * below `/api/v1`: not every record has one. */
export const actOnTurn = (path: string, body: Schemas['TurnAct'], key: string) =>
  call<Schemas['Standing']>('post', `/api/v1${path}`, { body, key })

export const timelineOf = (base: TimelineBase, id: string, cursor?: string) =>
  call<Answer<Leaf<'timeline'>>>('get', `${base}/{id}/timeline`, { ids: [id], query: { cursor } })

export const attachmentsOf = (base: AttachmentBase, id: string) =>
  call<Answer<Leaf<'attachments'>>>('get', `${base}/{id}/attachments`, { ids: [id] })

export const reveal = (base: RevealBase, id: string, fields: string[], reason: string) =>
  call<Answer<Leaf<'reveals'>, 'post'>>('post', `${base}/{id}/reveals`, {
    ids: [id],
    body: { fields, reason },
  })
