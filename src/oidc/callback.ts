/**
 * The provider's answer to a login: code for tokens, the ID token's claims and signature, userinfo of the same subject.
 */
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { type Clock, epochSeconds } from '../clock.ts'
import { GatehouseError } from '../errors.ts'
import type { ProtocolClient } from './client.ts'
import { type DpopKey, newDpopKey, refuseOtherTokenType, withDpop } from './dpop.ts'
import { toProtocolFailure } from './failures.ts'
import { verifyIdTokenOf } from './id-token.ts'
import type { PendingLogin } from './login.ts'
import { type ProviderTokens, providerTokens } from './provider-tokens.ts'
import { verifiedAnswer } from './signed-answer.ts'
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
/** Seconds since the epoch. @see RFC 3339 section 5.6, which ends there too */
const YEAR_9999 = 253_402_300_799
/** @see OpenID Connect Core 1.0 section 2, "sub" */
const SUBJECT_MAX_CHARACTERS = 255

/**
 * Finishes a login. Every call to the provider after a failed check is left out.
 *
 * @param answer the query of the callback, each parameter as it came
 * @param pending what this browser's login remembered
 * @throws GatehouseError `access_denied`, `token_invalid`, `clock_skew`, `provider_error` or `provider_unreachable`
 * @see OpenID Connect Core 1.0 sections 3.1.2.7, 3.1.3 and 5.3; RFC 9207 section 2.4
 */
export async function finishLogin(
  client: ProtocolClient,
  answer: URLSearchParams,
  pending: PendingLogin,
  clock: Clock,
): Promise<VerifiedLogin> {
  if (pending.issuer !== client.metadata.issuer || pending.redirectUri === '') {
    throw new GatehouseError('token_invalid', 'the login was begun at another issuer than the configured one')
  }
  const dpopKey = client.acceptance.OIDC_USE_DPOP ? await newDpopKey(client) : null
  const tokens = await redeemCode(client, await verifiedAnswer(client, answer, clock), pending, dpopKey)
  const { claims, idToken } = await verifyIdToken(client, tokens, clock)
  refuseStranger(claims, client)
  refuseWeakAuthentication(claims, pending)
  const userinfo = await fetchUserinfo(
    client,
    { accessToken: tokens.access_token, dpopKey, subject: claims.sub },
    clock,
  )
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
  answer: URLSearchParams,
  pending: PendingLogin,
  dpopKey: DpopKey | null,
) {
  const { metadata, relyingParty, clientAuthentication } = client
  const parameters = readAnswer(client, answer, pending)
  try {
    const tokens = await withDpop(client, dpopKey, async (requestOptions) => {
      const response = await oauth.authorizationCodeGrantRequest(
        metadata,
        relyingParty,
        clientAuthentication,
        parameters,
        pending.redirectUri,
        // Only when OIDC_USE_PKCE is off, and then the nonce binds the answer to the sign-in.
        pending.codeVerifier ?? oauth.nopkce,
        requestOptions,
      )
      return oauth.processAuthorizationCodeResponse(metadata, relyingParty, response, {
        ...(pending.nonce === null ? {} : { expectedNonce: pending.nonce }),
        requireIdToken: true,
        ...(pending.maxAgeSeconds === null ? {} : { maxAge: pending.maxAgeSeconds }),
        [oauth.jweDecrypt]: (jwe) => client.decryptJwe(jwe),
      })
    })
    refuseOtherTokenType(tokens, dpopKey)
    return tokens
  } catch (error) {
    throw toProtocolFailure(error, 'the token answer of the provider was refused', 'token')
  }
}

/** @see RFC 6749 section 4.1.2, RFC 9207 section 2.4 */
function readAnswer(
  { metadata, relyingParty, quirks }: ProtocolClient,
  answer: URLSearchParams,
  pending: PendingLogin,
) {
  try {
    return oauth.validateAuthResponse(metadata, relyingParty, answer, pending.state)
  } catch (error) {
    const failure = toProtocolFailure(error, 'the answer of the provider was refused', 'callback')
    const isExpired =
      error instanceof oauth.AuthorizationResponseError && quirks.isExpiredSignIn(error.error, error.error_description)
    if (!isExpired) throw failure
    throw new GatehouseError('login_expired', 'the sign-in page of the provider was open for too long', {
      cause: error,
      detail: failure.detail,
    })
  }
}

/** The library has checked iss, aud, exp, nonce and the presence of the claims; what it leaves to us follows. */
async function verifyIdToken(client: ProtocolClient, tokens: oauth.TokenEndpointResponse, clock: Clock) {
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  const signed = await verifyIdTokenOf(client, tokens)
  if (!claims || !signed) throw new GatehouseError('token_invalid', 'the provider sent no ID token')
  refuseOtherAudience(claims, client)
  refuseOldOrFuture(claims.iat, client, clock)
  if (claims.sub === '' || claims.sub.length > SUBJECT_MAX_CHARACTERS || !claims.sub.isWellFormed()) {
    throw new GatehouseError('token_invalid', `the subject must have 1 to ${SUBJECT_MAX_CHARACTERS} characters`)
  }
  return { claims, idToken: signed.text }
}

/** @see OpenID Connect Core 1.0 section 3.1.3.7, steps 3 to 5 */
function refuseOtherAudience(claims: oauth.IDToken, { relyingParty, acceptance }: ProtocolClient): void {
  const clientId = relyingParty.client_id
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
  const trusted = [clientId, ...acceptance.OIDC_TRUSTED_AUDIENCES]
  if (audiences.some((audience) => !trusted.includes(audience))) {
    throw new GatehouseError('token_invalid', 'the ID token is also for others than OIDC_RP_CLIENT_ID', {
      detail: { hint: 'audiences that are meant to be there belong into OIDC_TRUSTED_AUDIENCES' },
    })
  }
  if (claims.azp !== undefined && claims.azp !== clientId) {
    throw new GatehouseError('token_invalid', 'the ID token was issued to another client (azp)')
  }
}

/** The provider lets more people in than we may. */
function refuseStranger(claims: oauth.IDToken, { quirks, acceptance }: ProtocolClient): void {
  const stranger = quirks.strangerOf(claims, acceptance)
  if (!stranger) return
  throw new GatehouseError('access_denied', stranger.reason, { detail: { hint: `see ${stranger.setting}` } })
}

/** @see OpenID Connect Core 1.0 section 3.1.3.7, step 12. The age of the authentication (step 13) is checked by the library. */
function refuseWeakAuthentication({ acr }: oauth.IDToken, { acrValues }: PendingLogin): void {
  if (acrValues.length === 0 || (typeof acr === 'string' && acrValues.includes(acr))) return
  throw new GatehouseError(
    'authentication_too_weak',
    'the provider did not authenticate the person as strongly as was asked',
    {
      detail: { asked_for: acrValues, acr: typeof acr === 'string' ? acr : null },
    },
  )
}

function refuseOldOrFuture(issuedAtSeconds: number, { acceptance }: ProtocolClient, clock: Clock): void {
  const ageSeconds = epochSeconds(clock) - issuedAtSeconds
  if (ageSeconds < -acceptance.OIDC_CLOCK_TOLERANCE || ageSeconds > ID_TOKEN_AGE_MAX_SECONDS) {
    throw new GatehouseError('clock_skew', 'the clock of the provider and ours differ too much', {
      detail: { id_token_age_seconds: Math.round(ageSeconds) },
    })
  }
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
