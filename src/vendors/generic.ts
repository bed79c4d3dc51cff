/**
 * Any other provider that keeps to the standards, and the one kind of rule that may be set for it: what its access tokens look like.
 *
 * @see docs/providers/generic.md
 */
import { refusesLikeDex } from './dex.ts'
import { STANDARD } from './standard/standard.ts'
import type { Vendor } from './vendor.ts'

export const generic: Vendor = {
  ...STANDARD,
  label: undefined,
  recognises: () => true,
  ownSetting: 'accessTokenForm',
  // A Dex whose address does not end in /dex counts as generic, and no other provider uses its words.
  refusesRefresh: refusesLikeDex,
  console: {
    redirectUris: 'the redirect (callback) URIs of the client, in the console of the provider',
    postLogoutUris: 'the post-logout redirect URIs of the client, in the console of the provider',
    backchannelLogout: 'the back-channel logout URI of the client, in the console of the provider',
    frontchannelLogout: 'the front-channel logout URI of the client, in the console of the provider',
    clientId: 'the client id, in the console of the provider',
    clientSecret: 'the client secret, in the console of the provider',
    authenticationMethod: 'the token endpoint authentication method of the client, in the console of the provider',
    scopes: 'the scopes of the client, in the console of the provider',
    idTokenAlgorithm: 'the ID token signature algorithm of the client, in the console of the provider',
  },
  refusals: [],
}
