/**
 * Requirements of docs/conformance.md that no other test of token checks holds; each test names the ids that it is for.
 */
import { base64url, CompactSign } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { createSealer } from '../../src/crypto.ts'
import { openTokens, sealTokens } from '../../src/sessions/vault.ts'
import { checkJwt } from '../../src/tokens/jwt.ts'
import { makeKey, sign, type TestKey } from '../support/keys.ts'
import { ANY_APP, createTokenWorld, ISSUER, JWKS, NOW } from '../support/token-world.ts'
import { BASE_URL, CLIENT_ID } from '../support/unit-world.ts'

let key: TestKey

beforeAll(async () => {
  key = await makeKey('ES256', 'key-1')
})

const CLAIMS = { iss: ISSUER, sub: 'alice', aud: BASE_URL, client_id: 'meet', iat: NOW, exp: NOW + 300, jti: 'j' }

/** Signs a payload exactly. */
function signText(payload: string): Promise<string> {
  const header = { alg: key.algorithm, kid: key.kid, typ: 'at+jwt' }
  return new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader(header).sign(key.privateKey)
}

it('the tokens of a session and the key that they are bound to cannot be read where they are stored [TK15, RF10]', async () => {
  const sealer = createSealer(['a-secret-of-thirty-two-characters-or-more'], 'provider tokens')
  const dpopKey = { kty: 'EC', crv: 'P-256', x: 'MARKER-x', y: 'MARKER-y', d: 'MARKER-d' } as const
  const tokens = { idToken: 'MARKER-i', accessToken: 'MARKER-a', refreshToken: 'MARKER-r', expiresAt: 5, dpopKey }
  const sealedTokens = await sealTokens(sealer, tokens, 'hash')
  const readable = sealedTokens.split('.').map((part) => new TextDecoder().decode(base64url.decode(part)))
  expect([sealedTokens, ...readable].join()).not.toContain('MARKER')
  expect(await openTokens(sealer, { sealedTokens, tokenHash: 'hash' })).toEqual(tokens)
  expect(await openTokens(sealer, { sealedTokens, tokenHash: 'of another session' })).toBeNull()
})

describe('an access token', () => {
  it('whose subject is empty is about no one, and not active [JB12]', async () => {
    const { ports } = createTokenWorld(key)
    const token = await sign(key, { ...CLAIMS, sub: '' }, { typ: 'at+jwt' })
    expect((await checkJwt(token, ANY_APP, ports)).active).toBe(false)
  })

  it.each(['"', "' OR 1=1 --", '../../../etc/passwd', 'a\r\nb', '\0', '{"$ne":1}', 'x'.repeat(500)])(
    'whose key id is %j is not active, and only the keys of the provider are asked for [JB14]',
    async (kid) => {
      const { ports, farEnd } = createTokenWorld(key)
      const token = await sign(key, CLAIMS, { typ: 'at+jwt', kid })
      expect((await checkJwt(token, ANY_APP, ports)).active).toBe(false)
      expect(new Set(farEnd.journal.slice(1))).toEqual(new Set([JWKS]))
    },
  )

  it('with a claim twice is judged and described by the last one, throughout [JB22]', async () => {
    const { ports } = createTokenWorld(key)
    const [head] = JSON.stringify(CLAIMS).split('}')
    const good = await signText(`${head?.replace(BASE_URL, 'https://other.example')},"aud":"${BASE_URL}","sub":"bob"}`)
    expect(await checkJwt(good, ANY_APP, ports)).toMatchObject({ active: true, claims: { aud: BASE_URL, sub: 'bob' } })
    const others = await Promise.all(
      ['"aud":"https://other.example"', '"iss":"https://other.example"', `"exp":${NOW}`].map((last) =>
        signText(`${head},${last}}`),
      ),
    )
    for (const token of others) expect((await checkJwt(token, ANY_APP, ports)).active).toBe(false)
  })

  it.each([
    ['a logout token', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }, { typ: 'logout+jwt' }],
    ['a logout token without a type', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }, {}],
    ['an ID token', { nonce: 'n', azp: CLIENT_ID }, {}],
    ['an ID token that says JWT', { nonce: 'n', azp: CLIENT_ID }, { typ: 'JWT' }],
    ['a signed userinfo', { email: 'alice@corp.example' }, {}],
    ['an introspection answer', { token_introspection: { active: true } }, { typ: 'token-introspection+jwt' }],
    ['a proof of possession', { htm: 'GET', htu: BASE_URL, ath: 'x' }, { typ: 'dpop+jwt' }],
    ['a signed answer of the authorization endpoint', { code: 'c', state: 's' }, {}],
  ])('is not %s, though it has every claim of one [JB17]', async (_, claims, header) => {
    const { ports } = createTokenWorld(key)
    expect((await checkJwt(await sign(key, { ...CLAIMS, ...claims }, header), ANY_APP, ports)).active).toBe(false)
  })
})
