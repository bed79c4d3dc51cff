/**
 * The settings of one provider that are about asking it for its opinion on a token, under La Suite's names for its resource server.
 */
import { CONTENT_ENCRYPTION, SIGNING_ALGORITHMS } from './algorithms.ts'
import { bool, oneOf, text } from './kinds.ts'
import { names } from './lists.ts'
import { optional } from './setting.ts'
import { endpoint } from './urls.ts'

export const resourceServerSettings = {
  OIDC_OP_INTROSPECTION_ENDPOINT: optional(endpoint, {
    example: 'https://id.example.org/introspect',
    meaning:
      'Overrides the discovered introspection endpoint, which is asked about tokens that only the provider can judge. Where there is none, such a token is not active.',
  }),
  OIDC_OP_INTROSPECT_JWT: optional(bool, {
    default: false,
    origin: 'Gatehouse',
    example: 'true',
    meaning:
      'Asks the provider also about JWT access tokens that Gatehouse has verified itself, because only the provider knows that one was revoked. A good answer counts for 60 seconds. Without an introspection endpoint nothing can be said of a JWT then (503). Off: a JWT is good until its `exp`.',
  }),
  OIDC_RS_CLIENT_ID: optional(text, {
    example: 'gatehouse-resource-server',
    meaning:
      'The client that asks about tokens, if it is not OIDC_RP_CLIENT_ID. It authenticates with OIDC_RS_CLIENT_SECRET, by OIDC_RP_TOKEN_AUTH_METHOD if that is one with a secret. Left out beside that secret: `meet`, as at La Suite, with a warning.',
  }),
  OIDC_RS_CLIENT_SECRET: optional(text, {
    secret: true,
    example: 'the secret shown in the console of the provider',
    meaning:
      'The secret of OIDC_RS_CLIENT_ID. If that is another client and has no secret here, nobody is asked about tokens.',
  }),
  OIDC_RS_AUDIENCE_CLAIM: optional(text, {
    default: 'client_id',
    example: 'aud',
    meaning:
      'With EXTERNAL_API_ENABLED: the claim by which a token is meant for us. `aud` must contain OIDC_RS_CLIENT_ID (or else OIDC_RP_CLIENT_ID); any other, such as `client_id`, says who uses the token, and must be in GATEHOUSE_RS_ALLOWED_CLIENTS.',
  }),
  GATEHOUSE_RS_ALLOWED_CLIENTS: optional(names, {
    origin: 'Gatehouse',
    example: 'drive, docs',
    meaning:
      'With EXTERNAL_API_ENABLED: who may use tokens here. Unset: any client whose token has one of OIDC_RS_SCOPES, as at La Suite.',
  }),
  OIDC_RS_SCOPES: optional(names, {
    default: ['lasuite_meet'],
    example: 'lasuite_meet',
    meaning: 'With EXTERNAL_API_ENABLED: the scopes of which a token must have one.',
  }),
  OIDC_RS_SCOPES_PREFIX: optional(text, {
    example: 'lasuite_meet',
    meaning:
      'With EXTERNAL_API_ENABLED: taken away, with a colon, from the scopes that an app is told, so that `lasuite_meet:rooms:list` is `rooms:list`.',
  }),
  OIDC_RS_SIGNING_ALGO: optional(oneOf(SIGNING_ALGORITHMS), {
    example: 'ES256',
    meaning:
      'The one algorithm that a signed answer about a token (RFC 9701) must be signed with. Unset: ES256. Signed answers are asked for when this or a decryption key is set; a plain answer is taken, too.',
  }),
  OIDC_RS_ENCRYPTION_ALGO: optional(
    oneOf(['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW']),
    {
      example: 'RSA-OAEP-256',
      meaning:
        'The one algorithm that an answer about a token may be encrypted with, for OIDC_RP_DECRYPTION_KEY or OIDC_RS_PRIVATE_KEY_STR. Unset: those that the key is good for, RSA-OAEP among them.',
    },
  ),
  OIDC_RS_ENCRYPTION_ENCODING: optional(oneOf(CONTENT_ENCRYPTION), {
    example: 'A256GCM',
    meaning: 'The one content encryption that such an answer may have. Unset: any of these.',
  }),
  OIDC_RS_ENCRYPTION_KEY_TYPE: optional(oneOf(['RSA', 'EC']), {
    example: 'RSA',
    meaning: 'What OIDC_RS_PRIVATE_KEY_STR is. The key says it itself; a contradiction is refused.',
  }),
} as const
