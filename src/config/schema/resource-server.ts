/**
 * The settings of one provider that are about asking it for its opinion on a token, under La Suite's names for its resource server.
 */
import { ACCESS_TOKEN_FORMS } from '../../vendors/standard/access-token-forms.ts'
import { CONTENT_ENCRYPTION, SIGNING_ALGORITHMS } from '../values/algorithms.ts'
import { bool, clientId, oneOf, text } from '../values/kinds.ts'
import { names } from '../values/lists.ts'
import { endpoint } from '../values/urls.ts'
import { optional } from './setting.ts'

export const resourceServerSettings = {
  introspectionEndpoint: optional(endpoint, {
    name: 'OIDC_OP_INTROSPECTION_ENDPOINT',
    example: 'https://id.example.org/introspect',
    meaning:
      'Overrides the discovered introspection endpoint, which is asked about tokens that only the provider can judge. Where there is none, such a token is not active.',
  }),
  accessTokenForm: optional(oneOf(ACCESS_TOKEN_FORMS), {
    name: 'OIDC_OP_ACCESS_TOKEN_FORM',
    origin: 'Gatehouse',
    example: 'hydra',
    meaning:
      'For a provider of type generic: whose form its JWT access tokens have ([table](providers/generic.md#what-works)). Unset: only tokens that say `at+jwt` in their header, or are written as Keycloak writes them, are access tokens.',
  }),
  introspectsAccessTokensOnly: optional(bool, {
    name: 'OIDC_OP_INTROSPECTS_ACCESS_TOKENS_ONLY',
    default: false,
    origin: 'Gatehouse',
    example: 'true',
    meaning:
      'The introspection endpoint answers for access tokens and for nothing else, so an answer that does not say what the token is (`token_type`) is about one. Most answer for refresh tokens, too: look it up before you set it.',
  }),
  introspectJwt: optional(bool, {
    name: 'OIDC_OP_INTROSPECT_JWT',
    default: false,
    origin: 'Gatehouse',
    example: 'true',
    meaning:
      'Asks the provider also about JWT access tokens that Gatehouse has verified itself, because only the provider knows that one was revoked. A good answer counts for 60 seconds. Without an introspection endpoint nothing can be said of a JWT then (503). Off: a JWT is good until its `exp`.',
  }),
  introspectionClientId: optional(clientId, {
    name: 'OIDC_RS_CLIENT_ID',
    example: 'gatehouse-resource-server',
    meaning:
      'The client that asks about tokens, if it is not OIDC_RP_CLIENT_ID. It authenticates with OIDC_RS_CLIENT_SECRET, by OIDC_RP_TOKEN_AUTH_METHOD if that is one with a secret. Left out beside that secret: `meet`, as at La Suite, with a warning.',
  }),
  introspectionClientSecret: optional(text, {
    name: 'OIDC_RS_CLIENT_SECRET',
    secret: true,
    example: 'the secret shown in the console of the provider',
    meaning:
      'The secret of OIDC_RS_CLIENT_ID. If that is another client and has no secret here, no one is asked about tokens.',
  }),
  audienceClaim: optional(text, {
    name: 'OIDC_RS_AUDIENCE_CLAIM',
    default: 'client_id',
    example: 'aud',
    meaning:
      'With EXTERNAL_API_ENABLED: the claim by which a token is meant for us. `aud` must contain OIDC_RS_CLIENT_ID (or else OIDC_RP_CLIENT_ID); any other, such as `client_id`, says who uses the token, and must be in GATEHOUSE_RS_ALLOWED_CLIENTS.',
  }),
  resourceServerClients: optional(names, {
    name: 'GATEHOUSE_RS_ALLOWED_CLIENTS',
    origin: 'Gatehouse',
    example: 'drive, docs',
    meaning:
      'With EXTERNAL_API_ENABLED: who may use tokens here. Unset: any client whose token has one of OIDC_RS_SCOPES, as at La Suite.',
  }),
  resourceServerScopes: optional(names, {
    name: 'OIDC_RS_SCOPES',
    default: ['lasuite_meet'],
    example: 'lasuite_meet',
    meaning: 'With EXTERNAL_API_ENABLED: the scopes of which a token must have one.',
  }),
  resourceServerScopesPrefix: optional(text, {
    name: 'OIDC_RS_SCOPES_PREFIX',
    example: 'lasuite_meet',
    meaning:
      'With EXTERNAL_API_ENABLED: taken away, with a colon, from the scopes that an app is told, so that `lasuite_meet:rooms:list` is `rooms:list`.',
  }),
  introspectionSigningAlgorithm: optional(oneOf(SIGNING_ALGORITHMS), {
    name: 'OIDC_RS_SIGNING_ALGO',
    example: 'ES256',
    meaning:
      'The one algorithm that a signed answer about a token (RFC 9701) must be signed with. Unset: ES256. Signed answers are asked for when this or a decryption key is set; a plain answer is taken, too.',
  }),
  introspectionEncryptionAlgorithm: optional(
    oneOf(['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW']),
    {
      name: 'OIDC_RS_ENCRYPTION_ALGO',
      example: 'RSA-OAEP-256',
      meaning:
        'The one algorithm that an answer about a token may be encrypted with, for OIDC_RP_DECRYPTION_KEY or OIDC_RS_PRIVATE_KEY_STR. Unset: those that the key is good for, RSA-OAEP among them.',
    },
  ),
  introspectionEncryptionEncoding: optional(oneOf(CONTENT_ENCRYPTION), {
    name: 'OIDC_RS_ENCRYPTION_ENCODING',
    example: 'A256GCM',
    meaning: 'The one content encryption that such an answer may have. Unset: any of these.',
  }),
  introspectionEncryptionKeyType: optional(oneOf(['RSA', 'EC']), {
    name: 'OIDC_RS_ENCRYPTION_KEY_TYPE',
    example: 'RSA',
    meaning: 'What OIDC_RS_PRIVATE_KEY_STR is. The key says it itself; a contradiction is refused.',
  }),
} as const
