/**
 * JWT access tokens of the provider: issuer, signature and kind; what the claims say is judged in `access-token.ts`.
 */
import type { App } from '../accounts/apps.ts'
import { SIGNING_ALGORITHMS } from '../config/algorithms.ts'
import { GatehouseError } from '../errors.ts'
import { audiencesOf, type Claims, type Provider, type SignedJwt } from '../oidc/provider.ts'
import { unverifiedIssuer } from '../oidc/providers.ts'
import { clientOf, flawOfLife, flawOfSubject, goodToken } from './access-token.ts'
import { type AskingPorts, askProvider } from './asking.ts'
import { claimsFor, flawOfAudience } from './audience.ts'
import { bad, type Verdict } from './verdict.ts'

const TOKEN_MAX_CHARACTERS = 16_384

export function looksLikeJwt(token: string): boolean {
  return token.length <= TOKEN_MAX_CHARACTERS && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)
}

/**
 * Checks a JWT access token for an app.
 *
 * @throws GatehouseError `provider_unreachable` or `provider_error` when the keys cannot be had: that is no verdict
 * @see RFC 9068 section 4
 */
export async function checkJwt(token: string, app: App, ports: AskingPorts): Promise<Verdict> {
  const { config, providers, clock } = ports
  // Read before the signature is verified, so that nobody makes us ask for keys with a token that was never meant for us.
  const issuing = await providers.issuing(unverifiedIssuer(token))
  const [provider] = issuing
  if (!provider) return bad('another issuer')
  const jwt = await provider.verifyJwt(token, SIGNING_ALGORITHMS).catch((error: unknown) => {
    if (error instanceof GatehouseError && error.code === 'token_invalid') return error
    throw error
  })
  if (jwt instanceof GatehouseError) return bad(jwt.message)
  const flaw = flawOfKind(jwt, provider) ?? flawOfLife(jwt.claims, provider.config, clock)
  if (flaw) return bad(flaw)
  const judged = (claims: Claims): Verdict => {
    const flaw = flawOfSubject(claims) ?? flawOfAudience(claims, app, config, issuing)
    return flaw ? bad(flaw) : goodToken(claimsFor(app, claims, config, issuing), config)
  }
  const asked = issuing.find((one) => one.config.OIDC_OP_INTROSPECT_JWT)
  return asked ? confirmed(token, jwt.claims, asked, app, ports, judged) : judged(jwt.claims)
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
    const reason = 'OIDC_OP_INTROSPECT_JWT is on, and the provider cannot be asked about tokens'
    throw new GatehouseError('not_configured', reason, { detail: { provider: provider.id } })
  }
  const verdict = await askProvider(provider, token, app, ports, (said) => {
    const isOther = (name: 'iss' | 'sub') => claims[name] !== undefined && (said[name] ?? claims[name]) !== claims[name]
    if (isOther('iss') || isOther('sub')) return bad('the provider speaks of another token')
    return judged({ ...said, ...claims })
  })
  return verdict ?? bad(reasonOfInactive(claims, provider))
}

/** @see https://github.com/keycloak/keycloak/issues/49113 */
function reasonOfInactive(claims: Claims, { config }: Provider): string {
  const asker = config.OIDC_RS_CLIENT_ID ?? config.OIDC_RP_CLIENT_ID
  const isForUs = audiencesOf(claims).includes(asker)
  if (config.OIDC_OP_TYPE !== 'keycloak' || isForUs) return 'verified here, and not active at the provider'
  return `verified here, and not active at Keycloak, which since 26.6.2 says so of every token without ${asker} in aud: give the client of the token a mapper of type Audience with ${asker} as Included Client Audience, on for access tokens and for introspection`
}

/** @see RFC 9068 sections 2.1 and 2.2 */
function flawOfKind({ header, claims }: SignedJwt, provider: Provider): string | undefined {
  const type = header.typ?.toLowerCase().replace(/^application\//, '')
  if (type === 'at+jwt') {
    // Keycloak names the client in azp alone, also with its option for this header.
    const told: Claims = claims.typ === 'Bearer' ? { ...claims, client_id: clientOf(claims) } : claims
    const missing = ['sub', 'client_id', 'iat', 'jti', 'aud'].filter(
      (name) => told[name] === undefined || told[name] === '',
    )
    return missing.length > 0 ? `no ${missing.join(', ')}` : undefined
  }
  // Keycloak before the RFC 9068 profile says in the claims what other providers say in the header.
  if (claims.typ === 'Bearer') return undefined
  const isUntyped = (type === undefined || type === 'jwt') && claims.typ === undefined
  return isUntyped && provider.isAccessToken(claims) ? undefined : 'not an access token'
}
