/**
 * Whether an access token is meant for the app that asks: by the app's own policy, or else by what is meant for Gatehouse itself.
 */
import type { App } from '../accounts/apps.ts'
import type { Config } from '../config/env.ts'
import type { OpenTalk } from '../config/opentalk-settings.ts'
import { audiencesOf, type Claims, type Provider } from '../oidc/provider.ts'
import { clientOf, principalOf, rolesOf } from './access-token.ts'
import { flawOfResourceServer, withoutPrefix } from './resource-server.ts'

/** What a token must have one of. */
type Policy = Pick<App, 'audiences' | 'clients'>

/**
 * @param issuing the providers that the token may be from
 * @returns what is wrong, for the log, with what mends it where that is known
 */
export function flawOfAudience(
  claims: Claims,
  app: App,
  config: Config,
  issuing: readonly Provider[],
): string | undefined {
  const isService = principalOf(claims) === 'service'
  const client = clientOf(claims)
  const { GATEHOUSE_SERVICE_CLIENTS: allowedServices } = config
  if (isService && allowedServices !== undefined && !(client !== undefined && allowedServices.includes(client))) {
    return `a token of the program ${client ?? 'without a name'}, which is not in GATEHOUSE_SERVICE_CLIENTS`
  }
  const hasPolicy = hasPolicyOf(app)
  if (!hasPolicy && config.EXTERNAL_API_ENABLED) {
    const flaws = issuing.map((provider) => flawOfResourceServer(claims, provider.config))
    return flaws.includes(undefined) ? undefined : flaws[0]
  }
  const opentalk = opentalkOf(config, issuing)
  if (matches(claims, hasPolicy ? app : ownPolicy(config, opentalk, issuing))) return undefined
  if (hasPolicy || opentalk === null) return 'meant for another audience'
  return isService ? flawOfRoles(claims, config) : `meant for another audience; ${cureOf(claims, opentalk)}`
}

/** What an app is told of a token that is meant for it. */
export function claimsFor(app: App, claims: Claims, config: Config, issuing: readonly Provider[]): Claims {
  if (hasPolicyOf(app) || !config.EXTERNAL_API_ENABLED) return claims
  const provider = issuing.find((one) => flawOfResourceServer(claims, one.config) === undefined)
  return provider ? withoutPrefix(claims, provider.config) : claims
}

function hasPolicyOf({ audiences, clients }: App): boolean {
  return audiences.length > 0 || clients.length > 0
}

function matches(claims: Claims, { audiences, clients }: Policy): boolean {
  const client = clientOf(claims)
  const isForUs = audiencesOf(claims).some((audience) => audiences.includes(audience))
  return isForUs || (client !== undefined && clients.includes(client))
}

/** OpenTalk's settings, if one of the providers is the one that they describe. */
function opentalkOf({ opentalk }: Config, issuing: readonly Provider[]): OpenTalk | null {
  const isOurs = issuing.some(({ config }) => opentalk?.issuers.includes(config.OIDC_OP_URL ?? ''))
  return isOurs ? opentalk : null
}

/**
 * What is meant for Gatehouse itself. The tokens of an OpenTalk usually name nobody but `account` as their audience, so there it counts
 * which client they were issued to.
 */
function ownPolicy(config: Config, opentalk: OpenTalk | null, issuing: readonly Provider[]): Policy {
  const controller = opentalk?.controller?.clientId
  const ofOpenTalk = [controller, opentalk?.frontendClientId].filter((client) => typeof client === 'string')
  return {
    audiences: [
      config.BASE_URL,
      ...issuing.map((provider) => provider.config.OIDC_RP_CLIENT_ID),
      ...(controller === undefined ? [] : [controller]),
    ],
    clients: [...ofOpenTalk, ...config.GATEHOUSE_ALLOWED_CLIENTS],
  }
}

/** Only who administers the realm gives these roles, so a program that has one needs no audience. OpenTalk compares in lower case. */
function flawOfRoles(claims: Claims, { GATEHOUSE_SERVICE_ROLES: known }: Config): string | undefined {
  const roles = rolesOf(claims).map((role) => role.toLowerCase())
  if (known.some((role) => roles.includes(role.toLowerCase()))) return undefined
  return `a token of the program ${clientOf(claims)}, whose service account has none of the realm roles ${known.join(', ')}`
}

function cureOf(claims: Claims, { controller, frontendClientId }: OpenTalk): string {
  const client = clientOf(claims)
  const mapper = `a mapper of type Audience with Included Client Audience ${controller?.clientId}, on for access tokens`
  if (client === undefined) return `it does not say which client it was issued to (azp); give that client ${mapper}`
  const frontend = frontendClientId === null ? '' : ', make it oidc.frontend.client_id'
  return `it was issued to the client ${client}: give that client ${mapper}${frontend}, or add it to GATEHOUSE_ALLOWED_CLIENTS`
}
