/**
 * Whether the provider knows our client: its id, its secret or key, and the method by which it authenticates.
 */

import * as v from 'valibot'
import type { ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import { type Advertised, authenticationMethod, type CodeAnswer } from '../../oidc/examination/examination.ts'
import type { Metadata } from '../../oidc/metadata/metadata.ts'
import type { Exchange } from '../../oidc/transport/exchanges.ts'
import { VENDORS } from '../../vendors/vendors.ts'
import { cannotTell, type Finding, fail, pass } from '../check.ts'
import { type Evidence, explain } from '../explain.ts'
import {
  adviceOnAddress,
  adviceOnOutage,
  adviceOnSilence,
  isPage,
  listed,
  readable,
  reasonOf,
  shown,
  UNTIL_SIGN_IN,
} from '../words.ts'

const jsonObject = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()))

/** GitHub answers in the form of a query. */
const fields = v.pipe(
  v.string(),
  v.regex(/^[\w.%+-]+=/),
  v.transform((text) => Object.fromEntries(new URLSearchParams(text))),
)

const refusalSchema = v.pipe(
  v.union([jsonObject, fields]),
  v.object({ error: v.string(), error_description: v.fallback(v.optional(v.string()), undefined) }),
)

/** An answer of an endpoint that speaks OAuth, as evidence. */
export function evidenceOf(exchange: Exchange): Evidence {
  const refusal = v.safeParse(refusalSchema, exchange.text)
  const { status } = exchange
  if (!refusal.success) return { status, text: readable(exchange) }
  return { status, error: refusal.output.error, description: refusal.output.error_description }
}

/** How an answer reads in a sentence. */
export function said({ status, error, description }: Evidence, config: ProviderConfig): string {
  const words = [error, description]
    .filter((word) => word !== undefined)
    .map((word) => shown(word, config).replace(/\.$/, ''))
  const answer = [
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(words.length === 0 ? [] : [words.join(': ')]),
  ]
  return answer.join(', ')
}

/** The errors with which a token endpoint refuses the client; Keycloak and Auth0 do not say `invalid_client`. */
export const CLIENT_ERRORS: readonly string[] = [
  'invalid_client',
  'unauthorized_client',
  'access_denied',
  'unsupported_grant_type',
]

/** Errors that say nothing about the client. */
export const IN_TROUBLE: readonly string[] = ['server_error', 'temporarily_unavailable', 'slow_down']

/** `invalid_grant`, or what others call a code that they do not know: invalid_code, bad_verification_code, code_expired. */
function isAboutCode({ error = '' }: Evidence): boolean {
  return error === 'invalid_grant' || (/(?:^|_)code(?:_|$)/.test(error) && !/challenge|verifier|response/.test(error))
}

/** The check `client-secret`: a made-up code is refused as such (`invalid_grant`) only by a provider that has accepted the client. */
export function secretFinding(config: ProviderConfig, { exchange, failure }: CodeAnswer): Finding {
  if (exchange === null) {
    // Which method there is nothing for is told by the check of the methods.
    if (failure.code === 'not_configured' && failure.reason !== 'authentication_method_missing')
      return fail('client-secret', reasonOf(failure), `See ${nameOf('clientAuthMethod')} and ${nameOf('signingKeys')}.`)
    return cannotTell('client-secret', `The token endpoint was not asked, or not heard: ${reasonOf(failure)}.`)
  }
  const evidence = evidenceOf(exchange)
  const seen = `Asked with a made-up code, the token endpoint says: ${said(evidence, config)}.`
  if (VENDORS[config.type].unreadCode?.test(evidence.description ?? ''))
    return cannotTell('client-secret', seen, 'Sign in once; a refusal appears below with its reason.')
  if (isAboutCode(evidence)) return pass('client-secret', `${seen} It looked at the code, so it knows the client.`)
  const explained = explain(config.type, 'token', evidence)
  const isRefused = refusesClient(exchange) || CLIENT_ERRORS.includes(evidence.error ?? '')
  if (IN_TROUBLE.includes(evidence.error ?? '') || exchange.status >= 500 || exchange.status === 429) {
    return cannotTell(
      'client-secret',
      explained ? `${seen} ${explained.cause}` : seen,
      explained?.fix ?? 'Look again in a minute.',
    )
  }
  if (explained && (isRefused || evidence.error !== undefined)) {
    return fail('client-secret', `${seen} ${explained.cause}`, explained.fix)
  }
  if (isRefused) {
    return fail(
      'client-secret',
      seen,
      `Compare ${nameOf('clientId')} with ${VENDORS[config.type].console.clientId}, and ${nameOf('clientSecret')} with ${VENDORS[config.type].console.clientSecret}.`,
    )
  }
  return cannotTell('client-secret', seen, 'Sign in once; a refusal appears below with its reason.')
}

const NOT_THERE = [404, 405, 410]

/**
 * Whether it refuses the code as OAuth does; GitHub and Slack do so with status 200, Auth0 with 403. A server that has nothing at
 * this address may say `error` as well, such as Keycloak ("Unable to find matching target resource method").
 */
function speaksOAuth(exchange: Exchange): boolean {
  const evidence = evidenceOf(exchange)
  const { error } = evidence
  if (error === undefined || !NOT_THERE.includes(exchange.status)) return error !== undefined
  return isAboutCode(evidence) || CLIENT_ERRORS.includes(error) || /^(?:invalid|unsupported)_/.test(error)
}

/** The check `endpoint-token`, by the same answer. */
export function tokenEndpointFinding(
  config: ProviderConfig,
  { token_endpoint }: Metadata,
  { exchange, failure }: CodeAnswer,
): Finding {
  const whose = adviceOnAddress(config, 'tokenEndpoint')
  if (exchange === null) {
    if (failure.code === 'not_configured')
      return cannotTell('endpoint-token', 'Not asked, because there is nothing to authenticate with.')
    return fail('endpoint-token', `${token_endpoint}: ${reasonOf(failure)}.`, adviceOnSilence(failure, whose))
  }
  const isThere = speaksOAuth(exchange)
  const seen = `${token_endpoint} answers ${exchange.status} (${exchange.contentType ?? 'no content type'}) to a made-up code.`
  const { status } = exchange
  const outage = adviceOnOutage(status)
  if (status === 429) return cannotTell('endpoint-token', seen, 'Look again in a minute.')
  // Some stumble over a code that is not of their make; a gateway does not.
  if (outage !== null && (isThere || status < 502)) return cannotTell('endpoint-token', seen, UNTIL_SIGN_IN)
  if (outage !== null) return fail('endpoint-token', seen, outage)
  if (isThere || refusesClient(exchange)) return pass('endpoint-token', seen)
  // In words of its own, perhaps about the code alone: no other address would say so.
  if (status === 400 || ([401, 403].includes(status) && v.is(jsonObject, exchange.text)))
    return cannotTell('endpoint-token', `${seen} Those are not the words of OAuth.`, UNTIL_SIGN_IN)
  return fail('endpoint-token', `${seen} That is no answer of a token endpoint.`, whose)
}

/** Some refuse the client with the status alone, or in a header. A page for people comes from something in front of the provider. @see RFC 6749 section 5.2 */
function refusesClient(exchange: Exchange): boolean {
  return exchange.status === 401 && !isPage(exchange)
}

/** The check `authentication-method`. */
export function methodFinding(
  config: ProviderConfig,
  metadata: Metadata,
  advertised: Advertised,
  secret: Finding,
): Finding {
  const offered = advertised.token_endpoint_auth_methods_supported
  const where = VENDORS[config.type].console.authenticationMethod
  try {
    const method = authenticationMethod(config, metadata)
    if (!offered) return pass('authentication-method', `${method}; the provider does not say what it takes.`)
    if (offered.includes(method)) return pass('authentication-method', `${method}, which the provider offers.`)
    const seen = `The settings say ${method}, and the provider offers ${listed(offered)}.`
    if (secret.result === 'pass') return pass('authentication-method', `${seen} It takes it all the same.`)
    return fail(
      'authentication-method',
      seen,
      `Remove ${nameOf('clientAuthMethod')} and ${nameOf('useBasicAuth')}, and Gatehouse chooses; or change it there: ${where}.`,
    )
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    return fail(
      'authentication-method',
      `${error.message}: ${listed(offered ?? [])}.`,
      `Set ${nameOf('clientSecret')} or ${nameOf('signingKeys')}, whichever it takes; or change it there: ${where}.`,
    )
  }
}
