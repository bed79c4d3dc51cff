/**
 * Private keys in the settings: which are taken, and that a wrong one is named by its setting and never quoted.
 */
import { type createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigurationError, loadConfig, type Problem } from '../../src/config/load.ts'

const ENV = {
  BASE_URL: 'https://login.example.org',
  GATEHOUSE_SECRET: 'a-secret-of-gatehouse-of-32-bytes-or-more',
  OIDC_OP_URL: 'https://id.example.org',
  OIDC_RP_CLIENT_ID: 'gatehouse',
}
const SECRET = { OIDC_RP_CLIENT_SECRET: 'x'.repeat(32) }

function problemsOf(env: Readonly<Record<string, unknown>>): readonly Problem[] {
  try {
    loadConfig({ ...ENV, ...env })
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
}

const names = (env: Readonly<Record<string, unknown>>) => problemsOf(env).map(({ name }) => name)

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const smallRsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey
const k256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey
const ed25519 = generateKeyPairSync('ed25519').privateKey
const x25519 = generateKeyPairSync('x25519').privateKey

const pem = (key: ReturnType<typeof createPrivateKey>) => String(key.export({ format: 'pem', type: 'pkcs8' }))
const jwk = (key: ReturnType<typeof createPrivateKey>, more: object = {}) =>
  JSON.stringify({ ...key.export({ format: 'jwk' }), ...more })

describe('OIDC_RP_PRIVATE_KEY', () => {
  it.each([
    ['an RSA key as JWK', jwk(rsa), 'RSA'],
    ['an RSA key as PEM', pem(rsa), 'RSA'],
    ['a PEM on one line, with \\n written out', pem(rsa).replaceAll('\n', '\\n'), 'RSA'],
    ['a P-256 key as JWK', jwk(p256), 'P-256'],
    ['a P-256 key as PEM', pem(p256), 'P-256'],
    ['an Ed25519 key as JWK', jwk(ed25519), 'Ed25519'],
    ['an Ed25519 key as PEM', pem(ed25519), 'Ed25519'],
    ['a JWK with the right "use"', jwk(p256, { use: 'sig' }), 'P-256'],
    ['a JWK with a fitting "alg"', jwk(rsa, { alg: 'PS512' }), 'RSA'],
  ])('may be %s', (_, value, type) => {
    const { providers } = loadConfig({ ...ENV, OIDC_RP_PRIVATE_KEY: value }).config
    expect(providers[0].signingKeys?.map((key) => key.type)).toEqual([type])
  })

  it('may be a JWK set', () => {
    const value = `{"keys":[${jwk(p256, { kid: 'new' })},${jwk(rsa)}]}`
    const { providers } = loadConfig({ ...ENV, OIDC_RP_PRIVATE_KEY: value }).config
    expect(providers[0].signingKeys?.map(({ type, keyId }) => [type, keyId])).toEqual([
      ['P-256', 'new'],
      ['RSA', undefined],
    ])
  })

  it.each([
    ['text that is no key', 'MARKER', 'neither a JWK'],
    ['JSON that is no key', '{"MARKER":1}', 'neither a JWK'],
    ['JSON that ends too early', '{"kty":"MARKER"', 'neither a JWK'],
    ['an empty set', '{"keys":[]}', 'neither a JWK'],
    ['a public key', JSON.stringify({ ...JSON.parse(jwk(p256)), d: undefined }), 'public key'],
    ['a shared secret', '{"kty":"oct","k":"MARKER","d":"MARKER"}', 'a type'],
    ['an RSA key of 1024 bits', jwk(smallRsa), '2048 bits'],
    ['an RSA key of 1024 bits as PEM', pem(smallRsa), '2048 bits'],
    ['an RSA key without its primes', JSON.stringify({ ...JSON.parse(jwk(rsa)), p: undefined, q: 5 }), 'p, q'],
    ['a key whose member is too short', jwk(p256, { x: 'MARKER' }), 'x is not of the length'],
    ['a key whose member is no base64url', jwk(p256, { d: `${'MARKER'.repeat(7)}+` }), 'd is not of the length'],
    ['a P-384 key, which we do not sign with', jwk(p384), 'P-384'],
    ['a secp256k1 key', jwk(k256), 'a type'],
    ['a secp256k1 key as PEM', pem(k256), 'a type'],
    ['an X25519 key as PEM', pem(x25519), 'a type'],
    ['a key for encryption', jwk(p256, { use: 'enc' }), '"use"'],
    ['a key whose "alg" is of another kind', jwk(p256, { alg: 'RS256' }), '"alg"'],
    ['a key whose "alg" is for encryption', jwk(rsa, { alg: 'RSA-OAEP-256' }), '"alg"'],
    ['an old form of PEM', String(rsa.export({ format: 'pem', type: 'pkcs1' })), 'openssl pkcs8'],
    [
      'a PEM with a password',
      String(rsa.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'MARKER' })),
      'openssl pkcs8',
    ],
    ['a set of which one is wrong', `{"keys":[${jwk(p256)},${jwk(smallRsa)}]}`, '2048 bits'],
  ])('must not be %s', (_, value, sentence) => {
    const problems = problemsOf({ OIDC_RP_PRIVATE_KEY: value })
    expect(problems.map(({ name }) => name)).toEqual(['OIDC_RP_PRIVATE_KEY'])
    expect(problems[0]?.problem).toContain(sentence)
  })

  it.each([jwk(p256, { x: 'MARKER' }), `{"kty":"MARKER","d":"MARKER"}`, '-----BEGIN MARKER-----'])(
    'is never shown (A72): %#',
    (value) => {
      expect(JSON.stringify(problemsOf({ OIDC_RP_PRIVATE_KEY: value }))).not.toContain('MARKER')
    },
  )
})

describe('OIDC_RP_DECRYPTION_KEY', () => {
  it.each([
    ['RSA', rsa],
    ['P-256', p256],
    ['P-384', p384],
    ['P-521', p521],
  ])('may be of type %s, as JWK and as PEM', (type, key) => {
    for (const value of [jwk(key), pem(key)]) {
      const { providers } = loadConfig({ ...ENV, ...SECRET, OIDC_RP_DECRYPTION_KEY: value }).config
      expect(providers[0].decryptionKeys?.map((read) => read.type)).toEqual([type])
    }
  })

  it.each([
    ['a key that can only sign', jwk(ed25519)],
    ['a key for RSA1_5', jwk(rsa, { alg: 'RSA1_5' })],
    ['a key for signing', jwk(rsa, { use: 'sig' })],
  ])('must not be %s', (_, value) => {
    expect(names({ ...SECRET, OIDC_RP_DECRYPTION_KEY: value })).toEqual(['OIDC_RP_DECRYPTION_KEY'])
  })
})

describe('together', () => {
  const KEY = { OIDC_RP_PRIVATE_KEY: jwk(p256) }

  it.each([
    ['no secret and no key', {}, ['OIDC_RP_CLIENT_SECRET']],
    ['a key and no secret', KEY, []],
    ['a public client without a secret', { OIDC_RP_TOKEN_AUTH_METHOD: 'none' }, []],
    ['private_key_jwt without a key', { OIDC_RP_TOKEN_AUTH_METHOD: 'private_key_jwt' }, ['OIDC_RP_PRIVATE_KEY']],
    ['private_key_jwt with a key', { OIDC_RP_TOKEN_AUTH_METHOD: 'private_key_jwt', ...KEY }, []],
    [
      'client_secret_post without a secret',
      { OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_post', ...KEY },
      ['OIDC_RP_CLIENT_SECRET'],
    ],
    ['basic authentication without a secret', { OIDC_TOKEN_USE_BASIC_AUTH: 'true', ...KEY }, ['OIDC_RP_CLIENT_SECRET']],
    [
      'two methods',
      { ...SECRET, OIDC_TOKEN_USE_BASIC_AUTH: 'true', OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_post' },
      ['OIDC_TOKEN_USE_BASIC_AUTH'],
    ],
    [
      'the same method twice',
      { ...SECRET, OIDC_TOKEN_USE_BASIC_AUTH: 'true', OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_basic' },
      [],
    ],
    [
      'a short secret as a key (JB8)',
      { OIDC_RP_CLIENT_SECRET: 'x'.repeat(31), OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_jwt' },
      ['OIDC_RP_TOKEN_AUTH_METHOD'],
    ],
    ['a request object without a key', { ...SECRET, OIDC_USE_REQUEST_OBJECT: 'true' }, ['OIDC_RP_PRIVATE_KEY']],
    ['a request object with a key', { ...KEY, OIDC_USE_REQUEST_OBJECT: 'true' }, []],
    ['an algorithm that the key has not', { ...KEY, OIDC_RP_PRIVATE_KEY_ALG: 'RS256' }, ['OIDC_RP_PRIVATE_KEY_ALG']],
    [
      'an algorithm that the JWK forbids',
      { OIDC_RP_PRIVATE_KEY: jwk(rsa, { alg: 'RS256' }), OIDC_RP_PRIVATE_KEY_ALG: 'PS256' },
      ['OIDC_RP_PRIVATE_KEY_ALG'],
    ],
    ['an algorithm that the key has', { OIDC_RP_PRIVATE_KEY: jwk(rsa), OIDC_RP_PRIVATE_KEY_ALG: 'PS256' }, []],
    ['encryption without a key', { ...SECRET, OIDC_RP_ID_TOKEN_ENCRYPTED: 'true' }, ['OIDC_RP_DECRYPTION_KEY']],
    [
      'encryption with La Suite’s key',
      { ...SECRET, OIDC_RP_ID_TOKEN_ENCRYPTED: 'true', OIDC_RS_PRIVATE_KEY_STR: pem(rsa) },
      [],
    ],
    ['HS256 and a secret of 32 bytes', { ...SECRET, OIDC_RP_SIGN_ALGO: 'HS256' }, []],
    [
      'HS256 and a secret of 31 bytes (JB8)',
      { OIDC_RP_CLIENT_SECRET: 'x'.repeat(31), OIDC_RP_SIGN_ALGO: 'HS256' },
      ['OIDC_RP_SIGN_ALGO'],
    ],
    [
      'HS384 and a secret of 47 bytes (JB8)',
      { OIDC_RP_CLIENT_SECRET: 'x'.repeat(47), OIDC_RP_SIGN_ALGO: 'HS384' },
      ['OIDC_RP_SIGN_ALGO'],
    ],
    [
      'HS512 and a secret of 63 bytes (JB8)',
      { OIDC_RP_CLIENT_SECRET: 'x'.repeat(63), OIDC_RP_SIGN_ALGO: 'HS512' },
      ['OIDC_RP_SIGN_ALGO'],
    ],
    [
      'HS256 and a public client (ID9)',
      { ...SECRET, OIDC_RP_TOKEN_AUTH_METHOD: 'none', OIDC_RP_SIGN_ALGO: 'HS256' },
      ['OIDC_RP_SIGN_ALGO'],
    ],
    ['HS256 without a secret', { ...KEY, OIDC_RP_SIGN_ALGO: 'HS256' }, ['OIDC_RP_SIGN_ALGO']],
    ['a clock tolerance of 300 seconds', { ...SECRET, OIDC_CLOCK_TOLERANCE: '300' }, []],
    ['a clock tolerance of 0 seconds', { ...SECRET, OIDC_CLOCK_TOLERANCE: 0 }, []],
    ['a clock tolerance of 301 seconds', { ...SECRET, OIDC_CLOCK_TOLERANCE: '301' }, ['OIDC_CLOCK_TOLERANCE']],
    [
      'an unknown userinfo format',
      { ...SECRET, OIDC_OP_USER_ENDPOINT_FORMAT: 'XML' },
      ['OIDC_OP_USER_ENDPOINT_FORMAT'],
    ],
    [
      'a secret of an asking client without its id, which is that of La Suite',
      { ...SECRET, OIDC_RS_CLIENT_SECRET: 's' },
      [],
    ],
    ['an asking client with its secret', { ...SECRET, OIDC_RS_CLIENT_ID: 'a', OIDC_RS_CLIENT_SECRET: 's' }, []],
    [
      'an RSA key that is said to be EC',
      { ...SECRET, OIDC_RS_PRIVATE_KEY_STR: pem(rsa), OIDC_RS_ENCRYPTION_KEY_TYPE: 'EC' },
      ['OIDC_RS_ENCRYPTION_KEY_TYPE'],
    ],
    [
      'an EC key that is said to be EC',
      { ...SECRET, OIDC_RS_PRIVATE_KEY_STR: pem(p256), OIDC_RS_ENCRYPTION_KEY_TYPE: 'EC' },
      [],
    ],
    ['the defaults of La Suite without a key', { ...SECRET, OIDC_RS_ENCRYPTION_ALGO: 'RSA-OAEP' }, []],
    [
      'answers encrypted for a key of another type',
      { ...SECRET, OIDC_RS_PRIVATE_KEY_STR: pem(p256), OIDC_RS_ENCRYPTION_ALGO: 'RSA-OAEP' },
      ['OIDC_RS_ENCRYPTION_ALGO'],
    ],
  ])('%s', (_, env, expected) => {
    expect(names(env)).toEqual(expected)
  })

  it('a key that cannot be read brings no second problem of what it was for', () => {
    expect(names({ OIDC_RP_PRIVATE_KEY: 'no key', OIDC_RP_TOKEN_AUTH_METHOD: 'private_key_jwt' })).toEqual([
      'OIDC_RP_PRIVATE_KEY',
    ])
  })
})
