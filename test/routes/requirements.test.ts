/**
 * Requirements of docs/conformance.md that no other test of the routes holds; each test names the ids that it is for.
 */
import { describe, expect, it } from 'vitest'
import { PATHS } from '../../src/routes/paths.ts'
import type { Browser } from '../support/browser.ts'
import {
  addApp,
  answerOf,
  CALLBACK,
  createScene,
  GATE,
  IDP,
  INTROSPECT,
  LOGIN,
  LOGOUT,
  ME,
  SESSION_COOKIE,
  sessionTokenOf,
  signIn,
  signOut,
  whoIs,
} from './scene.ts'

const INITIATE = `${GATE}${PATHS.initiateLogin}`

describe('the addresses that an operator registers at the provider', () => {
  const registered = [
    ['backchannel_logout_uri', PATHS.backchannelLogout, 'POST', 400],
    ['frontchannel_logout_uri', PATHS.frontchannelLogout, 'GET', 200],
    ['post_logout_redirect_uri', PATHS.logoutCallback, 'GET', 302],
  ] as const

  it.each(registered)(
    '%s is absolute, of the origin of the redirect URI, without fragment, and may have a query [BL1, FL1, FL2]',
    async (_, path, method, status) => {
      const { gate } = createScene()
      const url = new URL(path, GATE)
      expect([url.href, url.origin, url.hash]).toEqual([`${GATE}${path}`, new URL(CALLBACK).origin, ''])
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const body = method === 'POST' ? { body: 'x=1', headers } : {}
      expect((await gate(new Request(`${url}?tenant=a%20b`, { method, ...body }))).status).toBe(status)
    },
  )
})

describe('a page about an answer of the provider', () => {
  it.each(['access-denied', 'error-with-script', 'callback-iss-wrong', 'nonce-invalid', 'state-changed'] as const)(
    'links and loads nothing of others, and sends no address along (%s) [AR12]',
    async (fault) => {
      const scene = createScene()
      scene.provider.setFault(fault)
      const page = await scene.browser().open(LOGIN)
      expect(new URL(page.url).pathname).toBe(PATHS.callback)
      const addresses = [...page.text.matchAll(/\b(?:href|src|action|srcset|data)\s*=\s*["']?([^"'\s>]+)/gi)]
      expect(addresses.length).toBeGreaterThan(0)
      for (const [, address = ''] of addresses) expect(new URL(address, page.url).origin).toBe(GATE)
      expect(page.text).not.toMatch(/url\(|http-equiv|<base/i)
      expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    },
  )
})

describe('a redirect after a POST is 303, so that what was posted stays here [AR17]', () => {
  it('at the callback', async () => {
    const scene = createScene({ OIDC_RESPONSE_MODE: 'form_post' })
    const browser = scene.browser()
    const form = { ...browser.formOf(await browser.open(LOGIN)), from: IDP, stopBefore: '*' }
    expect((await browser.submit(form)).status).toBe(303)
    expect((await browser.submit(form)).status).toBe(303)
  })

  it('at a sign-in begun elsewhere', async () => {
    const fields = { iss: IDP }
    expect(
      (await createScene().browser().submit({ action: INITIATE, fields, from: IDP, stopBefore: '*' })).status,
    ).toBe(303)
  })

  it('at sign-out, signed in or not', async () => {
    const browser = createScene().browser()
    await signIn(browser)
    expect((await signOut(browser)).answers[0]?.status).toBe(303)
    expect((await browser.submit({ action: LOGOUT, fields: {}, stopBefore: '*' })).status).toBe(303)
  })
})

it.each([LOGIN, `${INITIATE}?iss=${IDP}`, INITIATE, CALLBACK, LOGOUT, `${GATE}/`])(
  '%s may be framed by no one, whatever it answers [TP5, SB12]',
  async (url) => {
    const { headers } = await createScene().gate(new Request(url))
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  },
)

describe('introspection', () => {
  const ask = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    new Request(INTROSPECT, { method: 'POST', body: new URLSearchParams(fields), headers })

  it('is refused to anyone who does not say who they are, also for a good token [IN2]', async () => {
    const { gate, provider } = createScene()
    await addApp('api', { audiences: ['api'] })
    const token = await provider.signAccessToken()
    for (const request of [
      ask({ token }),
      ask({ token, client_id: 'api' }),
      ask({ token }, { authorization: `Bearer ${token}` }),
      ask({ token, client_id: 'api', client_secret: '' }),
    ]) {
      const response = await gate(request)
      expect([response.status, await response.json()]).toEqual([
        401,
        expect.objectContaining({ error: 'invalid_client' }),
      ])
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic /)
    }
    expect(provider.journal).toEqual([])
  })

  it.each(['refresh_token', 'access_token', 'id_token', 'session', 'x', ''])(
    'finds every kind of token whatever the hint says: %j [IN13]',
    async (hint) => {
      const scene = createScene()
      const { clientId, secret } = await addApp('api', { audiences: ['api'] })
      const browser = scene.browser()
      await signIn(browser)
      for (const token of [await scene.provider.signAccessToken(), sessionTokenOf(browser) ?? '']) {
        const fields = { token, token_type_hint: hint, client_id: clientId, client_secret: secret }
        expect(await (await scene.gate(ask(fields))).json()).toMatchObject({ active: true, sub: 'alice' })
      }
    },
  )

  it('is all that the credential of an app is good for [JI15]', async () => {
    const scene = createScene()
    const { clientId, secret } = await addApp('api')
    const headers = { authorization: `Basic ${btoa(`${clientId}:${secret}`)}`, 'sec-fetch-site': 'same-origin' }
    const body = () =>
      new URLSearchParams({ client_id: clientId, client_secret: secret, grant_type: 'client_credentials' })
    const answers = await Promise.all([
      scene.gate(new Request(ME, { headers })),
      scene.gate(new Request(`${GATE}${PATHS.session}`, { headers })),
      scene.gate(new Request(`${GATE}${PATHS.sessionRefresh}`, { method: 'POST', headers, body: body() })),
      scene.gate(new Request(`${GATE}/token`, { method: 'POST', headers, body: body() })),
      scene.gate(new Request(`${GATE}${PATHS.backchannelLogout}`, { method: 'POST', headers, body: body() })),
    ])
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 404, 400])
    for (const answer of answers) expect(answer.headers.getSetCookie()).toEqual([])
  })
})

it('a wrong X-CSRFToken is not made good by the field of the form [BF11]', async () => {
  const browser = createScene().browser()
  await signIn(browser)
  const { fields } = browser.formOf(await browser.open(LOGOUT))
  for (const token of ['x', 'undefined', fields.csrfmiddlewaretoken?.slice(0, -1) ?? '']) {
    expect((await browser.submit({ action: LOGOUT, fields, headers: { 'x-csrftoken': token } })).status).toBe(403)
  }
  expect(await whoIs(browser)).not.toBeNull()
})

it('no access token and no refresh token reaches the browser, in a body, a header or a cookie [BF15]', async () => {
  const scene = createScene()
  const browser = scene.browser()
  const seen: string[] = []
  const note = ({ answers, text }: Awaited<ReturnType<Browser['open']>>) =>
    seen.push(text, ...answers.flatMap(({ url, headers }) => [url, JSON.stringify([...headers])]))
  note(await browser.open(LOGIN))
  note(await browser.open(GATE))
  for (const path of [ME, `${GATE}${PATHS.session}`]) note(await browser.background(path))
  note(await browser.background(`${GATE}${PATHS.sessionRefresh}`, { method: 'POST' }))
  note(await browser.open(LOGOUT))
  note(await signOut(browser))
  note(await browser.background(`${GATE}${PATHS.session}`))
  const readable = browser.jar.received.flatMap(({ value }) => [value, ...value.split('.').map(decoded)])
  const tokens = [...scene.provider.confidential].filter((secret) => /^(at|rt)-/.test(secret))
  expect(tokens.length).toBeGreaterThanOrEqual(4)
  const everything = [...seen, ...readable].join('\n')
  expect(tokens.filter((token) => everything.includes(token))).toEqual([])
})

describe('the cookies', () => {
  /** Every Set-Cookie line of many visits, by answer. */
  async function journey() {
    const scene = createScene()
    const browser = scene.browser()
    const answers: string[][] = []
    const note = (visit: Awaited<ReturnType<Browser['open']>>) =>
      answers.push(...visit.answers.map(({ headers }) => headers.getSetCookie()))
    for (let start = 0; start < 9; start++) note(await browser.open(LOGIN, { stopBefore: '/authorize' }))
    note(await browser.open(await answerOf(browser, '?returnTo=/%22%3B%2C%5C')))
    note(await signIn(browser))
    scene.clock.advance(901)
    note(await browser.background(ME))
    note(await browser.background(`${GATE}${PATHS.session}`))
    note(await signOut(browser))
    return { browser, answers: answers.filter((lines) => lines.length > 0) }
  }

  it('of one answer have different names [CK4]', async () => {
    const { answers } = await journey()
    expect(answers.some((lines) => lines.length > 1)).toBe(true)
    for (const lines of answers) {
      const names = lines.map((line) => line.split('=')[0])
      expect(new Set(names).size).toBe(names.length)
    }
  })

  it('have names and values of the allowed characters alone [CK10]', async () => {
    const { browser } = await journey()
    for (const { name, value } of browser.jar.received) {
      expect(name).toMatch(/^[\w!#$%&'*+.^~-]+$/)
      expect(value).toMatch(/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/)
    }
  })

  it('end by Max-Age; none has a date to be misread [CK15]', async () => {
    const { browser } = await journey()
    for (const { attributes } of browser.jar.received) {
      expect(attributes.get('max-age')).toMatch(/^\d+$/)
      expect(attributes.has('expires')).toBe(false)
    }
  })

  it('are taken away with the name and the attributes that they were set with [CK12]', async () => {
    const { browser } = await journey()
    const shape = (attributes: ReadonlyMap<string, string>) =>
      JSON.stringify([...attributes].filter(([name]) => name !== 'max-age').sort())
    const set = new Map(
      browser.jar.received.filter(({ value }) => value !== '').map(({ name, attributes }) => [name, shape(attributes)]),
    )
    const taken = browser.jar.received.filter(({ value }) => value === '')
    expect(taken.map(({ name }) => name)).toContain(SESSION_COOKIE)
    for (const { name, attributes } of taken) {
      expect([name, shape(attributes), attributes.get('max-age')]).toEqual([name, set.get(name), '0'])
    }
  })
})

function decoded(part: string): string {
  try {
    return atob(part.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return ''
  }
}
