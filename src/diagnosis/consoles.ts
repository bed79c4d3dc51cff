/**
 * Where things are set at each provider, in the words of its console; docs/providers/ has the same in whole sentences.
 */
import type { ProviderType } from '../config/place-settings.ts'

export interface ProviderConsole {
  readonly redirectUris: string
  readonly postLogoutUris: string
  /** `null`: the provider has no such thing. */
  readonly backchannelLogout: string | null
  readonly frontchannelLogout: string | null
  readonly clientId: string
  readonly clientSecret: string
  readonly authenticationMethod: string
  readonly scopes: string
  readonly idTokenAlgorithm: string
}

const KEYCLOAK = 'Clients → the client'
const AUTHENTIK = 'Applications → Providers → the provider → Edit'
const AUTH0 = 'Applications → the application → Settings'
const ENTRA = 'App registrations → the application'
const DEX = 'the client in `staticClients:` of config.yaml (restart Dex)'
const PROCONNECT = 'partner space → the application'

/** @see docs/providers/ for the steps and where they were learned */
export const CONSOLES: Readonly<Record<ProviderType, ProviderConsole>> = {
  keycloak: {
    redirectUris: `${KEYCLOAK} → Settings → Valid redirect URIs`,
    postLogoutUris: `${KEYCLOAK} → Settings → Valid post logout redirect URIs`,
    backchannelLogout: `${KEYCLOAK} → Settings → Backchannel logout URL, with Backchannel logout session required on and Front channel logout off`,
    frontchannelLogout: `${KEYCLOAK} → Settings → Front-channel logout URL; better leave it off and use the back channel`,
    clientId: `${KEYCLOAK} → Settings → Client ID`,
    clientSecret: `${KEYCLOAK} → Credentials → Client secret`,
    authenticationMethod: `${KEYCLOAK} → Credentials → Client Authenticator`,
    scopes: `${KEYCLOAK} → Client scopes`,
    idTokenAlgorithm: `${KEYCLOAK} → Advanced → ID token signature algorithm`,
  },
  authentik: {
    redirectUris: `${AUTHENTIK} → Redirect URIs (Strict)`,
    postLogoutUris: `${AUTHENTIK} → Redirect URIs (2026 and later: of type Post Logout)`,
    backchannelLogout: `${AUTHENTIK} → Logout URI, with Logout method Back-channel (2025.8 and later)`,
    frontchannelLogout: `${AUTHENTIK} → Logout URI, with Logout method Front-channel; better use the back channel`,
    clientId: `${AUTHENTIK} → Client ID`,
    clientSecret: `${AUTHENTIK} → Client Secret, with Client type Confidential`,
    authenticationMethod: `${AUTHENTIK} → Client type: Confidential`,
    scopes: `${AUTHENTIK} → Advanced protocol settings → Scopes`,
    idTokenAlgorithm: `${AUTHENTIK} → Signing Key`,
  },
  dex: {
    redirectUris: `\`redirectURIs:\` of ${DEX}`,
    postLogoutUris: `\`postLogoutRedirectURIs:\` of ${DEX}`,
    backchannelLogout: null,
    frontchannelLogout: null,
    clientId: `\`id:\` of ${DEX}`,
    clientSecret: `\`secret:\` of ${DEX}`,
    authenticationMethod: `\`public:\` of ${DEX}`,
    scopes: 'Dex itself: openid, email, profile, groups and offline_access are all that it knows',
    idTokenAlgorithm: 'Dex signs with RS256',
  },
  auth0: {
    redirectUris: `${AUTH0} → Allowed Callback URLs`,
    postLogoutUris: `${AUTH0} → Allowed Logout URLs`,
    backchannelLogout: `${AUTH0} → OpenID Connect Back-Channel Logout URI (Enterprise plan)`,
    frontchannelLogout: null,
    clientId: `${AUTH0} → Client ID`,
    clientSecret: `${AUTH0} → Client Secret`,
    authenticationMethod: 'Applications → the application → Credentials → Authentication Method',
    scopes: 'APIs → the API → Permissions',
    idTokenAlgorithm: `${AUTH0} → Advanced → OAuth → JsonWebToken Signature Algorithm`,
  },
  google: {
    redirectUris: 'Google Auth Platform → Clients → the client → Authorized redirect URIs',
    postLogoutUris: 'Google has none',
    backchannelLogout: null,
    frontchannelLogout: null,
    clientId: 'Google Auth Platform → Clients → the client → Client ID',
    clientSecret: 'Google Auth Platform → Clients → the client → Client secrets',
    authenticationMethod: 'Google takes the secret in the body or in the header',
    scopes: 'Google Auth Platform → Data Access',
    idTokenAlgorithm: 'Google signs with RS256',
  },
  entra: {
    redirectUris: `${ENTRA} → Authentication → platform Web → Redirect URIs`,
    postLogoutUris: `${ENTRA} → Authentication → platform Web → Redirect URIs (they serve for this too)`,
    backchannelLogout: null,
    frontchannelLogout: `${ENTRA} → Authentication → Front-channel logout URL`,
    clientId: `${ENTRA} → Overview → Application (client) ID`,
    clientSecret: `${ENTRA} → Certificates & secrets → Client secrets → Value (not Secret ID)`,
    authenticationMethod: `${ENTRA} → Certificates & secrets`,
    scopes: `${ENTRA} → API permissions`,
    idTokenAlgorithm: 'Microsoft signs with RS256',
  },
  proconnect: {
    redirectUris: `${PROCONNECT} → redirect URIs`,
    postLogoutUris: `${PROCONNECT} → post-logout redirect URIs`,
    backchannelLogout: null,
    frontchannelLogout: null,
    clientId: `${PROCONNECT} → client id, of the same environment`,
    clientSecret: `${PROCONNECT} → client secret, of the same environment`,
    authenticationMethod: 'ProConnect takes client_secret_post and private_key_jwt',
    scopes: `${PROCONNECT} → scopes`,
    idTokenAlgorithm: `${PROCONNECT} → signature algorithm of the ID token`,
  },
  generic: {
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
}
