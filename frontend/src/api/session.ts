import { reactive, readonly } from 'vue'

import { inTurn } from '@/lib/turns'
import { watchOutage } from '@/lib/outage'
import { ApiProblem, problemOf } from '@/lib/problems'

/**
 * Who is logged in. The access token lives in this module's memory alone; the refresh token is an HttpOnly
 * cookie that no script can read, so closing the tab leaves nothing behind that another script could take.
 */
const TOKEN_PATH = '/api/v1/auth/token'
const PASSWORD_PATH = '/api/v1/auth/password'
const REVOKE_PATH = '/api/v1/auth/revoke'
const SIGNED_OUT = 'yinling.signed-out'
const SIGNED_IN = 'yinling.signed-in'

const state = reactive({ known: false, signedIn: false, asking: false })
export const session = readonly(state)

let accessToken: string | null = null
/** Whether somebody has been at work on this page, also when their login has ended since. */
let wasHere = false
let refreshing: Promise<boolean> | null = null

export const bearer = () => accessToken

export interface Credentials {
  username: string
  password: string
  totp?: string
}

function settle(token: string | null) {
  accessToken = token
  try {
    if (token) localStorage.setItem(SIGNED_IN, 'yes')
    else localStorage.removeItem(SIGNED_IN)
  } catch {
    // The cookie decides; this note only saves a request.
  }
  state.known = true
  state.signedIn = token !== null
  wasHere ||= state.signedIn
}

async function postForm(path: string, form: Record<string, string>): Promise<unknown> {
  const response = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    body: new URLSearchParams(form),
  })
  await watchOutage(response)
  const body: unknown = await response.json().catch(() => null)
  if (!response.ok) throw problemOf(response, body)
  return body
}

async function grant(form: Record<string, string>): Promise<void> {
  const body = await postForm(TOKEN_PATH, { ...form, cookie: 'true' })
  settle((body as { access_token: string }).access_token)
}

export async function signIn({ username, password, totp }: Credentials) {
  await grant({ grant_type: 'password', username, password, ...(totp ? { totp } : {}) })
}

/** The old password is the proof, so this works before the first login too. It ends every login. */
export async function changePassword(
  { username, password, totp }: Credentials,
  newPassword: string,
) {
  await postForm(PASSWORD_PATH, {
    username,
    old_password: password,
    new_password: newPassword,
    ...(totp ? { totp } : {}),
  })
}

async function renew(): Promise<boolean> {
  try {
    await grant({ grant_type: 'refresh_token' })
    return true
  } catch (error) {
    // A lost connection is no logout: the cookie may still be good.
    if (error instanceof TypeError) throw error
    // Nor is a server that cannot look just now, or that is asked by too many.
    if (error instanceof ApiProblem && (error.status >= 500 || error.status === 429)) throw error
    settle(null)
    return false
  }
}

/** Refresh tokens rotate and a late second use ends the family, so the tabs take turns. */
function renewInTurn(): Promise<boolean> {
  return inTurn('yinling.refresh', renew)
}

export function refresh(): Promise<boolean> {
  refreshing ??= renewInTurn().finally(() => {
    refreshing = null
  })
  return refreshing
}

let answered: ((again: boolean) => void) | null = null
let asked: Promise<boolean> | null = null
let hasDialog = false

/** Called once by whoever can ask for the password over the page. */
export function offerSignIn() {
  hasDialog = true
}

/** What the dialog says: logged in again, or left. */
export function answerSignIn(again: boolean) {
  state.asking = false
  wasHere = again
  answered?.(again)
}

/**
 * Renews the login; where that cannot be, asks for it over the page, once for all that waits. While a person is
 * being asked nothing is renewed: the refusal of an old cookie must not come in behind the new login and end it.
 * What nobody waits for (`quiet`) never asks: a dialog must not come up under the hands of whoever is writing.
 */
export async function renewed({ quiet = false } = {}): Promise<boolean> {
  if (!asked) {
    if (await refresh()) return true
    if (!hasDialog || !wasHere) return false
  }
  if (quiet) return false
  asked ??= new Promise<boolean>((resolve) => {
    answered = resolve
    state.asking = true
  }).finally(() => {
    asked = null
    answered = null
  })
  return asked
}

/** Says whether asking for a renewal can succeed at all; without storage it is always asked. */
function mayBeSignedIn(): boolean {
  try {
    return localStorage.getItem(SIGNED_IN) !== null
  } catch {
    return true
  }
}

export async function ensureSession(): Promise<boolean> {
  if (state.known) return state.signedIn
  if (!mayBeSignedIn()) return false
  return refresh()
}

export async function signOut() {
  const headers = accessToken ? { Authorization: `Bearer ${accessToken}` } : undefined
  await fetch(REVOKE_PATH, { method: 'POST', credentials: 'same-origin', headers }).catch(
    () => null,
  )
  wasHere = false
  settle(null)
  try {
    localStorage.setItem(SIGNED_OUT, String(Date.now()))
  } catch {
    // Without storage the other tabs notice at their next request.
  }
}

/** Logging out in one tab logs out the others. */
export function followOtherTabs(onSignedOut: () => void) {
  addEventListener('storage', (event) => {
    if (event.key !== SIGNED_OUT) return
    wasHere = false
    settle(null)
    onSignedOut()
  })
}
