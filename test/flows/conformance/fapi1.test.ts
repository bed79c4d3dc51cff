/**
 * What the FAPI 1 Advanced plan of the OpenID Foundation adds for the code flow: old tokens, encrypted tokens, members that are not there.
 */
import { constants, createCipheriv, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto'
import { base64url, CompactEncrypt, importSPKI } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Attacked, startAttacked } from '../../support/attacked.ts'
import { expectSignedIn, expectTokensRefused } from './expectations.ts'

const script = inject('workerScript')

describe('FAPI 1', () => {
  let attacked: Attacked
  beforeAll(async () => {
    attacked = await startAttacked({ script })
  })
  afterAll(() => attacked.stop())
  beforeEach(() => attacked.startOver())

  it('an ID token that was issued a week ago is refused', async () => {
    await expectTokensRefused(attacked, 'iat-week-old', { code: 'clock_skew', callsAfter: ['/jwks'] })
  })

  it.each([
    ['a token answer without scope', 'no-scope'],
    ['an ID token without at_hash', 'missing-at-hash'],
  ] as const)('%s is accepted', async (_, fault) => {
    await expectSignedIn(attacked, fault)
  })

  it('an encrypted ID token is refused where there is no key to open it', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const spki = await importSPKI(String(publicKey.export({ type: 'spki', format: 'pem' })), 'RSA-OAEP-256')
    attacked.provider.setEnvelope((jwt) =>
      new CompactEncrypt(new TextEncoder().encode(jwt))
        .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT' })
        .encrypt(spki),
    )
    // Someone has to set OIDC_RP_DECRYPTION_KEY, and the log says so.
    await expectTokensRefused(attacked, 'typ-jwt', { status: 503, code: 'not_configured' })
  })
})

describe('FAPI 1, with ID tokens that must be encrypted', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  let attacked: Attacked
  beforeAll(async () => {
    attacked = await startAttacked({
      script,
      settings: {
        OIDC_RP_DECRYPTION_KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
        OIDC_RP_ID_TOKEN_ENCRYPTED: 'true',
      },
    })
  })
  afterAll(() => attacked.stop())
  beforeEach(() => attacked.startOver())

  /** The key that a provider finds at our `/jwks`. */
  async function encrypted(jwt: string): Promise<string> {
    const spki = await importSPKI(String(publicKey.export({ type: 'spki', format: 'pem' })), 'RSA-OAEP-256')
    return new CompactEncrypt(new TextEncoder().encode(jwt))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT' })
      .encrypt(spki)
  }

  /** By hand: no library makes such a thing any more. @see RFC 8725 section 3.2 */
  async function encryptedWithRsa15(jwt: string): Promise<string> {
    const header = base64url.encode(JSON.stringify({ alg: 'RSA1_5', enc: 'A256GCM', cty: 'JWT' }))
    const [contentKey, iv] = [randomBytes(32), randomBytes(12)]
    const wrapped = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, contentKey)
    const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(header))
    const content = Buffer.concat([cipher.update(jwt), cipher.final()])
    return [header, ...[wrapped, iv, content, cipher.getAuthTag()].map((part) => base64url.encode(part))].join('.')
  }

  it('an ID token that was encrypted with RSA-OAEP-256 is accepted', async () => {
    attacked.provider.setEnvelope(encrypted)
    await expectSignedIn(attacked)
  })

  it('one that was encrypted with RSA1_5 is refused', async () => {
    attacked.provider.setEnvelope(encryptedWithRsa15)
    await expectTokensRefused(attacked, 'typ-jwt', { code: /^(token_invalid|provider_error)$/, callsAfter: ['/jwks'] })
  })

  it('one that was not encrypted is refused', async () => {
    await expectTokensRefused(attacked, 'typ-jwt', { callsAfter: ['/jwks'] })
  })

  it.each([
    ['of another issuer', 'invalid-iss'],
    ['for another client', 'invalid-aud'],
    ['that answers another question', 'nonce-invalid'],
    ['that is not signed', 'idtoken-sig-none'],
    ['with a corrupted signature', 'invalid-sig-rs256'],
  ] as const)('one %s is refused, encrypted or not', async (_, fault) => {
    attacked.provider.setEnvelope(encrypted)
    await expectTokensRefused(attacked, fault, { callsAfter: ['/jwks'] })
    expect(attacked.provider.count('/userinfo')).toBe(0)
  })
})
