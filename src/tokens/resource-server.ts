/**
 * What La Suite's resource server demands of a token beside its being good: a scope, and who it was issued to; part of `audience.ts`.
 */

import { audiencesOf, claimAt } from '../claims/claim-values.ts'
import { isText } from '../claims/values.ts'
import type { ProviderConfig } from '../config/model.ts'
import { nameOf } from '../config/names.ts'
import type { AccessToken } from './access-token.ts'
import { type BadToken, bad } from './verdict.ts'

/**
 * @returns what is wrong, for the log
 * @see the resource server settings of La Suite Meet
 */
export function flawOfResourceServer(
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
