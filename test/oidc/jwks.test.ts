/**
 * Signatures of the provider: which are believed, which never, and when the keys are asked for once more (A45, A46, A47, A49, A57, A122).
 */
import { base64url, exportSPKI, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { SIGNING_ALGORITHMS } from '../../src/config/values/algorithms.ts'
import { describeFailure } from '../../src/log.ts'
import { createKeyDocument, keysSource, verifyJwt } from '../../src/oidc/metadata/jwks.ts'
import type { Asker } from '../../src/oidc/transport/document.ts'
import { beginOperation } from '../../src/oidc/transport/http.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createFarEnd, json } from '../support/far-end.ts'
import { compact, makeKey, sign, type TestKey, withFlippedBit } from '../support/keys.ts'
import { refusalOf } from '../support/refusal.ts'

const JWKS_URI = 'https://idp.example/jwks'
const CLAIMS = { iss: 'https://idp.example', sub: 'alice', exp: 4_000_000_000 }
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

const keysOf = new Map<string, TestKey>()

beforeAll(async () => {
  for (const algorithm of ALGORITHMS) keysOf.set(algorithm, await makeKey(algorithm, `${algorithm}-1`))
})

function keyOf(algorithm: string): TestKey {
  const key = keysOf.get(algorithm)
  if (!key) throw new Error(`no key for ${algorithm}`)
  return key
}

/** A provider that shows these keys, and an isolate that knows it. */
function provider(shown: readonly unknown[]) {
  const farEnd = createFarEnd()
  const clock = createFakeClock()
  const keys = createKeyDocument(keysSource(JWKS_URI), {
    cache: { get: async () => null, put: async () => {} },
    clock,
    log: () => {},
    timeoutSeconds: 5,
  })
  const send = beginOperation(farEnd.fetch, 600)
  const show = (body: unknown) => farEnd.on(JWKS_URI, () => json(body))
  show({ keys: shown })
  return {
    clock,
    journal: farEnd.journal,
    answer: farEnd.on,
    /** From now on the provider shows these. */
    showKeys: (next: readonly unknown[]) => show({ keys: next }),
    show,
    verify: (token: string, algorithms: readonly string[] = SIGNING_ALGORITHMS, asker: Asker = 'untrusted') =>
      verifyJwt(token, algorithms, keys, send, { asker }),
  }
}

describe('a signature', () => {
  it.each(ALGORITHMS)('of %s is verified', async (algorithm) => {
    const key = keyOf(algorithm)
    const { claims } = await provider([key.jwk]).verify(await sign(key, CLAIMS))
    expect(claims).toEqual(CLAIMS)
  })

  it('comes back with its header', async () => {
    const key = keyOf('ES256')
    const { header } = await provider([key.jwk]).verify(await sign(key, CLAIMS, { typ: 'at+jwt' }))
    expect(header).toEqual({ alg: 'ES256', kid: key.kid, typ: 'at+jwt' })
  })

  it('under an empty key id is verified with a key whose id is empty or another', async () => {
    const key = keyOf('ES256')
    for (const kid of ['', 'another']) {
      const { verify } = provider([{ ...key.jwk, kid }])
      expect((await verify(await sign(key, CLAIMS, { kid: '' }))).claims).toEqual(CLAIMS)
    }
  })

  it.each(ALGORITHMS)('of %s with one bit flipped is refused (A45)', async (algorithm) => {
    const key = keyOf(algorithm)
    const refusal = await refusalOf(provider([key.jwk]).verify(withFlippedBit(await sign(key, CLAIMS))))
    expect(refusal.code).toBe('token_invalid')
  })

  it('does not cover other claims', async () => {
    const key = keyOf('ES256')
    const [header, , signature] = (await sign(key, CLAIMS)).split('.')
    const claims = base64url.encode(JSON.stringify({ ...CLAIMS, sub: 'bob' }))
    const refusal = await refusalOf(provider([key.jwk]).verify(`${header}.${claims}.${signature}`))
    expect(refusal.code).toBe('token_invalid')
  })

  it('does not cover another header', async () => {
    const key = keyOf('ES256')
    const [, claims, signature] = (await sign(key, CLAIMS)).split('.')
    const header = base64url.encode(JSON.stringify({ alg: 'ES256', kid: key.kid, typ: 'at+jwt' }))
    const refusal = await refusalOf(provider([key.jwk]).verify(`${header}.${claims}.${signature}`))
    expect(refusal.code).toBe('token_invalid')
  })

  it('of a stranger who took the key id of the provider is refused', async () => {
    const stranger = await makeKey('ES256', 'ES256-1')
    const refusal = await refusalOf(provider([keyOf('ES256').jwk]).verify(await sign(stranger, CLAIMS)))
    expect(refusal.code).toBe('token_invalid')
  })

  it.each(ALGORITHMS)('of %s is refused when only another algorithm is allowed', async (algorithm) => {
    const key = keyOf(algorithm)
    const others = ALGORITHMS.filter((other) => other !== algorithm)
    expect((await refusalOf(provider([key.jwk]).verify(await sign(key, CLAIMS), others))).code).toBe('token_invalid')
  })
})

describe('an algorithm of the attacker (A46)', () => {
  const rsa = () => keyOf('RS256')

  /** What someone may take for a shared secret, although it is public. */
  async function publicTexts(): Promise<Record<string, Uint8Array>> {
    const { publicKey, jwk } = rsa()
    const pem = await exportSPKI(publicKey)
    const der = Uint8Array.from(atob(pem.replace(/-----[^-]+-----|\s/g, '')), (character) => character.charCodeAt(0))
    const encode = (text: string) => new TextEncoder().encode(text)
    return {
      PEM: encode(pem),
      'PEM without its last line end': encode(pem.trim()),
      DER: der,
      JWK: encode(JSON.stringify(jwk)),
    }
  }

  it.each(['PEM', 'PEM without its last line end', 'DER', 'JWK'])(
    'HS256 keyed with the public key as %s is refused',
    async (form) => {
      const secret = (await publicTexts())[form] ?? new Uint8Array(32)
      const token = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256', kid: rsa().kid }).sign(secret)
      expect((await refusalOf(provider([rsa().jwk]).verify(token))).code).toBe('token_invalid')
    },
  )

  it('HS256 is refused even when the provider shows its secret and the algorithm is allowed', async () => {
    const secret = new Uint8Array(32).fill(7)
    const token = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256', kid: 'oct-1' }).sign(secret)
    const jwk = { kty: 'oct', kid: 'oct-1', k: base64url.encode(secret), alg: 'HS256' }
    expect((await refusalOf(provider([jwk, rsa().jwk]).verify(token, ['HS256']))).code).toBe('token_invalid')
  })

  it.each([
    'none',
    'NoNe',
    'NONE',
    '',
    'HS256',
    'ES256K',
    'RS1',
    'rs256',
    'RSA-OAEP',
    'dir',
    '__proto__',
    'constructor',
  ])('alg %j is refused', async (alg) => {
    for (const signature of ['', 'c2ln']) {
      const token = compact({ alg, kid: rsa().kid }, CLAIMS, signature)
      expect((await refusalOf(provider([rsa().jwk]).verify(token))).code).toBe('token_invalid')
    }
  })

  it.each([undefined, null, 5, ['RS256'], { toString: 'RS256' }])('alg %j is refused', async (alg) => {
    const refusal = await refusalOf(provider([rsa().jwk]).verify(compact({ alg, kid: rsa().kid }, CLAIMS)))
    expect(refusal.code).toBe('token_invalid')
  })

  it.each([
    ['RS256', 'ES256'],
    ['ES256', 'RS256'],
    ['EdDSA', 'RS256'],
    ['RS256', 'EdDSA'],
  ])('%s with the key id of a key for %s is refused', async (algorithm, other) => {
    const token = await sign(keyOf(algorithm), CLAIMS, { kid: keyOf(other).kid })
    const refusal = await refusalOf(provider([keyOf(algorithm).jwk, keyOf(other).jwk]).verify(token))
    expect(refusal.code).toBe('token_invalid')
  })

  it('a key that says RS256 does not verify PS256', async () => {
    const { privateKey, kid, jwk } = rsa()
    const token = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey)
    expect((await refusalOf(provider([{ ...jwk, alg: 'PS256' }]).verify(token))).code).toBe('token_invalid')
  })
})

describe('the key set', () => {
  it('is asked for once for many tokens', async () => {
    const key = keyOf('ES256')
    const { verify, journal } = provider([key.jwk])
    for (let round = 0; round < 20; round++) await verify(await sign(key, CLAIMS))
    expect(journal).toEqual([JWKS_URI])
  })

  it('may show keys without use and alg', async () => {
    const { use: _use, alg: _alg, ...bare } = keyOf('RS256').jwk
    expect((await provider([bare]).verify(await sign(keyOf('RS256'), CLAIMS))).claims).toEqual(CLAIMS)
  })

  it('may show keys for encryption, which never verify', async () => {
    const key = keyOf('RS256')
    const shown = [{ ...key.jwk, use: 'enc' }, keyOf('ES256').jwk]
    const refusal = await refusalOf(provider(shown).verify(await sign(key, CLAIMS)))
    expect(refusal.code).toBe('token_invalid')
  })

  it('may show keys for other operations, which never verify', async () => {
    const { use: _, ...jwk } = keyOf('RS256').jwk
    const token = await sign(keyOf('RS256'), CLAIMS)
    expect((await refusalOf(provider([{ ...jwk, key_ops: ['encrypt'] }]).verify(token))).code).toBe('token_invalid')
  })

  it('may show an encryption key under the same key id', async () => {
    const key = keyOf('RS256')
    const other = await makeKey('RS256', key.kid)
    const { claims } = await provider([{ ...other.jwk, use: 'enc' }, key.jwk]).verify(await sign(key, CLAIMS))
    expect(claims).toEqual(CLAIMS)
  })

  // RFC 7517 section 5: keys that are not understood, lack members or have odd values are passed over.
  it.each([
    ['a shared secret', { kty: 'oct', k: 'AAAA', kid: 'x' }],
    ['a type from the future', { kty: 'XYZ', kid: 'x' }],
    ['an empty type', { kty: '' }],
    ['no type', { kid: 'x' }],
    ['a type that is no text', { kty: 5 }],
    ['a key id that is no text', { kty: 'RSA', kid: 5, n: 'AQAB', e: 'AQAB' }],
    ['an algorithm that is no text', { kty: 'RSA', kid: 'x', alg: {}, n: 'AQAB', e: 'AQAB' }],
    ['a broken modulus', { kty: 'RSA', kid: 'x', n: '!', e: 'AQAB' }],
    ['no modulus', { kty: 'RSA', kid: 'x' }],
    ['an unknown curve', { kty: 'EC', kid: 'x', crv: 'secp256k1', x: 'AA', y: 'AA' }],
    ['a use from the future', { kty: 'EC', kid: 'x', use: 'tomorrow' }],
  ])('may show one with %s beside a good one', async (_, odd) => {
    const key = keyOf('ES256')
    expect((await provider([odd, key.jwk]).verify(await sign(key, CLAIMS))).claims).toEqual(CLAIMS)
  })

  it('may show one of the same key id that cannot be imported: that token is refused, not the provider', async () => {
    const key = keyOf('ES256')
    const broken = { kty: 'EC', crv: 'P-256', kid: key.kid, x: 'AA', y: 'AA' }
    expect((await refusalOf(provider([broken]).verify(await sign(key, CLAIMS)))).code).toBe('token_invalid')
  })

  it.each([
    ['empty', []],
    ['of keys for encryption alone', [{ kty: 'RSA', use: 'enc', kid: 'x', n: 'AQAB', e: 'AQAB' }]],
    ['of shared secrets alone', [{ kty: 'oct', k: 'AAAA', kid: 'x' }]],
  ])('that is %s is a failure of the provider, and forgotten as soon as there is a better one', async (_, shown) => {
    const { verify, showKeys, clock } = provider(shown)
    const token = await sign(keyOf('ES256'), CLAIMS)
    expect((await refusalOf(verify(token))).code).toBe('provider_error')
    showKeys([keyOf('ES256').jwk])
    clock.advance(11)
    expect((await verify(token)).claims).toEqual(CLAIMS)
  })

  it('that is empty does not put out keys that were known', async () => {
    const { verify, showKeys, clock } = provider([keyOf('ES256').jwk])
    const token = await sign(keyOf('ES256'), CLAIMS)
    await verify(token)
    showKeys([])
    clock.advance(3601)
    expect((await verify(token)).claims).toEqual(CLAIMS)
  })

  it.each([{}, { keys: [] }])('may be %j where no signature needs a key, and verifies nothing then', async (body) => {
    const ports = {
      cache: { get: async () => null, put: async () => {} },
      clock: createFakeClock(),
      log: () => {},
      timeoutSeconds: 5,
    }
    const keys = createKeyDocument(keysSource(JWKS_URI, false), ports)
    const token = await sign(keyOf('ES256'), CLAIMS, { kid: undefined })
    const refusal = await refusalOf(verifyJwt(token, SIGNING_ALGORITHMS, keys, async () => json(body)))
    expect(refusal.code).toBe('token_invalid')
  })

  it.each([{}, { keys: {} }, { keys: null }, { keys: 'x' }, [], null, 'x', { keys: [null] }, { keys: ['x'] }])(
    'that is %j cannot be used: the provider is at fault, not the token',
    async (body) => {
      const { show, verify } = provider([])
      show(body)
      expect((await refusalOf(verify(await sign(keyOf('ES256'), CLAIMS)))).code).toBe('provider_error')
    },
  )

  it.each([
    ['html', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['a failure', () => json({ keys: [] }, 500)],
    ['not found', () => json({ keys: [] }, 404)],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.example/' } })],
    ['nothing', () => new Response(null, { status: 204 })],
  ])('cannot be had from %s: the provider is at fault, not the token', async (_, answer) => {
    const world = provider([])
    world.answer(JWKS_URI, answer)
    expect((await refusalOf(world.verify(await sign(keyOf('ES256'), CLAIMS)))).code).toBe('provider_error')
  })

  it('has one cache key for each address, exactly (A138)', () => {
    const addresses = [JWKS_URI, `${JWKS_URI}/`, `${JWKS_URI}?a`, JWKS_URI.replace('jwks', 'JWKS')]
    expect(new Set(addresses.map((address) => keysSource(address).key)).size).toBe(addresses.length)
  })
})

describe('a change of keys (A122)', () => {
  it('an unknown key id is looked for once, and then verified', async () => {
    const next = await makeKey('ES256', 'ES256-2')
    const { verify, showKeys, journal } = provider([keyOf('ES256').jwk])
    await verify(await sign(keyOf('ES256'), CLAIMS))
    showKeys([keyOf('ES256').jwk, next.jwk])
    expect((await verify(await sign(next, CLAIMS))).claims).toEqual(CLAIMS)
    expect(journal).toHaveLength(2)
  })

  it('new key material under the same key id is looked for once, and then verified', async () => {
    const next = await makeKey('ES256', 'ES256-1')
    const { verify, showKeys, journal } = provider([keyOf('ES256').jwk])
    await verify(await sign(keyOf('ES256'), CLAIMS))
    showKeys([next.jwk])
    expect((await verify(await sign(next, CLAIMS))).claims).toEqual(CLAIMS)
    expect(journal).toHaveLength(2)
  })

  it('a new key for a token without a key id is looked for once, and then verified', async () => {
    const next = await makeKey('ES256', 'ES256-2')
    const { verify, showKeys } = provider([keyOf('ES256').jwk])
    await verify(await sign(keyOf('ES256'), CLAIMS))
    showKeys([next.jwk])
    expect((await verify(await sign(next, CLAIMS, { kid: undefined }))).claims).toEqual(CLAIMS)
  })

  it('a wrong signature under a known key id is a verdict at any time', async () => {
    const { verify } = provider([keyOf('ES256').jwk])
    const forged = withFlippedBit(await sign(keyOf('ES256'), CLAIMS))
    expect((await refusalOf(verify(forged))).code).toBe('token_invalid')
    expect((await refusalOf(verify(forged))).code).toBe('token_invalid')
  })

  it('a key that was withdrawn verifies nothing after an hour', async () => {
    const next = await makeKey('ES256', 'ES256-2')
    const { verify, showKeys, clock } = provider([keyOf('ES256').jwk])
    const token = await sign(keyOf('ES256'), CLAIMS)
    await verify(token)
    showKeys([next.jwk])
    clock.advance(3600)
    expect((await refusalOf(verify(token))).code).toBe('token_invalid')
  })

  it('1,000 tokens with random key ids, one after the other, make five calls more (A57)', async () => {
    const key = keyOf('ES256')
    const { verify, journal } = provider([key.jwk])
    const token = await sign(key, CLAIMS)
    await verify(token)
    for (let round = 0; round < 1000; round++) {
      await refusalOf(
        verify(token.replace(/^[^.]+/, base64url.encode(JSON.stringify({ alg: 'ES256', kid: `x${round}` })))),
      )
    }
    expect(journal).toHaveLength(1 + 5)
  })

  it('1,000 tokens with random key ids at once make one call more (A57)', async () => {
    const key = keyOf('ES256')
    const { verify, journal } = provider([key.jwk])
    await verify(await sign(key, CLAIMS))
    const odd = Array.from({ length: 1000 }, (_, round) => compact({ alg: 'ES256', kid: `x${round}` }, CLAIMS))
    await Promise.allSettled(odd.map((token) => verify(token)))
    expect(journal).toHaveLength(2)
  })

  it('while the provider fails, tokens with known keys are still verified (A57)', async () => {
    const key = keyOf('ES256')
    const world = provider([key.jwk])
    const token = await sign(key, CLAIMS)
    await world.verify(token)
    world.answer(JWKS_URI, () => json({}, 500))
    await world.verify(compact({ alg: 'ES256', kid: 'unknown' }, CLAIMS)).catch(() => null)
    expect((await world.verify(token)).claims).toEqual(CLAIMS)
  })

  it('while the provider fails, a token with an unknown key is not judged', async () => {
    const world = provider([keyOf('ES256').jwk])
    await world.verify(await sign(keyOf('ES256'), CLAIMS))
    world.answer(JWKS_URI, () => json({}, 500))
    const refusal = await refusalOf(world.verify(compact({ alg: 'ES256', kid: 'unknown' }, CLAIMS)))
    expect(refusal.code).toBe('provider_error')
  })
})

describe('a token without a key id (A123)', () => {
  it('is verified when one key fits', async () => {
    const key = keyOf('ES256')
    const token = await sign(key, CLAIMS, { kid: undefined })
    expect((await provider([keyOf('RS256').jwk, key.jwk]).verify(token)).claims).toEqual(CLAIMS)
  })

  it.each([0, 1, 2])('is verified when several keys fit and the one in place %i made it', async (place) => {
    const keys = await Promise.all(['a', 'b', 'c'].map((kid) => makeKey('ES256', kid)))
    const signer = keys[place] ?? keyOf('ES256')
    const token = await sign(signer, CLAIMS, { kid: undefined })
    expect((await provider(keys.map(({ jwk }) => jwk)).verify(token)).claims).toEqual(CLAIMS)
  })

  it('is refused when several keys fit and none made it', async () => {
    const keys = await Promise.all(['a', 'b'].map((kid) => makeKey('ES256', kid)))
    const token = await sign(await makeKey('ES256', 'c'), CLAIMS, { kid: undefined })
    expect((await refusalOf(provider(keys.map(({ jwk }) => jwk)).verify(token))).code).toBe('token_invalid')
  })

  it('is verified when two keys have the same key id', async () => {
    const twin = await makeKey('ES256', 'ES256-1')
    const token = await sign(twin, CLAIMS)
    expect((await provider([keyOf('ES256').jwk, twin.jwk]).verify(token)).claims).toEqual(CLAIMS)
  })
})

describe('addresses in a token (A49)', () => {
  it.each([
    { jku: 'https://evil.example/jwks' },
    { x5u: 'https://evil.example/cert' },
    { kid: '../../admin' },
    { kid: 'http://evil.example/' },
    { kid: 'a?b#c' },
    { kid: '__proto__' },
  ])('are never asked: %j', async (header) => {
    const stranger = await makeKey('ES256', 'ES256-1')
    const { verify, journal } = provider([keyOf('ES256').jwk])
    await refusalOf(verify(await sign(stranger, CLAIMS, header)))
    expect(new Set(journal)).toEqual(new Set([JWKS_URI]))
  })

  it('a key that the token brings along is not believed', async () => {
    const stranger = await makeKey('ES256', 'ES256-1')
    const token = await sign(stranger, CLAIMS, { jwk: stranger.jwk })
    expect((await refusalOf(provider([keyOf('ES256').jwk]).verify(token))).code).toBe('token_invalid')
  })

  it('a certificate that the token brings along is not believed', async () => {
    const stranger = await makeKey('ES256', 'ES256-1')
    const token = await sign(stranger, CLAIMS, { x5c: ['MIIB'], x5t: 'x' })
    expect((await refusalOf(provider([keyOf('ES256').jwk]).verify(token))).code).toBe('token_invalid')
  })
})

describe('a kind of token (typ)', () => {
  it.each([5, null, [], {}, true])('that is no text is refused: %j', async (typ) => {
    const key = keyOf('ES256')
    expect((await refusalOf(provider([key.jwk]).verify(await sign(key, CLAIMS, { typ })))).code).toBe('token_invalid')
  })
})

describe('extensions (crit)', () => {
  it('that must be understood and are not, are refused', async () => {
    const key = keyOf('ES256')
    const token = await sign(key, CLAIMS, { crit: ['urn:test:critical'], 'urn:test:critical': 1 })
    expect((await refusalOf(provider([key.jwk]).verify(token))).code).toBe('token_invalid')
  })

  it.each([{ crit: [] }, { crit: 'x' }, { crit: [''] }, { crit: ['alg'] }, { crit: ['missing'] }, { crit: null }])(
    'that are badly written are refused: %j',
    async (header) => {
      const token = compact({ alg: 'ES256', kid: 'ES256-1', ...header }, CLAIMS)
      expect((await refusalOf(provider([keyOf('ES256').jwk]).verify(token))).code).toBe('token_invalid')
    },
  )

  // RFC 7797 section 7: a JWT never has an unencoded payload.
  it('for an unencoded payload are refused', async () => {
    const key = keyOf('ES256')
    const header = base64url.encode(JSON.stringify({ alg: 'ES256', kid: key.kid, b64: false, crit: ['b64'] }))
    const payload = '{"sub":"alice"}'
    const bytes = new TextEncoder().encode(`${header}.${payload}`)
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.privateKey, bytes)
    const token = `${header}.${payload}.${base64url.encode(new Uint8Array(signature))}`
    expect((await refusalOf(provider([key.jwk]).verify(token))).code).toBe('token_invalid')
  })
})

describe('claims', () => {
  const wrong = ['9999999999', 'NaN', '', null, [], [9_999_999_999], {}, true, false, -1]

  it.each(['exp', 'nbf', 'iat'].flatMap((name) => wrong.map((value) => ({ name, value }))))(
    '$name of $value is refused (A47)',
    async ({ name, value }) => {
      const key = keyOf('ES256')
      const token = await signRaw(key, JSON.stringify({ ...CLAIMS, [name]: value }))
      expect((await refusalOf(provider([key.jwk]).verify(token))).code).toBe('token_invalid')
    },
  )

  it.each(['exp', 'nbf', 'iat'])('%s of 1e999, which is infinite, is refused (A47)', async (name) => {
    const key = keyOf('ES256')
    const token = await signRaw(key, `{"sub":"alice","${name}":1e999}`)
    expect((await refusalOf(provider([key.jwk]).verify(token))).code).toBe('token_invalid')
  })

  it.each([
    { iss: 5 },
    { iss: null },
    { sub: 5 },
    { sub: ['alice'] },
    { aud: 5 },
    { aud: null },
    { aud: {} },
    { aud: [5] },
    { aud: [['x']] },
    { jti: 5 },
  ])('of a wrong type are refused: %j', async (claims) => {
    const key = keyOf('ES256')
    const token = await signRaw(key, JSON.stringify({ ...CLAIMS, ...claims }))
    expect((await refusalOf(provider([key.jwk]).verify(token))).code).toBe('token_invalid')
  })

  it.each(['[]', 'null', '5', '"x"', '[{"sub":"alice"}]', '', ' ', '{', '{"sub":"alice"}x', 'undefined'])(
    'that are no JSON object are refused: %s',
    async (payload) => {
      const key = keyOf('ES256')
      expect((await refusalOf(provider([key.jwk]).verify(await signRaw(key, payload)))).code).toBe('token_invalid')
    },
  )

  it('that are not UTF-8 are refused', async () => {
    const key = keyOf('ES256')
    const token = await signRaw(key, Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))
    expect((await refusalOf(provider([key.jwk]).verify(token))).code).toBe('token_invalid')
  })

  it('named __proto__ change nothing about the others', async () => {
    const key = keyOf('ES256')
    const { claims } = await provider([key.jwk]).verify(await signRaw(key, '{"sub":"alice","__proto__":{"exp":1}}'))
    expect(claims.exp).toBeUndefined()
  })

  it('that are fractions of seconds are taken as they are', async () => {
    const key = keyOf('ES256')
    const { claims } = await provider([key.jwk]).verify(await signRaw(key, '{"exp":4000000000.5}'))
    expect(claims.exp).toBe(4_000_000_000.5)
  })

  it('that we do not know come through', async () => {
    const key = keyOf('ES256')
    const { claims } = await provider([key.jwk]).verify(await sign(key, { realm_access: { roles: ['a'] } }))
    expect(claims).toEqual({ realm_access: { roles: ['a'] } })
  })

  it('that are refused are named in the log, and not shown (A72)', async () => {
    const key = keyOf('ES256')
    const refusal = await refusalOf(provider([key.jwk]).verify(await signRaw(key, '{"sub":["MARKER"],"exp":"MARKER"}')))
    expect(describeFailure(refusal)).toMatchObject({ members: ['sub', 'exp'] })
    expect(JSON.stringify(describeFailure(refusal))).not.toContain('MARKER')
  })
})

describe('an odd token', () => {
  it.each([
    '',
    '.',
    '..',
    '...',
    '....',
    'x',
    'a.b.c',
    'e30.e30.',
    'e30.e30.e30',
    'bnVsbA.e30.e30',
    'W10.e30.e30',
    '!.!.!',
    'eyJhbGciOiJFUzI1NiJ9',
    'eyJhbGciOiJFUzI1NiJ9.e30',
    'eyJhbGciOiJFUzI1NiJ9.e30.',
    'eyJhbGciOiJFUzI1NiJ9.e30.AA.AA',
    'eyJhbGciOiJFUzI1NiJ9.e30.!',
    ' eyJhbGciOiJFUzI1NiJ9.e30.AA',
    'eyJhbGciOiJFUzI1NiJ9.e30.AA\n',
    '\0.\0.\0',
    '🚪.🚪.🚪',
    '\ud800.\ud800.\ud800',
    '__proto__.__proto__.__proto__',
    `${'A'.repeat(1_000_000)}.e30.AA`,
    `eyJhbGciOiJFUzI1NiJ9.${'A'.repeat(1_000_000)}.AA`,
    `eyJhbGciOiJFUzI1NiJ9.e30.${'A'.repeat(1_000_000)}`,
    '.'.repeat(1_000_000),
    // A52: an encrypted token that is compressed
    `${base64url.encode('{"alg":"dir","enc":"A256GCM","zip":"DEF"}')}..AAAA.AAAA.AAAA`,
  ])('is never anything but invalid: %j', async (token) => {
    const refusal = await refusalOf(provider([keyOf('ES256').jwk, keyOf('RS256').jwk]).verify(token))
    expect(refusal.code).toBe('token_invalid')
  })

  it('deeply nested claims are never anything but verified or invalid', async () => {
    const key = keyOf('ES256')
    const token = await signRaw(key, `{"sub":"alice","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)
    const outcome = await provider([key.jwk])
      .verify(token)
      .catch((error: unknown) => error)
    expect(outcome).toSatisfy(
      (o: { code?: unknown; claims?: unknown }) => o.code === 'token_invalid' || o.claims !== undefined,
    )
  })

  it('leaves nothing of itself in the log (A72)', async () => {
    const { verify } = provider([keyOf('ES256').jwk])
    const marked = [
      'MARKER',
      'MARKER.MARKER.MARKER',
      `${base64url.encode('MARKER')}.e30.AA`,
      `${base64url.encode('{"alg":MARKER')}.e30.AA`,
      compact({ alg: 'MARKER' }, {}),
      await signRaw(keyOf('ES256'), '{"sub":MARKER'),
    ]
    const told = await Promise.all(marked.map(async (token) => describeFailure(await refusalOf(verify(token)))))
    expect(JSON.stringify(told)).not.toContain('MARKER')
  })
})

/** A token whose claims are exactly these bytes. */
async function signRaw(key: TestKey, payload: string | Uint8Array): Promise<string> {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
  const input = `${base64url.encode(JSON.stringify({ alg: key.algorithm, kid: key.kid }))}.${base64url.encode(bytes)}`
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    key.privateKey,
    new TextEncoder().encode(input),
  )
  return `${input}.${base64url.encode(new Uint8Array(signature))}`
}
