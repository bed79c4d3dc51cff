/**
 * Whatever arrives from outside, in any field, no answer is a 500, no one is signed in by it, and no redirect leads elsewhere.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acceptedTarget } from '../../src/routes/sign-in/return-to.ts'
import { PATHS } from '../support/paths.ts'
import { addApp, CALLBACK, createScene, GATE, INTROSPECT, LOGIN, LOGOUT, ME } from './scene.ts'

const RUNS = { numRuns: 150 }

/** Characters that parsers stumble over, more often than chance would have them. */
const text = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        '/',
        '\\',
        '.',
        '..',
        '%',
        '%2f',
        '%5c',
        '\t',
        ' ',
        ':',
        '@',
        '?',
        '#',
        '&',
        '=',
        ';',
        ',',
        '"',
        "'",
        '<',
        'evil.example',
        'https',
        'javascript',
        'gate.example.com',
        '\u0000',
        '\u00a0',
        '\uff0f',
        '\ud800',
      ),
    )
    .map((parts) => parts.join('')),
)
/** What may stand in a header at all; the rest never reaches a Worker. */
const headerText = text.map((value) => value.replace(/[^\t\u0020-\u007e]/g, '').trim())

async function expectNoFault(request: Request): Promise<Response> {
  const { gate } = createScene()
  const response = await gate(request)
  expect(response.status).toBeLessThan(500)
  expect(response.headers.getSetCookie().filter((line) => /^__Host-gatehouse-session=[^;]/.test(line))).toEqual([])
  return response
}

describe('no input makes a fault', () => {
  it('in the query of any page', async () => {
    const names = fc.constantFrom(
      'returnTo',
      'login_hint',
      'state',
      'code',
      'iss',
      'error',
      'error_description',
      'level',
      'max_age',
      'silent',
      'prompt',
      'everywhere',
      'sid',
      'x',
    )
    const pages = fc.constantFrom(
      LOGIN,
      CALLBACK,
      LOGOUT,
      ME,
      `${GATE}/`,
      `${GATE}${PATHS.initiateLogin}`,
      `${GATE}${PATHS.frontchannelLogout}`,
      `${GATE}${PATHS.logoutCallback}`,
    )
    await fc.assert(
      fc.asyncProperty(pages, fc.array(fc.tuple(names, text), { maxLength: 6 }), async (page, pairs) => {
        await expectNoFault(new Request(`${page}?${new URLSearchParams(pairs)}`))
      }),
      RUNS,
    )
  })

  it('in a query that no one encoded', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(LOGIN, CALLBACK), text, async (page, query) => {
        await expectNoFault(new Request(`${page}?state=${query}`))
      }),
      RUNS,
    )
  })

  it('in cookies', async () => {
    const names = fc.constantFrom(
      '__Host-gatehouse-session',
      '__Host-gatehouse-login-abcdefg-0123456789abcdef',
      '__Host-gatehouse-logout',
      'x',
    )
    const pair = fc.tuple(names, headerText).map(([name, value]) => `${name}=${value}`)
    const header = fc.oneof(
      headerText,
      fc.array(pair, { maxLength: 10 }).map((pairs) => pairs.join('; ')),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(ME, `${GATE}/`, LOGIN, LOGOUT, `${CALLBACK}?state=x&code=y`),
        header,
        async (page, cookie) => {
          await expectNoFault(new Request(page, { headers: { cookie } }))
        },
      ),
      RUNS,
    )
  })

  it('in the form or the Authorization header of a token check', async () => {
    const { clientId, secret } = await addApp('api')
    const good = `Basic ${btoa(`${clientId}:${secret}`)}`
    const authorization = fc.oneof(
      fc.constant(good),
      headerText,
      headerText.map((value) => `Basic ${value}`),
      headerText.map((value) => `Bearer ${value}`),
    )
    const types = fc.constantFrom(
      'application/x-www-form-urlencoded',
      'application/x-www-form-urlencoded; charset=x',
      'text/plain',
      'application/json',
      '',
    )
    const body = fc.oneof(
      text,
      fc
        .array(fc.tuple(fc.constantFrom('token', 'token_type_hint', 'client_id', 'client_secret', 'x'), text))
        .map((pairs) => `${new URLSearchParams(pairs)}`),
    )
    await fc.assert(
      fc.asyncProperty(authorization, types, body, async (header, type, content) => {
        const headers = { authorization: header, 'content-type': type }
        const response = await expectNoFault(new Request(INTROSPECT, { method: 'POST', headers, body: content }))
        expect(response.headers.get('cache-control')).toContain('no-store')
        expect((await response.json()) as object).not.toMatchObject({ active: true }) // no one guesses a token
      }),
      RUNS,
    )
  })

  it('in the forms that others post', async () => {
    const { provider } = createScene()
    const targets = fc.constantFrom('backchannel-logout', 'initiate-login', 'logout', 'callback', 'session/refresh')
    const fields = fc.array(
      fc.tuple(
        fc.constantFrom('logout_token', 'iss', 'target_link_uri', 'csrfmiddlewaretoken', 'state', 'code'),
        fc.oneof(text, fc.constant(provider.issuer)),
      ),
    )
    await fc.assert(
      fc.asyncProperty(targets, fields, async (target, pairs) => {
        await expectNoFault(
          new Request(`${GATE}/api/v1.0/${target}/`, { method: 'POST', body: new URLSearchParams(pairs) }),
        )
      }),
      RUNS,
    )
  })

  it('in a path', async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'),
        async (path, method) => {
          if (!URL.canParse(`${GATE}/${path}`)) return
          await expectNoFault(new Request(`${GATE}/${path}`, { method }))
        },
      ),
      RUNS,
    )
  })
})

describe('no return target', () => {
  const allowed = [
    { host: 'app.example.com', origin: null, withSubdomains: false },
    { host: 'apps.example.com', origin: null, withSubdomains: true },
  ]

  it('leads anywhere but to this host and the allowed ones (A3)', () => {
    const target = fc.oneof(
      text,
      fc.webUrl(),
      fc
        .tuple(fc.constantFrom('/', '//', '/\\', 'https:', 'https://', 'https:/', ''), text)
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(target, (wanted) => {
        const accepted = acceptedTarget(wanted, GATE, allowed)
        if (accepted === null) return
        const { host, protocol, username } = new URL(accepted)
        expect(['https:', username]).toEqual([protocol, ''])
        expect(
          host === 'gate.example.com' || host === 'app.example.com' || /(^|\.)apps\.example\.com$/.test(host),
        ).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })
})
