/**
 * GET /api/v1.0/authenticate/: the authorization request, where it leads afterwards, and who is not sent to the provider.
 */

import { describe, expect, it } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { PATHS } from '../support/paths.ts'
import { APP, answerOf, CALLBACK, createScene, EVIL, GATE, IDP, LOGIN, refusalOn, rowsOf, signIn } from './scene.ts'

/** The authorization request that a start of a sign-in leads to. */
async function requestOf(browser: Browser, query = ''): Promise<URL> {
  const { next } = await browser.open(`${LOGIN}${query}`, { stopBefore: '*' })
  return new URL(next ?? 'about:blank')
}

function parameterOf(request: URL, name: string): string {
  return request.searchParams.get(name) ?? ''
}

describe('the authorization request', () => {
  it('asks for a code with PKCE, state and nonce, each once', async () => {
    const request = await requestOf(createScene().browser())
    expect(request.origin + request.pathname).toBe(`${IDP}/authorize`)
    expect(Object.fromEntries(request.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'gatehouse',
      redirect_uri: CALLBACK,
      scope: 'openid email profile',
      state: expect.stringMatching(/^[\w-]{22,}$/),
      nonce: expect.stringMatching(/^[\w-]{22,}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    expect([...request.searchParams]).toHaveLength(8)
  })

  it('has other secrets each time', async () => {
    const { browser } = createScene()
    const requests = await Promise.all(Array.from({ length: 20 }, () => requestOf(browser())))
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(new Set(requests.map((request) => parameterOf(request, name)))).toHaveLength(20)
    }
  })

  it('takes no protocol parameter from the query (A30)', async () => {
    const foreign = new URLSearchParams({
      client_id: 'x',
      redirect_uri: `${EVIL}/`,
      response_type: 'token',
      response_mode: 'query',
      scope: 'all',
      state: '1',
      nonce: '1',
      code_challenge: 'x',
      code_challenge_method: 'plain',
      max_age: '99999',
      request: 'x',
      request_uri: 'x',
      claims: 'x',
      prompt: 'none',
      acr_values: 'x',
    })
    const { browser } = createScene()
    const honest = await requestOf(browser())
    const asked = await requestOf(browser(), `?${foreign}`)
    expect([...asked.searchParams.keys()]).toEqual([...honest.searchParams.keys()])
    for (const name of ['client_id', 'redirect_uri', 'response_type', 'scope', 'code_challenge_method']) {
      expect(parameterOf(asked, name)).toBe(parameterOf(honest, name))
    }
    for (const [name, value] of foreign) expect(parameterOf(asked, name)).not.toBe(value)
  })

  it('is the same without the final slash', async () => {
    const visit = await createScene().browser().open(LOGIN.slice(0, -1), { stopBefore: '*' })
    expect(visit.status).toBe(302)
    expect(visit.next).toContain(`${IDP}/authorize?`)
  })

  it('asks for the scopes of OIDC_RP_SCOPES, and for openid always', async () => {
    const request = await requestOf(createScene({ OIDC_RP_SCOPES: 'email groups' }).browser())
    expect(parameterOf(request, 'scope')).toBe('openid email groups')
  })

  it('passes login_hint on', async () => {
    const request = await requestOf(createScene().browser(), '?login_hint=alice%40example.org')
    expect(parameterOf(request, 'login_hint')).toBe('alice@example.org')
  })

  it.each([
    ['is empty', ''],
    ['is too long', 'a'.repeat(321)],
    ['has control characters', '%0d%0aSet-Cookie:x=1'],
  ])('leaves a login_hint out that %s', async (_, hint) => {
    const visit = await createScene().browser().open(`${LOGIN}?login_hint=${hint}`, { stopBefore: '*' })
    expect(visit.status).toBe(302)
    expect(visit.next).not.toContain('login_hint')
  })

  it('has the callback of BASE_URL, whatever host the request names (A85)', async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
    const visit = await createScene().browser().open(LOGIN, { headers, stopBefore: '*' })
    expect(parameterOf(new URL(visit.next ?? ''), 'redirect_uri')).toBe(CALLBACK)
  })

  it('has the callback of BASE_URL, whatever address the Worker was reached at (A85)', async () => {
    const { gate } = createScene()
    const response = await gate(new Request(`${EVIL}${PATHS.login}?moved=true`))
    expect(parameterOf(new URL(response.headers.get('location') ?? ''), 'redirect_uri')).toBe(CALLBACK)
  })
})

describe('the start of a sign-in', () => {
  it('writes nothing into the database', async () => {
    const { browser } = createScene()
    await requestOf(browser())
    for (const table of ['users', 'sessions', 'spent_logins', 'audit'] as const) expect(await rowsOf(table)).toEqual([])
  })

  it('asks the provider for nothing when 20 people start at once and one has started before', async () => {
    const { browser, provider } = createScene()
    await requestOf(browser())
    provider.reset()
    await Promise.all(Array.from({ length: 20 }, () => requestOf(browser())))
    expect(provider.journal).toEqual([])
  })

  it('is kept out of every cache', async () => {
    const visit = await createScene().browser().open(LOGIN, { stopBefore: '*' })
    expect(visit.headers.get('cache-control')).toContain('no-store')
  })

  it('is refused to POST, with the allowed methods', async () => {
    const { browser } = createScene()
    const visit = await browser().submit({ action: LOGIN, fields: {} })
    expect(visit.status).toBe(405)
    expect(visit.headers.get('allow')).toBe('GET, HEAD')
  })

  it.each(['cors', 'no-cors', 'same-origin', 'websocket'])(
    'is refused to a background request (%s), which gets no cookie (A82)',
    async (mode) => {
      const { gate, provider } = createScene()
      const response = await gate(
        new Request(LOGIN, { headers: { 'sec-fetch-mode': mode, 'sec-fetch-dest': 'empty' } }),
      )
      expect(response.status).toBe(401)
      expect(response.headers.getSetCookie()).toEqual([])
      expect(response.headers.get('location')).toBeNull()
      expect(await response.json()).toMatchObject({ error: 'login_required' })
      expect(provider.journal).toEqual([])
    },
  )

  it('works for clients that send no fetch metadata', async () => {
    const { gate } = createScene()
    expect((await gate(new Request(LOGIN))).status).toBe(302)
  })
})

describe('after signing in', () => {
  it.each([
    ['a path', '/rooms/7?x=1#top', `${GATE}/rooms/7?x=1#top`],
    ['an address of an allowed host', `${APP}/rooms/7`, `${APP}/rooms/7`],
    ['an address of this host', `${GATE}/rooms/7`, `${GATE}/rooms/7`],
  ])('people go on to %s', async (_, returnTo, target) => {
    const browser = createScene({ OIDC_REDIRECT_ALLOWED_HOSTS: 'app.example.com' }).browser()
    const callback = await answerOf(browser, `?returnTo=${encodeURIComponent(returnTo)}`)
    const visit = await browser.open(callback, { stopBefore: '*' })
    expect([visit.status, visit.next]).toEqual([302, target])
  })

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    'https://app.example.com@evil.example/',
    'https://evilapp.example.com/',
  ])('no one is sent to %j', async (returnTo) => {
    const scene = createScene({ OIDC_REDIRECT_ALLOWED_HOSTS: 'app.example.com' })
    const browser = scene.browser()
    const callback = await answerOf(browser, `?returnTo=${encodeURIComponent(returnTo)}`)
    const visit = await browser.open(callback, { stopBefore: '*' })
    expect([visit.status, visit.next]).toEqual([302, `${GATE}/`])
  })

  it('without a target people go to LOGIN_REDIRECT_URL', async () => {
    const browser = createScene({ LOGIN_REDIRECT_URL: `${APP}/home` }).browser()
    expect((await browser.open(LOGIN)).url).toBe(`${APP}/home`)
  })

  it('people go to the target that was sealed at the start, whatever other cookies say (A11)', async () => {
    const browser = createScene({ OIDC_REDIRECT_ALLOWED_HOSTS: 'app.example.com' }).browser()
    browser.jar.put(GATE, 'continue', `${EVIL}/`)
    expect((await browser.open(`${LOGIN}?returnTo=${APP}/x`)).url).toBe(`${APP}/x`)
  })

  it('no one is sent to a host that was taken off the list meanwhile (A11)', async () => {
    const scene = createScene({ OIDC_REDIRECT_ALLOWED_HOSTS: 'app.example.com' })
    const browser = scene.browser()
    const callback = await answerOf(browser, `?returnTo=${APP}/x`)
    const cookie = [...browser.jar.cookiesOf(GATE)].map(([name, value]) => `${name}=${value}`).join('; ')
    const later = scene.isolate({ OIDC_REDIRECT_ALLOWED_HOSTS: '' })
    const response = await later(new Request(callback, { headers: { cookie } }))
    expect([response.status, response.headers.get('location')]).toEqual([302, `${GATE}/`])
  })
})

it('a refused target is logged by its host alone', async () => {
  const { browser, log } = createScene()
  await requestOf(browser(), `?returnTo=${encodeURIComponent('https://evil.example/path?token=hush')}`)
  const lines = log.filter(({ event }) => event === 'return_target_refused')
  expect(lines).toHaveLength(1)
  expect(lines[0]?.detail).toMatchObject({ host: 'evil.example', reason: 'it leads to another host' })
  expect(JSON.stringify(log)).not.toContain('hush')
})

describe('a sign-in under another host than BASE_URL', () => {
  const ALIAS = 'https://gatehouse.example.workers.dev'
  const visit = (url: string, init: RequestInit = {}) =>
    createScene().gate(new Request(url, { headers: { 'sec-fetch-dest': 'document' }, redirect: 'manual', ...init }))

  it('is sent to BASE_URL first, with its query and without a cookie', async () => {
    const response = await visit(`${LOGIN.replace(GATE, ALIAS)}?returnTo=%2Fx&login_hint=a%40b.example`)
    const location = new URL(response.headers.get('location') ?? '')
    expect([response.status, location.origin + location.pathname]).toEqual([302, LOGIN])
    expect(Object.fromEntries(location.searchParams)).toMatchObject({ returnTo: '/x', login_hint: 'a@b.example' })
    expect(response.headers.getSetCookie()).toEqual([])
  })

  it('goes on from there to the provider', async () => {
    const { headers } = await visit(LOGIN.replace(GATE, ALIAS))
    const next = await visit(headers.get('location') ?? '')
    expect(new URL(next.headers.get('location') ?? '').origin).toBe('https://idp.example')
  })

  it('is sent there once, for a proxy may change the host of every request', async () => {
    const { headers } = await visit(LOGIN.replace(GATE, ALIAS))
    const again = (headers.get('location') ?? '').replace(GATE, ALIAS)
    expect(new URL((await visit(again)).headers.get('location') ?? '').origin).toBe('https://idp.example')
  })

  it('that was begun elsewhere is sent to BASE_URL as well', async () => {
    const path = `${PATHS.initiateLogin}?iss=https://idp.example&login_hint=a`
    const location = (await visit(`${ALIAS}${path}`)).headers.get('location') ?? ''
    expect(location).toMatch(/^https:\/\/gate\.example\.com\/api\/v1\.0\/initiate-login\/\?iss=/)
  })

  it('that was begun elsewhere with a form is sent to BASE_URL as well', async () => {
    const body = new URLSearchParams({ iss: 'https://idp.example', target_link_uri: '/x' })
    const response = await visit(`${ALIAS}${PATHS.initiateLogin}`, { method: 'POST', body, headers: {} })
    expect([response.status, new URL(response.headers.get('location') ?? '').origin]).toEqual([303, GATE])
  })

  it('leads nowhere but to BASE_URL, whatever the request says', async () => {
    for (const host of ['evil.example', 'gate.example.com.evil.example', 'gate.example.com:8443']) {
      const { headers } = await visit(`https://${host}${PATHS.login}?returnTo=//evil.example`)
      expect(new URL(headers.get('location') ?? '').origin).toBe(GATE)
    }
  })
})

describe('a provider that cannot be used', () => {
  it.each([
    ['down', 'provider_unreachable'],
    ['discovery-503', 'provider_unreachable'],
    ['discovery-unreachable', 'provider_unreachable'],
    ['discovery-404', 'provider_error'],
    ['discovery-500', 'provider_error'],
    ['discovery-redirect', 'provider_error'],
    ['discovery-html', 'provider_error'],
    ['discovery-html-as-json', 'provider_error'],
    ['discovery-empty', 'provider_error'],
    ['discovery-array', 'provider_error'],
    ['discovery-text', 'provider_error'],
    ['discovery-null', 'provider_error'],
    ['discovery-huge', 'provider_error'],
    ['discovery-without-jwks-uri', 'provider_error'],
    ['discovery-token-endpoint-in-clear', 'provider_error'],
    ['discovery-issuer-mismatch', 'provider_error'],
    ['discovery-issuer-with-slash', 'provider_error'],
    ['pkce-plain-only', 'provider_error'],
  ] as const)('gives a page instead of a redirect (%s)', async (fault, code) => {
    const scene = createScene()
    scene.provider.setFault(fault)
    const browser = scene.browser()
    const visit = await browser.open(LOGIN)
    expect([visit.status, visit.path]).toEqual([502, [LOGIN]])
    expect(refusalOn(visit, scene)?.detail).toMatchObject({ code })
    expect(visit.text).toContain(`href="${PATHS.login}"`)
    expect(visit.headers.has('retry-after')).toBe(code === 'provider_unreachable')
    expect(browser.jar.received).toEqual([])
    // A connection that broke is made once more.
    const isBroken = fault === 'down' || fault === 'discovery-unreachable'
    expect(scene.provider.journal).toEqual(
      Array(isBroken ? 2 : 1).fill({ method: 'GET', path: '/.well-known/openid-configuration', parameters: [] }),
    )
  })

  it.each(['slow', 'discovery-hangs', 'discovery-stalls'] as const)(
    'is waited for no longer than OIDC_TIMEOUT (%s)',
    async (fault) => {
      const scene = createScene({ OIDC_TIMEOUT: '1' })
      scene.provider.setFault(fault)
      const visit = await scene.browser().open(LOGIN)
      expect(visit.status).toBe(502)
      expect(visit.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(refusalOn(visit, scene)?.detail).toMatchObject({ code: 'provider_unreachable' })
    },
  )

  it('is noticed although its documents are still known', async () => {
    const scene = createScene()
    await requestOf(scene.browser())
    scene.provider.setFault('down')
    scene.clock.advance(60)
    const visit = await scene.browser().open(LOGIN)
    expect(visit.status).toBe(502)
    expect(visit.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(visit.text).toContain('cannot be reached')
  })

  it('is asked again, and used, when it is back', async () => {
    const scene = createScene()
    scene.provider.setFault('down')
    await scene.browser().open(LOGIN)
    scene.provider.setFault(null)
    scene.clock.advance(11)
    await signIn(scene.browser())
  })

  it('leads to LOGIN_REDIRECT_URL_FAILURE with code and reference, if that is set', async () => {
    const scene = createScene({ LOGIN_REDIRECT_URL_FAILURE: `${APP}/failed?from=gate` })
    scene.provider.setFault('down')
    const visit = await scene.browser().open(LOGIN)
    const { origin, pathname, searchParams } = new URL(visit.url)
    const { ref, ...rest } = Object.fromEntries(searchParams)
    expect([origin + pathname, rest]).toEqual([`${APP}/failed`, { from: 'gate', error: 'provider_unreachable' }])
    expect(scene.log.map((line) => line.ref)).toContain(ref)
  })
})
