/**
 * The answer of the authorization endpoint as one signed token (JARM), turned into the parameters that it would otherwise have been.
 */
import { decodeJwt } from 'jose'
import { type Clock, epochSeconds } from '../clock.ts'
import { GatehouseError } from '../errors.ts'
import { audiencesOf } from './claims.ts'
import type { ProtocolClient } from './client.ts'
import { saysOtherKind } from './jwks.ts'

/**
 * The state by which an answer finds its attempt; empty: there is none. Of a signed answer it is read before anything is verified,
 * because the keys are asked for only when this browser has such an attempt.
 */
export function stateOf(answer: URLSearchParams): string {
  const response = answer.get('response')
  if (response === null) return answer.get('state') ?? ''
  try {
    const { state } = decodeJwt(response)
    return typeof state === 'string' ? state : ''
  } catch {
    return '' // no token that could be ours
  }
}

/**
 * Verifies a signed answer. One that is not signed is given back as it is, unless the settings demand a signature.
 *
 * @throws GatehouseError `token_invalid`; `provider_unreachable` or `provider_error` when the provider's keys cannot be had
 * @see JWT Secured Authorization Response Mode for OAuth 2.0 (JARM), section 2.4
 */
export async function verifiedAnswer(
  client: ProtocolClient,
  answer: URLSearchParams,
  clock: Clock,
): Promise<URLSearchParams> {
  if (client.acceptance.OIDC_RESPONSE_MODE !== 'query.jwt') return answer
  const response = answer.get('response')
  if (response === null) {
    throw new GatehouseError('token_invalid', 'the answer is not signed, which OIDC_RESPONSE_MODE demands')
  }
  const { header, claims } = await client.verifyJwt(response, [client.signingAlgorithm])
  const now = epochSeconds(clock) - client.acceptance.OIDC_CLOCK_TOLERANCE
  const flaw =
    (saysOtherKind(header) && 'it says that it is another kind of token') ||
    (!client.isFrom(claims) && 'another issuer') ||
    (answer.getAll('iss').some((iss) => iss !== claims.iss) && 'another issuer beside it') ||
    (!audiencesOf(claims).includes(client.relyingParty.client_id) && 'for another client') ||
    ((claims.exp === undefined || claims.exp <= now) && 'expired')
  if (flaw) throw new GatehouseError('token_invalid', `the signed answer was refused: ${flaw}`)
  const parameters = Object.entries(claims).filter(([name]) => name !== 'aud')
  return new URLSearchParams(parameters.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
}
