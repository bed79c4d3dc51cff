/**
 * Signing out over real HTTP: here, at the provider, everywhere; the built Worker, a real provider, and people with browsers.
 */

import { createHash, randomUUID } from 'node:crypto'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Installation, startInstallation } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'
import { Visitor } from '../support/visitor.ts'

const LOGOUT = PATHS.logout
const RETURN = PATHS.logoutCallback
const BACK_CHANNEL = PATHS.backchannelLogout
const FRONT_CHANNEL = PATHS.frontchannelLogout
const REVOCATION = '/token/revocation'
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }
const OWN_LINK = { ...OWN_PAGE, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

const nowSeconds = () => Math.floor(Date.now() / 1000)

/** As the documents of the storage describe it, written once more. */
const hashOf = (issuer: string, name: string) => createHash('sha256').update(`${issuer}\0${name}`).digest('base64url')

async function signedIn(installation: Installation, username: string): Promise<Visitor> {
  const visitor = new Visitor(installation)
  await visitor.signIn(username)
  return visitor
}

/** By hand, because Node's fetch writes a Sec-Fetch-Mode of its own. */
function askForLogout(
  installation: Installation,
  { cookies }: Visitor,
  fetchMetadata: Readonly<Record<string, string>>,
  { method = 'GET', query = '' } = {},
) {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return new Promise<{ status: number | undefined; page: string }>((resolve, reject) => {
    request(`${installation.gatehouse.baseUrl}${LOGOUT}${query}`, { method, headers: { ...fetchMetadata, cookie } })
      .on('response', async (response) => resolve({ status: response.statusCode, page: await text(response) }))
      .on('error', reject)
      .end()
  })
}

/** But for the mark that the person has signed out, which says nothing to anyone. */
const cookieNames = (visitor: Visitor) =>
  [...visitor.cookies.keys()].filter((name) => name !== '__Host-gatehouse-silent')

describe('Gatehouse and a provider that does all there is', () => {
  let installation: Installation
  /** What the revocation endpoint does; `undefined`: it works. */
  let revocation: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
  beforeAll(async () => {
    installation = await startInstallation({
      script: inject('workerScript'),
      // Nothing but the sign-out itself leaves a mark in the browser.
      settings: { OIDC_TIMEOUT: '1', FRONTEND_IS_SILENT_LOGIN_ENABLED: 'false' },
      provider: {
        backchannelLogout: true,
        intercept: (request, response) => {
          if (request.url !== REVOCATION || revocation === undefined) return false
          revocation(request, response)
          return true
        },
      },
    })
  })
  afterAll(() => installation.stop())
  beforeEach(async () => {
    revocation = undefined
    await installation.gatehouse.query('DELETE FROM sessions')
    await installation.gatehouse.query('DELETE FROM audit')
  })

  const revocations = () => installation.provider.journal.count(REVOCATION)
  const events = async () => (await installation.gatehouse.query('SELECT event FROM audit')).map(({ event }) => event)

  describe('a sign-out', () => {
    it('sends the browser on with id_token_hint, client_id, the registered address and a state (A109)', async () => {
      const alice = await signedIn(installation, 'alice')
      const { searchParams, origin, pathname } = new URL((await alice.signOut()).headers.get('location') ?? '')
      expect(origin + pathname).toBe(`${installation.provider.issuer}/session/end`)
      expect([...searchParams.keys()]).toEqual(['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'])
      expect(searchParams.get('client_id')).toBe('gatehouse')
      expect(searchParams.get('post_logout_redirect_uri')).toBe(`${installation.gatehouse.baseUrl}${RETURN}`)
      expect(searchParams.get('state')).toMatch(/^[\w-]{43}$/)
      expect(JSON.parse(atob(searchParams.get('id_token_hint')?.split('.')[1] ?? '')).preferred_username).toBe('alice')
    })

    it('has ended the session here even if the browser never follows (A109)', async () => {
      const alice = await signedIn(installation, 'alice')
      const { sessionToken } = alice
      await alice.signOut()
      alice.cookies.set('__Host-gatehouse-session', sessionToken)
      expect(await alice.whoAmI()).toBeNull()
      expect(await alice.whoAmI('second')).toBeNull()
    })

    it('takes no address and no place for a token from the query (A110, RL8)', async () => {
      const alice = await signedIn(installation, 'alice')
      const evil = 'https://evil.example/?t={id_token}'
      const query = ['rd', 'returnTo', 'redirect', 'next', 'post_logout_redirect_uri'].map((name) => [name, evil])
      const response = await alice.signOut(`?${new URLSearchParams(query)}`)
      expect(response.headers.get('location')).not.toContain('evil')
      const back = await alice.visit(`${RETURN}?${new URLSearchParams(query)}`)
      expect(back.headers.get('location')).toBe(`${installation.gatehouse.baseUrl}/`)
    })
  })

  describe('coming back from the provider', () => {
    const lines = () =>
      installation.gatehouse.log.filter((line) => line.includes('"sign_out_returned_otherwise"')).length

    async function leave(): Promise<{ visitor: Visitor; state: string; before: number }> {
      const visitor = await signedIn(installation, 'alice')
      const location = new URL((await visitor.signOut()).headers.get('location') ?? '')
      return { visitor, state: location.searchParams.get('state') ?? '', before: lines() }
    }

    it('oidcc-client-test-rp-init-logout: with the state leads on, and the state is used up', async () => {
      const { visitor, state, before } = await leave()
      expect(cookieNames(visitor)).toEqual(['__Host-gatehouse-logout'])
      const response = await visitor.visit(`${RETURN}?state=${state}`)
      expect([response.status, response.headers.get('location')]).toEqual([302, `${installation.gatehouse.baseUrl}/`])
      expect(cookieNames(visitor)).toEqual([])
      expect(lines() - before).toBe(0)
    })

    it.each([
      ['oidcc-client-test-rp-init-logout-other-state', '?state=another'],
      ['oidcc-client-test-rp-init-logout-no-state', ''],
    ])('%s: leads on all the same, ends nothing, and is in the log', async (_, query) => {
      const { visitor, before } = await leave()
      const response = await visitor.visit(`${RETURN}${query}`)
      expect([response.status, response.headers.get('location')]).toEqual([302, `${installation.gatehouse.baseUrl}/`])
      expect(cookieNames(visitor)).toEqual([])
      expect(lines() - before).toBe(1)
    })

    it('with a forged state signs no one out (RL7)', async () => {
      const alice = await signedIn(installation, 'alice')
      expect((await alice.visit(`${RETURN}?state=forged`)).status).toBe(302)
      expect(await alice.whoAmI()).not.toBeNull()
    })

    it('with a cookie that someone changed leads on all the same', async () => {
      const { visitor, state } = await leave()
      visitor.cookies.set('__Host-gatehouse-logout', 'a.b.c.d.e')
      expect((await visitor.visit(`${RETURN}?state=${state}`)).status).toBe(302)
    })
  })

  describe('the tokens of a session', () => {
    it('are given back at sign-out: the provider takes the call, and there is one (A111, RL10)', async () => {
      const alice = await signedIn(installation, 'alice')
      const before = revocations()
      await alice.signOut()
      expect(revocations() - before).toBe(1)
      expect(revocationFailures()).toEqual([])
    })

    it('are given back as the refresh token, by the client that it was made for (A111)', async () => {
      const alice = await signedIn(installation, 'alice')
      let form = new URLSearchParams()
      revocation = async (request, response) => {
        form = new URLSearchParams(await text(request))
        response.end()
      }
      await alice.signOut()
      const { clientId, clientSecret, issuer } = installation.client
      expect([form.get('client_id'), form.get('client_secret')]).toEqual([clientId, clientSecret])
      expect(form.get('token_type_hint')).toBe('refresh_token')
      // It was only shown, so it still works, and a refresh token is what it is.
      form.set('grant_type', 'refresh_token')
      form.set('refresh_token', form.get('token') ?? '')
      expect((await fetch(`${issuer}/token`, { method: 'POST', body: form })).status).toBe(200)
    })

    it.each<[string, (request: IncomingMessage, response: ServerResponse) => void, string]>([
      ['fails', (_, response) => response.writeHead(500).end(), 'did not revoke'],
      ['says that the token is of no use', (_, response) => refuse(response), 'unsupported_token_type'],
      ['does not answer within OIDC_TIMEOUT', () => {}, 'did not answer within 1 s'],
      ['answers too much', (_, response) => response.end('x'.repeat(2_000_000)), 'more than'],
    ])('whose revocation endpoint %s keep no one from signing out (A111)', async (_, behaviour, reason) => {
      const alice = await signedIn(installation, 'alice')
      revocation = behaviour
      const before = revocationFailures().length
      const startedAt = Date.now()
      const response = await alice.signOut()
      expect(response.headers.get('location')).toContain('/session/end?')
      expect(Date.now() - startedAt).toBeLessThan(2000)
      expect(await alice.whoAmI()).toBeNull()
      expect(revocationFailures().slice(before)).toEqual([expect.stringContaining(reason)])
    })

    const revocationFailures = () => installation.gatehouse.log.filter((line) => line.includes('"revocation_failed"'))

    function refuse(response: ServerResponse): void {
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end('{"error":"unsupported_token_type"}')
    }
  })

  describe('signing out on all devices', () => {
    it('ends every session of the person and no other, with an audit row for each', async () => {
      const [here, there, bob] = [
        await signedIn(installation, 'alice'),
        await signedIn(installation, 'alice'),
        await signedIn(installation, 'bob'),
      ]
      const before = revocations()
      const response = await here.signOut('', { everywhere: '1' })
      expect(response.headers.get('location')).toContain('/session/end?')
      expect([await here.whoAmI(), await there.whoAmI('second')]).toEqual([null, null])
      expect(await bob.whoAmI()).toMatchObject({ preferred_username: 'bob' })
      expect((await events()).filter((event) => event === 'sign_out_everywhere')).toHaveLength(2)
      expect(revocations() - before).toBe(2)
    })

    it('is a link away from the page that asks, with a button of its own', async () => {
      const alice = await signedIn(installation, 'alice')
      expect(await (await alice.visit(LOGOUT)).text()).toContain(`<a href="${LOGOUT}?everywhere=1">`)
      const page = await (await alice.visit(`${LOGOUT}?everywhere=1`)).text()
      expect(page).toContain('<input type="hidden" name="everywhere" value="1"/>')
      expect(page.match(/<button\b/g)).toHaveLength(1)
    })

    it.each(['', '0', 'true', '11'])('is not meant by everywhere=%j', async (everywhere) => {
      const [here, there] = [await signedIn(installation, 'alice'), await signedIn(installation, 'alice')]
      await here.signOut('', { everywhere })
      expect(await there.whoAmI()).not.toBeNull()
    })

    it('needs the token of our own page as every sign-out does', async () => {
      const [here, there] = [await signedIn(installation, 'alice'), await signedIn(installation, 'alice')]
      const body = new URLSearchParams({ everywhere: '1' })
      expect((await here.visit(LOGOUT, { method: 'POST', headers: OWN_PAGE, body })).status).toBe(403)
      expect([await here.whoAmI(), await there.whoAmI()]).not.toContain(null)
    })
  })

  it('a link signs no one out unless ALLOW_LOGOUT_GET_METHOD says so', async () => {
    const alice = await signedIn(installation, 'alice')
    expect((await askForLogout(installation, alice, OWN_LINK)).page).toContain('<h1>Sign out?</h1>')
    expect(await alice.whoAmI()).not.toBeNull()
  })

  describe('back-channel logout', () => {
    async function logoutToken(claims: Readonly<Record<string, unknown>>, typ = 'logout+jwt'): Promise<string> {
      const now = nowSeconds()
      const { provider, client } = installation
      return provider.sign(
        {
          iss: provider.issuer,
          aud: client.clientId,
          iat: now,
          exp: now + 120,
          jti: randomUUID(),
          events: { [EVENT]: {} },
          ...claims,
        },
        { typ },
      )
    }

    const send = (body: BodyInit | undefined, init: RequestInit = {}) =>
      fetch(`${installation.gatehouse.baseUrl}${BACK_CHANNEL}`, { method: 'POST', ...(body && { body }), ...init })

    const sendToken = (token: string) => send(new URLSearchParams({ logout_token: token }))

    async function subjectOf(visitor: Visitor): Promise<string> {
      const { sub } = (await visitor.whoAmI()) ?? {}
      return String(sub)
    }

    /** Gives the session of a visitor a `sid`, as if the ID token had had it. */
    async function giveSid(visitor: Visitor, sid: string | null, issuer = installation.provider.issuer): Promise<void> {
      const tokenHash = createHash('sha256').update(visitor.sessionToken).digest('base64url')
      const value = sid === null ? 'NULL' : `'${hashOf(issuer, sid)}'`
      await installation.gatehouse.query(`UPDATE sessions SET sid_hash = ${value} WHERE token_hash = '${tokenHash}'`)
    }

    it('oidcc-client-test-rp-backchannel-rpinitlogout: signing out at the provider ends this browser’s session in every isolate, and no other (A107, BL20)', async () => {
      const [here, there, bob] = [
        await signedIn(installation, 'alice'),
        await signedIn(installation, 'alice'),
        await signedIn(installation, 'bob'),
      ]
      expect((await here.signOutAtProvider()).status).toBe(303)
      expect([await here.whoAmI(), await here.whoAmI('second')]).toEqual([null, null])
      expect(await there.whoAmI('second')).not.toBeNull()
      expect(await bob.whoAmI()).not.toBeNull()
      expect((await events()).filter((event) => event === 'backchannel_logout')).toHaveLength(1)
    })

    it('obeys a token with unknown claims in a form with unknown fields: 200, nothing to keep, nothing to read (BL3, BL22, BL23, BL27)', async () => {
      const alice = await signedIn(installation, 'alice')
      const token = await logoutToken({ sub: await subjectOf(alice), ignored_claim: true })
      const response = await send(
        new URLSearchParams([
          ['ignored_parameter', 'a'],
          ['ignored_parameter', 'b'],
          ['logout_token', token],
        ]),
        { headers: { cookie: 'a=b' } },
      )
      expect([response.status, await response.text()]).toEqual([200, ''])
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.getSetCookie()).toEqual([])
      expect(await alice.whoAmI()).toBeNull()
    })

    it('by sub ends all sessions of the person and of no one else (BL18)', async () => {
      const [here, there, bob] = [
        await signedIn(installation, 'alice'),
        await signedIn(installation, 'alice'),
        await signedIn(installation, 'bob'),
      ]
      expect((await sendToken(await logoutToken({ sub: await subjectOf(here) }))).status).toBe(200)
      expect([await here.whoAmI(), await there.whoAmI()]).toEqual([null, null])
      expect(await bob.whoAmI()).not.toBeNull()
    })

    it('by sid ends the session with this sid of this issuer alone (BL19, BL28)', async () => {
      const sid = ` "\\;/%'\u007e`
      const [here, there, elsewhere] = [
        await signedIn(installation, 'alice'),
        await signedIn(installation, 'alice'),
        await signedIn(installation, 'bob'),
      ]
      await giveSid(here, sid)
      await giveSid(elsewhere, sid, 'https://another.example')
      expect((await sendToken(await logoutToken({ sid }))).status).toBe(200)
      expect(await here.whoAmI()).toBeNull()
      expect([await there.whoAmI(), await elsewhere.whoAmI()]).not.toContain(null)
    })

    it('by the sid of alice and the sub of bob ends nothing (BL15)', async () => {
      const [alice, bob] = [await signedIn(installation, 'alice'), await signedIn(installation, 'bob')]
      await giveSid(alice, 'of-alice')
      expect((await sendToken(await logoutToken({ sid: 'of-alice', sub: await subjectOf(bob) }))).status).toBe(200)
      expect([await alice.whoAmI(), await bob.whoAmI()]).not.toContain(null)
    })

    it('by sid and sub also ends a session of that person whose ID token had no sid', async () => {
      const [here, there] = [await signedIn(installation, 'alice'), await signedIn(installation, 'alice')]
      await giveSid(here, null)
      expect((await sendToken(await logoutToken({ sid: 'a', sub: await subjectOf(here) }))).status).toBe(200)
      expect(await here.whoAmI()).toBeNull()
      expect(await there.whoAmI()).not.toBeNull()
    })

    it('of someone who is not signed in is 200 all the same (BL16, BL21)', async () => {
      expect((await sendToken(await logoutToken({ sub: 'nobody' }))).status).toBe(200)
      expect((await sendToken(await logoutToken({ sid: 'unknown' }))).status).toBe(200)
    })

    it('ends nothing that began after the token was issued (A108)', async () => {
      const alice = await signedIn(installation, 'alice')
      await giveSid(alice, 'same')
      const iat = nowSeconds() - 30
      const sub = await subjectOf(alice)
      for (const whom of [{ sub }, { sid: 'same' }, { sub, sid: 'same' }]) {
        expect((await sendToken(await logoutToken({ iat, ...whom }))).status).toBe(200)
      }
      expect(await alice.whoAmI()).not.toBeNull()
    })

    it('refuses a token that was obeyed before, in every isolate, and the session of the next sign-in lives (A51, BL13)', async () => {
      const alice = await signedIn(installation, 'alice')
      const token = await logoutToken({ sub: await subjectOf(alice) })
      expect((await sendToken(token)).status).toBe(200)
      await alice.signIn('alice')
      const again = await installation.gatehouse.askOther(BACK_CHANNEL, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ logout_token: token }).toString(),
      })
      expect(again.status).toBe(400)
      expect(await again.json()).toMatchObject({
        error: 'invalid_request',
        error_description: expect.stringContaining('jti'),
      })
      expect(await alice.whoAmI()).not.toBeNull()
    })

    it('obeys one of twenty copies that come at once', async () => {
      const alice = await signedIn(installation, 'alice')
      const token = await logoutToken({ sub: await subjectOf(alice) })
      const answers = await Promise.all(Array.from({ length: 20 }, () => sendToken(token)))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 400)])
      expect((await events()).filter((event) => event === 'backchannel_logout')).toHaveLength(1)
    })

    it('remembers a jti with its issuer, as a hash, for as long as the token could come again', async () => {
      const now = nowSeconds()
      await sendToken(await logoutToken({ sub: 'nobody', jti: 'remembered', exp: now + 100 }))
      const jtiHash = hashOf(installation.provider.issuer, 'remembered')
      expect(
        await installation.gatehouse.query(`SELECT expires_at FROM spent_logout_tokens WHERE jti_hash = '${jtiHash}'`),
      ).toEqual([{ expires_at: now + 160 }])
    })

    const formOf = async (claims: Readonly<Record<string, unknown>>) =>
      new URLSearchParams({ logout_token: await logoutToken({ sub: 'nobody', ...claims }) })

    it.each<[name: string, body: () => Promise<BodyInit | undefined>, told: string]>([
      ['a broken rule', () => formOf({ jti: undefined }), 'jti'],
      ['no token', async () => new URLSearchParams({ token: 'x' }), 'is missing'],
      ['an empty token', async () => new URLSearchParams({ logout_token: '' }), 'is missing'],
      ['an unreadable token', async () => new URLSearchParams({ logout_token: 'a.b.c' }), 'refused'],
      [
        'another content type (BL2)',
        async () => new Blob([`${await formOf({})}`], { type: 'text/plain' }),
        'Send a form',
      ],
      ['no content type', async () => new Blob([`${await formOf({})}`]), 'Send a form'],
      ['no body', async () => undefined, 'Send a form'],
    ])('answers 400 in JSON, not to be kept, to %s (BL17, BL23, BL24)', async (_, body, told) => {
      const response = await send(await body())
      expect(response.status).toBe(400)
      expect(response.headers.get('content-type')).toMatch(/^application\/json/)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(await response.json()).toEqual({
        error: 'invalid_request',
        error_description: expect.stringContaining(told),
      })
    })

    it('refuses two tokens at once, though each is good, and ends nothing (A29)', async () => {
      const alice = await signedIn(installation, 'alice')
      const sub = await subjectOf(alice)
      const tokens = [await logoutToken({ sub }), await logoutToken({ sub })]
      const response = await send(new URLSearchParams(tokens.map((token) => ['logout_token', token])))
      expect(response.status).toBe(400)
      expect(await alice.whoAmI()).not.toBeNull()
    })

    it('refuses an ID token of the same client (BL29)', async () => {
      const alice = await signedIn(installation, 'alice')
      const idToken = new URL((await alice.signOut()).headers.get('location') ?? '').searchParams.get('id_token_hint')
      expect((await sendToken(idToken ?? '')).status).toBe(400)
    })

    it('is for POST alone and says so (BL2)', async () => {
      const token = await logoutToken({ sub: 'nobody' })
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const response = await fetch(`${installation.gatehouse.baseUrl}${BACK_CHANNEL}?logout_token=${token}`, {
          method,
        })
        expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
        expect(await response.json()).toMatchObject({ error: 'invalid_request' })
      }
    })

    it('without the database is 503, never 200, and the token can be sent again (F39, BL30)', async () => {
      const alice = await signedIn(installation, 'alice')
      const token = await logoutToken({ sub: await subjectOf(alice) })
      const rename = (from: string, to: string) => installation.gatehouse.query(`ALTER TABLE ${from} RENAME TO ${to}`)
      // The sessions end before the token is taken, so this fails half way.
      await rename('spent_logout_tokens', 'away')
      const failed = await sendToken(token).finally(() => rename('away', 'spent_logout_tokens'))
      expect([failed.status, Number(failed.headers.get('retry-after')) > 0]).toEqual([503, true])
      expect(await alice.whoAmI()).not.toBeNull()
      expect(await events()).not.toContain('backchannel_logout')
      expect((await sendToken(token)).status).toBe(200)
      expect(await alice.whoAmI()).toBeNull()
    })

    it('asks the provider for nothing but keys', async () => {
      const alice = await signedIn(installation, 'alice')
      const token = await logoutToken({ sub: await subjectOf(alice) })
      const before = installation.provider.journal.entries.length
      await sendToken(token)
      expect(installation.provider.journal.entries.slice(before)).toEqual([])
    })
  })

  describe('front-channel logout', () => {
    const address = (query: Readonly<Record<string, string>>) => `${FRONT_CHANNEL}?${new URLSearchParams(query)}`
    const asFrame = { headers: { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' } }
    const stranger = () => new Visitor(installation)

    /** The provider's name for the session, out of the ID token of a visitor who then signs in again. */
    async function sidOf(visitor: Visitor): Promise<string> {
      const sid = `sid ${randomUUID()} "';%`
      const tokenHash = createHash('sha256').update(visitor.sessionToken).digest('base64url')
      const sidHash = hashOf(installation.provider.issuer, sid)
      await installation.gatehouse.query(
        `UPDATE sessions SET sid_hash = '${sidHash}' WHERE token_hash = '${tokenHash}'`,
      )
      return sid
    }

    it('oidcc-client-test-rp-frontchannel-rpinitlogout: with iss and sid ends that session, though no cookie arrives (FL3, FL8)', async () => {
      const [here, there] = [await signedIn(installation, 'alice'), await signedIn(installation, 'alice')]
      const { issuer } = installation.provider
      const response = await stranger().visit(address({ iss: issuer, sid: await sidOf(here) }), asFrame)
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect([await here.whoAmI(), await here.whoAmI('second')]).toEqual([null, null])
      expect(await there.whoAmI()).not.toBeNull()
      expect(await events()).toContain('frontchannel_logout')
    })

    it('by someone who knows the sid revokes nothing at the provider (A51)', async () => {
      const alice = await signedIn(installation, 'alice')
      const sid = await sidOf(alice)
      const before = installation.provider.journal.entries.length
      await stranger().visit(address({ iss: installation.provider.issuer, sid }), asFrame)
      expect(installation.provider.journal.entries.slice(before)).toEqual([])
    })

    it('may be framed by the pages of the provider and by no one else (FL9, A112)', async () => {
      const response = await stranger().visit(FRONT_CHANNEL, asFrame)
      expect(response.headers.get('x-frame-options')).toBeNull()
      const policy = response.headers.get('content-security-policy') ?? ''
      expect(policy.match(/frame-ancestors[^;]*/)?.[0]).toBe(`frame-ancestors ${installation.provider.issuer}`)
      expect(policy).toContain("default-src 'none'")
    })

    it('answers a session that is there, one that is not, and nonsense with the same page (FL4, FL6)', async () => {
      const alice = await signedIn(installation, 'alice')
      const iss = installation.provider.issuer
      const sid = await sidOf(alice)
      const answers = []
      for (const query of [
        { iss, sid },
        { iss, sid },
        { iss, sid: 'unknown' },
        { iss: 'https://evil.example', sid },
      ]) {
        const response = await stranger().visit(address(query), asFrame)
        answers.push([response.status, await response.text(), response.headers.getSetCookie().length])
      }
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
      expect(answers[0]?.[0]).toBe(200)
    })

    it.each<[string, (sid: string, issuer: string) => Readonly<Record<string, string>>]>([
      ['iss without sid (FL5)', (_, iss) => ({ iss })],
      ['sid without iss (FL5)', (sid) => ({ sid })],
      ['an empty sid', (_, iss) => ({ iss, sid: '' })],
      ['an empty iss', (sid) => ({ iss: '', sid })],
      ['the sid at another issuer (FL6)', (sid) => ({ iss: 'https://another.example', sid })],
      ['the issuer with a slash at the end', (sid, iss) => ({ iss: `${iss}/`, sid })],
      ['the sid of someone else (FL6)', (_, iss) => ({ iss, sid: 'of someone else' })],
    ])('with %s ends nothing, not even with the cookie', async (_, query) => {
      const alice = await signedIn(installation, 'alice')
      const response = await alice.visit(address(query(await sidOf(alice), installation.provider.issuer)), asFrame)
      expect(response.status).toBe(200)
      expect(await alice.whoAmI()).not.toBeNull()
    })

    it('with a parameter twice is refused and ends nothing (A29)', async () => {
      const alice = await signedIn(installation, 'alice')
      const query = new URLSearchParams({ iss: installation.provider.issuer, sid: await sidOf(alice) })
      for (const name of ['iss', 'sid']) {
        const twice = `${query}&${new URLSearchParams({ [name]: query.get(name) ?? '' })}`
        expect((await alice.visit(`${FRONT_CHANNEL}?${twice}`, asFrame)).status).toBe(400)
      }
      expect(await alice.whoAmI()).not.toBeNull()
    })

    it('takes the cookie away where it arrives and its session has ended (FL3)', async () => {
      const alice = await signedIn(installation, 'alice')
      await alice.visit(address({ iss: installation.provider.issuer, sid: await sidOf(alice) }), asFrame)
      expect(cookieNames(alice)).toEqual([])
    })

    it.each(['iframe', 'document', 'image', 'empty', undefined])(
      'without iss and sid ends nothing, though the cookie arrives (%s)',
      async (destination) => {
        const alice = await signedIn(installation, 'alice')
        const headers =
          destination === undefined ? {} : { 'sec-fetch-dest': destination, 'sec-fetch-site': 'same-site' }
        expect((await alice.visit(FRONT_CHANNEL, { headers })).status).toBe(200)
        expect(await alice.whoAmI()).not.toBeNull()
      },
    )

    it('is for GET alone, and HEAD ends nothing', async () => {
      const alice = await signedIn(installation, 'alice')
      const path = address({ iss: installation.provider.issuer, sid: await sidOf(alice) })
      expect((await alice.visit(path, { method: 'HEAD' })).status).toBe(200)
      const { status, headers } = await alice.visit(path, { method: 'POST' })
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD'])
      expect(await alice.whoAmI()).not.toBeNull()
    })

    it('without the database is 503: it fails where it can be seen (FL8)', async () => {
      const alice = await signedIn(installation, 'alice')
      const path = address({ iss: installation.provider.issuer, sid: await sidOf(alice) })
      const rename = (from: string, to: string) => installation.gatehouse.query(`ALTER TABLE ${from} RENAME TO ${to}`)
      await rename('audit', 'away')
      expect(
        (
          await stranger()
            .visit(path, asFrame)
            .finally(() => rename('away', 'audit'))
        ).status,
      ).toBe(503)
      expect(await alice.whoAmI()).not.toBeNull()
    })
  })

  it.each(['/', LOGOUT, RETURN, BACK_CHANNEL, PATHS.callback, '/nowhere'])(
    '%s may be framed by no one (A112)',
    async (path) => {
      const alice = await signedIn(installation, 'alice')
      const { headers } = await alice.visit(path)
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'",
      )
    },
  )
})

describe('with OIDC_OP_LOGOUT_USE_POST and ALLOW_LOGOUT_GET_METHOD', () => {
  let installation: Installation
  beforeAll(async () => {
    installation = await startInstallation({
      script: inject('workerScript'),
      settings: { OIDC_OP_LOGOUT_USE_POST: 'true', ALLOW_LOGOUT_GET_METHOD: 'true' },
    })
  })
  afterAll(() => installation.stop())

  it('the sign-out is a form for the provider, on a page where only its own script may run', async () => {
    const alice = await signedIn(installation, 'alice')
    const response = await alice.signOut()
    expect(response.status).toBe(200)
    const page = await response.text()
    expect(page).toContain(`<form method="post" action="${installation.provider.issuer}/session/end">`)
    const fields = Object.fromEntries(
      [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    )
    expect(fields).toEqual({
      id_token_hint: expect.stringMatching(/^eyJ/),
      client_id: 'gatehouse',
      post_logout_redirect_uri: `${installation.gatehouse.baseUrl}${RETURN}`,
      state: expect.stringMatching(/^[\w-]{43}$/),
    })
    const [, script = ''] = /<script>(.*?)<\/script>/.exec(page) ?? []
    const hash = createHash('sha256').update(script).digest('base64')
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'self'; img-src 'self'; script-src 'sha256-${hash}'; base-uri 'none'; frame-ancestors 'none'`,
    )
    expect(response.headers.get('x-frame-options')).toBe('DENY')
  })

  it('a link on a page of this host signs out', async () => {
    const alice = await signedIn(installation, 'alice')
    expect((await askForLogout(installation, alice, OWN_LINK)).page).not.toContain('<h1>Sign out?</h1>')
    expect(await alice.whoAmI()).toBeNull()
  })

  it('a link to signing out on all devices still asks, and signs no one out', async () => {
    const alice = await signedIn(installation, 'alice')
    const { page } = await askForLogout(installation, alice, OWN_LINK, { query: '?everywhere=1' })
    expect(page).toContain('<h1>Sign out on all devices?</h1>')
    expect(await alice.whoAmI()).not.toBeNull()
  })

  it.each<[string, Readonly<Record<string, string>>, string?]>([
    ['from another site (A51)', { ...OWN_LINK, 'sec-fetch-site': 'cross-site' }],
    ['from another host of the same site', { ...OWN_LINK, 'sec-fetch-site': 'same-site' }],
    ['that the person typed', { ...OWN_LINK, 'sec-fetch-site': 'none' }],
    ['of a browser that says nothing of it', {}],
    ['for an image', { ...OWN_LINK, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['in a frame', { ...OWN_LINK, 'sec-fetch-dest': 'iframe' }],
    ['ahead of a click', { ...OWN_LINK, 'sec-purpose': 'prefetch' }],
    ['by HEAD', OWN_LINK, 'HEAD'],
  ])('a request %s gets the page that asks, and the session lives', async (_, headers, method = 'GET') => {
    const alice = await signedIn(installation, 'alice')
    const { status, page } = await askForLogout(installation, alice, headers, { method })
    expect(status).toBe(200)
    if (method === 'GET') expect(page).toContain('<h1>Sign out?</h1>')
    expect(await alice.whoAmI()).not.toBeNull()
  })
})

describe('with OIDC_STORE_REFRESH_TOKEN off', () => {
  it('no token is kept, so none is given back', async () => {
    const installation = await startInstallation({
      script: inject('workerScript'),
      settings: { OIDC_STORE_REFRESH_TOKEN: 'false' },
    })
    try {
      const alice = await signedIn(installation, 'alice')
      await alice.signOut()
      expect(installation.provider.journal.count(REVOCATION)).toBe(0)
    } finally {
      await installation.stop()
    }
  })
})
