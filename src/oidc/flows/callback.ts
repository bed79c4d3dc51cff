/**
 * The provider's answer to a login: code for tokens, the ID token's claims and signature, userinfo of the same subject.
 */

import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { SUBJECT_MAX_CHARACTERS } from '../../claims/claim-values.ts'
import { type Clock, epochSeconds } from '../../clock.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import { denialIn } from '../../vendors/standard/standard.ts'
import type { DeniedAnswer } from '../../vendors/vendor.ts'
import { YEAR_9999 } from '../claims.ts'
import { type DpopKey, newDpopKey, refuseOtherTokenType, withDpop } from '../client/dpop.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import { toProtocolFailure } from './failures.ts'
import { refuseOtherTimes, verifyIdTokenOf } from './id-token.ts'
import { verifiedAnswer } from './jarm.ts'
import type { PendingLogin } from './login.ts'
import { type ProviderTokens, providerTokens, readTokenAnswer } from './token-answer.ts'
import { completed, fetchUserinfo, type PersonClaims } from './userinfo.ts'

/** Who signed in, according to the provider, with everything verified that there is to verify. */
export interface VerifiedLogin {
  readonly issuer: string
  readonly subject: string
  /** Claims of the person: those of the ID token, completed by userinfo, which wins. */
  readonly claims: PersonClaims
  readonly authentication: Authentication
  readonly tokens: ProviderTokens
}

/** How and when the person proved to the provider who they are. @see OpenID Connect Core 1.0 section 2 */
export interface Authentication {
  /** The provider's name for its own session, unique within the issuer. */
  readonly sid: string | null
  /** When the ID token was issued, by the provider's clock. Seconds since the epoch. */
  readonly issuedAt: number
  readonly acr: string | null
  readonly amr: readonly string[]
  /** Seconds since the epoch. */
  readonly authTime: number | null
  /** When the session must end at the latest, if the provider says so. Seconds since the epoch. @see IPSIE SL1, `session_expiry` */
  readonly sessionExpiry: number | null
}

/** An ID token of the code flow was made a moment ago; one older than this is not the answer to this login. */
const ID_TOKEN_AGE_MAX_SECONDS = 600

/**
 * Finishes a login. Every call to the provider after a failed check is left out.
 *
 * @param answer the query of the callback, each parameter as it came
 * @param pending what this browser's login remembered
 * @param wasAsked whether the provider could ask the person something
 * @throws GatehouseError `access_denied`, `token_invalid`, `clock_skew`, `provider_error` or `provider_unreachable`
 * @see OpenID Connect Core 1.0 sections 3.1.2.7, 3.1.3 and 5.3; RFC 9207 section 2.4
 */
export async function finishLogin(
  client: ProtocolClient,
  answer: URLSearchParams,
  pending: PendingLogin,
  wasAsked: boolean,
  clock: Clock,
): Promise<VerifiedLogin> {
  if (pending.issuer !== client.metadata.issuer || pending.redirectUri === '') {
    throw new GatehouseError(
      'token_invalid',
      'issuer_mismatch',
      'the login was begun at another issuer than the configured one',
    )
  }
  client.secrets.add(answer.get('code'), answer.get('response'), pending.state, pending.nonce, pending.codeVerifier)
  const dpopKey = client.acceptance.useDpop ? await newDpopKey(client) : null
  const isSigned = client.acceptance.responseMode === 'query.jwt'
  const parameters = readAnswer(client, isSigned ? await verifiedAnswer(client, answer) : answer, pending, wasAsked)
  const tokens = await redeemCode(client, parameters, pending, dpopKey)
  const { claims, idToken } = await verifyIdToken(client, tokens)
  refuseOtherTenant(claims, client)
  refuseWeakAuthentication(claims, pending)
  refuseOldAuthentication(claims, pending, client, clock)
  const userinfo = await fetchUserinfo(client, { accessToken: tokens.access_token, dpopKey, subject: claims.sub })
  return {
    issuer: client.quirks.accountIssuer(claims.iss),
    subject: claims.sub,
    claims: completed(claims, userinfo),
    authentication: authenticationOf(claims),
    tokens: providerTokens(tokens, idToken, dpopKey?.jwk ?? null, clock),
  }
}

async function redeemCode(
  client: ProtocolClient,
  parameters: URLSearchParams,
  pending: PendingLogin,
  dpopKey: DpopKey | null,
) {
  const { metadata, relyingParty, clientAuthentication } = client
  try {
    const tokens = await withDpop(client, dpopKey, async (requestOptions) => {
      const response = await oauth.authorizationCodeGrantRequest(
        metadata,
        relyingParty,
        clientAuthentication,
        parameters,
        pending.redirectUri,
        // Only when usePkce is off, and then the nonce binds the answer to the sign-in.
        pending.codeVerifier ?? oauth.nopkce,
        requestOptions,
      )
      return readTokenAnswer(client, response, (answer, options) =>
        oauth.processAuthorizationCodeResponse(metadata, relyingParty, answer, {
          ...(pending.nonce === null ? {} : { expectedNonce: pending.nonce }),
          requireIdToken: true,
          ...options,
        }),
      )
    })
    refuseOtherTokenType(tokens, dpopKey)
    return tokens
  } catch (error) {
    throw toProtocolFailure(error, 'the token answer of the provider was refused', 'token', client.secrets)
  }
}

/** Enough of any description; no pattern is matched against more. */
const DESCRIPTION_MAX_CHARACTERS = 1000

function deniedAnswer(
  { error, error_description = '' }: oauth.AuthorizationResponseError,
  answer: URLSearchParams,
): DeniedAnswer {
  return {
    error,
    description: error_description.slice(0, DESCRIPTION_MAX_CHARACTERS),
    detail: answer.get('error_subcode') ?? answer.get('error_reason') ?? '',
  }
}

/** @see RFC 6749 section 4.1.2, RFC 9207 section 2.4 */
function readAnswer(
  { metadata, relyingParty, quirks, secrets }: ProtocolClient,
  answer: URLSearchParams,
  pending: PendingLogin,
  wasAsked: boolean,
) {
  try {
    const parameters = oauth.validateAuthResponse(metadata, relyingParty, answer, pending.state)
    // The library treats an empty error as none.
    if (parameters.has('error'))
      throw new GatehouseError(
        'provider_error',
        'authorization_response_malformed',
        'the answer of the provider has an empty error',
      )
    return parameters
  } catch (error) {
    const failure = toProtocolFailure(error, 'the answer of the provider was refused', 'callback', secrets)
    if (!(error instanceof oauth.AuthorizationResponseError)) throw failure
    const { message, provider, hint } = failure
    const denied = denialIn(deniedAnswer(error, answer), quirks.denialOf, wasAsked)
    if (denied) throw new GatehouseError('access_denied', denied, message, { cause: error, provider, hint })
    if (!quirks.isExpiredSignIn(error.error, error.error_description)) throw failure
    const expired = 'the sign-in page of the provider was open for too long'
    throw new GatehouseError('login_expired', 'login_page_expired', expired, { cause: error, provider })
  }
}

/** The library has checked iss, aud, exp, nonce and the presence of the claims; what it leaves to us follows. */
async function verifyIdToken(client: ProtocolClient, tokens: oauth.TokenEndpointResponse) {
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  const signed = await verifyIdTokenOf(client, tokens)
  if (!claims || !signed) throw new GatehouseError('token_invalid', 'id_token_missing', 'the provider sent no ID token')
  refuseOtherAudience(claims, client)
  refuseOtherTimes(client, signed, ID_TOKEN_AGE_MAX_SECONDS)
  if (claims.sub === '' || claims.sub.length > SUBJECT_MAX_CHARACTERS || !claims.sub.isWellFormed()) {
    throw new GatehouseError(
      'token_invalid',
      'subject_unusable',
      `the subject must have 1 to ${SUBJECT_MAX_CHARACTERS} characters`,
    )
  }
  return { claims, idToken: signed.text }
}

/** @see OpenID Connect Core 1.0 section 3.1.3.7, steps 3 to 5 */
function refuseOtherAudience(claims: oauth.IDToken, { relyingParty, acceptance, quirks }: ProtocolClient): void {
  const clientId = relyingParty.client_id
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
  const trusted = [clientId, ...acceptance.trustedAudiences]
  if (audiences.some((audience) => !trusted.includes(audience) && !quirks.trustsAudience(audience))) {
    throw new GatehouseError(
      'token_invalid',
      'audience_mismatch',
      `the ID token is also for others than ${nameOf('clientId')}`,
      {
        hint: `audiences that are meant to be there belong in ${nameOf('trustedAudiences')}`,
      },
    )
  }
  if (claims.azp !== undefined && claims.azp !== clientId) {
    throw new GatehouseError('token_invalid', 'azp_mismatch', 'the ID token was issued to another client (azp)')
  }
}

/** The provider lets more people in than we may. */
function refuseOtherTenant(claims: oauth.IDToken, { quirks, acceptance }: ProtocolClient): void {
  const refusal = quirks.notAllowed(claims, acceptance)
  if (!refusal) return
  throw new GatehouseError('access_denied', 'tenant_not_allowed', refusal.message, {
    hint: `see ${nameOf(refusal.setting)}`,
  })
}

/** @see OpenID Connect Core 1.0 section 3.1.3.7, step 12 */
function refuseWeakAuthentication({ acr }: oauth.IDToken, { acrValues }: PendingLogin): void {
  if (acrValues.length === 0 || (typeof acr === 'string' && acrValues.includes(acr))) return
  throw new GatehouseError(
    'authentication_too_weak',
    'acr_not_met',
    'the provider did not authenticate the person as strongly as was asked',
    {
      detail: { asked_for: acrValues, acr: typeof acr === 'string' ? acr : null },
    },
  )
}

/**
 * Not left to the library, which would report it as clock skew.
 *
 * @see OpenID Connect Core 1.0 section 3.1.3.7, step 13
 */
function refuseOldAuthentication(
  { auth_time: authTime }: oauth.IDToken,
  { maxAgeSeconds }: PendingLogin,
  { acceptance: { clockToleranceSeconds: tolerance } }: ProtocolClient,
  clock: Clock,
): void {
  if (maxAgeSeconds === null) return
  if (authTime === undefined) {
    throw new GatehouseError(
      'token_invalid',
      'auth_time_missing',
      'the provider does not say when the person signed in there (auth_time)',
      {
        hint: 'max_age was asked for, so the ID token must have auth_time as seconds since 1970',
      },
    )
  }
  const ageSeconds = Math.floor(epochSeconds(clock) - authTime)
  const detail = { max_age: maxAgeSeconds, authentication_age_seconds: ageSeconds }
  if (ageSeconds < -tolerance) {
    throw new GatehouseError(
      'clock_skew',
      'auth_time_in_future',
      'the person signed in at the provider in the future (auth_time)',
      { detail },
    )
  }
  if (ageSeconds <= maxAgeSeconds + tolerance) return
  throw new GatehouseError(
    'authentication_too_weak',
    'authentication_too_old',
    'the person signed in at the provider too long ago (auth_time)',
    {
      detail,
    },
  )
}

/** A time that can be stored; one beyond the calendar says nothing. */
const time = v.fallback(
  v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(YEAR_9999), v.transform(Math.floor))),
  null,
)
const word = v.fallback(v.nullable(v.string()), null)

const authenticationSchema = v.object({
  sid: word,
  acr: word,
  amr: v.fallback(v.pipe(v.array(v.string()), v.readonly()), []),
  auth_time: time,
  session_expiry: time,
})

function authenticationOf(claims: oauth.IDToken): Authentication {
  const { sid = null, acr = null, amr = [], auth_time = null, session_expiry = null } = claims
  const known = v.parse(authenticationSchema, { sid, acr, amr, auth_time, session_expiry })
  const { auth_time: authTime, session_expiry: sessionExpiry, ...rest } = known
  return { ...rest, authTime, sessionExpiry, issuedAt: Math.floor(claims.iat) }
}
