/**
 * Opaque tokens of an honest provider through the built Worker: asked about in plain, signed and encrypted form, and given back meanwhile.
 */

import type { JWK } from 'jose'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { accessTokenOf, tokensOfPerson } from '../../dev/sign-in.ts'
import { type Honest, type HonestOptions, OUR_JWKS, privateJwk, startHonest } from '../support/honest.ts'
import { introspect } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'

let honest: Honest | undefined
afterEach(async () => {
  await honest?.stop()
  honest = undefined
})

const FEATURES = {
  introspection: { enabled: true, allowedPolicy: () => true },
  jwtIntrospection: { enabled: true },
  encryption: { enabled: true },
}

/** An installation whose app is for whoever came through these clients. */
async function start(options: Omit<HonestOptions, 'script'> = {}): Promise<Honest> {
  honest = await startHonest({ script: inject('workerScript'), features: FEATURES, ...options })
  await honest.gatehouse.query(`UPDATE apps SET clients = '["gatehouse", "recorder"]'`)
  return honest
}

const answerOn = async (installation: Honest, token: string): Promise<unknown> =>
  (await introspect(installation, token)).json()

/** The form of the answers that the provider gave, by the Accept header of the questions. */
const askedFor = ({ requests }: Honest) =>
  requests.filter(({ path }) => path === '/token/introspection').map(({ headers }) => headers.accept)

describe('an opaque access token', () => {
  it('of a person is active, with whose it is', async () => {
    const installation = await start()
    const answer = await answerOn(installation, await accessTokenOf('alice', installation.client))
    expect(answer).toMatchObject({
      active: true,
      iss: installation.provider.issuer,
      client_id: 'gatehouse',
      scope: 'openid profile email phone',
      token_type: 'Bearer',
      principal: 'user',
      sub: expect.any(String),
      exp: expect.any(Number),
    })
    expect(askedFor(installation)).toEqual(['application/json'])
  })

  it('of a program is active, with its role; the provider names no subject, so nothing tells that it is one', async () => {
    const installation = await start()
    const answer = await answerOn(installation, await accessTokenOf('recorder', installation.client))
    expect(answer).toMatchObject({ active: true, client_id: 'recorder', roles: ['opentalk-recorder'] })
    expect(answer).not.toHaveProperty('principal')
  })

  it('is asked about once, and is not active elsewhere when it was revoked', async () => {
    const installation = await start()
    const { client, gatehouse, provider, appAuthorization } = installation
    const token = await accessTokenOf('alice', client)
    expect(await answerOn(installation, token)).toMatchObject({ active: true })
    const { clientId, clientSecret } = client
    const body = new URLSearchParams({ token, client_id: clientId, client_secret: clientSecret })
    expect((await fetch(`${provider.issuer}/token/revocation`, { method: 'POST', body })).status).toBe(200)
    // The isolate that has asked goes on for a minute; any other asks for itself.
    expect(await answerOn(installation, token)).toMatchObject({ active: true })
    expect(askedFor(installation)).toHaveLength(1)
    const question = {
      method: 'POST',
      headers: { authorization: appAuthorization, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token }).toString(),
    }
    expect(await (await gatehouse.askOther(PATHS.introspect, question)).json()).toEqual({ active: false })
  })

  it('that is asked about thirty times at once is one question to the provider', async () => {
    const installation = await start()
    const token = await accessTokenOf('alice', installation.client)
    const answers = await Promise.all(Array.from({ length: 30 }, () => answerOn(installation, token)))
    expect(answers.filter((answer) => (answer as { active?: unknown }).active === true)).toHaveLength(30) // JSON of our own
    expect(askedFor(installation)).toHaveLength(1)
  })

  it('that no one has issued is not active', async () => {
    const installation = await start()
    expect(await answerOn(installation, 'a-token-that-nobody-has-ever-issued-to-anybody')).toEqual({ active: false })
    expect(askedFor(installation)).toHaveLength(1)
  })

  it('of a provider that has gone is no verdict: 503 with Retry-After', async () => {
    const installation = await start()
    await answerOn(installation, 'a-token-that-nobody-has-ever-issued-to-anybody')
    await installation.provider.stop()
    const response = await introspect(installation, 'another-token-that-nobody-has-ever-issued')
    expect([response.status, response.headers.has('retry-after')]).toEqual([503, true])
    expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' })
  })
})

it('a refresh token of the provider is no access token, though the provider calls it active', async () => {
  const installation = await start()
  const { refresh_token: token = '' } = await tokensOfPerson('alice', installation.client)
  expect(await answerOn(installation, token)).toEqual({ active: false })
  expect(askedFor(installation)).toHaveLength(1)
  expect(installation.gatehouse.log.join()).toContain('does not say that it is an access token')
})

describe('an answer of the provider may be', () => {
  it('signed', async () => {
    const installation = await start({
      client: { introspection_signed_response_alg: 'ES256' },
      settings: { OIDC_RS_SIGNING_ALGO: 'ES256' },
    })
    expect(await answerOn(installation, await accessTokenOf('alice', installation.client))).toMatchObject({
      active: true,
      client_id: 'gatehouse',
    })
    expect(askedFor(installation)).toEqual([expect.stringContaining('application/token-introspection+jwt')])
  })

  it.each([
    ['RSA-OAEP', undefined, (key: JWK) => ({ OIDC_RS_PRIVATE_KEY_STR: JSON.stringify(key) })],
    ['RSA-OAEP-256', undefined, (key: JWK) => ({ OIDC_RP_DECRYPTION_KEY: JSON.stringify(key) })],
    ['ECDH-ES', 'P-256', (key: JWK) => ({ OIDC_RS_PRIVATE_KEY_STR: JSON.stringify(key) })],
  ])('signed and encrypted with %s', async (alg, crv, settingsOf) => {
    const installation = await start({
      client: {
        introspection_signed_response_alg: 'ES256',
        introspection_encrypted_response_alg: alg,
        introspection_encrypted_response_enc: 'A256GCM',
        jwks_uri: OUR_JWKS,
      },
      configuration: {
        enabledJWA: { introspectionEncryptionAlgValues: [alg], introspectionEncryptionEncValues: ['A256GCM'] },
      },
      settings: settingsOf(await privateJwk(alg, crv)),
    })
    expect(await answerOn(installation, await accessTokenOf('alice', installation.client))).toMatchObject({
      active: true,
      client_id: 'gatehouse',
    })
  })

  it('signed with another algorithm than we were told: that is no verdict', async () => {
    const installation = await start({
      client: { introspection_signed_response_alg: 'RS256' },
      settings: { OIDC_RS_SIGNING_ALGO: 'ES256' },
    })
    const response = await introspect(installation, await accessTokenOf('alice', installation.client))
    expect(response.status).toBe(503)
  })
})
