/**
 * Keys as providers really show them: which verify in spite of their oddities, and what the log says of those that do not.
 */
import { base64url, type JWK } from 'jose'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { SIGNING_ALGORITHMS } from '../../src/config/values/algorithms.ts'
import type { LogEntry } from '../../src/log.ts'
import { createKeyDocument, keysSource, verifyJwt } from '../../src/oidc/metadata/jwks.ts'
import { lineOf, usableKeys } from '../../src/oidc/metadata/usable-keys.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { json } from '../support/far-end.ts'
import { makeKey, sign, type TestKey } from '../support/keys.ts'

const JWKS_URI = 'https://idp.example/jwks'
const CLAIMS = { sub: 'alice' }
const CERTIFICATE = base64url.encode(new Uint8Array(700))

let rsa: TestKey
let ec: TestKey
let ed: TestKey
beforeAll(async () => {
  rsa = await makeKey('RS256', 'rsa-1')
  ec = await makeKey('ES256', 'ec-1')
  ed = await makeKey('EdDSA', 'ed-1')
})

type Change = Readonly<Record<string, unknown>>

function shown(key: TestKey, change: Change): Change {
  return { ...key.jwk, ...change }
}

/** An isolate whose provider shows these keys. */
function isolate(...keys: readonly unknown[]) {
  const log: LogEntry[] = []
  const clock = createFakeClock()
  const source = keysSource(JWKS_URI, true, (entry) => log.push(entry))
  const cache = { get: async () => null, put: async () => {} }
  const document = createKeyDocument(source, { cache, clock, log: () => {}, timeoutSeconds: 5 })
  let body: unknown = { keys }
  const send = async () => json(body)
  return {
    log,
    clock,
    show: (...next: readonly unknown[]) => {
      body = { keys: next }
    },
    look: () => document.look(send),
    verify: (token: string, mayVerify?: (key: JWK) => boolean) =>
      verifyJwt(token, SIGNING_ALGORITHMS, document, send, { mayVerify }),
  }
}

describe('a key verifies', () => {
  it.each<[name: string, change: Change]>([
    ['an algorithm of null', { alg: null }],
    ['an empty algorithm', { alg: '' }],
    ['a use of null', { use: null }],
    ['an empty use', { use: '' }],
    ['operations of null', { key_ops: null }],
    ['the operations of the private key, too', { key_ops: ['sign', 'verify'] }],
    ['the operations in another order', { key_ops: ['verify', 'sign'], use: undefined }],
    ['an operation that it has twice', { key_ops: ['verify', 'verify'] }],
    [
      'a certificate beside its members',
      { x5c: [CERTIFICATE], x5t: 'x', 'x5t#S256': 'y', x5u: 'https://evil.example/' },
    ],
    ['certificates of null', { x5c: null, x5t: null, 'x5t#S256': null }],
    ['an ext that is text', { ext: 'true' }],
    ['members that no one knows', { tenant: 'a', nbf: 1, exp: null }],
  ])('with %s', async (_, change) => {
    for (const key of [rsa, ec, ed]) {
      const { verify, log } = isolate(shown(key, change))
      expect((await verify(await sign(key, CLAIMS))).claims).toEqual(CLAIMS)
      expect(log).toEqual([])
    }
  })

  it.each([null, ''])('without a key id, when that is %j', async (kid) => {
    const { verify } = isolate(shown(rsa, { kid }))
    expect((await verify(await sign(rsa, CLAIMS, { kid: undefined }))).claims).toEqual(CLAIMS)
  })

  it('with a leading zero in its modulus', () => {
    const bytes = base64url.decode(rsa.jwk.n ?? '')
    const { usable } = usableKeys([shown(rsa, { n: base64url.encode(Uint8Array.of(0, ...bytes)) })])
    expect(usable).toHaveLength(1)
  })
})

describe('a key is passed over, and the log says why', () => {
  const modulus = (bytes: number) => base64url.encode(new Uint8Array(bytes).fill(0xff))

  it.each<[name: string, key: unknown, reason: RegExp]>([
    ['RSA of 1024 bits', { kty: 'RSA', kid: 'k', n: modulus(128), e: 'AQAB' }, /^k: RSA of 1024 bits/],
    [
      'RSA of 2040 bits and a leading zero',
      { kty: 'RSA', kid: 'k', n: base64url.encode(Uint8Array.of(0, ...new Uint8Array(255).fill(0xff))), e: 'AQAB' },
      /RSA of 2040 bits/,
    ],
    [
      'a modulus of zeros',
      { kty: 'RSA', kid: 'k', n: base64url.encode(new Uint8Array(256)), e: 'AQAB' },
      /RSA of 0 bits/,
    ],
    ['a certificate alone', { kty: 'RSA', kid: 'k', use: 'sig', x5c: [CERTIFICATE] }, /^k: it is a certificate alone/],
    ['a certificate of EC alone', { kty: 'EC', kid: 'k', x5c: [CERTIFICATE] }, /certificate alone/],
    ['RSA without n', { kty: 'RSA', kid: 'k', e: 'AQAB' }, /n and e/],
    ['RSA with n of null', { kty: 'RSA', kid: 'k', n: null, e: 'AQAB' }, /n and e/],
    ['RSA with a broken modulus', { kty: 'RSA', kid: 'k', n: '!', e: 'AQAB' }, /base64url/],
    ['an unknown curve', { kty: 'EC', kid: 'k', crv: 'secp256k1', x: 'AA', y: 'AA' }, /curve/],
    ['a point of another length', { kty: 'EC', kid: 'k', crv: 'P-256', x: 'AA', y: 'AA' }, /point/],
    ['Ed448', { kty: 'OKP', kid: 'k', crv: 'Ed448', x: 'AA' }, /curve/],
    ['a type from the future', { kty: 'AKP', kid: 'k', alg: 'ML-DSA-44', pub: 'AA' }, /alg|kty/],
    ['no type', { kid: 'k' }, /kty/],
    ['a type of null', { kty: null }, /^a key without a key id: .*kty/],
    ['a shared secret', { kty: 'oct', kid: 'k', k: 'AAAA' }, /shared secret/],
    ['a use from the future', { kty: 'RSA', kid: 'k', use: 'tomorrow' }, /use/],
    ['operations without verify', { kty: 'RSA', kid: 'k', key_ops: ['sign'] }, /key_ops/],
    ['operations that are no list', { kty: 'RSA', kid: 'k', key_ops: 'verify' }, /key_ops/],
    ['an algorithm with SHA-1', { kty: 'RSA', kid: 'k', alg: 'RS1' }, /alg/],
    ['an algorithm that is no text', { kty: 'RSA', kid: 'k', alg: {} }, /alg/],
    ['a key id that is no text', { kty: 'RSA', kid: 5 }, /kid/],
    ['what is no object', 'text', /no object/],
  ])('%s', async (_, key, reason) => {
    const { verify, log } = isolate(key, ec.jwk)
    expect((await verify(await sign(ec, CLAIMS))).claims).toEqual(CLAIMS)
    expect(log).toEqual([
      {
        level: 'warn',
        event: 'keys_passed_over',
        detail: { jwks_uri: JWKS_URI, passed_over: 1, keys: [expect.stringMatching(reason)] },
      },
    ])
  })

  it('a private key, of which nothing is quoted', async () => {
    const { verify, log } = isolate(shown(rsa, { d: 'MARKER', p: 'MARKER' }), ec.jwk)
    await verify(await sign(ec, CLAIMS))
    expect(log).toHaveLength(1)
    expect(JSON.stringify(log)).not.toContain('MARKER')
  })

  it('a key for encryption, of which the log says nothing', async () => {
    const { verify, log } = isolate(
      shown(rsa, { use: 'enc', alg: 'RSA-OAEP' }),
      shown(rsa, { use: undefined, alg: 'RSA-OAEP-256' }),
      shown(rsa, { use: undefined, alg: undefined, key_ops: ['wrapKey', 'encrypt'] }),
      { kty: 'OKP', crv: 'X25519', kid: 'x', x: 'AA' },
      ec.jwk,
    )
    await verify(await sign(ec, CLAIMS))
    expect(log).toEqual([])
  })

  it('once with each document, and not with each token', async () => {
    const weak = { kty: 'RSA', kid: 'weak', n: modulus(128), e: 'AQAB' }
    const { verify, look, show, log } = isolate(weak, ec.jwk)
    for (let count = 0; count < 5; count++) await verify(await sign(ec, CLAIMS))
    await look()
    expect(log).toHaveLength(1)
    show(weak, shown(rsa, { use: 'x' }), ec.jwk)
    await look()
    expect(log).toHaveLength(2)
    show(ec.jwk)
    await look()
    expect(log).toHaveLength(2)
  })

  it('ten at the most, with their number, and no key id at length', async () => {
    const odd = Array.from({ length: 500 }, (_, count) => ({ kty: 'x', kid: `${count}${'k'.repeat(5000)}\n` }))
    const { verify, log } = isolate(...odd, ec.jwk)
    await verify(await sign(ec, CLAIMS))
    expect(log[0]?.detail).toMatchObject({ passed_over: 500, keys: { length: 10 } })
    expect(JSON.stringify(log).length).toBeLessThan(3000)
  })

  it('also when there is no other, and no token is good then', async () => {
    const { verify, log } = isolate({ kty: 'RSA', kid: 'k', x5c: [CERTIFICATE] })
    await expect(verify(await sign(rsa, CLAIMS))).rejects.toMatchObject({ code: 'token_invalid' })
    expect(log).toHaveLength(1)
  })

  it('a shared secret alone: the refusal names the reason', async () => {
    const { verify } = isolate({ kty: 'oct', kid: 'k', k: 'AAAA' })
    await expect(verify(await sign(rsa, CLAIMS))).rejects.toMatchObject({
      code: 'provider_error',
      detail: { keys: [expect.stringContaining('shared secret')] },
    })
  })
})

it('the hundred and first key is passed over', () => {
  const keys: JWK[] = Array.from({ length: 101 }, (_, count) => ({ ...ec.jwk, kid: String(count) }))
  const { usable, passedOver } = usableKeys(keys)
  expect([usable.length, passedOver.map(lineOf)]).toEqual([100, ['100: there are more than 100']])
})

it('a key is made ready once, however many tokens it verifies, and once more where only some keys may verify a token', async () => {
  const { verify } = isolate(shown(rsa, {}), shown(ec, {}))
  const token = await sign(rsa, CLAIMS)
  const imports = vi.spyOn(crypto.subtle, 'importKey')
  for (let count = 0; count < 3; count += 1) {
    await verify(token)
    await verify(token, ({ kid }) => kid === 'rsa-1')
  }
  expect(imports).toHaveBeenCalledTimes(2)
  imports.mockRestore()
})
