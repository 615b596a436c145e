import type { components } from '@/api/schema'
import { ApiProblem, problemOf } from '@/lib/problems'

import { solve } from './proof'

type Schemas = components['schemas']
export type Places = Schemas['PublicPlaces']
export type Shown = Schemas['ReceiptShown']
export type Report = Omit<Schemas['PublicReport'], 'proof'>
type Purpose = Schemas['ProofPurpose']
type Proof = Schemas['Proof']

const BASE = '/api/v1/public'

async function ask<T>(path: string, body?: unknown): Promise<T> {
  const response = await fetch(BASE + path, {
    method: body === undefined ? 'GET' : 'POST',
    // Nothing of a login, if there is one in this browser, travels with a report.
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    ...(body === undefined
      ? {}
      : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const told: unknown = await response.json().catch(() => null)
  if (!response.ok) throw problemOf(response, told)
  return told as T
}

async function prove(purpose: Purpose): Promise<Proof> {
  const { challenge, bits } = await ask<Schemas['ChallengeGiven']>('/challenges', { purpose })
  return { challenge, answer: await solve(challenge, bits) }
}

/** Begun while somebody is still writing, so that nobody waits for it in the end. */
let ready: Promise<Proof> | null = null
export function prepare() {
  ready ??= prove('report').catch(() => {
    ready = null
    return prove('report')
  })
  ready.catch(() => (ready = null))
}

/** XMLHttpRequest, because fetch cannot tell how much has left. A login's cookie belongs to another path. */
function post<T>(path: string, form: FormData, onProgress: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    xhr.open('POST', BASE + path)
    xhr.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total)
    }
    xhr.onerror = () => reject(new TypeError('upload failed'))
    xhr.onload = () => {
      const wait = xhr.getResponseHeader('Retry-After')
      const headers = wait ? { 'Retry-After': wait } : undefined
      const response = new Response(null, { status: xhr.status, headers })
      let told: unknown = null
      try {
        told = JSON.parse(xhr.responseText)
      } catch {
        // what is no JSON says nothing; the status does
      }
      if (response.ok) resolve(told as T)
      else reject(problemOf(response, told))
    }
    xhr.send(form)
  })
}

/** Whether another proof would help. */
const worn = (error: unknown) =>
  error instanceof ApiProblem && ['proof_stale', 'proof_used'].includes(error.code)

export const readAmount = (text: string) => ask<Schemas['AmountRead']>('/amounts', { text })
export const places = () => ask<Places>('/places')

/** A lost answer is asked for again with the same proof: the server then gives the same receipt. */
export async function handIn(report: Report): Promise<string> {
  prepare()
  const proof = await ready!
  try {
    const { receipt } = await ask<{ receipt: string }>('/leads', { ...report, proof })
    ready = null
    return receipt
  } catch (error) {
    if (!worn(error)) throw error
    ready = null
    return handIn(report)
  }
}

async function proved<T>(what: (proof: Proof) => Promise<T>): Promise<T> {
  for (let left = 1; ; left--) {
    try {
      return await what(await prove('receipt'))
    } catch (error) {
      if (left === 0 || !worn(error)) throw error
    }
  }
}

const show = (path: string, body: object) =>
  proved((proof) => ask<Shown>(`/receipts${path}`, { ...body, proof }))

/** The words go first: the server judges them before it reads the photo. */
export const sendPhoto = (receipt: string, photo: Blob, onProgress: (share: number) => void) =>
  proved((proof) => {
    const form = new FormData()
    form.append('receipt', receipt)
    form.append('challenge', proof.challenge)
    form.append('answer', proof.answer)
    // under no name of the telephone's
    form.append('photo', photo, 'photo')
    return post<Shown>('/receipts/photos', form, onProgress)
  })

export const lookUp = (receipt: string) => show('', { receipt })
export const write = (receipt: string, text: string) => show('/messages', { receipt, text })
export const rate = (receipt: string, score: number, comment: string) =>
  show('/ratings', { receipt, score, comment })
