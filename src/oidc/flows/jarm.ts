/**
 * The answer of the authorization endpoint as one signed token (JARM), turned into the parameters that it would otherwise have been.
 */

import { decodeJwt } from 'jose'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import { type ClaimFault, faultOfClaims } from '../claims.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import type { JwtContent } from '../unverified-jwt.ts'

/**
 * The state in a signed answer; empty: there is none. Read before anything is verified, because the keys are asked for only when this
 * browser has an attempt with this state.
 */
export function unverifiedState(response: string): string {
  try {
    const { state } = decodeJwt(response)
    return typeof state === 'string' ? state : ''
  } catch {
    return '' // no token that could be ours
  }
}

/**
 * Verifies a signed answer, where the settings demand one.
 *
 * @throws GatehouseError `token_invalid`; `provider_unreachable` or `provider_error` when the provider's keys cannot be had
 * @see JWT Secured Authorization Response Mode for OAuth 2.0 (JARM), section 2.4
 */
export async function verifiedAnswer(client: ProtocolClient, answer: URLSearchParams): Promise<URLSearchParams> {
  const response = answer.get('response')
  if (response === null) {
    throw new GatehouseError(
      'token_invalid',
      'response_not_signed',
      `the answer is not signed, which ${nameOf('responseMode')} demands`,
    )
  }
  // Judged before its key is looked up, because anyone who begins a sign-in can make up such an answer.
  const { claims } = await client.verifyJwt(response, [client.signingAlgorithm], (jwt) => {
    const rules = { ...client.claimRules(), kinds: ['jwt'], required: ['iss', 'aud', 'exp'] as const }
    const fault = faultOfClaims(jwt, rules) ?? (saysOtherIssuer(answer, jwt) ? OTHER_ISSUER : null)
    if (fault)
      throw new GatehouseError('token_invalid', fault.reason, `the signed answer was refused: ${fault.message}`)
  })
  const parameters = Object.entries(claims).filter(([name]) => name !== 'aud')
  const texts = parameters.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))
  // An error that is not text is still an error.
  const unread = claims.error === undefined || typeof claims.error === 'string' ? [] : [['error', '']]
  return new URLSearchParams([...texts, ...unread])
}

const OTHER_ISSUER: ClaimFault = { reason: 'issuer_mismatch', message: 'another issuer stands beside it (iss)' }

function saysOtherIssuer(answer: URLSearchParams, { claims }: JwtContent): boolean {
  return answer.getAll('iss').some((iss) => iss !== claims.iss)
}
