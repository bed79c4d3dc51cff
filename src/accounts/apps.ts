/**
 * The applications that may ask about tokens, and how one shows its credential; whether it is the right one is found out in `tokens/`.
 */

import type { JWK } from 'jose'
import { STRICT_UTF_8 } from '../crypto.ts'
import { GatehouseError } from '../errors.ts'
import { unverifiedClaims } from '../oidc/claims.ts'

/** What may be given to an app. The first two are scopes of OpenID Connect. @see OpenID Connect Core 1.0 section 5.4 */
export const CLAIM_SETS = ['email', 'profile', 'groups', 'tenant'] as const

export type ClaimSet = (typeof CLAIM_SETS)[number]

/** RS256 for apps that know nothing else. @see OpenID Connect Core 1.0 section 15.1 */
export const SIGNING_ALGORITHMS = ['RS256', 'ES256'] as const

export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]

export interface App {
  readonly clientId: string
  readonly name: string
  /** Tokens with one of these audiences are good for this app. */
  readonly audiences: readonly string[]
  /** So are tokens issued to one of these clients, for providers that put no audience into a token. */
  readonly clients: readonly string[]
  /** Whether it may ask about session tokens. */
  readonly hasSessions: boolean
  /** What it is told of a person, beside whose token it is. @see claimsForApp in `app-claims.ts` */
  readonly claims: readonly ClaimSet[]
  /** How answers are signed for it, when it asks for signed ones. @see RFC 9701 section 6 */
  readonly introspectionSignedResponseAlg: SigningAlgorithm
}

/** All of an app that a verdict depends on, as one text. */
export function policyOf({ clientId, audiences, clients, hasSessions, claims }: App): string {
  return JSON.stringify([clientId, audiences, clients, hasSessions, claims])
}

/** An app as it is stored, with what shows that a caller is this app. */
export interface StoredApp extends App {
  /** SHA-256 of its secrets (256 random bits, so a slow hash would add nothing): the newest, and the one before while both are valid. */
  readonly secretHashes: readonly string[]
  /** The public keys of the app; `null`: it has none, and signs no assertions. */
  readonly jwks: { readonly keys: readonly JWK[] } | null
}

export interface ClientSecret {
  readonly clientId: string
  readonly secret: string
}

/** A JWT of the app about itself. @see RFC 7523 section 2.2 */
export interface ClientAssertion {
  readonly clientId: string
  readonly assertion: string
}

export type ClientCredential = ClientSecret | ClientAssertion

/** @see RFC 7523 section 2.2 */
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * Takes client_secret_basic, client_secret_post or private_key_jwt. `null`: there is none, or it cannot be read.
 *
 * @throws GatehouseError `invalid_request` when there are two, of which none can be preferred
 * @see RFC 6749 section 2.3.1, RFC 7523 section 2.2
 */
export function clientCredential(authorization: string | undefined, form: URLSearchParams): ClientCredential | null {
  const clientId = form.get('client_id')
  const secret = form.get('client_secret')
  const assertion = form.get('client_assertion')
  if (assertion !== null) {
    if (authorization !== undefined || secret !== null) throw repeated()
    const { sub } = unverifiedClaims(assertion)
    const isOfType = form.get('client_assertion_type') === JWT_BEARER
    return isOfType && sub !== undefined && (clientId ?? sub) === sub ? { clientId: sub, assertion } : null
  }
  if (authorization === undefined) return secretIn(form)
  if (secret !== null) throw repeated()
  const basic = fromBasic(authorization)
  return basic && (clientId === null || clientId === basic.clientId) ? basic : null
}

function secretIn(form: URLSearchParams): ClientSecret | null {
  const [clientId, secret] = [form.get('client_id'), form.get('client_secret')]
  return clientId !== null && secret !== null ? { clientId, secret } : null
}

function repeated(): GatehouseError {
  return new GatehouseError('invalid_request', 'credential_repeated', 'two ways of authentication at once', {
    publicMessage: 'Authenticate in one way: in the header, by a secret in the form, or by an assertion in the form',
  })
}

/**
 * The same where an app may send one and the same credential in both ways, as Apache APISIX does at introspection; there it only asks, and
 * nothing is given to it.
 *
 * @throws GatehouseError `invalid_request` when the two differ
 * @see https://apisix.apache.org/docs/apisix/plugins/openid-connect/
 */
export function repeatableCredential(
  authorization: string | undefined,
  form: URLSearchParams,
): ClientCredential | null {
  const inForm = form.has('client_assertion') ? null : secretIn(form)
  if (inForm === null || authorization === undefined) return clientCredential(authorization, form)
  const inHeader = fromBasic(authorization)
  const isSame = inForm.clientId === inHeader?.clientId && inForm.secret === inHeader.secret
  return isSame ? inForm : clientCredential(authorization, form)
}

function fromBasic(authorization: string): ClientSecret | null {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? []
  if (encoded === undefined) return null
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
    const pair = STRICT_UTF_8.decode(bytes)
    const colon = pair.indexOf(':')
    if (colon < 1) return null
    return { clientId: formDecode(pair.slice(0, colon)), secret: formDecode(pair.slice(colon + 1)) }
  } catch {
    return null // not base64, not UTF-8 or not percent-encoding: no credential of ours
  }
}

/** Both halves are form-encoded before they are joined. */
function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}
