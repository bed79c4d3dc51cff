/**
 * Another Worker asks over a service binding, without HTTP: the same verdicts, the same revocations, and failures that say what to do.
 */
import { afterEach, describe, expect, inject, it } from 'vitest'
import { accessTokenOf } from '../../dev/sign-in.ts'
import { type Installation, introspect, startInstallation } from '../support/installation.ts'
import { Visitor } from '../support/visitor.ts'

/** Calls the method that the path names with the arguments in the body, and answers what came of it. */
const CALLER = `export default {
  async fetch(request, env) {
    const method = new URL(request.url).pathname.slice(1)
    try {
      if (method === 'visit') return Response.json({ answer: await env.GATE.session(request) })
      if (method === 'session') {
        const [url, headers] = await request.json()
        return Response.json({ answer: await env.GATE.session({ url, headers: new Headers(headers) }) })
      }
      return Response.json({ answer: await env.GATE[method](...await request.json()) })
    } catch (error) {
      return Response.json({ message: error.message, code: error.code, members: Object.keys(error) }, { status: 500 })
    }
  },
}`

let installation: Installation
afterEach(async () => {
  await installation.stop()
})

async function start(props: Record<string, unknown> = { app: 'App' }, settings: Record<string, string> = {}) {
  const script = inject('workerScript')
  installation = await startInstallation({ script, settings, caller: { script: CALLER, props } })
  return installation
}

async function call(method: string, ...args: readonly unknown[]): Promise<Record<string, unknown>> {
  const response = await installation.gatehouse.askCaller(`/${method}`, { method: 'POST', body: JSON.stringify(args) })
  return JSON.parse(await response.text())
}

it('a call answers like an introspection request, also for a token that is not good', async () => {
  await start()
  const visitor = new Visitor(installation)
  await visitor.signIn('alice')
  const jwt = await accessTokenOf('alice', installation.client)
  for (const token of [visitor.sessionToken, jwt, `${jwt}x`, `gths_${'A'.repeat(43)}`]) {
    const expected = await (await introspect(installation, token)).json()
    expect(await call('check', token)).toEqual({ answer: expected })
  }
  const { answer } = await call('checkMany', [visitor.sessionToken, 'x', jwt])
  expect(answer).toMatchObject([{ active: true, token_type: 'session' }, { active: false }, { active: true }])
})

it('a session that ends is not active after REVOCATION_LAG_SECONDS', async () => {
  await start(undefined, { REVOCATION_LAG_SECONDS: '1' })
  const visitor = new Visitor(installation)
  await visitor.signIn('alice')
  const token = visitor.sessionToken
  for (let time = 0; time < 2; time += 1) expect(await call('check', token)).toMatchObject({ answer: { active: true } })
  await visitor.signOut()
  await new Promise((resolve) => setTimeout(resolve, 1100))
  expect(await call('check', token)).toEqual({ answer: { active: false } })
})

it('the feed is asked in the background, so that no call waits for the database', async () => {
  await start()
  const visitor = new Visitor(installation)
  await visitor.signIn('alice')
  const token = visitor.sessionToken
  await call('check', token)
  await visitor.signOut()
  await new Promise((resolve) => setTimeout(resolve, 3100))
  // The first call after three seconds is still answered from memory, and the pull that follows it tells the next one.
  expect(await call('check', token)).toMatchObject({ answer: { active: true } })
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(await call('check', token)).toEqual({ answer: { active: false } })
})

it.each([
  ['of an app that is not registered', { app: 'unknown' }],
  ['without an app', {}],
])('a binding %s is refused, with what to write', async (_, props) => {
  await start(props)
  const failure = await call('check', 'x'.repeat(30))
  expect(failure).toMatchObject({ code: 'invalid_client', message: expect.stringContaining('props = { app = "…" }') })
  const [, reference] = /\(reference ([0-9a-z]{10})\)/.exec(String(failure.message)) ?? []
  expect(installation.gatehouse.log.filter((line) => line.includes(`"ref":"${reference}"`))).toHaveLength(1)
})

it('what is no token is refused, and no more than 100 are looked at', async () => {
  await start()
  for (const [method, argument] of [
    ['check', 5],
    ['check', ''],
    ['check', null],
    ['checkMany', 'x'],
    ['checkMany', ['x', 5]],
    ['checkMany', Array.from({ length: 101 }, () => 'x')],
  ] as const)
    expect(await call(method, argument)).toMatchObject({ code: 'invalid_request' })
  expect(
    await call(
      'checkMany',
      Array.from({ length: 100 }, () => 'x'),
    ),
  ).toMatchObject({ answer: { length: 100 } })
})

it('a database that does not answer is a failure, never a verdict, and says nothing of the inside', async () => {
  await start()
  await installation.gatehouse.query('ALTER TABLE sessions RENAME TO gone')
  const failure = await call('check', `gths_${'A'.repeat(43)}`)
  expect(failure).toMatchObject({ code: 'temporarily_unavailable' })
  expect(failure.message).not.toMatch(/D1|SQL|sessions/)
})

describe('the session of a visitor', () => {
  const own = () => installation.gatehouse.baseUrl
  const cookieOf = (token: string) => `__Host-gatehouse-session=${token}`

  async function aliceIn(): Promise<{ token: string; expected: unknown }> {
    await start()
    const visitor = new Visitor(installation)
    await visitor.signIn('alice')
    const expected = await (await introspect(installation, visitor.sessionToken)).json()
    expect(expected).toMatchObject({ active: true, token_type: 'session', user_id: expect.any(String) })
    return { token: visitor.sessionToken, expected }
  }

  it('is found by the cookie on our own host, and on no other', async () => {
    const { token, expected } = await aliceIn()
    const cookie = `theme=dark; ${cookieOf(token)}`
    expect(await call('session', `${own()}/notes`, { cookie })).toEqual({ answer: expected })
    expect(await call('session', 'https://notes.example/', { cookie })).toEqual({ answer: { active: false } })
    // Only one of two could be the right one.
    const twice = `${cookie}; ${cookieOf(`gths_${'A'.repeat(43)}`)}`
    expect(await call('session', `${own()}/notes`, { cookie: twice })).toEqual({ answer: { active: false } })
  })

  it('is found by a bearer token anywhere, which counts alone', async () => {
    const { token, expected } = await aliceIn()
    const bearer = (value: string) => ({ authorization: `Bearer ${value}` })
    expect(await call('session', 'https://notes.example/', bearer(token))).toEqual({ answer: expected })
    const jwt = await accessTokenOf('alice', installation.client)
    for (const other of [jwt, `gths_${'A'.repeat(43)}`]) {
      const both = { ...bearer(other), cookie: cookieOf(token) }
      expect(await call('session', `${own()}/`, both)).toEqual({ answer: { active: false } })
    }
    const basic = { authorization: `Basic ${btoa('a:b')}`, cookie: cookieOf(token) }
    expect(await call('session', `${own()}/`, basic)).toEqual({ answer: expected })
  })

  it('is found in the request itself, which can be handed on as it came', async () => {
    const { token, expected } = await aliceIn()
    const request = { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: 'a form' }
    expect(await (await installation.gatehouse.askCaller('/visit', request)).json()).toEqual({ answer: expected })
    expect(await (await installation.gatehouse.askCaller('/visit')).json()).toEqual({ answer: { active: false } })
  })

  it('is not told to an app that may not ask about sessions', async () => {
    const { token } = await aliceIn()
    await installation.gatehouse.query('UPDATE apps SET sessions = 0')
    await new Promise((resolve) => setTimeout(resolve, 5100))
    const answer = await call('session', `${own()}/`, { cookie: cookieOf(token) })
    expect(answer).toEqual({ answer: { active: false } })
    const line = installation.gatehouse.log.find((one) => one.includes('app:update'))
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      event: 'token_not_active',
      hint: expect.stringContaining('app:update'),
    })
  })

  it('cannot be asked about with something else than a request', async () => {
    await start()
    expect(await call('session', 'no address', {})).toMatchObject({ code: 'invalid_request' })
  })
})

describe('a person, by the user_id of an answer', () => {
  async function aliceAs(claims: readonly string[]): Promise<string> {
    await start()
    await installation.gatehouse.query(`UPDATE apps SET claims = '${JSON.stringify(claims)}'`)
    const visitor = new Visitor(installation)
    await visitor.signIn('alice')
    const answer = await (await introspect(installation, visitor.sessionToken)).json()
    return String(answer.user_id)
  }

  it('is described by what the app may know, and nothing else', async () => {
    const id = await aliceAs(['email', 'groups'])
    expect(await call('user', id)).toEqual({
      answer: { user_id: id, email: 'alice@example.org', email_verified: true, groups: expect.any(Array) },
    })
  })

  it('is no more than their id to an app that may know nothing', async () => {
    const id = await aliceAs([])
    expect(await call('user', id)).toEqual({ answer: { user_id: id } })
  })

  it('that no one is, is null, and what is no id is refused', async () => {
    await aliceAs([])
    expect(await call('user', 'b1b2c3d4-0000-4000-8000-000000000001')).toEqual({ answer: null })
    for (const none of ['', 5, null]) expect(await call('user', none)).toMatchObject({ code: 'invalid_request' })
  })
})
