/**
 * What is accepted of an ID token beyond the everyday: hashes, audiences, clocks, shared secrets, encryption.
 */
import { createHash, createHmac, generateKeyPairSync } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { base64url, CompactEncrypt, exportJWK, exportSPKI, importJWK, type JWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { type Bends, type FarProvider, farProvider, SECRET } from '../support/far-provider.ts'
import { refusalOf } from '../support/refusal.ts'
import { CLIENT_ID } from '../support/unit-world.ts'

/** The refusal, and that nothing was asked after it. */
async function refused(bends: Bends, settings: Record<string, string> = {}) {
  const far = await farProvider(bends, settings)
  const { code, message, detail } = await refusalOf(far.finish())
  expect(far.count('/userinfo')).toBe(0)
  return { code, message, detail }
}

async function accepted(bends: Bends, settings: Record<string, string> = {}) {
  return (await farProvider(bends, settings)).finish()
}

describe('at_hash', () => {
  const hashOf = (hash: string) => {
    const digest = createHash(hash).update('access-token').digest()
    return digest.subarray(0, digest.length / 2).toString('base64url')
  }

  it.each([
    ['RS256', 'sha256'],
    ['PS384', 'sha384'],
    ['ES512', 'sha512'],
    ['EdDSA', 'sha512'],
    ['Ed25519', 'sha512'],
  ])('of %s is made with %s', async (algorithm, hash) => {
    const login = await accepted({ idToken: { at_hash: hashOf(hash) } }, { OIDC_RP_SIGN_ALGO: algorithm })
    expect(login.subject).toBe('subject-of-alice')
  })

  it.each([
    ['of another access token', 'A'.repeat(22)],
    ['of another length', hashOf('sha512')],
    ['that is no text', 5],
  ])('%s is refused (ID23, A123)', async (_, at_hash) => {
    expect(await refused({ idToken: { at_hash } })).toMatchObject({
      code: 'token_invalid',
      message: expect.stringContaining('at_hash'),
    })
  })

  it('of another access token is refused after a refresh too', async () => {
    const { tokens } = await (await farProvider({ tokenAnswer: { refresh_token: 'r' } })).finish()
    const far = await farProvider({ idToken: { at_hash: 'A'.repeat(22) } })
    expect((await refusalOf(far.gatehouse.refresh(tokens))).message).toContain('at_hash')
  })

  it('may be absent', async () => {
    await accepted({})
  })

  it.each([null, ''])('of %j is absent', async (at_hash) => {
    await accepted({ idToken: { at_hash } })
  })
})

describe('a further audience', () => {
  const TRUSTED = { OIDC_TRUSTED_AUDIENCES: 'https://api.example.org other' }

  it('is good when it is trusted and the token was issued to us (ID4)', async () => {
    await accepted({ idToken: { aud: [CLIENT_ID, 'https://api.example.org'], azp: CLIENT_ID } }, TRUSTED)
  })

  it.each([
    ['that is not trusted', { aud: [CLIENT_ID, 'evil'], azp: CLIENT_ID }],
    ['beside one that is not', { aud: [CLIENT_ID, 'other', 'evil'], azp: CLIENT_ID }],
    ['in a token for another client (ID5)', { aud: [CLIENT_ID, 'other'], azp: 'other' }],
    ['in a token that does not say for whom it is', { aud: [CLIENT_ID, 'other'] }],
    ['that is alone', { aud: ['other'] }],
  ])('%s is refused', async (_, idToken) => {
    expect((await refused({ idToken }, TRUSTED)).code).toBe('token_invalid')
  })
})

describe('with OIDC_CLOCK_TOLERANCE', () => {
  it.each([
    ['60 an ID token that expired 50 seconds ago is good', '60', 'exp', -50, undefined],
    ['10 an ID token that expired 50 seconds ago is refused', '10', 'exp', -50, 'clock_skew'],
    ['300 an ID token of 200 seconds ahead is good', '300', 'iat', 200, undefined],
    ['60 an ID token of 200 seconds ahead is refused', '60', 'iat', 200, 'clock_skew'],
    ['0 an ID token of 10 seconds ahead is refused', '0', 'iat', 10, 'clock_skew'],
  ])('%s', async (_, tolerance, claim, seconds, code) => {
    const idToken = { [claim]: Math.floor(Date.now() / 1000) + seconds }
    const far = await farProvider({ idToken }, { OIDC_CLOCK_TOLERANCE: tolerance })
    if (code === undefined) await far.finish()
    else expect((await refusalOf(far.finish())).code).toBe(code)
  })
})

describe('an ID token with HS256', () => {
  const HS256 = { OIDC_RP_SIGN_ALGO: 'HS256' }
  const withHmac =
    (key: string | Buffer, alg = 'HS256') =>
    (token: string) => {
      const [, payload] = token.split('.')
      const head = base64url.encode(JSON.stringify({ alg }))
      const hash = `sha${alg.slice(2)}`
      return `${head}.${payload}.${createHmac(hash, key).update(`${head}.${payload}`).digest('base64url')}`
    }

  it('is good when that is configured and the client secret is its key', async () => {
    await accepted({ wrap: withHmac(SECRET) }, HS256)
  })

  it.each([
    ['signed with another secret', withHmac('x'.repeat(64)), HS256],
    ['that is in truth HS512', withHmac(SECRET, 'HS512'), HS256],
    ['that is in truth signed with a key of the provider', (token: string) => token, HS256],
    ['when another algorithm is configured', withHmac(SECRET), {}],
    ['without a signature', (token: string) => `${base64url.encode('{"alg":"none"}')}.${token.split('.')[1]}.`, HS256],
  ])('is refused %s (ID9, A46)', async (_, wrap, settings) => {
    expect((await refused({ wrap }, settings)).code).toBe('token_invalid')
  })

  it.each(['PEM', 'JWK'])('is refused with the public key of the provider as %s for a secret (A46)', async (form) => {
    let far: FarProvider | undefined
    const wrap = async (token: string) => {
      const key = far?.publicKey ?? {}
      const text = form === 'JWK' ? JSON.stringify(key) : await exportSPKI((await importJWK(key, 'RS256')) as CryptoKey)
      return withHmac(text)(token)
    }
    far = await farProvider({ wrap })
    expect((await refusalOf(far.finish())).code).toBe('token_invalid')
  })

  it('says nothing for an access token: those are never verified with the secret', async () => {
    const far = await farProvider({}, HS256)
    const token = withHmac(SECRET)(await far.sign({ iss: 'x' }))
    expect((await refusalOf(far.gatehouse.verifyJwt(token, ['RS256', 'ES256']))).code).toBe('token_invalid')
  })
})

describe('an encrypted ID token', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwkOf = (key: typeof rsa.privateKey) => JSON.stringify(key.export({ format: 'jwk' }))
  const RSA = { OIDC_RP_DECRYPTION_KEY: jwkOf(rsa.privateKey) }
  const EC = { OIDC_RP_DECRYPTION_KEY: String(ec.privateKey.export({ format: 'pem', type: 'pkcs8' })) }
  const publicRsa = await importJWK(rsa.publicKey.export({ format: 'jwk' }) as JWK, 'RSA-OAEP-256')

  const encrypt =
    (key: Parameters<CompactEncrypt['encrypt']>[0], header: { alg: string; enc: string; kid?: string }) =>
    (token: string) =>
      new CompactEncrypt(new TextEncoder().encode(token)).setProtectedHeader(header).encrypt(key)

  it.each([
    ['RSA-OAEP-256', 'A128GCM', rsa.publicKey, RSA],
    ['RSA-OAEP-256', 'A256CBC-HS512', rsa.publicKey, RSA],
    ['ECDH-ES', 'A256GCM', ec.publicKey, EC],
    ['ECDH-ES+A128KW', 'A128CBC-HS256', ec.publicKey, EC],
    ['ECDH-ES+A256KW', 'A256GCM', ec.publicKey, EC],
  ])('with %s and %s is good, and what is kept of it is what was inside', async (alg, enc, key, settings) => {
    const login = await accepted({ wrap: encrypt(key, { alg, enc }) }, settings)
    expect(login.tokens.idToken.split('.')).toHaveLength(3)
  })

  it('is opened with whichever of several keys it was made for', async () => {
    const set = `{"keys":[${jwkOf(other.privateKey)},${jwkOf(ec.privateKey)},${jwkOf(rsa.privateKey)}]}`
    const wrap = encrypt(rsa.publicKey, { alg: 'RSA-OAEP-256', enc: 'A256GCM' })
    await accepted({ wrap }, { OIDC_RP_DECRYPTION_KEY: set })
  })

  it('is opened after a refresh too, and what is kept of it is what was inside', async () => {
    const wrap = encrypt(rsa.publicKey, { alg: 'RSA-OAEP-256', enc: 'A256GCM' })
    const far = await farProvider({ wrap, tokenAnswer: { refresh_token: 'r' } }, RSA)
    const renewed = await far.gatehouse.refresh((await far.finish()).tokens)
    expect(renewed.tokens.idToken.split('.')).toHaveLength(3)
  })

  it('is opened with La Suite’s name for the key', async () => {
    const wrap = encrypt(rsa.publicKey, { alg: 'RSA-OAEP-256', enc: 'A256GCM' })
    await accepted(
      { wrap },
      { OIDC_RS_PRIVATE_KEY_STR: String(rsa.privateKey.export({ format: 'pem', type: 'pkcs8' })) },
    )
  })

  /** A header that the library itself would not write; nothing behind it is looked at. */
  const withHeader = (header: object) => () => `${base64url.encode(JSON.stringify(header))}.AAAA.AAAA.AAAA.AAAA`

  const compressed = async (token: string) => {
    const zipped = deflateRawSync(Buffer.from(token))
    return new CompactEncrypt(zipped).setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' }).encrypt(publicRsa)
  }

  it.each([
    ['RSA1_5 (JB4)', withHeader({ alg: 'RSA1_5', enc: 'A128CBC-HS256' }), 'not accepted'],
    ['RSA-OAEP with SHA-1', encrypt(rsa.publicKey, { alg: 'RSA-OAEP', enc: 'A256GCM' }), 'not accepted'],
    [
      'a password, however often it is hashed (JB18)',
      withHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2s: 'AAAAAAAAAAAAAAAA', p2c: 10_000_000 }),
      'not accepted',
    ],
    ['no key at all', withHeader({ alg: 'dir', enc: 'A256GCM' }), 'not accepted'],
    ['an algorithm for the other kind of key', withHeader({ alg: 'ECDH-ES', enc: 'A256GCM' }), 'not accepted'],
    ['an unknown cipher', withHeader({ alg: 'RSA-OAEP-256', enc: 'A192GCM' }), 'cannot be opened'],
    ['compression (A52, JB9)', withHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', zip: 'DEF' }), 'compressed'],
    [
      'an unknown critical header (JB21)',
      withHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', crit: ['x'], x: 1 }),
      'cannot be opened',
    ],
    ['a header that is no JSON', () => 'AAAA.AAAA.AAAA.AAAA.AAAA', 'no header'],
    ['another key', encrypt(other.publicKey, { alg: 'RSA-OAEP-256', enc: 'A256GCM' }), 'no key of ours'],
    [
      'the name of another key',
      encrypt(rsa.publicKey, { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'x' }),
      'no key of ours',
    ],
  ])('with %s is refused', async (_, wrap, sentence) => {
    expect(await refused({ wrap }, RSA)).toMatchObject({
      code: 'token_invalid',
      message: expect.stringContaining(sentence),
    })
  })

  it.each([
    ['no token', (_: string) => encrypt(publicRsa, { alg: 'RSA-OAEP-256', enc: 'A256GCM' })('hello')],
    ['compressed without saying so', compressed],
    [
      'encrypted once more',
      async (token: string) => {
        const twice = encrypt(publicRsa, { alg: 'RSA-OAEP-256', enc: 'A256GCM' })
        return twice(await twice(token))
      },
    ],
    [
      'signed with a wrong key (JB6)',
      async (token: string) => {
        const [head, payload, signature = ''] = token.split('.')
        const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`
        return encrypt(publicRsa, { alg: 'RSA-OAEP-256', enc: 'A256GCM' })(`${head}.${payload}.${flipped}`)
      },
    ],
  ])('with something inside that is %s is refused', async (_, wrap) => {
    expect(['token_invalid', 'provider_error']).toContain((await refused({ wrap }, RSA)).code)
  })

  it('is refused without a key, and the log names the setting', async () => {
    const wrap = encrypt(rsa.publicKey, { alg: 'RSA-OAEP-256', enc: 'A256GCM' })
    expect((await refused({ wrap })).message).toContain('OIDC_RP_DECRYPTION_KEY')
  })

  it('is missed when it must be one, and may be missing otherwise (ID1)', async () => {
    expect((await refused({}, { ...RSA, OIDC_RP_ID_TOKEN_ENCRYPTED: 'true' })).message).toContain('not encrypted')
    await accepted({}, RSA)
  })

  it('is not opened with the key that signs', async () => {
    const key = await exportJWK(rsa.publicKey)
    const wrap = encrypt(await importJWK(key, 'RSA-OAEP-256'), { alg: 'RSA-OAEP-256', enc: 'A256GCM' })
    const settings = { OIDC_RP_PRIVATE_KEY: jwkOf(rsa.privateKey), OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_post' }
    expect((await refused({ wrap }, settings)).message).toContain('OIDC_RP_DECRYPTION_KEY')
  })
})
