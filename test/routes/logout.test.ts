/**
 * /api/v1.0/logout/ and /api/v1.0/logout-callback/: the session ends at once, at the person's own wish alone, then at the provider.
 */

import { env } from 'cloudflare:workers'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { PATHS } from '../support/paths.ts'
import {
  APP,
  addApp,
  createScene,
  EVIL,
  GATE,
  IDP,
  introspect,
  LOGOUT,
  LOGOUT_CALLBACK,
  refusalOn,
  rowsOf,
  type Scene,
  SESSION_COOKIE,
  SETTINGS,
  sessionTokenOf,
  signIn,
  signOut,
  whoIs,
} from './scene.ts'

async function signedIn(scene: Scene) {
  const browser = scene.browser()
  await signIn(browser)
  scene.provider.reset()
  return browser
}

describe('the page', () => {
  it('asks with one button, and changes nothing', async () => {
    const scene = createScene()
    const browser = await signedIn(scene)
    const page = await browser.open(LOGOUT)
    expect(page.status).toBe(200)
    expect(page.text.match(/<button\b/g)).toHaveLength(1)
    expect(browser.formOf(page).action).toBe(LOGOUT)
    expect(await whoIs(browser)).not.toBeNull()
  })

  it('is the same without the final slash', async () => {
    const browser = await signedIn(createScene())
    expect((await browser.open(LOGOUT.slice(0, -1))).text).toContain('<button')
  })

  it('sends on whoever is signed out', async () => {
    const browser = createScene({ LOGOUT_REDIRECT_URL: `${APP}/bye` }).browser()
    const visit = await browser.open(LOGOUT, { stopBefore: '*' })
    expect([visit.status, visit.next]).toEqual([302, `${APP}/bye`])
  })

  it('does not sign out by a link of another site', async () => {
    const browser = await signedIn(createScene())
    await browser.open(LOGOUT, { from: EVIL })
    expect(await whoIs(browser)).not.toBeNull()
  })
})

describe('the button', () => {
  it('ends the session, then leads to the provider with the ID token of this session, and back', async () => {
    const scene = createScene()
    const browser = await signedIn(scene)
    const visit = await signOut(browser)
    const [posted, atProvider, back, home] = visit.path
    const request = new URL(atProvider ?? '')
    const state = request.searchParams.get('state') ?? ''
    expect(state).toMatch(/^[\w-]{43}$/)
    expect([posted, back, home]).toEqual([LOGOUT, `${LOGOUT_CALLBACK}?state=${state}`, `${GATE}/`])
    expect(request.origin + request.pathname).toBe(`${IDP}/end-session`)
    const { id_token_hint = '', ...rest } = Object.fromEntries(request.searchParams)
    expect(rest).toEqual({ client_id: 'gatehouse', post_logout_redirect_uri: LOGOUT_CALLBACK, state })
    expect(decodeJwt(id_token_hint)).toMatchObject({ iss: IDP, sub: 'alice', aud: 'gatehouse' })
    expect(visit.answers[0]?.status).toBe(303)
    expect(visit.text).toContain('You are signed out')
  })

  it('ends the session even if the browser never follows (A109)', async () => {
    const scene = createScene()
    const app = await addApp('api')
    const browser = await signedIn(scene)
    const token = sessionTokenOf(browser) ?? ''
    await signOut(browser, '/end-session')
    expect(await rowsOf('sessions')).toEqual([])
    browser.jar.put(GATE, SESSION_COOKIE, token)
    expect(await whoIs(browser)).toBeNull()
    expect(await (await introspect(scene.isolate(), token, app)).json()).toEqual({ active: false })
  })

  it('ends no other session of the same person', async () => {
    const scene = createScene()
    const [laptop, phone] = [await signedIn(scene), await signedIn(scene)]
    await signOut(laptop)
    expect(await whoIs(phone)).not.toBeNull()
  })

  it('leaves an audit row with the reference number of the log', async () => {
    const scene = createScene()
    const browser = await signedIn(scene)
    await signOut(browser)
    const row = (await rowsOf('audit')).find(({ event }) => event === 'sign_out')
    expect(row?.reference).toBe(scene.log.find(({ event }) => event === 'sign_out')?.ref)
    expect(row?.user_id).toBe((await rowsOf('users'))[0]?.id)
  })

  it.each([
    ['has no end-session endpoint', 'no-end-session', 303, `${APP}/bye`],
    ['answers nonsense', 'discovery-html', 303, `${APP}/bye`],
    // A page says that the provider does not answer.
    ['is down', 'down', 200, null],
    ['answers nothing', 'slow', 200, null],
  ] as const)('ends the session and sends no one to the provider when it %s', async (_, fault, status, next) => {
    const scene = createScene({ LOGOUT_REDIRECT_URL: `${APP}/bye`, OIDC_TIMEOUT: '1' })
    const browser = await signedIn(scene)
    await env.KV.delete(`document/1/metadata ${IDP}`)
    scene.provider.setFault(fault)
    const form = browser.formOf(await browser.open(LOGOUT))
    const cookie = `${SESSION_COOKIE}=${sessionTokenOf(browser)}`
    const response = await scene.isolate()(
      new Request(form.action, {
        method: 'POST',
        headers: { cookie, 'sec-fetch-site': 'same-origin' },
        body: new URLSearchParams(form.fields),
      }),
    )
    expect([response.status, response.headers.get('location')]).toEqual([status, next])
    expect(await rowsOf('sessions')).toEqual([])
    if (status === 200) expect(await response.text()).toContain(`href="${APP}/bye"`)
  })

  it('works without a hint when the ID token can no longer be read', async () => {
    const scene = createScene()
    const browser = await signedIn(scene)
    const rotated = scene.isolate({ GATEHOUSE_SECRET: 'another-sealing-secret-of-32-characters' })
    const cookie = `${SESSION_COOKIE}=${sessionTokenOf(browser)}`
    const page = await (await rotated(new Request(LOGOUT, { headers: { cookie } }))).text()
    const { fields } = browser.formOf({ ...(await browser.open(GATE)), text: page, url: LOGOUT })
    const headers = { cookie, 'sec-fetch-site': 'same-origin' }
    const response = await rotated(new Request(LOGOUT, { method: 'POST', headers, body: new URLSearchParams(fields) }))
    const location = new URL(response.headers.get('location') ?? '')
    expect([...location.searchParams.keys()]).toEqual(['client_id', 'post_logout_redirect_uri', 'state'])
    expect(await rowsOf('sessions')).toEqual([])
  })

  it('on a page from before a change of GATEHOUSE_SECRET still works while the old secret is listed (A102)', async () => {
    const scene = createScene()
    const browser = await signedIn(scene)
    const { fields } = browser.formOf(await browser.open(LOGOUT))
    const both = `another-sealing-secret-of-32-characters ${SETTINGS.GATEHOUSE_SECRET}`
    const headers = { cookie: `${SESSION_COOKIE}=${sessionTokenOf(browser)}`, 'sec-fetch-site': 'same-origin' }
    const response = await scene.isolate({ GATEHOUSE_SECRET: both })(
      new Request(LOGOUT, { method: 'POST', headers, body: new URLSearchParams(fields) }),
    )
    expect(response.headers.get('location')).toContain('id_token_hint=')
  })

  it('signs out whoever is signed out already', async () => {
    const scene = createScene()
    const browser = await signedIn(scene)
    const form = browser.formOf(await browser.open(LOGOUT))
    await browser.submit(form)
    const again = await browser.submit({ ...form, stopBefore: '*' })
    expect([again.status, again.next]).toEqual([303, `${GATE}/`])
  })
})

describe('a sign-out while the provider is down', () => {
  const REVOKES = { OIDC_OP_REVOCATION_ENDPOINT: `${IDP}/revoke` }

  it('ends here with a page that says so, when giving back the token has shown it', async () => {
    const scene = createScene(REVOKES)
    const browser = await signedIn(scene)
    scene.provider.setFault('down')
    const page = await signOut(browser)
    expect([page.status, page.url]).toEqual([200, LOGOUT])
    expect(page.text).toContain('You are signed out here')
    expect(page.text).toContain('may still be signed in there')
    expect(await whoIs(browser)).toBeNull()
    expect(sessionTokenOf(browser)).toBeUndefined()
  })

  it('ends here when an earlier call has shown it, though there is no token to give back', async () => {
    const scene = createScene({ OIDC_STORE_REFRESH_TOKEN: 'false' })
    const browser = await signedIn(scene)
    scene.provider.setFault('down')
    scene.clock.advance(3)
    await scene.browser().open(`${GATE}${PATHS.login}`)
    expect((await signOut(browser)).text).toContain('You are signed out here')
  })

  it('leads to the provider when that is back', async () => {
    const scene = createScene({ OIDC_STORE_REFRESH_TOKEN: 'false' })
    const browser = await signedIn(scene)
    scene.provider.setFault('down')
    scene.clock.advance(3)
    await scene.browser().open(`${GATE}${PATHS.login}`)
    scene.provider.setFault(null)
    scene.clock.advance(30)
    expect((await signOut(browser, '/end-session')).next).toContain(`${IDP}/end-session`)
  })

  it('asks the provider nothing more when it answers', async () => {
    const scene = createScene({ OIDC_STORE_REFRESH_TOKEN: 'false' })
    const browser = await signedIn(scene)
    await signOut(browser, '/end-session')
    expect(scene.provider.journal.map(({ path }) => path)).toEqual([])
  })

  it('says so in the language of the browser', async () => {
    const scene = createScene(REVOKES)
    const browser = await signedIn(scene)
    scene.provider.setFault('down')
    const form = browser.formOf(await browser.open(LOGOUT))
    const page = await browser.submit({ ...form, headers: { 'accept-language': 'de' } })
    expect(page.text).toContain('Sie sind hier abgemeldet')
  })
})

it('a sign-out whose address would be too long is a form that submits itself', async () => {
  const browser = await signedIn(createScene({ GATEHOUSE_ADDRESS_LENGTH_MAX: '600' }))
  const page = await signOut(browser)
  expect(browser.formOf(page).action).toBe(`${IDP}/end-session`)
  expect(browser.formOf(page).fields.id_token_hint).toMatch(/^eyJ/)
  expect(page.headers.get('content-security-policy')).toMatch(/script-src 'sha256-[^']+'; base-uri/)
})

describe('a request that no one asked for (A70)', () => {
  const CONTENT_TYPES = [
    'application/x-www-form-urlencoded',
    'Application/X-WWW-Form-Urlencoded',
    'TEXT/PLAIN',
    'text/plain; charset=x',
    'multipart/form-data; boundary=x',
    'application/json',
    null,
  ]

  it.each([
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
    ['of another site with our origin', { 'sec-fetch-site': 'cross-site', origin: GATE }],
    ['of a neighbour', { 'sec-fetch-site': 'same-site' }],
    ['of no one', { 'sec-fetch-site': 'none' }],
    ['of another origin', { origin: EVIL }],
    ['of an opaque origin', { origin: 'null' }],
    ['of no origin', {}],
  ])('is refused, and the session lives (%s)', async (_, headers) => {
    const scene = createScene()
    const browser = await signedIn(scene)
    const { fields } = browser.formOf(await browser.open(LOGOUT))
    for (const type of CONTENT_TYPES) {
      const request = new Request(LOGOUT, { method: 'POST', body: String(new URLSearchParams(fields)) })
      request.headers.delete('content-type')
      if (type !== null) request.headers.set('content-type', type)
      request.headers.set('cookie', `${SESSION_COOKIE}=${sessionTokenOf(browser)}`)
      for (const [name, value] of Object.entries(headers)) request.headers.set(name, value)
      const response = await scene.gate(request)
      expect(response.status).toBe(403)
      expect(response.headers.getSetCookie()).toEqual([])
    }
    expect(await whoIs(browser)).not.toBeNull()
  })

  it.each([
    ['no token', {}],
    ['an empty token', { csrfmiddlewaretoken: '' }],
    ['any token', { csrfmiddlewaretoken: 'x' }],
    ['a token under another name', { token: 'x' }],
  ])('is refused with %s, also from our own page', async (_, fields) => {
    const scene = createScene()
    const browser = await signedIn(scene)
    const page = await browser.submit({ action: LOGOUT, fields })
    expect(page.status).toBe(403)
    expect(refusalOn(page, scene)?.detail).toMatchObject({ code: 'csrf_refused' })
    expect(await whoIs(browser)).not.toBeNull()
  })

  it('is refused with the token of another session', async () => {
    const scene = createScene()
    const [alice, mallory] = [await signedIn(scene), await signedIn(scene)]
    const form = mallory.formOf(await mallory.open(LOGOUT))
    expect((await alice.submit(form)).status).toBe(403)
    expect(await whoIs(alice)).not.toBeNull()
  })

  it('is refused when a form of another site posts here', async () => {
    const scene = createScene()
    const browser = await signedIn(scene)
    const { fields } = browser.formOf(await browser.open(LOGOUT))
    await browser.submit({ action: LOGOUT, fields, from: EVIL, stopBefore: '*' })
    expect(await whoIs(browser)).not.toBeNull()
    expect(await rowsOf('sessions')).toHaveLength(1)
  })

  it('is refused to other methods, with the allowed ones', async () => {
    const { gate } = createScene()
    const response = await gate(new Request(LOGOUT, { method: 'DELETE' }))
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
  })

  it('of more bytes than any form of ours is refused', async () => {
    const scene = createScene()
    const browser = await signedIn(scene)
    const page = await browser.submit({ action: LOGOUT, fields: { csrfmiddlewaretoken: 'x'.repeat(70_000) } })
    expect(page.status).toBe(413)
    expect(await whoIs(browser)).not.toBeNull()
  })
})

it('a front end of La Suite signs out with the token in X-CSRFToken', async () => {
  const scene = createScene()
  const browser = await signedIn(scene)
  const { fields } = browser.formOf(await browser.open(LOGOUT))
  const headers = { 'x-csrftoken': fields.csrfmiddlewaretoken ?? '' }
  await browser.submit({ action: LOGOUT, fields: {}, headers })
  expect(await whoIs(browser)).toBeNull()
})

it('a browser without fetch metadata signs out by its Origin', async () => {
  const scene = createScene()
  const browser = await signedIn(scene)
  const { fields } = browser.formOf(await browser.open(LOGOUT))
  const headers = { cookie: `${SESSION_COOKIE}=${sessionTokenOf(browser)}`, origin: GATE }
  const response = await scene.gate(new Request(LOGOUT, { method: 'POST', headers, body: new URLSearchParams(fields) }))
  expect(response.status).toBe(303)
  expect(await rowsOf('sessions')).toEqual([])
})

it('a database that does not answer does not sign out, and says so with 503', async () => {
  const scene = createScene()
  const browser = await signedIn(scene)
  const form = browser.formOf(await browser.open(LOGOUT))
  await env.DB.exec('DROP TABLE audit')
  const page = await browser.submit(form)
  expect(page.status).toBe(503)
  expect(page.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(sessionTokenOf(browser)).toBeDefined()
  expect(await rowsOf('sessions')).toHaveLength(1)
})

it.each([
  ['nothing', ''],
  ['a state that no one sent', '?state=forged'],
  ['an address of someone else', `?returnTo=${EVIL}&post_logout_redirect_uri=${EVIL}&rd=${EVIL}`],
])('the way back from the provider leads to LOGOUT_REDIRECT_URL with %s', async (_, query) => {
  const browser = createScene({ LOGOUT_REDIRECT_URL: `${APP}/bye` }).browser()
  for (const path of [LOGOUT_CALLBACK, LOGOUT_CALLBACK.slice(0, -1)]) {
    const visit = await browser.open(`${path}${query}`, { stopBefore: '*' })
    expect([visit.status, visit.next]).toEqual([302, `${APP}/bye`])
  }
})

it('the way back from the provider does not need the database', async () => {
  await env.DB.exec('DROP TABLE sessions')
  const visit = await createScene().browser().open(LOGOUT_CALLBACK, { stopBefore: '*' })
  expect(visit.status).toBe(302)
})

it('signing out uses BASE_URL, whatever host the request names (A85)', async () => {
  const scene = createScene()
  const browser = await signedIn(scene)
  const form = browser.formOf(await browser.open(LOGOUT))
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
  const visit = await browser.submit({ ...form, headers, stopBefore: '*' })
  expect(new URL(visit.next ?? '').searchParams.get('post_logout_redirect_uri')).toBe(LOGOUT_CALLBACK)
})
