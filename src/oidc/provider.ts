/**
 * One provider, made from its settings: both doors to it, and what it is called; the steps of the protocol are behind the doors.
 */
import type { UserSearch } from '../config/dialects/opentalk/settings.ts'
import type { ProviderConfig } from '../config/model.ts'
import { GatehouseError } from '../errors.ts'
import { type AccountStatus, statusOf } from '../vendors/keycloak/account-status.ts'
import { createAdminApi, type GetToken, type Send } from '../vendors/keycloak/admin-api.ts'
import { createUserSearcher, type FoundUser, type UserSearchRequest } from '../vendors/keycloak/user-search.ts'
import { searchingClient, searchTokenOf } from './client/client-credentials.ts'
import type { PublicKeys } from './client/own-keys.ts'
import { createContext, type ProviderPorts } from './provider-context.ts'
import { createRelyingParty, type RelyingParty } from './relying-party.ts'
import { createResourceServer, type ResourceServer } from './resource-server.ts'

/** What Gatehouse asks of a provider. Each call waits no longer than `timeoutSeconds` in all. */
export interface Provider extends RelyingParty, ResourceServer {
  readonly id: string
  readonly config: ProviderConfig
  /** What the provider calls itself. @throws GatehouseError when that cannot be found out */
  issuer(): Promise<string>
  /**
   * Whether a token with this `iss` may be the provider's. Nothing is believed by that.
   * @throws GatehouseError when the issuer is not known and cannot be found
   */
  issues(issuer: string | undefined): Promise<boolean>
  /**
   * Whether people of this account issuer are still the provider's, because its id in the settings may now belong to another provider.
   * Decided by the settings, or by metadata at hand where they name no issuer; calls nothing. If neither says, the answer is yes.
   */
  stillIssues(accountIssuer: string): boolean
  /** Where a `sid` of this issuer is unique: the issuer, or all that the provider signs in when it names no issuer at sign-outs. */
  sidScope(issuer: string): string
  /** Where a `sid` without an issuer is looked for; `null`: the provider never sends one. */
  readonly bareSidScope: string | null
  /** Where the provider's own pages are, as far as it can be asked. */
  origins(): Promise<readonly string[]>
  /**
   * People at the provider, also such as have never signed in here.
   * @throws GatehouseError `not_configured` when there is no such search; else as in `user-search.ts`
   */
  findUsers(request: UserSearchRequest): Promise<readonly FoundUser[]>
  /**
   * What the accounts of people are at the provider, in the order of their subjects.
   * @throws GatehouseError `not_configured` when it cannot be asked; else as in `account-status.ts`
   */
  accountStatuses(subjects: readonly string[]): Promise<readonly AccountStatus[]>
  /** The public halves of our own keys. @throws GatehouseError `not_configured` when one of them cannot be used */
  publicKeys(): Promise<PublicKeys>
}

/** How many accounts are asked about at the same time: a Worker has six connections. */
const ASKED_AT_ONCE = 6

/**
 * Makes a provider from its settings. Nothing is asked of it before the first call.
 *
 * @param ports the network, the shared cache, the clock and the log
 */
export function createProvider(config: ProviderConfig, ports: ProviderPorts): Provider {
  const context = createContext(config, ports)
  const { quirks, metadata, begin, issuersOfSettings, possibleIssuers } = context
  const searching = config.userSearch && {
    as: config.userSearch,
    searcher: createUserSearcher(config.userSearch, createAdminApi(config.userSearch, ports.clock), ports.log),
  }
  const syncing = config.accountSync && { as: config.accountSync, api: createAdminApi(config.accountSync, ports.clock) }

  async function tokenOf(search: UserSearch, send: Send): Promise<GetToken> {
    const client = await context.clientAs(searchingClient(config, search), await metadata.read(send), send)
    return () => searchTokenOf(client)
  }

  const bareSidScope = quirks.leavesOutIssuer ? `provider ${config.id}` : null

  return {
    ...createRelyingParty(context),
    ...createResourceServer(context),
    id: config.id,
    config,
    bareSidScope,
    sidScope: (issuer) => bareSidScope ?? issuer,

    async issuer() {
      return (await metadata.read(begin())).issuer
    },

    async issues(iss) {
      return iss !== undefined && (await possibleIssuers()).some((issuer) => quirks.issues(iss, issuer, config))
    },

    stillIssues(accountIssuer) {
      const known = issuersOfSettings.length > 0 ? issuersOfSettings : [metadata.atHand()?.issuer]
      const issuers = known.filter((one) => one !== undefined)
      return issuers.length === 0 || issuers.some((issuer) => quirks.issues(accountIssuer, issuer, config))
    },

    async origins() {
      const current = await context.orNull('provider_origin_unknown', () => metadata.read(begin()))
      const addresses = [config.issuer, current?.issuer, current?.end_session_endpoint]
      const known = addresses.filter((address) => address !== undefined)
      return [...new Set(known.map((address) => new URL(address).origin))]
    },

    async findUsers(request) {
      if (!searching) throw new GatehouseError('not_configured', 'user_search_off', 'there is no search of people')
      const send = begin()
      return searching.searcher.find(request, await tokenOf(searching.as, send), send)
    },

    async accountStatuses(subjects) {
      if (!syncing) throw new GatehouseError('not_configured', 'user_search_off', 'accounts cannot be looked at')
      const statuses: AccountStatus[] = []
      for (let first = 0; first < subjects.length; first += ASKED_AT_ONCE) {
        const send = begin()
        const getToken = await tokenOf(syncing.as, send)
        const some = subjects.slice(first, first + ASKED_AT_ONCE)
        const asked = some.map((subject) => statusOf(subject, syncing.as, syncing.api, getToken, send))
        statuses.push(...(await Promise.all(asked)))
      }
      return statuses
    },

    publicKeys: () => context.ownKeys.publicKeys(),
  }
}
