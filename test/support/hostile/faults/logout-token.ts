/**
 * What can be wrong with a logout token; some of it can be wrong with an ID token, too.
 */
import type { Draft } from '../jws.ts'
import type { Alteration } from './alter.ts'
import { idTokenFaults, type Scene } from './id-token.ts'

export const logoutTokenFaults = {
  'backchannel-rpinitlogout-alg-none': idTokenFaults['idtoken-sig-none'],
  'backchannel-rpinitlogout-wrong-alg': idTokenFaults['alternate-alg'],
  'backchannel-rpinitlogout-no-event': ({ claims }) => ({ claims: { ...claims, events: undefined } }),
  'backchannel-rpinitlogout-wrong-event': ({ claims }) => ({
    claims: { ...claims, events: { 'http://schemas.openid.net/event/foobar': {} } },
  }),
  'backchannel-rpinitlogout-with-nonce': ({ claims }) => ({ claims: { ...claims, nonce: 'a-nonce' } }),
  'backchannel-rpinitlogout-wrong-aud': ({ claims }) => ({ claims: { ...claims, aud: `${claims.aud}INVALID` } }),
  'backchannel-rpinitlogout-wrong-iss': ({ claims }) => ({ claims: { ...claims, iss: `${claims.iss}INVALID` } }),
} satisfies Record<string, Alteration<Draft, Scene>>
