/**
 * What can be wrong with the answer of the token endpoint around the ID token.
 */
import type { Members } from '../jws.ts'
import type { Alteration } from './alter.ts'

export interface TokenAnswer {
  readonly status: number
  readonly body: Members
}

export const tokenAnswerFaults = {
  'token-invalid-client': () => refusal('invalid_client'),
  'token-invalid-grant': () => refusal('invalid_grant'),
  'no-id-token': ({ body }) => ({ body: { ...body, id_token: undefined } }),
  'id-token-not-a-jwt': ({ body }) => ({ body: { ...body, id_token: 'not-a-jwt' } }),
  'no-access-token': ({ body }) => ({ body: { ...body, access_token: undefined } }),
  'no-token-type': ({ body }) => ({ body: { ...body, token_type: undefined } }),
  'token-type-not-understood': ({ body }) => ({ body: { ...body, token_type: 'mac' } }),

  // Nothing wrong.
  'token-type-other-case': ({ body }) => ({ body: { ...body, token_type: 'bEARER' } }),
  'no-expires-in': ({ body }) => ({ body: { ...body, expires_in: undefined } }),
  'expires-in-text': ({ body }) => ({ body: { ...body, expires_in: '300' } }),
  'expires-in-fraction': ({ body }) => ({ body: { ...body, expires_in: 299.5 } }),
  'expires-in-huge': ({ body }) => ({ body: { ...body, expires_in: 1e300 } }),
  'no-refresh-token': ({ body }) => ({ body: { ...body, refresh_token: undefined } }),
  'no-scope': ({ body }) => ({ body: { ...body, scope: undefined } }),
  'token-answer-with-unknown-members': ({ body }) => ({ body: { ...body, not_before_policy: 0, x: { y: [] } } }),
} satisfies Record<string, Alteration<TokenAnswer>>

function refusal(error: string): TokenAnswer {
  return { status: 400, body: { error, error_description: `${error} for a reason` } }
}
