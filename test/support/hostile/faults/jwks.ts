/**
 * What can be odd about the published keys.
 */
import type { JWK } from 'jose'
import type { Alteration } from './alter.ts'

export interface PublishedKeys {
  readonly keys: readonly (JWK | null | string)[]
}

export const jwksFaults = {
  'kid-absent-single-jwks': ({ keys }) => ({ keys: firstOfEachKind(keys.filter(isKey)).map(withoutKid) }),
  'kid-absent-multiple-jwks': ({ keys }) => ({ keys: keys.filter(isKey).map(withoutKid) }),
  // Without `alg`, nothing but `use` tells that a key is not for signatures.
  'sig-by-encryption-key': ({ keys }) => ({
    keys: keys.filter(isKey).map((key) => (key.use === 'enc' ? withoutAlg(key) : key)),
  }),
  'jwks-with-shared-secret': ({ keys }) => ({
    keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'oct', alg: 'HS256' }, ...keys],
  }),
  'jwks-with-unreadable-keys': ({ keys }) => ({ keys: [{ kid: 'no-kty' }, { kty: 'RSA', kid: 'no-n' }, ...keys] }),
  'jwks-with-non-objects': ({ keys }) => ({ keys: [null, 'key', ...keys] }),
} satisfies Record<string, Alteration<PublishedKeys>>

function isKey(key: JWK | null | string): key is JWK {
  return typeof key === 'object' && key !== null
}

function firstOfEachKind(keys: readonly JWK[]): JWK[] {
  return keys.filter(({ kty, use }, index) => keys.findIndex((key) => key.kty === kty && key.use === use) === index)
}

function withoutKid({ kid: _, ...key }: JWK): JWK {
  return key
}

function withoutAlg({ alg: _, ...key }: JWK): JWK {
  return key
}
