/**
 * The account sync: people who are disabled or gone at the provider are disabled here, and those who come back are enabled. Each run is one
 * bounded step that changes all that it has found or nothing, so a run that fails is simply done again.
 */
import { type Clock, epochSeconds } from '../clock.ts'
import type { Config } from '../config/model.ts'
import { toGatehouseError } from '../errors.ts'
import { describeFailure, type Log } from '../log.ts'
import type { Provider } from '../oidc/provider.ts'
import type { AccountStatus } from '../vendors/keycloak/account-status.ts'
import type { AuditContext } from './audit.ts'

/** How many people one run looks at: as many requests to the provider. */
export const SYNC_PEOPLE_MAX = 300
/** So few are never too many. */
const FEW_PEOPLE = 5
/** How many people one run deletes. */
const DELETED_MAX = 100

/** What one provider's sync has come to. Times are seconds since the epoch. */
export interface SyncState {
  readonly providerId: string
  /** The place of the last person who was looked at; 0: it begins anew. */
  readonly position: number
  readonly ranAt: number
  /** When it last came to the end of all people; `null`: not yet. */
  readonly completedAt: number | null
  /** How many people the last run looked at, and how many of them it was to disable. */
  readonly lookedAt: number
  readonly toDisable: number
  /** Since when it waits for an administrator; `null`: it does not. */
  readonly stoppedAt: number | null
  /** Whether an administrator lets the next run disable as many as it finds. */
  readonly isConfirmed: boolean
  /** Why the last run failed, as `code: reason`; `null`: it did not. */
  readonly failure: string | null
}

/** A person as the sync looks at them. */
export interface SyncedPerson {
  readonly id: string
  readonly subject: string
  readonly position: number
  readonly isDisabled: boolean
  /** By the sync, and not by an administrator. */
  readonly isDisabledByProvider: boolean
}

/** Every method throws GatehouseError `store_unavailable`. */
export interface SyncStore {
  all(): Promise<readonly SyncState[]>
  state(providerId: string): Promise<SyncState | null>
  save(state: SyncState): Promise<void>
  /** Lets a sync that has stopped go on, and notes who did it. */
  goOn(providerId: string, context: AuditContext): Promise<void>
  /** The people of an issuer after a place, in the order of their places. */
  people(issuer: string, position: number, limit: number): Promise<readonly SyncedPerson[]>
  /** The ids of people whom the sync disabled before a time. */
  disabledBefore(time: number, limit: number): Promise<readonly string[]>
}

interface Changes {
  disable(userId: string, context: AuditContext, reason: string): Promise<unknown>
  enable(userId: string, context: AuditContext): Promise<unknown>
  erase(userId: string, context: AuditContext): Promise<unknown>
}

export interface SyncPorts {
  readonly syncs: SyncStore
  readonly changes: Changes
  readonly config: Pick<Config, 'accountSyncMaxShare' | 'accountDeletionDays'>
  readonly clock: Clock
  readonly log: Log
  /** A reference number for what a run does. */
  newReference(): string
}

/** One run for one provider. A failure is logged and noted, and changes nothing. @throws GatehouseError `store_unavailable` */
export async function syncAccounts(
  provider: Pick<Provider, 'id' | 'issuer' | 'accountStatuses'>,
  ports: SyncPorts,
): Promise<void> {
  const { syncs, clock, log } = ports
  const before = (await syncs.state(provider.id)) ?? beginningOf(provider.id)
  if (before.stoppedAt !== null) return
  const state = { ...before, ranAt: epochSeconds(clock) }
  try {
    const people = await syncs.people(await provider.issuer(), before.position, SYNC_PEOPLE_MAX)
    const statuses = await provider.accountStatuses(people.map(({ subject }) => subject))
    await syncs.save(await applied(people, statuses, state, ports))
  } catch (thrown) {
    const error = toGatehouseError(thrown)
    log({ level: 'warn', event: 'account_sync_failed', detail: { provider: provider.id, ...describeFailure(error) } })
    await syncs.save({ ...state, failure: `${error.code}: ${error.reason}` })
  }
}

async function applied(
  people: readonly SyncedPerson[],
  statuses: readonly AccountStatus[],
  state: SyncState,
  ports: SyncPorts,
): Promise<SyncState> {
  const { changes, config, log, newReference } = ports
  const known = people.map((person, index) => ({ ...person, status: statuses[index] ?? 'enabled' }))
  const leaving = known.filter(({ status, isDisabled }) => status !== 'enabled' && !isDisabled)
  const returning = known.filter(({ status, isDisabledByProvider }) => status === 'enabled' && isDisabledByProvider)
  const counts = { lookedAt: people.length, toDisable: leaving.length, failure: null }
  const isTooMany = leaving.length > FEW_PEOPLE && leaving.length * 100 > config.accountSyncMaxShare * people.length
  if (isTooMany && !state.isConfirmed) {
    const detail = { provider: state.providerId, looked_at: people.length, to_disable: leaving.length }
    log({ level: 'error', event: 'account_sync_stopped', detail })
    return { ...state, ...counts, stoppedAt: state.ranAt }
  }
  const reference = newReference()
  for (const { id, status } of leaving) await changes.disable(id, { reference }, `${status}_at_provider`)
  for (const { id } of returning) await changes.enable(id, { reference })
  const isEnd = people.length < SYNC_PEOPLE_MAX
  const [position, completedAt] = isEnd ? [0, state.ranAt] : [people.at(-1)?.position ?? 0, state.completedAt]
  if (leaving.length + returning.length > 0) {
    const detail = { provider: state.providerId, disabled: leaving.length, enabled: returning.length }
    log({ level: 'info', event: 'accounts_synced', ref: reference, detail })
  }
  return { ...state, ...counts, position, completedAt, isConfirmed: false }
}

/** Deletes people whom the sync has disabled longer ago than the settings say. @throws GatehouseError `store_unavailable` */
export async function deleteGone({ syncs, changes, config, clock, log, newReference }: SyncPorts): Promise<void> {
  const { accountDeletionDays: days } = config
  if (days === undefined) return
  const ids = await syncs.disabledBefore(epochSeconds(clock) - days * 86_400, DELETED_MAX)
  if (ids.length === 0) return
  const reference = newReference()
  for (const id of ids) await changes.erase(id, { reference })
  log({ level: 'info', event: 'accounts_deleted', ref: reference, detail: { deleted: ids.length } })
}

function beginningOf(providerId: string): SyncState {
  const counts = { position: 0, ranAt: 0, lookedAt: 0, toDisable: 0 }
  return { providerId, ...counts, completedAt: null, stoppedAt: null, isConfirmed: false, failure: null }
}
