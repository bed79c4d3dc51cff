/**
 * Whether an access token is meant for the app that asks: by the app's own policy, or else by what is meant for Gatehouse itself; and what
 * La Suite's resource server demands beside that.
 */
import type { App } from '../accounts/apps.ts'
import { audiencesOf, claimAt, isText } from '../claims/claim-values.ts'
import type { OpenTalk } from '../config/dialects/opentalk/settings.ts'
import type { Config, ProviderConfig } from '../config/model.ts'
import { nameOf } from '../config/names.ts'
import type { Provider } from '../oidc/provider.ts'
import { type AccessToken, type BadToken, bad } from './access-token.ts'

/** The token is for others. */
export const FOR_OTHERS: BadToken = bad('meant for another audience')

/** What a token must have one of. */
type Policy = Pick<App, 'audiences' | 'clients'>

/**
 * @param issuing the providers that the token may be from
 * @returns what is wrong, for the log, with what fixes it where that is known
 */
export function faultOfAudience(
  token: AccessToken,
  app: App,
  config: Config,
  issuing: readonly Provider[],
): BadToken | undefined {
  const fault = faultOfService(token, config)
  if (fault) return fault
  const hasPolicy = hasPolicyOf(app)
  if (!hasPolicy && config.isResourceServer) {
    const faults = issuing.map((provider) => faultOfResourceServer(token, provider.config))
    return faults.includes(undefined) ? undefined : faults[0]
  }
  const opentalk = opentalkOf(config, issuing)
  if (matches(token, hasPolicy ? app : ownPolicy(config, opentalk, issuing), config)) return undefined
  if (hasPolicy || opentalk === null) return forOthers(token)
  const isService = token.principal === 'service'
  return isService ? faultOfRoles(token, config) : bad(`${FOR_OTHERS.reason}; ${cureOf(token, opentalk)}`)
}

/** Whether it says itself that it is for others, so that nothing learnt about it later can make it a token for the app. */
export function isForOthers(token: AccessToken, app: App, config: Config, issuing: readonly Provider[]): boolean {
  const saysForWhom = audiencesOf(token.claims).length > 0 && token.client !== undefined
  return saysForWhom && faultOfAudience(token, app, config, issuing) === FOR_OTHERS
}

/** With what to set for a token without an audience, such as those of Cognito. */
function forOthers({ claims }: AccessToken): BadToken {
  if (audiencesOf(claims).length > 0) return FOR_OTHERS
  const hint = `it has no audience (aud): name its client with npm run app:create -- --client, or in ${nameOf('allowedClients')}`
  return { ...FOR_OTHERS, hint }
}

/** While only some programs are allowed, a token that may be any program's is refused like one that surely is a program's. */
function faultOfService({ client, principal }: AccessToken, { serviceClients: allowed }: Config): BadToken | undefined {
  if (principal === 'user' || allowed === undefined) return undefined
  if (client !== undefined && allowed.includes(client)) return undefined
  const name = client ?? '(without a name)'
  return bad(
    principal === 'service'
      ? `a token of the program ${name}, which is not in ${nameOf('serviceClients')}`
      : `nothing tells whether the token is a person’s or a program’s, and its client ${name} is not in ${nameOf('serviceClients')}`,
  )
}

/** A token that is meant for an app, as that app sees it. */
export function forApp(app: App, token: AccessToken, config: Config, issuing: readonly Provider[]): AccessToken {
  if (hasPolicyOf(app) || !config.isResourceServer) return token
  const provider = issuing.find((one) => faultOfResourceServer(token, one.config) === undefined)
  return provider ? withoutPrefix(token, provider.config) : token
}

function hasPolicyOf({ audiences, clients }: App): boolean {
  return audiences.length > 0 || clients.length > 0
}

function matches(
  { claims, client }: AccessToken,
  { audiences, clients }: Policy,
  { baseUrl: ownUrl }: Pick<Config, 'baseUrl'>,
): boolean {
  // The root of a host is the same with and without its slash, and providers write it either way.
  const plain = (audience: string) => (audience === `${ownUrl}/` ? ownUrl : audience)
  const wanted = audiences.map(plain)
  const isForUs = audiencesOf(claims).some((audience) => wanted.includes(plain(audience)))
  return isForUs || (client !== undefined && clients.includes(client))
}

/** OpenTalk's settings, if one of the providers is the one that they describe. */
function opentalkOf({ opentalk }: Config, issuing: readonly Provider[]): OpenTalk | null {
  const isOurs = issuing.some(({ config }) => opentalk?.issuers.includes(config.issuer ?? ''))
  return isOurs ? opentalk : null
}

/**
 * What is meant for Gatehouse itself. The tokens of an OpenTalk usually name no one but `account` as their audience, so there it counts
 * which client they were issued to.
 */
function ownPolicy(config: Config, opentalk: OpenTalk | null, issuing: readonly Provider[]): Policy {
  const controller = opentalk?.controller?.clientId
  const ofOpenTalk = [controller, opentalk?.frontendClientId].filter((client) => typeof client === 'string')
  return {
    audiences: [
      config.baseUrl,
      ...issuing.map((provider) => provider.config.clientId),
      ...(controller === undefined ? [] : [controller]),
    ],
    clients: [...ofOpenTalk, ...config.allowedClients],
  }
}

/** Only who administers the realm gives these roles, so a program that has one needs no audience. OpenTalk compares in lower case. */
function faultOfRoles({ client, roles }: AccessToken, { serviceRoles: known }: Config): BadToken | undefined {
  const held = (roles ?? []).map((role) => role.toLowerCase())
  if (known.some((role) => held.includes(role.toLowerCase()))) return undefined
  return bad(`a token of the program ${client}, whose service account has none of the realm roles ${known.join(', ')}`)
}

function cureOf({ client }: AccessToken, { controller, frontendClientId }: OpenTalk): string {
  const mapper = `a mapper of type Audience with Included Client Audience ${controller?.clientId}, on for access tokens`
  if (client === undefined) return `it does not say which client it was issued to (azp); give that client ${mapper}`
  const frontend = frontendClientId === null ? '' : ', make it oidc.frontend.client_id'
  return `it was issued to the client ${client}: give that client ${mapper}${frontend}, or add it to ${nameOf('allowedClients')}`
}

/**
 * @returns what is wrong, for the log
 * @see the resource server settings of La Suite Meet
 */
export function faultOfResourceServer(
  { claims, client, scopes }: AccessToken,
  config: ProviderConfig,
): BadToken | undefined {
  const { resourceServerScopes: wanted, audienceClaim: name } = config
  if (!wanted.some((scope) => scopes.includes(scope))) {
    return bad(`has none of the scopes ${wanted.join(', ')} (${nameOf('resourceServerScopes')})`)
  }
  if (name === 'aud') {
    const own = config.introspectionClientId ?? config.clientId
    return audiencesOf(claims).includes(own) ? undefined : bad(`has no ${own} in aud (${nameOf('audienceClaim')})`)
  }
  const holder = name === 'client_id' ? client : claimAt(claims, name)
  if (!isText(holder)) return bad(`has no ${name} (${nameOf('audienceClaim')})`)
  const { resourceServerClients: allowed } = config
  return allowed === undefined || allowed.includes(holder)
    ? undefined
    : bad(`its ${name} is not in ${nameOf('resourceServerClients')}`)
}

/** The token with the scopes as an application knows them, without the prefix that they have at the provider. */
export function withoutPrefix(token: AccessToken, { resourceServerScopesPrefix: prefix }: ProviderConfig): AccessToken {
  if (prefix === undefined) return token
  const head = `${prefix}:`
  const scopes = token.scopes.map((scope) => (scope.startsWith(head) ? scope.slice(head.length) : scope))
  return { ...token, scopes }
}
