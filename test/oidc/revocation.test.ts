/**
 * Which tokens go back to the provider, and that nothing it does with them matters here.
 */
import { UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../src/log.ts'
import { createProvider } from '../../src/oidc/provider.ts'
import { configWith } from '../support/config-with.ts'

const ISSUER = 'https://idp.example'

/** A provider that answers its revocation endpoint with a status, or has none. */
function createScene({ endpoint = `${ISSUER}/revoke`, status = 200, settings = {} } = {}) {
  const asked: { url: string; token: string | null; hint: string | null }[] = []
  const log: LogEntry[] = []
  const config = configWith({ OIDC_OP_URL: ISSUER, ...settings })
  let isDown = false
  const provider = createProvider(config.providers[0], {
    clock: { now: () => 1_800_000_000_000, aheadSeconds: 0, sleep: async () => {} },
    log: (entry) => log.push(entry),
    cache: { get: async () => null, put: async () => {} },
    async fetch(url, init) {
      if (isDown) throw new TypeError('network connection lost')
      if (url.endsWith('/.well-known/openid-configuration')) {
        return Response.json({
          issuer: ISSUER,
          authorization_endpoint: `${ISSUER}/authorize`,
          token_endpoint: `${ISSUER}/token`,
          jwks_uri: `${ISSUER}/jwks`,
          ...(endpoint === '' ? {} : { revocation_endpoint: endpoint }),
        })
      }
      const form = new URLSearchParams(String(init?.body))
      asked.push({ url, token: form.get('token'), hint: form.get('token_type_hint') })
      return new Response('', { status })
    },
  })
  const goDown = () => {
    isDown = true
  }
  return { provider, asked, log, goDown }
}

const tokens = (refreshToken: string | null, accessToken: string | null) => ({
  idToken: new UnsecuredJWT({ iss: ISSUER }).encode(),
  refreshToken,
  accessToken,
  expiresAt: null,
  dpopKey: null,
})

describe('of a session that has ended', () => {
  it.each([
    ['the refresh token, where there is one', tokens('r', 'a'), [{ token: 'r', hint: 'refresh_token' }]],
    ['else the access token', tokens(null, 'a'), [{ token: 'a', hint: 'access_token' }]],
    ['nothing, where neither is kept', tokens(null, null), []],
  ])('%s is revoked', async (_, ended, expected) => {
    const { provider, asked, log } = createScene()
    await provider.revokeTokens([ended])
    expect(asked.map(({ token, hint }) => ({ token, hint }))).toEqual(expected)
    expect(log).toEqual([])
  })
})

it('OIDC_OP_REVOCATION_ENDPOINT wins over the discovered address', async () => {
  const { provider, asked } = createScene({ settings: { OIDC_OP_REVOCATION_ENDPOINT: 'https://other.example/x' } })
  await provider.revokeTokens([tokens('r', 'a')])
  expect(asked.map(({ url }) => url)).toEqual(['https://other.example/x'])
})

it('a provider without the endpoint is not asked', async () => {
  const { provider, asked, log } = createScene({ endpoint: '' })
  await provider.revokeTokens([tokens('r', 'a')])
  expect([asked, log]).toEqual([[], []])
})

it('more sessions than a Worker may make calls for: twenty are revoked, and the log says how many are left', async () => {
  const { provider, asked, log } = createScene()
  await provider.revokeTokens(Array.from({ length: 33 }, (_, index) => tokens(`r${index}`, null)))
  expect(asked).toHaveLength(20)
  expect(log).toEqual([
    expect.objectContaining({ event: 'revocation_failed', detail: expect.objectContaining({ left_out: 13 }) }),
  ])
})

it.each([400, 401, 404, 500, 503])(
  'an answer of %s is a line in the log, without the token, and nothing else',
  async (status) => {
    const { provider, log } = createScene({ status })
    await provider.revokeTokens([tokens('the-refresh-token', null), tokens('another', null)])
    expect(log.map(({ event }) => event)).toEqual(['revocation_failed', 'revocation_failed'])
    expect(JSON.stringify(log)).not.toContain('the-refresh-token')
  },
)

it('a provider that cannot be asked where its endpoint is stops nothing', async () => {
  const { provider, log, goDown } = createScene()
  goDown()
  await provider.revokeTokens([tokens('r', null)])
  expect(log.map(({ event }) => event)).toContain('revocation_failed')
})
