/**
 * A session whose provider tokens expire: refreshed once, by the request that comes first, in whichever isolate, and ended when the provider says so.
 */

import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Installation, introspect, startInstallation } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'
import { Visitor } from '../support/visitor.ts'

let installation: Installation
/** What the token endpoint answers instead of the provider; `null`: the provider itself answers. */
let tokenAnswer: { status: number; body: string } | null = null
beforeAll(async () => {
  installation = await startInstallation({
    script: inject('workerScript'),
    provider: {
      intercept(request, response) {
        if (tokenAnswer === null || request.url !== '/token') return false
        response.writeHead(tokenAnswer.status, { 'content-type': 'application/json' }).end(tokenAnswer.body)
        return true
      },
    },
  })
})
afterAll(() => installation.stop())
afterEach(() => {
  tokenAnswer = null
})

async function signedIn(username = 'alice'): Promise<Visitor> {
  const visitor = new Visitor(installation)
  await visitor.signIn(username)
  return visitor
}

/** As if the life of all access tokens had passed: the clock of a running Worker cannot be moved. */
async function letTokensExpire(): Promise<void> {
  await installation.gatehouse.query(
    'UPDATE sessions SET created_at = created_at - 900, refreshed_at = refreshed_at - 900, refresh_not_before = 0',
  )
}

const refreshes = () => installation.provider.journal.count('/token')

describe('fifty requests at once on an expired session', () => {
  it.each([
    ['in one isolate', ['first']],
    ['in two isolates', ['first', 'second']],
  ] as const)('%s lead to one refresh, and no one is signed out', async (_, isolates) => {
    const visitor = await signedIn()
    await letTokensExpire()
    const before = refreshes()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        visitor.visit(PATHS.me, {}, isolates[index % isolates.length] ?? 'first'),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(refreshes() - before).toBe(1)
  })
})

describe('a session', () => {
  it('is refreshed again and again with the tokens that rotate', async () => {
    const visitor = await signedIn()
    for (let round = 0; round < 3; round += 1) {
      await letTokensExpire()
      expect(await visitor.whoAmI()).toMatchObject({ preferred_username: 'alice' })
    }
  })

  it('is not refreshed while its tokens are good', async () => {
    const visitor = await signedIn()
    const before = refreshes()
    await visitor.whoAmI()
    expect(refreshes()).toBe(before)
  })

  it('ends when the provider no longer lets the person in', async () => {
    const visitor = await signedIn()
    await letTokensExpire()
    tokenAnswer = { status: 400, body: '{"error":"invalid_grant"}' }
    expect((await visitor.visit(PATHS.me)).status).toBe(401)
    tokenAnswer = null
    expect((await visitor.visit(PATHS.me)).status).toBe(401)
  })

  it('that only apps ask about ends as well', async () => {
    const { sessionToken } = await signedIn()
    await letTokensExpire()
    expect(await (await introspect(installation, sessionToken)).json()).toMatchObject({ active: true })
    await letTokensExpire()
    tokenAnswer = { status: 400, body: '{"error":"invalid_grant"}' }
    expect(await (await introspect(installation, sessionToken)).text()).toBe('{"active":false}')
  })

  it.each([
    ['an internal error', 500, '{}'],
    ['a gateway', 503, ''],
    ['temporarily_unavailable', 400, '{"error":"temporarily_unavailable"}'],
    ['invalid_client', 401, '{"error":"invalid_client"}'],
    ['something that is no JSON', 200, '<html>'],
    ['an empty object', 200, '{}'],
  ])('goes on when the answer is %s, and the provider is left alone for a while', async (_, status, body) => {
    const visitor = await signedIn()
    await letTokensExpire()
    tokenAnswer = { status, body }
    const before = refreshes()
    for (let request = 0; request < 5; request += 1) {
      expect((await visitor.visit(PATHS.me)).status).toBe(200)
    }
    expect(refreshes() - before).toBe(1)
  })
})

describe('GET /api/v1.0/session/', () => {
  it('says how long the session and the tokens last', async () => {
    const visitor = await signedIn()
    const answer = await visitor.visit(PATHS.session)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toContain('no-store')
    const { session, tokens } = (await answer.json()) as Record<string, Record<string, unknown>> // the answer is the test's subject
    expect(session).toMatchObject({ active: true, timeout_at: '0001-01-01T00:00:00Z', timeout_in_seconds: -1 })
    expect(session?.ends_in_seconds).toBeGreaterThan(43_000)
    expect(tokens).toMatchObject({ refreshed_at: '0001-01-01T00:00:00Z', refresh_cooldown: false })
    expect(tokens?.expire_in_seconds).toBeGreaterThan(3000)
  })

  it('answers 401 to anyone who has no session, without sending anyone anywhere', async () => {
    const answer = await new Visitor(installation).visit(PATHS.session)
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Session'])
    expect(answer.headers.getSetCookie()).toEqual([])
  })
})

describe('POST /api/v1.0/session/refresh/', () => {
  const ownPage = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } }

  it('refreshes, and within the cooldown says the same without asking the provider again', async () => {
    const visitor = await signedIn()
    const before = refreshes()
    const first = await (await visitor.visit(PATHS.sessionRefresh, ownPage)).json()
    expect(first).toMatchObject({ tokens: { refresh_cooldown: true } })
    expect((await visitor.visit(PATHS.sessionRefresh, ownPage)).status).toBe(200)
    expect(refreshes() - before).toBe(1)
  })

  it('is refused when another site asks', async () => {
    const visitor = await signedIn()
    const foreign = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } }
    expect((await visitor.visit(PATHS.sessionRefresh, foreign)).status).toBe(403)
    expect((await visitor.visit(PATHS.sessionRefresh, { method: 'POST' })).status).toBe(403)
  })

  it('is a POST and nothing else', async () => {
    const answer = await (await signedIn()).visit(PATHS.sessionRefresh)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

describe('with OIDC_STORE_REFRESH_TOKEN off', () => {
  it('a session is never refreshed and no token but the ID token is kept', async () => {
    const other = await startInstallation({
      script: inject('workerScript'),
      settings: { OIDC_STORE_REFRESH_TOKEN: 'false' },
    })
    try {
      const visitor = new Visitor(other)
      await visitor.signIn('bob')
      const before = other.provider.journal.count('/token')
      const answer = await (
        await visitor.visit(PATHS.sessionRefresh, {
          method: 'POST',
          headers: { 'sec-fetch-site': 'same-origin' },
        })
      ).json()
      expect(answer).toMatchObject({ tokens: { next_auto_refresh_in_seconds: -1 } })
      expect(other.provider.journal.count('/token')).toBe(before)
    } finally {
      await other.stop()
    }
  })
})

describe('with GATEHOUSE_SESSION_IDLE_AGE', () => {
  it('a session that no one uses ends, and says so', async () => {
    const other = await startInstallation({
      script: inject('workerScript'),
      settings: { GATEHOUSE_SESSION_IDLE_AGE: '600' },
    })
    try {
      const visitor = new Visitor(other)
      await visitor.signIn('bob')
      await other.gatehouse.query('UPDATE sessions SET last_seen_at = last_seen_at - 540')
      expect(await visitor.whoAmI()).not.toBeNull()
      // Being used has moved the end; the row says to which second.
      const [row] = await other.gatehouse.query('SELECT last_seen_at FROM sessions')
      const end = new Date((Number(row?.last_seen_at) + 600) * 1000).toISOString().replace('.000Z', 'Z')
      expect(await (await visitor.visit(PATHS.session)).json()).toMatchObject({
        session: { active: true, timeout_at: end },
      })
      await other.gatehouse.query('UPDATE sessions SET last_seen_at = last_seen_at - 601')
      expect(await visitor.whoAmI()).toBeNull()
      expect(await (await visitor.visit(PATHS.session)).json()).toMatchObject({ session: { active: false } })
      const refresh = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } }
      expect((await visitor.visit(PATHS.sessionRefresh, refresh)).status).toBe(401)
    } finally {
      await other.stop()
    }
  })
})
