/**
 * The environments that La Suite Meet's page on single sign-on shows, exactly: each signs someone in at the built Worker, though
 * none of them names the issuer. Replaced is what stands in angle brackets, and who answers at the hosts.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { disguised } from '../support/disguise.ts'
import { freePort, type RunningGatehouse, startGatehouse } from '../support/gatehouse.ts'
import { createHostileProvider } from '../support/hostile/provider.ts'
import { PATHS } from '../support/paths.ts'

const CLIENT_SECRET = 'the-secret-that-the-console-has-shown'

/** What the reader of the page fills in. */
const FILLED_IN: Readonly<Record<string, string>> = {
  '<client-id>': 'our-client',
  '<client-secret>': CLIENT_SECRET,
  '<client-secret-from-keycloak>': CLIENT_SECRET,
  '<slug>': 'meet',
}

const PAGES = [
  { name: 'keycloak', issuer: 'https://keycloak.example.com/realms/meet', clientId: 'meet' },
  { name: 'authentik', issuer: 'https://authentik.example.com/application/o/meet/', clientId: 'our-client' },
  { name: 'google', issuer: 'https://accounts.google.com', clientId: 'our-client.apps.googleusercontent.com' },
]

const SIX = [
  'OIDC_RP_CLIENT_ID',
  'OIDC_RP_CLIENT_SECRET',
  'OIDC_OP_JWKS_ENDPOINT',
  'OIDC_OP_AUTHORIZATION_ENDPOINT',
  'OIDC_OP_TOKEN_ENDPOINT',
  'OIDC_OP_USER_ENDPOINT',
]

function environmentOf(name: string): Record<string, string> {
  let text = readFileSync(join('test/fixtures/la-suite', `${name}.env`), 'utf8')
  for (const [placeholder, value] of Object.entries(FILLED_IN)) text = text.replaceAll(placeholder, value)
  return Object.fromEntries(Object.entries(parseEnv(text)).map(([key, value = '']) => [key, value]))
}

describe.each(PAGES)('the environment for $name', ({ name, issuer, clientId }) => {
  const environment = environmentOf(name)
  const provider = createHostileProvider({ issuer, clientId, clientSecret: CLIENT_SECRET, now: () => Date.now() })
  const outside = disguised(provider, {
    authorization_endpoint: environment.OIDC_OP_AUTHORIZATION_ENDPOINT ?? '',
    token_endpoint: environment.OIDC_OP_TOKEN_ENDPOINT ?? '',
    userinfo_endpoint: environment.OIDC_OP_USER_ENDPOINT ?? '',
    jwks_uri: environment.OIDC_OP_JWKS_ENDPOINT ?? '',
  })
  let gatehouse: RunningGatehouse

  beforeAll(async () => {
    gatehouse = await startGatehouse({
      script: inject('workerScript'),
      port: await freePort(),
      settings: { DJANGO_SECRET_KEY: 'a-secret-key-of-django-of-32-characters-or-more', ...environment },
      outside,
    })
  })
  afterAll(() => gatehouse?.stop())

  it('has the six names of the page, and says nothing of the issuer', () => {
    const names = name === 'google' ? [...SIX, 'OIDC_RP_SIGN_ALGO'] : SIX
    expect(Object.keys(environment).sort()).toEqual([...names].sort())
    expect(Object.values(environment).join('\n')).not.toMatch(/[<>]/)
  })

  it('signs someone in, whose account is of the issuer that was found', async () => {
    const cookies = new Map<string, string>()
    const visit = async (url: string) => {
      const cookie = [...cookies].map(([key, value]) => `${key}=${value}`).join('; ')
      const response = await fetch(url, { redirect: 'manual', headers: { cookie } })
      for (const line of response.headers.getSetCookie()) {
        const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        cookies.set(key, value)
      }
      return response
    }
    const start = await visit(`${gatehouse.baseUrl}${PATHS.login}?returnTo=/room`)
    const asked = new URL(start.headers.get('location') ?? '')
    expect(asked.origin + asked.pathname).toBe(environment.OIDC_OP_AUTHORIZATION_ENDPOINT)
    expect(asked.searchParams.get('redirect_uri')).toBe(`${gatehouse.baseUrl}${PATHS.callback}`)
    const answer = await outside(new Request(asked))
    const end = await visit(answer.headers.get('location') ?? '')
    expect([end.status, end.headers.get('location')]).toEqual([302, `${gatehouse.baseUrl}/room`])
    const me = await visit(`${gatehouse.baseUrl}${PATHS.me}`)
    expect(await me.json()).toMatchObject({ sub: 'alice', email: 'alice@example.org' })
    expect(await gatehouse.query('SELECT issuer FROM users')).toEqual([{ issuer }])
  })
})
