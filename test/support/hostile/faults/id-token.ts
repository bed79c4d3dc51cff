/**
 * What can be wrong with a signed token: mostly the ID token; access tokens and logout tokens borrow the same faults.
 */

import { corrupted, type Draft, type Members, type Signer, unsigned, withKey, withSecret } from '../jws.ts'
import { firstOf, type KeySet, publicJwk, strangerKey } from '../keys.ts'
import type { Alteration } from './alter.ts'

/** What a fault may need beside the token itself. */
export interface Scene {
  readonly keys: KeySet
  readonly clientSecret: string
  readonly nowSeconds: number
}

const WEEK_SECONDS = 7 * 86_400

export const idTokenFaults = {
  // From whom, for whom
  'invalid-iss': ({ claims }) => claim(claims, { iss: `${claims.iss}1` }),
  'refresh-token-invalid-issuer': ({ claims }) => claim(claims, { iss: `${claims.iss}1` }),
  'missing-iss': ({ claims }) => claim(claims, { iss: undefined }),
  'invalid-aud': ({ claims }) => claim(claims, { aud: `${claims.aud}1` }),
  'missing-aud': ({ claims }) => claim(claims, { aud: undefined }),
  'secondary-aud': ({ claims }) => claim(claims, { aud: [claims.aud, 'another'], azp: claims.aud }),
  'azp-other': ({ claims }) => claim(claims, { azp: 'another' }),

  // About whom
  'missing-sub': ({ claims }) => claim(claims, { sub: undefined }),
  'sub-empty': ({ claims }) => claim(claims, { sub: '' }),
  'sub-300-characters': ({ claims }) => claim(claims, { sub: 'a'.repeat(300) }),
  'refresh-token-invalid-sub': ({ claims }) => claim(claims, { sub: `${claims.sub}1` }),
  'sub-number': ({ claims }) => claim(claims, { sub: 7 }),

  // When
  'missing-iat': ({ claims }) => claim(claims, { iat: undefined }),
  'iat-week-old': ({ claims }, { nowSeconds }) => claim(claims, { iat: nowSeconds - WEEK_SECONDS }),
  'iat-future': ({ claims }, { nowSeconds }) => claim(claims, { iat: nowSeconds + 3600, exp: nowSeconds + 7200 }),
  'missing-exp': ({ claims }) => claim(claims, { exp: undefined }),
  'expired-exp': ({ claims }, { nowSeconds }) => claim(claims, { exp: nowSeconds - 120 }),
  'exp-text': ({ claims }) => claim(claims, { exp: `${claims.exp}` }),
  'session-expiry-past': ({ claims }, { nowSeconds }) => claim(claims, { session_expiry: nowSeconds - 1 }),
  'nbf-future': ({ claims }, { nowSeconds }) => claim(claims, { nbf: nowSeconds + 3600 }),

  // To which question
  'nonce-invalid': ({ claims }) => claim(claims, { nonce: `${claims.nonce}1` }),
  'missing-nonce': ({ claims }) => claim(claims, { nonce: undefined }),

  // With which access token
  'invalid-athash': ({ claims }) => claim(claims, { at_hash: `${claims.at_hash}1` }),

  // Which kind of token
  'typ-access-token': ({ header }) => ({ header: { ...header, typ: 'at+jwt' } }),
  'typ-logout-token': ({ header }) => ({ header: { ...header, typ: 'logout+jwt' } }),
  'unknown-crit': ({ header }) => ({ header: { ...header, crit: ['x'], x: 1 } }),

  // Signed by whom, and how
  'idtoken-sig-none': () => ({ header: { alg: 'none' }, sign: unsigned }),
  'idtoken-sig-none-other-case': () => ({ header: { alg: 'NoNe' }, sign: unsigned }),
  'invalid-sig-rs256': ({ header, sign }) => ({ header, sign: corrupted(sign) }),
  'invalid-sig-es256': (_, { keys }) => signedByKind(keys, 'EC', 'ES256', corrupted),
  'invalid-sig-hs256': (_, { clientSecret }) => ({
    header: { alg: 'HS256' },
    sign: corrupted(withSecret(clientSecret)),
  }),
  'sig-hs256': (_, { clientSecret }) => ({ header: { alg: 'HS256' }, sign: withSecret(clientSecret) }),
  'sig-hs256-with-public-key': ({ header }, { keys }) => ({
    header: { ...header, alg: 'HS256' },
    sign: withSecret(JSON.stringify(publicJwk(firstOf(keys, 'RSA', 'sig')))),
  }),
  'alternate-alg': (_, { keys }) => signedByKind(keys, 'EC', 'ES256'),
  'sig-ps256': (_, { keys }) => signedByKind(keys, 'RSA', 'PS256'),
  'kid-of-ec-key': ({ header }, { keys }) => ({ header: { ...header, kid: firstOf(keys, 'EC', 'sig').kid } }),
  'sig-by-encryption-key': (_, { keys }) => {
    const { kid, privateKey } = firstOf(keys, 'RSA', 'enc')
    return { header: { alg: 'RS256', kid }, sign: withKey(privateKey, 'RS256') }
  },
  'sig-by-stranger': ({ header }) => ({ header, sign: signStrangely }),
  'sig-by-stranger-unknown-kid': ({ header }) => ({ header: { ...header, kid: 'stranger' }, sign: signStrangely }),
  'sig-by-stranger-at-jku': ({ header }) => ({
    header: { ...header, kid: 'stranger', jku: 'https://evil.example/jwks', x5u: 'https://evil.example/x5u' },
    sign: signStrangely,
  }),
  'sig-by-key-in-header': ({ header }, { keys }) => ({
    header: { ...header, jwk: publicJwk(firstOf(keys, 'RSA', 'enc')) },
    sign: withKey(firstOf(keys, 'RSA', 'enc').privateKey, 'RS256'),
  }),

  // Nothing wrong.
  'aud-one-element-array': ({ claims }) => claim(claims, { aud: [claims.aud] }),
  'azp-own': ({ claims }) => claim(claims, { azp: claims.aud }),
  'exp-fraction': ({ claims }) => claim(claims, { exp: Number(claims.exp) + 0.5 }),
  'auth-time-fraction': ({ claims }, { nowSeconds }) => claim(claims, { auth_time: nowSeconds - 0.5 }),
  'auth-time-huge': ({ claims }) => claim(claims, { auth_time: 1e300 }),
  'missing-sid': ({ claims }) => claim(claims, { sid: undefined }),
  'missing-at-hash': ({ claims }) => claim(claims, { at_hash: undefined }),
  'typ-jwt': ({ header }) => ({ header: { ...header, typ: 'JWT' } }),
  'idtoken-with-unknown-claims': ({ claims }) => claim(claims, { 'https://idp.example/extra': { deep: [1, null] } }),
  'kid-absent-single-jwks': ({ header }) => ({ header: { ...header, kid: undefined } }),
  'kid-absent-multiple-jwks': (_, { keys }) => {
    const last = keys.findLast(({ kind, use }) => kind === 'RSA' && use === 'sig')
    return { header: { alg: 'RS256' }, sign: withKey(last?.privateKey ?? {}, 'RS256') }
  },
} satisfies Record<string, Alteration<Draft, Scene>>

function claim(claims: Members, changed: Members): Partial<Draft> {
  return { claims: { ...claims, ...changed } }
}

function signedByKind(
  keys: KeySet,
  kind: 'RSA' | 'EC',
  alg: 'PS256' | 'ES256',
  change: (sign: Signer) => Signer = (sign) => sign,
): Partial<Draft> {
  const { kid, privateKey } = firstOf(keys, kind, 'sig')
  return { header: { alg, kid }, sign: change(withKey(privateKey, alg)) }
}

const signStrangely: Signer = async (input) => withKey(await strangerKey(), 'RS256')(input)
