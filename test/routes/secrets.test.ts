/**
 * A provider that repeats what it was sent: none of it is in a page, in the log or in the table of refusals, in whatever spelling.
 */

import { describe, expect, it } from 'vitest'
import { createHostileProvider } from '../support/hostile/provider.ts'
import { PATHS } from '../support/paths.ts'
import { createClock, createStage, IDP, LOGIN, rowsOf, SETTINGS, type Settings, signIn } from './scene.ts'

/** With every sign that is written differently in URLs, forms, JSON, HTML and base64. */
const SECRET = `pä/ss+w & "q" <x>'\\=~`
const OTHER_SECRET = 'MARKER-of-the-asking-client'

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
const inHtml = (text: string) =>
  text.replace(
    /[&<>"']/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign] ?? '',
  )

const SPELLINGS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in a URL': encodeURIComponent,
  'in a URL, in small letters': (text) => encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase()),
  'in a URL, twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'in a form': (text) => new URLSearchParams([['', text]]).toString().slice(1),
  'in JSON': (text) => JSON.stringify(text).slice(1, -1),
  'in JSON, in ASCII': (text) =>
    text.replace(/[^ -~]|["\\/]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'in HTML': inHtml,
  'in HTML, by number': (text) => [...text].map((c) => `&#${c.codePointAt(0)};`).join(''),
  'in base64': base64,
  'in base64url': (text) => base64(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
}

interface Sent {
  readonly body: URLSearchParams
  readonly authorization: string | null
}

/** A Gatehouse whose provider refuses at a path with words made of what it was sent. */
function createEcho(path: string, words: (sent: Sent) => string, settings: Settings = {}, status = 400) {
  const clock = createClock()
  const { OIDC_RP_CLIENT_ID: clientId } = SETTINGS
  const provider = createHostileProvider({ issuer: IDP, clientId, clientSecret: SECRET, now: clock.now })
  const sent: Sent[] = []
  const stage = createStage({
    clock,
    async fetch(url, init) {
      if (new URL(url).pathname !== path) return provider.fetch(url, init)
      const body = new URLSearchParams(init?.body instanceof URLSearchParams ? init.body : String(init?.body ?? ''))
      const seen = { body, authorization: new Headers(init?.headers).get('authorization') }
      sent.push(seen)
      const error_description = words(seen)
      return Response.json(
        { error: 'invalid_request', error_description, error_uri: `${IDP}/?${error_description}` },
        { status },
      )
    },
    sites: { [IDP]: provider.handle },
    settings: { ...SETTINGS, OIDC_RP_CLIENT_SECRET: SECRET, ...settings },
  })
  return { ...stage, sent, provider }
}

/** Everything that a failed sign-in leaves behind. */
async function traces({ log, browser }: ReturnType<typeof createEcho>): Promise<string> {
  const page = await browser().open(LOGIN)
  const rows = await rowsOf('refusals')
  expect(page.status).toBe(502)
  expect(rows).toHaveLength(1)
  return JSON.stringify([page.text, log, rows])
}

describe('the client secret, said by the token endpoint', () => {
  it.each(Object.entries(SPELLINGS))('%s, is written nowhere', async (_, spell) => {
    const echo = createEcho('/token', () => `the secret (${spell(SECRET)}) is wrong`)
    const written = await traces(echo)
    expect(written).toContain('the secret (…) is wrong')
  })

  it('where the words are cut, is not written in part', async () => {
    const echo = createEcho('/token', () => `${'long '.repeat(57)}${SECRET}${SECRET}`)
    expect(await traces(echo)).not.toContain('pä')
  })

  it.each([
    ['by the standard', (id: string, secret: string) => `${new URLSearchParams([[id, secret]])}`.replace('=', ':')],
    ['as many write it', (id: string, secret: string) => `${id}:${secret}`],
  ])('in a header of client_secret_basic %s, is written nowhere', async (_, pair) => {
    const header = base64(pair('gatehouse', SECRET))
    const written = await traces(createEcho('/token', () => `you sent Basic ${header}`))
    expect(written).toContain('you sent Basic …')
  })
})

describe('what was sent to the provider is written nowhere', () => {
  it('of the token request', async () => {
    const echo = createEcho(
      '/token',
      ({ body }) => `code ${body.get('code')} and verifier ${body.get('code_verifier')}`,
    )
    const written = await traces(echo)
    expect(echo.sent[0]?.body.get('code')).toMatch(/^\S{8}/)
    expect(written).not.toContain(echo.sent[0]?.body.get('code'))
    expect(written).not.toContain(echo.sent[0]?.body.get('code_verifier'))
    expect(written).toContain('code … and verifier …')
  })

  it('of the header with which the client authenticates', async () => {
    const echo = createEcho('/token', ({ authorization }) => `you sent ${authorization}`, {
      OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_basic',
    })
    const written = await traces(echo)
    expect(echo.sent[0]?.authorization).toMatch(/^Basic \S{20}/)
    expect(written).toContain('you sent Basic …')
  })

  it('of the state, in an answer that the browser brings', async () => {
    const { log, browser } = createEcho('/nowhere', () => '', { OIDC_STATE_SIZE: '32' })
    const person = browser()
    const { next } = await person.open(LOGIN, { stopBefore: '/authorize' })
    const state = new URL(next ?? '').searchParams.get('state') ?? ''
    const answer = new URLSearchParams({
      error: 'server_error',
      error_description: `no session of ${state}!`,
      state,
      iss: IDP,
    })
    await person.open(`${SETTINGS.BASE_URL}${PATHS.callback}?${answer}`)
    const rows = await rowsOf('refusals')
    expect(rows).toMatchObject([{ description: 'no session of …!' }])
    expect(JSON.stringify([log, rows])).not.toContain(state)
  })

  it('of a request for userinfo', async () => {
    const echo = createEcho('/userinfo', ({ authorization }) => `the token ${authorization?.slice(7)} is bad`, {}, 401)
    await echo.browser().open(LOGIN)
    const token = echo.sent[0]?.authorization?.slice(7) ?? ''
    expect(token).not.toBe('')
    expect(JSON.stringify([echo.log, await rowsOf('refusals')])).not.toContain(token)
  })

  it('of a request for revocation', async () => {
    const echo = createEcho('/revoke', ({ body }) => `token ${body.get('token')} of ${SECRET}`)
    const person = echo.browser()
    await signIn(person)
    await person.submit(person.formOf(await person.open(`${SETTINGS.BASE_URL}${PATHS.logout}`)))
    const token = echo.sent[0]?.body.get('token')
    if (token) expect(JSON.stringify(echo.log)).not.toContain(token)
    expect(JSON.stringify(echo.log)).not.toContain('pä')
  })
})

it('a secret that the network itself repeats is not in the log', async () => {
  const clock = createClock()
  const stage = createStage({
    clock,
    async fetch() {
      throw new TypeError(`no answer, ${'long '.repeat(20)}${OTHER_SECRET} ${SETTINGS.GATEHOUSE_SECRET}`)
    },
    sites: {},
    settings: { ...SETTINGS, OIDC_RP_CLIENT_SECRET: OTHER_SECRET },
  })
  await stage.browser().open(LOGIN)
  const written = JSON.stringify([stage.log, await rowsOf('refusals')])
  expect(written).toContain('no answer')
  expect(written).not.toMatch(new RegExp(`${OTHER_SECRET}|${SETTINGS.GATEHOUSE_SECRET}`))
})
