/**
 * Whether the provider knows our client: its id, its secret or key, and the method by which it authenticates.
 */
import * as v from 'valibot'
import type { ProviderConfig } from '../config/env.ts'
import { GatehouseError } from '../errors.ts'
import {
  type Advertised,
  authenticationMethod,
  type CodeAnswer,
  type Exchange,
  type Metadata,
} from '../oidc/examination.ts'
import { cannotTell, type Finding, fail, pass } from './check.ts'
import { CONSOLES } from './consoles.ts'
import type { Evidence } from './signatures/signature.ts'
import { explain } from './signatures.ts'
import { adviceOnAddress, listed, readable, reasonOf, shown } from './words.ts'

const refusalSchema = v.pipe(
  v.string(),
  v.parseJson(),
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

const CLIENT_ERRORS = ['invalid_client', 'unauthorized_client', 'access_denied', 'unsupported_grant_type']

/** Entra says so of a code that is not of its make, and it is not known whether it has looked at the client by then. */
const UNREAD_CODE = /\bAADSTS9002313:/

/** The check `client-secret`: a made-up code is refused as such (`invalid_grant`) only by a provider that has accepted the client. */
export function secretFinding(config: ProviderConfig, { exchange, failure }: CodeAnswer): Finding {
  if (exchange === null) {
    // Which method there is nothing for is told by the check of the methods.
    if (failure.code === 'not_configured' && failure.detail.listed === undefined)
      return fail('client-secret', reasonOf(failure), 'See OIDC_RP_TOKEN_AUTH_METHOD and OIDC_RP_PRIVATE_KEY.')
    return cannotTell('client-secret', `The token endpoint was not asked, or not heard: ${reasonOf(failure)}.`)
  }
  const evidence = evidenceOf(exchange)
  const seen = `Asked with a made-up code, the token endpoint says: ${said(evidence, config)}.`
  if (UNREAD_CODE.test(evidence.description ?? ''))
    return cannotTell('client-secret', seen, 'Sign in once; a refusal appears below with its reason.')
  if (evidence.error === 'invalid_grant')
    return pass('client-secret', `${seen} It looked at the code, so it knows the client.`)
  const explained = explain(config.OIDC_OP_TYPE, 'token', evidence)
  const isRefused = exchange.status === 401 || CLIENT_ERRORS.includes(evidence.error ?? '')
  if (explained && (isRefused || evidence.error !== undefined)) {
    return fail('client-secret', `${seen} ${explained.cause}`, explained.fix)
  }
  if (isRefused) {
    return fail(
      'client-secret',
      seen,
      `Compare OIDC_RP_CLIENT_ID with ${CONSOLES[config.OIDC_OP_TYPE].clientId}, and OIDC_RP_CLIENT_SECRET with ${CONSOLES[config.OIDC_OP_TYPE].clientSecret}.`,
    )
  }
  return cannotTell('client-secret', seen, 'Sign in once; a refusal appears below with its reason.')
}

/** 403 is Auth0's. @see RFC 6749 section 5.2 */
const REFUSALS = [400, 401, 403, 429]

/** The check `endpoint-token`, by the same answer. */
export function tokenEndpointFinding(
  config: ProviderConfig,
  { token_endpoint }: Metadata,
  { exchange, failure }: CodeAnswer,
): Finding {
  const whose = adviceOnAddress(config, 'OIDC_OP_TOKEN_ENDPOINT')
  if (exchange === null) {
    if (failure.code === 'not_configured')
      return cannotTell('endpoint-token', 'Not asked, for there is nothing to authenticate with.')
    return fail('endpoint-token', `${token_endpoint}: ${reasonOf(failure)}.`, whose)
  }
  // Whatever it thinks of the code, it says so in the words of OAuth.
  const isThere = evidenceOf(exchange).error !== undefined && REFUSALS.includes(exchange.status)
  const seen = `${token_endpoint} answers ${exchange.status} (${exchange.contentType ?? 'no content type'}) to a made-up code.`
  return isThere
    ? pass('endpoint-token', seen)
    : fail('endpoint-token', `${seen} That is no answer of a token endpoint.`, whose)
}

/** The check `authentication-method`. */
export function methodFinding(
  config: ProviderConfig,
  metadata: Metadata,
  advertised: Advertised,
  secret: Finding,
): Finding {
  const offered = advertised.token_endpoint_auth_methods_supported
  const where = CONSOLES[config.OIDC_OP_TYPE].authenticationMethod
  try {
    const method = authenticationMethod(config, metadata)
    if (!offered) return pass('authentication-method', `${method}; the provider does not say what it takes.`)
    if (offered.includes(method)) return pass('authentication-method', `${method}, which the provider offers.`)
    const seen = `The settings say ${method}, and the provider offers ${listed(offered)}.`
    if (secret.result === 'pass') return pass('authentication-method', `${seen} It takes it all the same.`)
    return fail(
      'authentication-method',
      seen,
      `Remove OIDC_RP_TOKEN_AUTH_METHOD and OIDC_TOKEN_USE_BASIC_AUTH, and Gatehouse chooses; or change it there: ${where}.`,
    )
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    return fail(
      'authentication-method',
      `${error.message}: ${listed(offered ?? [])}.`,
      `Set OIDC_RP_CLIENT_SECRET or OIDC_RP_PRIVATE_KEY, whichever it takes; or change it there: ${where}.`,
    )
  }
}
