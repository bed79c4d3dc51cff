/**
 * JWT access tokens of the provider: issuer, signature and kind; what the claims say is judged in `access-token.ts`.
 */

import type { App } from '../accounts/apps.ts'
import { audiencesOf } from '../claims/claim-values.ts'
import { epochSeconds } from '../clock.ts'
import { nameOf } from '../config/names.ts'
import { SIGNING_ALGORITHMS } from '../config/values/algorithms.ts'
import { GatehouseError } from '../errors.ts'
import { type Claims, kindOf } from '../oidc/claims.ts'
import type { Provider } from '../oidc/provider.ts'
import type { Basis } from '../oidc/resource-server.ts'
import { type JwtContent, readUnverified } from '../oidc/unverified-jwt.ts'
import { callsItselfAccessToken } from '../vendors/standard/standard.ts'
import { VENDORS } from '../vendors/vendors.ts'
import {
  accessTokenOf,
  type BadToken,
  bad,
  faultOfBinding,
  faultOfLife,
  faultOfSubject,
  goodToken,
  isBoundByDpop,
  OF_DISABLED,
  type Source,
  type Verdict,
  withAccount,
} from './access-token.ts'
import { type AskingPorts, askProvider } from './asking.ts'
import { FOR_OTHERS, faultOfAudience, forApp, isForOthers } from './audience.ts'
import { keyOf } from './known-tokens.ts'
import { recordOf } from './records.ts'

/**
 * Checks a JWT access token for an app.
 *
 * @throws GatehouseError `provider_unreachable` or `provider_error` when the keys cannot be had, and `store_unavailable`: that is no verdict
 * @see RFC 9068 section 4
 */
export async function checkJwt(token: string, app: App, ports: AskingPorts): Promise<Verdict> {
  const { config, providers, clock, verdicts } = ports
  const key = await keyOf(token, app)
  const known = verdicts.known.recall(key)
  if (known) return known.verdict
  // Read before the signature is verified, so that no one makes us ask for keys with a token that was never meant for us.
  const unverified = readOr(token)
  if ('active' in unverified) return unverified
  // Before the issuer is looked up, because it makes no difference here.
  const { iss, exp } = unverified.claims
  if (exp !== undefined && exp <= epochSeconds(clock)) return bad('it has expired (exp)')
  const issuing = await providers.issuingAccessTokens(iss)
  const [provider] = issuing
  if (!provider) return bad('another issuer')
  const used = (claims: Claims, content: JwtContent) => {
    const source = sourceOf(content)
    const read = accessTokenOf(claims, source, provider)
    const fault = faultOfSubject(read, source) ?? faultOfBinding(claims) ?? faultOfAudience(read, app, config, issuing)
    return { read, fault }
  }
  const faultOfItself = (content: JwtContent) =>
    faultOfKind(content, provider) ?? faultOfLife(content.claims, provider.config, clock)
  const asked = issuing.find((one) => one.config.introspectJwt)
  const early =
    faultOfItself(unverified) ??
    // What the provider adds to the claims when it is asked is not known yet.
    (asked ? undefined : used(unverified.claims, unverified).fault)
  if (early) return early
  const basis = provider.basis()
  const jwt = await provider.verifyJwt(token, SIGNING_ALGORITHMS).catch((error: unknown) => {
    if (error instanceof GatehouseError && error.code !== 'token_invalid') {
      // Its key cannot be fetched, and does not matter.
      const read = accessTokenOf(unverified.claims, sourceOf(unverified), provider)
      if (isForOthers(read, app, config, issuing)) return FOR_OTHERS
    }
    return refusalOf(error)
  })
  if ('active' in jwt) return jwt
  // Once more, because only this content is signed, and time has passed.
  const fault = faultOfItself(jwt)
  if (fault) return fault
  const judged = (claims: Claims): Verdict => {
    const { read, fault } = used(claims, jwt)
    return fault ?? goodToken(forApp(app, read, config, issuing), app, provider.config, config)
  }
  if (asked) return confirmed(token, jwt.claims, asked, app, ports, judged)
  const found = judged(jwt.claims)
  if (!found.active) return found
  const { claims } = jwt
  const { isCutOff, userId, isDisabled, names, asOf } = await recordOf(claims, provider, ports)
  if (isCutOff) return bad('the provider has ended it by a logout token')
  if (isDisabled) return OF_DISABLED
  const verdict = withAccount(found, userId)
  if (asOf && claims.exp !== undefined && basis !== null) {
    const validFrom = Math.max(claims.nbf ?? 0, claims.iat ?? 0) - provider.config.clockToleranceSeconds
    const isCurrent = () => isSame(provider.basis(), basis)
    verdicts.known.keep(key, { verdict, provider, validFrom, validUntil: claims.exp, asOf, names, isCurrent })
  }
  return verdict
}

function isSame(current: Basis | null, basis: Basis): boolean {
  return current?.metadata === basis.metadata && current.keys === basis.keys
}

function readOr(token: string): JwtContent | BadToken {
  try {
    return readUnverified(token, SIGNING_ALGORITHMS)
  } catch (error) {
    return refusalOf(error)
  }
}

/** What is wrong with a token that was refused. @throws every other error */
function refusalOf(error: unknown): BadToken {
  if (!(error instanceof GatehouseError) || error.code !== 'token_invalid') throw error
  return bad(error.message, error.hint)
}

/**
 * The verdict on a token that the provider still stands by. What is in the token counts; what is not, such as the claims that Keycloak
 * leaves out of a lightweight token, is taken from the answer.
 */
async function confirmed(
  token: string,
  claims: Claims,
  provider: Provider,
  app: App,
  ports: AskingPorts,
  judged: (claims: Claims) => Verdict,
): Promise<Verdict> {
  if (!(await provider.introspects())) {
    const message = `${nameOf('introspectJwt')} is on, and the provider cannot be asked about tokens`
    throw new GatehouseError('not_configured', 'introspection_unavailable', message, {
      detail: { provider: provider.id },
    })
  }
  const verdict = await askProvider(provider, token, app, ports, (said) => {
    const isOther = (name: 'iss' | 'sub') => claims[name] !== undefined && (said[name] ?? claims[name]) !== claims[name]
    if (isOther('iss') || isOther('sub')) return bad('the provider speaks of another token')
    return judged({ ...said, ...claims })
  })
  return verdict ?? bad(reasonOfInactive(claims, provider))
}

function reasonOfInactive(claims: Claims, { config }: Provider): string {
  const asker = config.introspectionClientId ?? config.clientId
  const why = VENDORS[config.type].whyInactive(asker, audiencesOf(claims))
  return why ?? 'verified here, and not active at the provider'
}

function sourceOf({ header }: JwtContent): Source {
  return kindOf(header) === 'at+jwt' ? 'at+jwt' : 'other JWT'
}

/** @see RFC 9068 sections 2.1 and 2.2 */
function faultOfKind({ header, claims }: JwtContent, provider: Provider): BadToken | undefined {
  const kind = kindOf(header)
  // A logout token, or another token about an event, whatever its header says. @see RFC 8417 section 2.2
  if (claims.events !== undefined) return bad('not an access token')
  if (kind === 'at+jwt') {
    // Keycloak names the client in azp alone, also with its option for this header.
    const read: Claims = claims.typ === 'Bearer' ? { ...claims, client_id: claims.client_id ?? claims.azp } : claims
    // The subject is checked once it is known whose the token is: programs' tokens have none at Duende, among others.
    const missing = ['client_id', 'iat', 'jti', 'aud'].filter((name) => read[name] === undefined || read[name] === '')
    return missing.length > 0 ? bad(`no ${missing.join(', ')}`) : undefined
  }
  if (kind !== undefined && kind !== 'jwt') return bad('not an access token')
  if (claims.typ === undefined) {
    return provider.isAccessToken(claims) ? undefined : bad('not an access token', provider.accessTokenHint)
  }
  if (!callsItselfAccessToken(claims)) return bad('not an access token')
  return claims.typ === 'DPoP' && !isBoundByDpop(claims) ? bad('a DPoP token without its key (cnf)') : undefined
}
