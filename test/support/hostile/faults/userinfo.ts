/**
 * What can be wrong with userinfo.
 */
import { base64url } from 'jose'
import { corrupted, type Members, type Signer } from '../jws.ts'
import { signerOf } from '../keys.ts'
import type { Alteration } from './alter.ts'
import type { Scene } from './id-token.ts'

export interface UserinfoAnswer {
  readonly claims: Members
  /** `null`: plain JSON. */
  readonly sign: Signer | null
}

export const userinfoFaults = {
  'userinfo-invalid-sub': ({ claims }) => claim(claims, { sub: `${claims.sub}invalid` }),
  'userinfo-missing-sub': ({ claims }) => claim(claims, { sub: undefined }),
  'userinfo-sub-other-case': ({ claims }) => claim(claims, { sub: String(claims.sub).toUpperCase() }),
  'userinfo-signed-invalid-sig': (_, { keys }) => ({ sign: corrupted(signerOf(keys, 'RS256')) }),
  'userinfo-signed-invalid-sub': ({ claims }, { keys }) => ({
    ...claim(claims, { sub: `${claims.sub}invalid` }),
    sign: signerOf(keys, 'RS256'),
  }),
  'userinfo-signed-invalid-iss': ({ claims }, { keys }) => ({
    ...claim(claims, { iss: 'https://idp2.example' }),
    sign: signerOf(keys, 'RS256'),
  }),
  'userinfo-signed-invalid-aud': ({ claims }, { keys }) => ({
    ...claim(claims, { aud: 'another' }),
    sign: signerOf(keys, 'RS256'),
  }),

  // Nothing wrong.
  'userinfo-signed': (_, { keys }) => ({ sign: signerOf(keys, 'RS256') }),
  'userinfo-nothing-but-sub': ({ claims: { sub } }) => ({ claims: { sub } }),
  'userinfo-null-members': ({ claims }) => claim(claims, { email: null, given_name: null, x_grp: null, picture: '' }),
  'aggregated-claims': ({ claims }) =>
    claim(claims, {
      _claim_names: { address: 'src1' },
      _claim_sources: { src1: { JWT: `${base64url.encode('{"alg":"none"}')}.e30.` } },
    }),
  'distributed-claims': ({ claims }) =>
    claim(claims, {
      _claim_names: { shoe_size: 'src1' },
      _claim_sources: { src1: { endpoint: 'https://evil.example/claims', access_token: 'x' } },
    }),
} satisfies Record<string, Alteration<UserinfoAnswer, Scene>>

function claim(claims: Members, changed: Members): Partial<UserinfoAnswer> {
  return { claims: { ...claims, ...changed } }
}
