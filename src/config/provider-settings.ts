/**
 * The settings of one provider, one entry each. They stand in the environment by these names, or in a table of OIDC_PROVIDERS by shorter ones.
 */
import { accountSettings } from './account-settings.ts'
import { SIGNING_ALGORITHMS } from './algorithms.ts'
import { privateKeys, SIGNING_BY_KEY } from './keys.ts'
import { bool, oneOf, secondsBetween, text, words } from './kinds.ts'
import { dictionary } from './lists.ts'
import { placeSettings } from './place-settings.ts'
import { requestSettings } from './request-settings.ts'
import { resourceServerSettings } from './resource-server-settings.ts'
import { optional, required } from './setting.ts'
import { endpoint } from './urls.ts'

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
  OIDC_OP_AUDIENCE: optional(text, {
    origin: 'Gatehouse',
    example: 'https://api.example.org',
    meaning:
      'Sent as `audience`: the API that access tokens are to be for. Auth0 issues JWT access tokens for an API only; to be checked here, they need its RFC 9068 profile.',
  }),
  OIDC_RP_CLIENT_ID: required(text, {
    example: 'gatehouse',
    meaning:
      'The client id that the provider gave to Gatehouse. Left out where the provider is named: `meet`, as at La Suite, with a warning.',
  }),
  OIDC_RP_CLIENT_SECRET: optional(text, {
    secret: true,
    example: 'the secret shown in the console of the provider',
    meaning:
      'The client secret that the provider gave to Gatehouse. **Required**, unless OIDC_RP_TOKEN_AUTH_METHOD is private_key_jwt or none, or is unset and there is a private key.',
  }),
  OIDC_RP_TOKEN_AUTH_METHOD: optional(oneOf(TOKEN_AUTH_METHODS), {
    origin: 'Gatehouse',
    example: 'private_key_jwt',
    meaning:
      'How Gatehouse authenticates at the provider. Unset: the first of client_secret_post, private_key_jwt, client_secret_basic, client_secret_jwt for which there is a secret or a key, and which the provider lists, if it lists any. `none` is never chosen by itself.',
  }),
  OIDC_TOKEN_USE_BASIC_AUTH: optional(bool, {
    default: false,
    example: 'true',
    meaning: 'The same as OIDC_RP_TOKEN_AUTH_METHOD=client_secret_basic.',
  }),
  OIDC_RP_PRIVATE_KEY: optional(privateKeys('sig'), {
    origin: 'Gatehouse',
    secret: true,
    example: 'the output of: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256',
    meaning:
      'Signs for private_key_jwt and request objects: RSA (2048 bits or more), EC P-256 or Ed25519. Of a JWK set the first key signs. The public halves are at /jwks.',
  }),
  OIDC_RP_PRIVATE_KEY_ALG: optional(oneOf(Object.values(SIGNING_BY_KEY).flat()), {
    origin: 'Gatehouse',
    example: 'PS256',
    meaning:
      'The algorithm to sign with. Unset: `alg` of the JWK, else RS256 for an RSA key (every provider knows it), ES256 for P-256, EdDSA for Ed25519.',
  }),
  OIDC_RP_DECRYPTION_KEY: optional(privateKeys('enc'), {
    origin: 'Gatehouse',
    secret: true,
    example: 'the output of: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048',
    meaning:
      'Opens what the provider encrypts for us: ID tokens, userinfo, logout tokens (RSA-OAEP-256 with an RSA key; ECDH-ES, also with A128KW or A256KW, with an EC key). All keys of a JWK set do. The public halves are at /jwks.',
  }),
  OIDC_RS_PRIVATE_KEY_STR: optional(privateKeys('enc'), {
    secret: true,
    example: 'the output of: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048',
    meaning: 'La Suite’s name for the private key behind /jwks; used when OIDC_RP_DECRYPTION_KEY is unset.',
  }),
  OIDC_RP_ID_TOKEN_ENCRYPTED: optional(bool, {
    default: false,
    example: 'true',
    origin: 'Gatehouse',
    meaning:
      'The provider was told to encrypt ID tokens: one that is not encrypted is refused. Off: both are accepted, so that the key can be shown before the provider uses it.',
  }),
  OIDC_USE_PAR: optional(bool, {
    default: false,
    example: 'true',
    origin: 'Gatehouse',
    meaning:
      'Hands the authorization request to the provider directly (pushed authorization request), so that the browser carries a reference only. Always done when the provider requires it. Costs one provider call at each login start.',
  }),
  OIDC_USE_REQUEST_OBJECT: optional(bool, {
    default: false,
    example: 'true',
    origin: 'Gatehouse',
    meaning:
      'Signs the authorization request with OIDC_RP_PRIVATE_KEY (JAR). Always done when the provider requires it. Goes together with OIDC_USE_PAR.',
  }),
  OIDC_USE_DPOP: optional(bool, {
    default: false,
    example: 'true',
    origin: 'Gatehouse',
    meaning:
      'Binds the provider’s tokens to a key of the session (DPoP), so that a stolen token is of no use; a token that is not bound is refused.',
  }),
  OIDC_RP_SCOPES: optional(words, {
    example: 'openid email profile',
    meaning:
      'The scopes asked for. Unset: openid and email, profile if the provider lists it (else given_name and usual_name), and what its type adds: groups at dex, offline_access at authentik, auth0 and entra, if listed; proconnect has a list of its own. `openid` is added when it is missing.',
  }),
  OIDC_RP_SIGN_ALGO: optional(oneOf(ID_TOKEN_ALGORITHMS), {
    default: 'RS256',
    example: 'ES256',
    meaning:
      'The one algorithm that ID tokens, and userinfo if it is signed, must be signed with. HS256, HS384, HS512: with the client secret, which must then have 32, 48 or 64 bytes; never for access tokens.',
  }),
  OIDC_CLOCK_TOLERANCE: optional(secondsBetween(0, 300), {
    default: 60,
    example: '60',
    origin: 'Gatehouse',
    meaning: 'By how much the clocks of the provider and Gatehouse may differ. `exp` of an access token has no leeway.',
  }),
  OIDC_TRUSTED_AUDIENCES: optional(words, {
    default: [],
    example: 'https://api.example.org',
    origin: 'Gatehouse',
    meaning:
      'Audiences that an ID token may have beside OIDC_RP_CLIENT_ID. With any other it is refused; `azp` must be OIDC_RP_CLIENT_ID.',
  }),
  OIDC_OP_AUTHORIZATION_ENDPOINT: optional(endpoint, {
    example: 'https://id.example.org/authorize',
    meaning: 'Overrides the discovered authorization endpoint.',
  }),
  OIDC_OP_TOKEN_ENDPOINT: optional(endpoint, {
    example: 'https://id.example.org/token',
    meaning: 'Overrides the discovered token endpoint.',
  }),
  OIDC_OP_USER_ENDPOINT: optional(endpoint, {
    example: 'https://id.example.org/userinfo',
    meaning: 'Overrides the discovered userinfo endpoint.',
  }),
  OIDC_OP_USER_ENDPOINT_FORMAT: optional(oneOf(['AUTO', 'JSON', 'JWT']), {
    default: 'AUTO',
    example: 'JWT',
    meaning:
      'What userinfo must be: JSON, a signed JWT (with OIDC_RP_SIGN_ALGO), or, with AUTO, what its Content-Type says. JWT refuses JSON.',
  }),
  OIDC_OP_JWKS_ENDPOINT: optional(endpoint, {
    example: 'https://id.example.org/jwks',
    meaning:
      'Overrides the discovered address of the keys. With this and the three above, a provider without a discovery document works.',
  }),
  OIDC_OP_LOGOUT_ENDPOINT: optional(endpoint, {
    example: 'https://id.example.org/logout',
    meaning:
      'Overrides the discovered end-session endpoint. Where there is none, signing out ends the session at Gatehouse only.',
  }),
  OIDC_AUTH_REQUEST_EXTRA_PARAMS: optional(dictionary, {
    default: {},
    example: '{"acr_values": "eidas1"}',
    meaning:
      'Parameters added to every authorization request. If acr_values is among them, the answer must have one of its values as acr.',
  }),
  GATEHOUSE_LEVELS: optional(words, {
    default: [],
    origin: 'Gatehouse',
    example: 'eidas1 eidas2 eidas3',
    meaning:
      'The acr values that `?level=` may ask for, the weakest first. The answer must have that level or a later one of the list.',
  }),
  OIDC_RESPONSE_MODE: optional(oneOf(['query', 'form_post', 'query.jwt']), {
    default: 'query',
    origin: 'Gatehouse',
    example: 'form_post',
    meaning:
      'How the answer of the provider comes back. form_post keeps the code out of addresses and histories; the cookie of an attempt is then SameSite=None, for it must come along with a form from another site. query.jwt: signed by the provider with OIDC_RP_SIGN_ALGO (JARM); an answer that is not signed is refused.',
  }),
  OIDC_OP_LOGOUT_USE_POST: optional(bool, {
    default: false,
    example: 'true',
    meaning:
      'Sends the browser to the end-session endpoint with a form that submits itself, which keeps the ID token out of addresses and their logs. A provider whose cookie does not come along with forms of other sites must know its session by the ID token. Off: with a redirect.',
  }),
  OIDC_OP_REVOCATION_ENDPOINT: optional(endpoint, {
    origin: 'Gatehouse',
    example: 'https://id.example.org/revoke',
    meaning:
      'Overrides the discovered revocation endpoint, to which the refresh token of a session (or else its access token) is given back at sign-out.',
  }),
  ...accountSettings,
  ...resourceServerSettings,
  OIDC_TIMEOUT: optional(secondsBetween(1, 60), {
    default: 5,
    example: '5',
    meaning:
      'The longest that one sign-in or token check waits for the provider, all calls together. A connection that breaks is made once more for what only reads.',
  }),
  ...requestSettings,
} as const

export type ProviderSettingName = keyof typeof providerSettings
