/**
 * What the diagnosis says of the keys that a provider shows beside those that it can use.
 */
import { expect, it } from 'vitest'
import { diagnosed } from '../support/diagnosed.ts'
import { createFarEnd, json } from '../support/far-end.ts'
import { makeKey } from '../support/keys.ts'

const ISSUER = 'https://id.example.org'

async function diagnosedWith(
  keys: readonly unknown[],
  settings: Readonly<Record<string, string>> = {},
  metadata: Readonly<Record<string, unknown>> = {},
) {
  const farEnd = createFarEnd()
  farEnd.on(`${ISSUER}/.well-known/openid-configuration`, () =>
    json({
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      jwks_uri: `${ISSUER}/keys`,
      ...metadata,
    }),
  )
  farEnd.on(`${ISSUER}/keys`, () => json({ keys }))
  return diagnosed({ OIDC_OP_URL: ISSUER, ...settings }, { fetch: farEnd.fetch })
}

async function seenOf(keys: readonly unknown[]): Promise<string> {
  return (await diagnosedWith(keys)).row('keys').seen
}

const WEAK = { kty: 'RSA', kid: 'old', use: 'sig', alg: 'RS256', n: 'f'.repeat(171), e: 'AQAB' }

it('the diagnosis names the keys that are not used, and why', async () => {
  const { jwk } = await makeKey('RS256', 'good')
  const seen = await seenOf([
    jwk,
    { kty: 'RSA', kid: 'old', n: 'f'.repeat(171), e: 'AQAB' },
    { kty: 'RSA', kid: 'bare', x5c: ['MIIB'] },
  ])
  expect(seen).toMatch(/Not used by Gatehouse: old: RSA of 1023 bits.*; bare: it is a certificate alone/)
})

it('the diagnosis says nothing of keys for encryption', async () => {
  const { jwk } = await makeKey('RS256', 'good')
  expect(await seenOf([jwk, { ...jwk, kid: 'enc', use: 'enc', alg: 'RSA-OAEP' }])).not.toContain('Not used')
})

it.each([
  ['ES256', [null, '', 'ES256']],
  ['RS256', [null]],
  ['RS256', []],
  ['RS256', null],
])('the diagnosis finds nothing wrong with keys for %s and the list %j', async (algorithm, listed) => {
  const { jwk } = await makeKey(algorithm, 'good')
  const metadata = { id_token_signing_alg_values_supported: listed }
  expect((await diagnosedWith([jwk], {}, metadata)).row('algorithm').result).toBe('pass')
})

it.each<[what: string, key: object, why: RegExp]>([
  ['is too weak', WEAK, /old: RSA of 1023 bits/],
  ['is a certificate alone', { kty: 'RSA', kid: 'bare', x5c: ['MIIB'] }, /bare: it is a certificate alone/],
  ['is of a curve that is not supported', { kty: 'EC', crv: 'secp256k1', kid: 'k1', x: 'A', y: 'A' }, /k1: its curve/],
  ['is private', { kty: 'OKP', crv: 'Ed25519', kid: 'oops', x: 'A', d: 'A' }, /oops: it is a private key/],
])('a provider whose only key %s fails the check of its keys, which says so', async (_, key, why) => {
  const { row } = await diagnosedWith([key])
  expect([row('keys').result, row('algorithm').result]).toEqual(['fail', 'cannot tell'])
  expect(row('keys').seen).toMatch(why)
})

it('a key that is too weak is not counted among those that verify, and is named where no other is for the algorithm', async () => {
  const { jwk } = await makeKey('ES256', 'good')
  const { row } = await diagnosedWith([jwk, WEAK])
  expect(row('keys').seen).toMatch(/shows 1 that verify: EC P-256/)
  expect(row('algorithm').result).toBe('fail')
  expect(row('algorithm').seen).toMatch(/no key of the provider is for it: EC P-256.*old: RSA of 1023 bits/)
})

it('a provider that signs with the client secret needs no key, whatever it shows', async () => {
  for (const keys of [[], [WEAK]]) {
    const { row } = await diagnosedWith(keys, { OIDC_RP_SIGN_ALGO: 'HS256' })
    expect(row('keys').result).toBe('pass')
    expect(row('keys').seen).toMatch(/HS256 needs none/)
  }
})
