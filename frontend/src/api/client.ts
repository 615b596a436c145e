import createClient from 'openapi-fetch'

import { newId } from '@/lib/ids'
import { watchOutage } from '@/lib/outage'
import { ApiProblem, problemOf } from '@/lib/problems'

import type { paths } from './schema'
import { bearer, renewed } from './session'

const RENEWABLE = new Set(['token_expired', 'token_stale', 'unauthenticated'])

function prepared(request: Request): Request {
  const token = bearer()
  if (token) request.headers.set('Authorization', `Bearer ${token}`)
  return request
}

async function codeOf(response: Response): Promise<string> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null)
  return (body as { code?: string } | null)?.code ?? ''
}

/** Sends once; when the token has run out, renews it and sends the very same request (and key) again. */
export const authorisedFetch = (input: Request) => sent(input)

/** For what nobody waits for: it does without an answer rather than ask for the password. */
export const quietFetch = (input: Request) => sent(input, { quiet: true })

async function sent(input: Request, how: { quiet?: boolean } = {}): Promise<Response> {
  const request = input.clone()
  if (request.method === 'POST' && !request.headers.has('Idempotency-Key')) {
    request.headers.set('Idempotency-Key', newId())
  }
  const again = request.clone()
  const token = bearer()
  const response = await fetch(prepared(request))
  await watchOutage(response)
  if (response.status !== 401) return response
  if (!RENEWABLE.has(await codeOf(response))) return response
  // somebody else has renewed it meanwhile: what was refused was the old one
  const isOld = bearer() !== null && bearer() !== token
  if (!isOld && !(await renewed(how))) return response
  return fetch(prepared(again))
}

export const api = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? '' : location.origin,
  fetch: authorisedFetch,
  // FastAPI reads repeated names: ?status=a&status=b
  querySerializer: { array: { style: 'form', explode: true } },
})

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The data, or the problem thrown: queries and forms handle one kind of failure only. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call
  if (!response.ok || error !== undefined) throw problemOf(response, error)
  if (data === undefined && response.status !== 204) {
    throw new ApiProblem(response.status, 'empty_answer', '服务器没有返回内容，请重试。')
  }
  return data as T
}

interface UploadOptions {
  fields?: Record<string, string>
  onProgress?: (share: number) => void
}

/** XMLHttpRequest, because fetch cannot tell how much of a file has left. */
export async function upload<T>(path: string, file: File, options: UploadOptions = {}): Promise<T> {
  const key = newId()
  const first = await sendFile(path, file, key, options)
  const last =
    first.status === 401 && (await renewed()) ? await sendFile(path, file, key, options) : first
  const body: unknown = await last.json().catch(() => null)
  if (!last.ok) throw problemOf(last, body)
  return body as T
}

function sendFile(path: string, file: File, key: string, { fields, onProgress }: UploadOptions) {
  return new Promise<Response>((resolve, reject) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields ?? {})) form.append(name, value)
    form.append('file', file)
    const xhr = new XMLHttpRequest()
    xhr.open('POST', path)
    xhr.setRequestHeader('Idempotency-Key', key)
    const token = bearer()
    if (token) xhr.setRequestHeader('Authorization', `Bearer ${token}`)
    xhr.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress?.(event.loaded / event.total)
    }
    xhr.onload = () => resolve(new Response(xhr.response as string, { status: xhr.status }))
    xhr.onerror = () => reject(new TypeError('upload failed'))
    xhr.send(form)
  })
}

/** A file behind the token, handed to the browser under its own name. */
export async function download(path: string, name: string): Promise<void> {
  const response = await authorisedFetch(new Request(new URL(path, location.origin)))
  if (!response.ok) throw problemOf(response, await response.json().catch(() => null))
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
