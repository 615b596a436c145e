import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { authorisedFetch, quietFetch } from './client'
import { answerSignIn, offerSignIn, refresh, session, signIn, signOut } from './session'

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })

const fetched = vi.fn<typeof fetch>()

beforeEach(async () => {
  vi.stubGlobal('fetch', fetched)
  fetched.mockReset()
  fetched.mockResolvedValueOnce(json({ access_token: 'one' }))
  await signIn({ username: 'office', password: 'x' })
  fetched.mockClear()
})
afterEach(() => vi.unstubAllGlobals())

const sentTo = (call: number) => fetched.mock.calls[call]![0] as Request
const post = () =>
  authorisedFetch(new Request('http://localhost/api/v1/leads', { method: 'POST', body: '{}' }))

it('renews once for many requests and repeats each with its own key', async () => {
  let renewed = 0
  fetched.mockImplementation((input) => {
    if (typeof input === 'string') {
      renewed += 1
      return Promise.resolve(json({ access_token: 'two' }))
    }
    const request = input as Request
    const fresh = request.headers.get('Authorization') === 'Bearer two'
    return Promise.resolve(fresh ? json({}) : json({ code: 'token_expired' }, 401))
  })
  const answers = await Promise.all([post(), post()])
  expect(answers.map((answer) => answer.status)).toEqual([200, 200])
  expect(renewed).toBe(1)
  const keys = fetched.mock.calls
    .filter(([input]) => typeof input !== 'string')
    .map(([input]) => (input as Request).headers.get('Idempotency-Key'))
  expect(new Set(keys).size).toBe(2)
})

it('does not renew for a refusal that renewing cannot mend', async () => {
  fetched.mockResolvedValueOnce(json({ code: 'account_disabled' }, 401))
  expect((await post()).status).toBe(401)
  expect(fetched).toHaveBeenCalledTimes(1)
  expect(sentTo(0).headers.get('Authorization')).toBe('Bearer one')
})

it('a lost connection is no logout, a refused cookie is', async () => {
  fetched.mockRejectedValueOnce(new TypeError('offline'))
  await expect(refresh()).rejects.toThrow(TypeError)
  expect(session.signedIn).toBe(true)
  fetched.mockResolvedValueOnce(json({ error: 'invalid_grant' }, 400))
  expect(await refresh()).toBe(false)
  expect(session.signedIn).toBe(false)
})

it('forgets the token on logout, even offline', async () => {
  fetched.mockRejectedValueOnce(new TypeError('offline'))
  await signOut()
  expect(session.signedIn).toBe(false)
})

it('sends again with the token that was renewed meanwhile, without renewing once more', async () => {
  let refuse: (answer: Response) => void = () => undefined
  fetched.mockReturnValueOnce(new Promise((resolve) => (refuse = resolve)))
  const late = post()
  fetched.mockResolvedValueOnce(json({ access_token: 'two' }))
  await refresh()
  fetched.mockResolvedValueOnce(json({}))
  refuse(json({ code: 'token_expired' }, 401))
  expect((await late).status).toBe(200)
  expect(sentTo(2).headers.get('Authorization')).toBe('Bearer two')
  expect(fetched).toHaveBeenCalledTimes(3)
})

it('asks for the password once, for those who wait, and renews nothing until it is answered', async () => {
  offerSignIn()
  let cookie = false
  let asks = 0
  fetched.mockImplementation((input, init) => {
    if (typeof input !== 'string') {
      const fresh = (input as Request).headers.get('Authorization') === 'Bearer new'
      return Promise.resolve(fresh ? json({}) : json({ code: 'token_stale' }, 401))
    }
    if (String(init?.body).includes('password')) cookie = true
    else asks += 1
    return Promise.resolve(
      cookie ? json({ access_token: 'new' }) : json({ error: 'invalid_grant' }, 400),
    )
  })
  const draft = new Request('http://localhost/api/v1/leads/similar', { method: 'POST', body: '{}' })
  expect((await quietFetch(draft.clone())).status).toBe(401)
  expect(session.asking).toBe(false)

  const waiting = post()
  await vi.waitFor(() => expect(session.asking).toBe(true))
  const before = asks
  const second = post()
  expect((await quietFetch(draft.clone())).status).toBe(401)
  expect(asks).toBe(before)

  await signIn({ username: 'office', password: 'x' })
  answerSignIn(true)
  expect((await waiting).status).toBe(200)
  expect((await second).status).toBe(200)
  expect(session.signedIn).toBe(true)
})
