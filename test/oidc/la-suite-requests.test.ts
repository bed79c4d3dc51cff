/**
 * How a sign-in is protected on its way, as La Suite's settings say it: nonce, PKCE, and the one key that the operator wrote down.
 */
import { exportJWK, exportSPKI, importJWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { json } from '../support/far-end.ts'
import { makeKey, sign, type TestKey } from '../support/keys.ts'
import { createLoginWorld, JWKS, TOKEN } from '../support/login-world.ts'
import { refusalOf } from '../support/refusal.ts'

let key: TestKey
let other: TestKey

beforeAll(async () => {
  key = await makeKey('RS256', 'key-1')
  other = await makeKey('RS256', 'key-1')
})

async function requestOf(settings: Readonly<Record<string, unknown>>): Promise<URLSearchParams> {
  return (await createLoginWorld(key, { settings }).start()).location.searchParams
}

describe('OIDC_USE_PKCE=False', () => {
  const settings = { OIDC_USE_PKCE: 'False' }

  it('leaves the challenge out, and the nonce in', async () => {
    const request = await requestOf(settings)
    expect([request.has('code_challenge'), request.has('code_challenge_method'), request.has('nonce')]).toEqual([
      false,
      false,
      true,
    ])
  })

  it('signs in, and sends no verifier', async () => {
    const { start, provider, claimsFor, farEnd } = createLoginWorld(key, { settings })
    const { pending } = await start()
    const idToken = await sign(key, claimsFor(pending))
    let sent: unknown
    farEnd.on(TOKEN, (_, init) => {
      sent = init?.body
      return json({ access_token: 'access-1', token_type: 'Bearer', id_token: idToken })
    })
    const answer = new URLSearchParams({ code: 'code-1', state: pending.state })
    expect((await provider.finishLogin(answer, pending)).subject).toBe('alice')
    expect(String(sent)).toContain('code=code-1')
    expect(String(sent)).not.toContain('code_verifier')
  })
})

describe('a provider that offers PKCE with plain alone', () => {
  const metadata = { code_challenge_methods_supported: ['plain'] }

  it('is refused, unless PKCE is off', async () => {
    expect((await refusalOf(createLoginWorld(key, { metadata }).start())).code).toBe('provider_error')
    const { start } = createLoginWorld(key, { metadata, settings: { OIDC_USE_PKCE: 'False' } })
    expect((await start()).location.searchParams.has('code_challenge')).toBe(false)
  })
})

describe('OIDC_USE_NONCE=False', () => {
  const settings = { OIDC_USE_NONCE: 'False' }

  it('leaves the nonce out, and the challenge in', async () => {
    const request = await requestOf(settings)
    expect([request.has('nonce'), request.get('code_challenge_method')]).toEqual([false, 'S256'])
  })

  it('signs in with an ID token that has none', async () => {
    const { signIn } = createLoginWorld(key, { settings })
    expect((await signIn({ claims: { nonce: undefined } })).subject).toBe('alice')
  })

  it('refuses an ID token of another sign-in, which has one', async () => {
    const { signIn } = createLoginWorld(key, { settings })
    expect((await refusalOf(signIn({ claims: { nonce: 'of another sign-in' } }))).code).toBe('token_invalid')
  })
})

it.each([
  ['43', 43],
  ['128', 128],
  [undefined, 64],
])('OIDC_PKCE_CODE_VERIFIER_SIZE=%s makes a verifier of %i unreserved characters', async (size, characters) => {
  const { pending } = await createLoginWorld(key, { settings: { OIDC_PKCE_CODE_VERIFIER_SIZE: size } }).start()
  expect(pending.codeVerifier).toMatch(new RegExp(`^[\\w.~-]{${characters}}$`))
})

describe('OIDC_RP_IDP_SIGN_KEY', () => {
  const forms = [
    ['JWK', () => JSON.stringify(key.jwk)],
    ['PEM', () => exportSPKI(key.publicKey)],
    ['PEM on one line', async () => (await exportSPKI(key.publicKey)).replaceAll('\n', '\\n')],
  ] as const

  it.each(forms)('as %s verifies in the place of the published keys, which no one asks for', async (_, written) => {
    const settings = { OIDC_RP_IDP_SIGN_KEY: await written() }
    const { signIn, farEnd } = createLoginWorld(key, { settings, keys: [other] })
    expect((await signIn()).subject).toBe('alice')
    expect(farEnd.journal.filter((url) => url === JWKS)).toEqual([])
  })

  it('fits whatever key id the token names', async () => {
    const { signIn } = createLoginWorld(key, { settings: { OIDC_RP_IDP_SIGN_KEY: JSON.stringify(key.jwk) } })
    expect((await signIn({ header: { kid: 'another' } })).subject).toBe('alice')
  })

  it('refuses what the published key has signed', async () => {
    const settings = { OIDC_RP_IDP_SIGN_KEY: JSON.stringify(key.jwk) }
    const { signIn } = createLoginWorld(key, { settings, keys: [other] })
    const refusal = await refusalOf(signIn({ signer: other }))
    expect([refusal.code, refusal.hint]).toEqual([
      'token_invalid',
      'see OIDC_RP_IDP_SIGN_KEY; the provider may have changed its key',
    ])
  })

  it('stands in for the address of the keys, which the provider may leave out', async () => {
    const settings = { OIDC_RP_IDP_SIGN_KEY: JSON.stringify(key.jwk) }
    const metadata = { jwks_uri: undefined }
    expect((await createLoginWorld(key, { settings, metadata }).signIn()).subject).toBe('alice')
    const refusal = await refusalOf(createLoginWorld(key, { metadata }).start())
    expect([refusal.code, refusal.detail.problems]).toEqual(['provider_error', ['jwks_uri is missing']])
  })

  it('refuses another algorithm than the configured one', async () => {
    const settings = { OIDC_RP_IDP_SIGN_KEY: JSON.stringify({ ...key.jwk, alg: undefined }) }
    const { signIn } = createLoginWorld(key, { settings })
    const pss = { ...key, privateKey: await importJWK(await exportJWK(key.privateKey), 'PS256') } as TestKey // a private RSA key is no secret text
    expect((await refusalOf(signIn({ signer: pss, header: { alg: 'PS256' } }))).code).toBe('token_invalid')
  })
})
