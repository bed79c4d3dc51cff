/**
 * The settings of one provider, one entry each. They are in the environment by these names, or in a table of OIDC_PROVIDERS by shorter ones.
 */

import { SIGNING_ALGORITHMS } from '../values/algorithms.ts'
import { privateKeys, SIGNING_BY_KEY } from '../values/keys.ts'
import { bool, clientId, oneOf, scopes, secondsBetween, text, wholeBetween, words } from '../values/kinds.ts'
import { dictionary } from '../values/lists.ts'
import { endpoint, endpointOrNone } from '../values/urls.ts'
import { accountSettings } from './people.ts'
import { placeSettings } from './place.ts'
import { requestSettings } from './requests.ts'
import { resourceServerSettings } from './resource-server.ts'
import { scimSettings } from './scim.ts'
import { optional, required } from './setting.ts'

/** The signature algorithms that an ID token may be configured to have; the token itself has no say. HS* is keyed with the client secret. */
const ID_TOKEN_ALGORITHMS = [...SIGNING_ALGORITHMS, 'HS256', 'HS384', 'HS512'] as const

export type IdTokenAlgorithm = (typeof ID_TOKEN_ALGORITHMS)[number]

/** How Gatehouse proves at the token endpoint which client it is. @see OpenID Connect Core 1.0 section 9 */
const TOKEN_AUTH_METHODS = [
  'client_secret_post',
  'client_secret_basic',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
] as const

export type TokenAuthMethod = (typeof TOKEN_AUTH_METHODS)[number]

export const providerSettings = {
  ...placeSettings,
  requestedAudience: optional(text, {
    name: 'OIDC_OP_AUDIENCE',
    origin: 'Gatehouse',
    example: 'https://api.example.org',
    meaning:
      'Sent as `audience`: the API that access tokens are to be for. Auth0 issues JWT access tokens for an API only; to be checked here, they need its RFC 9068 profile.',
  }),
  clientId: required(clientId, {
    name: 'OIDC_RP_CLIENT_ID',
    example: 'gatehouse',
    meaning:
      'The client id that the provider gave to Gatehouse. Left out where the provider is named: `meet`, as at La Suite, with a warning.',
  }),
  clientSecret: optional(text, {
    name: 'OIDC_RP_CLIENT_SECRET',
    secret: true,
    example: 'the secret shown in the console of the provider',
    meaning:
      'The client secret that the provider gave to Gatehouse. **Required**, unless OIDC_RP_TOKEN_AUTH_METHOD is private_key_jwt or none, or is unset and there is a private key.',
  }),
  clientAuthMethod: optional(oneOf(TOKEN_AUTH_METHODS), {
    name: 'OIDC_RP_TOKEN_AUTH_METHOD',
    origin: 'Gatehouse',
    example: 'private_key_jwt',
    meaning:
      'How Gatehouse authenticates at the provider. Unset: the first of client_secret_post, private_key_jwt, client_secret_basic, client_secret_jwt for which there is a secret or a key, and which the provider lists, if it lists any. `none` is never chosen by itself.',
  }),
  useBasicAuth: optional(bool, {
    name: 'OIDC_TOKEN_USE_BASIC_AUTH',
    default: false,
    example: 'true',
    meaning: 'The same as OIDC_RP_TOKEN_AUTH_METHOD=client_secret_basic.',
  }),
  signingKeys: optional(privateKeys('sig'), {
    name: 'OIDC_RP_PRIVATE_KEY',
    origin: 'Gatehouse',
    secret: true,
    example: 'the output of: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256',
    meaning:
      'Signs for private_key_jwt and request objects: RSA (2048 bits or more), EC P-256 or Ed25519. Of a JWK set the first key signs. The public halves are at /jwks.',
  }),
  signingKeyAlgorithm: optional(oneOf(Object.values(SIGNING_BY_KEY).flat()), {
    name: 'OIDC_RP_PRIVATE_KEY_ALG',
    origin: 'Gatehouse',
    example: 'PS256',
    meaning:
      'The algorithm to sign with. Unset: `alg` of the JWK, else RS256 for an RSA key (every provider knows it), ES256 for P-256, EdDSA for Ed25519.',
  }),
  decryptionKeys: optional(privateKeys('enc'), {
    name: 'OIDC_RP_DECRYPTION_KEY',
    origin: 'Gatehouse',
    secret: true,
    example: 'the output of: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048',
    meaning:
      'Opens what the provider encrypts for us: ID tokens, userinfo, logout tokens (RSA-OAEP-256 with an RSA key; ECDH-ES, also with A128KW or A256KW, with an EC key). All keys of a JWK set do. The public halves are at /jwks.',
  }),
  introspectionDecryptionKeys: optional(privateKeys('enc'), {
    name: 'OIDC_RS_PRIVATE_KEY_STR',
    secret: true,
    example: 'the output of: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048',
    meaning: 'La Suite’s name for the private key behind /jwks; used when OIDC_RP_DECRYPTION_KEY is unset.',
  }),
  requireEncryptedIdToken: optional(bool, {
    name: 'OIDC_RP_ID_TOKEN_ENCRYPTED',
    default: false,
    example: 'true',
    origin: 'Gatehouse',
    meaning:
      'The provider was told to encrypt ID tokens: one that is not encrypted is refused. Off: both are accepted, so that the key can be shown before the provider uses it.',
  }),
  usePar: optional(bool, {
    name: 'OIDC_USE_PAR',
    default: false,
    example: 'true',
    origin: 'Gatehouse',
    meaning:
      'Hands the authorization request to the provider directly (pushed authorization request), so that the browser carries a reference only. Always done when the provider requires it. Costs one provider call at each login start.',
  }),
  useRequestObject: optional(bool, {
    name: 'OIDC_USE_REQUEST_OBJECT',
    default: false,
    example: 'true',
    origin: 'Gatehouse',
    meaning:
      'Signs the authorization request with OIDC_RP_PRIVATE_KEY (JAR). Always done when the provider requires it. Goes together with OIDC_USE_PAR.',
  }),
  useDpop: optional(bool, {
    name: 'OIDC_USE_DPOP',
    default: false,
    example: 'true',
    origin: 'Gatehouse',
    meaning:
      'Binds the provider’s tokens to a key of the session (DPoP), so that a stolen token is of no use; a token that is not bound is refused.',
  }),
  scopes: optional(scopes, {
    name: 'OIDC_RP_SCOPES',
    example: 'openid email profile',
    meaning:
      'The scopes asked for. Unset: openid and email, profile if the provider lists it (else given_name and usual_name), and what its type adds: groups at dex and okta, offline_access at authentik, auth0, entra and zitadel, if listed; proconnect has a list of its own. `openid` is added when it is missing. Commas between scopes count as blanks, with a warning.',
  }),
  idTokenAlgorithm: optional(oneOf(ID_TOKEN_ALGORITHMS), {
    name: 'OIDC_RP_SIGN_ALGO',
    default: 'RS256',
    example: 'ES256',
    meaning:
      'The one algorithm that ID tokens, and userinfo if it is signed, must be signed with. Unset: RS256, or, where the provider does not list it, the only other one with a public key that it lists. HS256, HS384, HS512: with the client secret, which must then have 32, 48 or 64 bytes; never for access tokens.',
  }),
  clockToleranceSeconds: optional(secondsBetween(0, 300), {
    name: 'OIDC_CLOCK_TOLERANCE',
    default: 60,
    example: '60',
    origin: 'Gatehouse',
    meaning: 'By how much the clocks of the provider and Gatehouse may differ. `exp` of an access token has no leeway.',
  }),
  trustedAudiences: optional(words, {
    name: 'OIDC_TRUSTED_AUDIENCES',
    default: [],
    example: 'https://api.example.org',
    origin: 'Gatehouse',
    meaning:
      'Audiences that an ID token may have beside OIDC_RP_CLIENT_ID. With any other it is refused; `azp` must be OIDC_RP_CLIENT_ID.',
  }),
  authorizationEndpoint: optional(endpoint, {
    name: 'OIDC_OP_AUTHORIZATION_ENDPOINT',
    example: 'https://id.example.org/authorize',
    meaning: 'Overrides the discovered authorization endpoint.',
  }),
  tokenEndpoint: optional(endpoint, {
    name: 'OIDC_OP_TOKEN_ENDPOINT',
    example: 'https://id.example.org/token',
    meaning: 'Overrides the discovered token endpoint.',
  }),
  userinfoEndpoint: optional(endpointOrNone, {
    name: 'OIDC_OP_USER_ENDPOINT',
    example: 'https://id.example.org/userinfo',
    meaning:
      'Overrides the discovered userinfo endpoint. `none`: it is not asked, and the ID token must have all claims; the same holds at a provider that names none.',
  }),
  userinfoMayRefuse: optional(bool, {
    name: 'OIDC_OP_USER_ENDPOINT_MAY_REFUSE',
    default: false,
    example: 'true',
    origin: 'Gatehouse',
    meaning:
      'A userinfo endpoint that answers 401 or 403 is passed over, and the ID token alone counts, as with ADFS, whose userinfo takes no access token for another resource. Off: such a sign-in is refused.',
  }),
  userinfoFormat: optional(oneOf(['AUTO', 'JSON', 'JWT']), {
    name: 'OIDC_OP_USER_ENDPOINT_FORMAT',
    default: 'AUTO',
    example: 'JWT',
    meaning:
      'What userinfo must be: JSON, whatever its Content-Type says; a signed JWT (with OIDC_RP_SIGN_ALGO), which refuses JSON; or, with AUTO, a JWT if the Content-Type is application/jwt, and JSON otherwise.',
  }),
  jwksUri: optional(endpoint, {
    name: 'OIDC_OP_JWKS_ENDPOINT',
    example: 'https://id.example.org/jwks',
    meaning:
      'Overrides the discovered address of the keys. With this, the authorization and the token endpoint, a provider without a discovery document at OIDC_OP_URL works.',
  }),
  endSessionEndpoint: optional(endpoint, {
    name: 'OIDC_OP_LOGOUT_ENDPOINT',
    example: 'https://id.example.org/logout',
    meaning:
      'Overrides the discovered end-session endpoint. Where there is none, signing out ends the session at Gatehouse only.',
  }),
  extraParameters: optional(dictionary, {
    name: 'OIDC_AUTH_REQUEST_EXTRA_PARAMS',
    default: {},
    example: '{"acr_values": "eidas1"}',
    meaning:
      'Parameters added to every authorization request. If acr_values is among them, the answer must have one of its values as acr.',
  }),
  levels: optional(words, {
    name: 'GATEHOUSE_LEVELS',
    default: [],
    origin: 'Gatehouse',
    example: 'eidas1 eidas2 eidas3',
    meaning:
      'The acr values that `?level=` may ask for, the weakest first. The answer must have that level or a later one of the list.',
  }),
  addressCharactersMax: optional(wholeBetween(500, 100_000, 'characters'), {
    name: 'GATEHOUSE_ADDRESS_LENGTH_MAX',
    default: 7000,
    origin: 'Gatehouse',
    example: '2048',
    meaning:
      'How long an address of the provider may be to which a browser is sent with an ID token in it (`id_token_hint`); ADFS on IIS takes 2048 characters. A longer sign-out goes by form where the provider takes one, else the ID token is left out; a silent sign-in goes without it.',
  }),
  responseMode: optional(oneOf(['query', 'form_post', 'query.jwt']), {
    name: 'OIDC_RESPONSE_MODE',
    default: 'query',
    origin: 'Gatehouse',
    example: 'form_post',
    meaning:
      'How the answer of the provider comes back. form_post keeps the code out of addresses and histories; the cookie of an attempt is then SameSite=None, because it must come along with a form from another site. query.jwt: signed by the provider with OIDC_RP_SIGN_ALGO (JARM); an answer that is not signed is refused.',
  }),
  logoutByPost: optional(bool, {
    name: 'OIDC_OP_LOGOUT_USE_POST',
    default: false,
    example: 'true',
    meaning:
      'Sends the browser to the end-session endpoint with a form that submits itself, which keeps the ID token out of addresses and their logs. A provider whose cookie does not come along with forms of other sites must know its session by the ID token. Off: with a redirect, unless the address would be longer than GATEHOUSE_ADDRESS_LENGTH_MAX.',
  }),
  revocationEndpoint: optional(endpoint, {
    name: 'OIDC_OP_REVOCATION_ENDPOINT',
    origin: 'Gatehouse',
    example: 'https://id.example.org/revoke',
    meaning:
      'Overrides the discovered revocation endpoint, to which the refresh token of a session (or else its access token) is given back at sign-out.',
  }),
  ...accountSettings,
  ...scimSettings,
  ...resourceServerSettings,
  timeoutSeconds: optional(secondsBetween(1, 60), {
    name: 'OIDC_TIMEOUT',
    default: 5,
    example: '5',
    meaning:
      'The longest that one sign-in or token check waits for the provider, all calls together. A connection that breaks is made once more for what only reads.',
  }),
  ...requestSettings,
} as const

export type ProviderSettingKey = keyof typeof providerSettings
