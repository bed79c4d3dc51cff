/**
 * Randomness, hashes, comparison and sealing: what was sealed opens for its purpose, context and secret, and for nothing else (A34).
 */
import { base64url, CompactEncrypt } from 'jose'
import { describe, expect, it } from 'vitest'
import { createSealer, equalInConstantTime, randomReference, randomToken, sha256 } from '../src/crypto.ts'

const OLD = 'old-secret-old-secret-old-secret-old'
const NEW = 'new-secret-new-secret-new-secret-new'
const TEXT = 'what no one may read: äöü € 🚪'
const CONTEXT = '__Host-login-1'
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const sealer = createSealer([NEW], 'login')

function many<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}

describe('randomness', () => {
  it('a token has 256 bits', () => {
    expect(base64url.decode(randomToken())).toHaveLength(32)
  })

  it('a token is fit for a cookie and a URL', () => {
    expect(randomToken()).toMatch(/^[\w-]{43}$/)
  })

  it('no two of 10,000 tokens are the same', () => {
    expect(new Set(many(10_000, randomToken)).size).toBe(10_000)
  })

  it('a reference has ten characters, none of which is mistaken for another', () => {
    for (const reference of many(1000, randomReference)) expect(reference).toMatch(/^[0-9a-hjkmnp-tv-z]{10}$/)
  })

  it('every character of the alphabet comes up in references', () => {
    expect(new Set(many(1000, randomReference).join('')).size).toBe(32)
  })

  it('no two of 10,000 references are the same', () => {
    expect(new Set(many(10_000, randomReference)).size).toBe(10_000)
  })
})

describe('hashes', () => {
  it.each([
    ['', '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'],
    ['abc', 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0'],
  ])('the SHA-256 of %j is that of FIPS 180-4', async (text, hash) => {
    expect(await sha256(text)).toBe(hash)
  })

  it('text is hashed as UTF-8', async () => {
    const bytes = await crypto.subtle.digest('SHA-256', Uint8Array.of(0xc3, 0xa4))
    expect(await sha256('ä')).toBe(base64url.encode(new Uint8Array(bytes)))
  })
})

describe('comparison', () => {
  it.each(['', 'a', 'äöü', 'x'.repeat(1000)])('%j equals itself', (text) => {
    expect(equalInConstantTime(text, `${text}`)).toBe(true)
  })

  it.each([
    ['a', 'b'],
    ['', 'a'],
    ['a', ''],
    ['abc', 'abcd'],
    ['abcd', 'abc'],
    ['abc', 'abc\0'],
    ['abc\0', 'abc'],
    ['abc', 'Abc'],
    ['abc', 'abC'],
    ['ä', 'a\u0308'],
  ])('%j differs from %j', (left, right) => {
    expect(equalInConstantTime(left, right)).toBe(false)
  })
})

describe('sealing', () => {
  it.each(['', TEXT, '"', '\0', 'x'.repeat(3000), '["a","b"]'])('what was sealed opens: %j', async (text) => {
    expect(await sealer.open(await sealer.seal(text, CONTEXT), CONTEXT)).toBe(text)
  })

  it('another sealer of the same secret and purpose opens it, for isolates share no memory', async () => {
    expect(await createSealer([NEW], 'login').open(await sealer.seal(TEXT, CONTEXT), CONTEXT)).toBe(TEXT)
  })

  it('the same text never looks the same twice', async () => {
    expect(await sealer.seal(TEXT, CONTEXT)).not.toBe(await sealer.seal(TEXT, CONTEXT))
  })

  it('neither text nor context can be read from the sealed text (A103)', async () => {
    const sealed = await sealer.seal('MARKER-TEXT', 'MARKER-CONTEXT')
    const readable = sealed.split('.').map((part) => new TextDecoder().decode(base64url.decode(part)))
    expect([sealed, ...readable].join()).not.toContain('MARKER')
  })

  it('a secret that was replaced still opens what it sealed (A102)', async () => {
    const sealed = await createSealer([OLD], 'login').seal(TEXT, CONTEXT)
    expect(await createSealer([NEW, OLD], 'login').open(sealed, CONTEXT)).toBe(TEXT)
  })

  it('the first secret seals (A102)', async () => {
    const sealed = await createSealer([NEW, OLD], 'login').seal(TEXT, CONTEXT)
    expect(await sealer.open(sealed, CONTEXT)).toBe(TEXT)
  })

  it('a secret that was removed opens nothing (A102)', async () => {
    const sealed = await createSealer([OLD], 'login').seal(TEXT, CONTEXT)
    expect(await sealer.open(sealed, CONTEXT)).toBeNull()
  })

  it.each(['logi', 'login ', 'LOGIN', 'id token', ''])(
    'the purpose %j does not open what was sealed for login',
    async (purpose) => {
      const sealed = await sealer.seal(TEXT, CONTEXT)
      expect(await createSealer([NEW], purpose).open(sealed, CONTEXT)).toBeNull()
    },
  )

  it.each(['', '__Host-login-2', `${CONTEXT} `, CONTEXT.toLowerCase()])(
    'a sealed text opens under no other context: %j',
    async (context) => {
      expect(await sealer.open(await sealer.seal(TEXT, CONTEXT), context)).toBeNull()
    },
  )

  it('context and text cannot be shifted into each other', async () => {
    expect(await sealer.open(await sealer.seal('b","c', 'a'), 'a","b')).toBeNull()
  })

  it('without a secret nothing is sealed', async () => {
    await expect(createSealer([], 'login').seal(TEXT, CONTEXT)).rejects.toThrow('at least one secret')
  })
})

describe('a sealed text that was changed (A34)', () => {
  it('opens with no single character replaced', async () => {
    const sealed = await sealer.seal('short', 'c')
    const opened = []
    for (let at = 0; at < sealed.length; at++) {
      for (const other of ['', '.', '=', ...BASE64URL].filter((character) => character !== sealed.charAt(at))) {
        const changed = sealed.slice(0, at) + other + sealed.slice(at + 1)
        if ((await sealer.open(changed, 'c')) !== null) opened.push({ at, other })
      }
    }
    expect(opened).toEqual([])
  })

  it('opens with no single bit of its bytes flipped', async () => {
    const sealed = await sealer.seal('short', 'c')
    const parts = sealed.split('.')
    const opened = []
    for (const [index, part] of parts.entries()) {
      for (let bit = 0; bit < base64url.decode(part).length * 8; bit++) {
        const bytes = base64url.decode(part)
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const changed = parts.with(index, base64url.encode(bytes)).join('.')
        if ((await sealer.open(changed, 'c')) !== null) opened.push({ index, bit })
      }
    }
    expect(opened).toEqual([])
  })

  it.each([15, 12, 8, 4, 1, 0])('does not open with its tag cut to %i bytes', async (bytes) => {
    const parts = (await sealer.seal(TEXT, CONTEXT)).split('.')
    const cut = base64url.encode(base64url.decode(parts[4] ?? '').slice(0, bytes))
    expect(await sealer.open(parts.with(4, cut).join('.'), CONTEXT)).toBeNull()
  })

  it('does not open with the parts of two sealed texts mixed', async () => {
    const one = (await sealer.seal(TEXT, CONTEXT)).split('.')
    const two = (await sealer.seal(TEXT, CONTEXT)).split('.')
    const opened = []
    for (const index of [2, 3, 4]) opened.push(await sealer.open(one.with(index, two[index] ?? '').join('.'), CONTEXT))
    expect(opened).toEqual([null, null, null])
  })

  it.each([
    ['a blank before', (sealed: string) => ` ${sealed}`],
    ['a blank behind', (sealed: string) => `${sealed} `],
    ['a line end behind', (sealed: string) => `${sealed}\n`],
    ['padding', (sealed: string) => `${sealed}==`],
    ['a part more', (sealed: string) => `${sealed}.`],
    ['a part less', (sealed: string) => sealed.slice(0, sealed.lastIndexOf('.'))],
    ['an encrypted key', (sealed: string) => sealed.replace('..', '.AAAA.')],
    ['itself behind it', (sealed: string) => sealed + sealed],
  ])('does not open with %s', async (_, change) => {
    expect(await sealer.open(change(await sealer.seal(TEXT, CONTEXT)), CONTEXT)).toBeNull()
  })
})

describe('what we did not seal', () => {
  /** Correct encryption under a key that a stranger chose, with a header of their choice. */
  async function forged(header: { alg: string; enc: string; kid?: string }, bytes = 32): Promise<string> {
    const payload = new TextEncoder().encode(JSON.stringify([CONTEXT, 'forged']))
    return new CompactEncrypt(payload).setProtectedHeader(header).encrypt(new Uint8Array(bytes))
  }

  async function ownKid(): Promise<string> {
    const [header = ''] = (await sealer.seal(TEXT, CONTEXT)).split('.')
    const { kid }: { kid: string } = JSON.parse(new TextDecoder().decode(base64url.decode(header)))
    return kid
  }

  it.each(['', 'unknown', '__proto__', 'constructor', '0', '../../secret'])(
    'does not open under the key id %j',
    async (kid) => {
      expect(await sealer.open(await forged({ alg: 'dir', enc: 'A256GCM', kid }), CONTEXT)).toBeNull()
    },
  )

  it('does not open without a key id', async () => {
    expect(await sealer.open(await forged({ alg: 'dir', enc: 'A256GCM' }), CONTEXT)).toBeNull()
  })

  it.each([
    { alg: 'dir', enc: 'A256GCM', bytes: 32 },
    { alg: 'dir', enc: 'A128GCM', bytes: 16 },
    { alg: 'dir', enc: 'A128CBC-HS256', bytes: 32 },
    { alg: 'A256KW', enc: 'A256GCM', bytes: 32 },
    { alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', bytes: 32 },
  ])('does not open with $alg and $enc under our key id and the key of a stranger', async ({ alg, enc, bytes }) => {
    expect(await sealer.open(await forged({ alg, enc, kid: await ownKid() }, bytes), CONTEXT)).toBeNull()
  })

  it.each([
    '',
    '.',
    '....',
    '.....',
    'a',
    'null',
    '__proto__',
    'constructor',
    'toString',
    'a.b.c.d.e',
    'e30....',
    'bnVsbA....',
    'W10....',
    'e30.e30.e30.e30.e30',
    '{"alg":"dir"}....',
    '\0',
    '🚪🚪🚪🚪🚪',
    '\ud800',
    `${'A'.repeat(1_000_000)}....`,
    'A'.repeat(1_000_000),
    '.'.repeat(100_000),
    `${base64url.encode('{"alg":"dir","enc":"A256GCM","kid":{"__proto__":1}}')}..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA`,
    `${base64url.encode('{"alg":"dir","enc":"A256GCM","zip":"DEF"}')}..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA`,
    `${base64url.encode('{"alg":"dir","enc":"A256GCM","crit":["x"],"x":1}')}..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA`,
  ])('garbage is not ours: %s', async (garbage) => {
    expect(await sealer.open(garbage, CONTEXT)).toBeNull()
  })

  it('none of 2,000 random texts opens, and none makes an error', async () => {
    const random = seeded(1)
    const alphabet = 'ABCabc012-_.....=+/ %"\0{}é'
    for (let round = 0; round < 2000; round++) {
      const text = Array.from({ length: random() % 80 }, () => alphabet.charAt(random() % alphabet.length)).join('')
      expect(await sealer.open(text, CONTEXT)).toBeNull()
    }
  })
})

/** The same numbers on every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state >>> 16
  }
}
