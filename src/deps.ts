/**
 * The only wiring: settings and bindings in, everything that the routes need out; holds no rule of its own.
 */
import type { AppRegistry } from './accounts/app-registry.ts'
import type { UserStore } from './accounts/directory.ts'
import type { AuditList, SessionList, UserList } from './accounts/records.ts'
import type { PushedGroups, PushedUsers } from './accounts/scim/stores.ts'
import { deleteGone, type SyncStore, syncAccounts } from './accounts/sync.ts'
import type { Clock } from './clock.ts'
import { loadConfig } from './config/load.ts'
import type { Config, Env } from './config/model.ts'
import { unmistakableSecretsOf } from './config/secrets.ts'
import { randomReference } from './crypto.ts'
import type { Check } from './diagnosis/check.ts'
import { type DiagnosisOptions, diagnose } from './diagnosis/diagnose.ts'
import type { RefusalLog } from './diagnosis/refusals.ts'
import { createSigningKeys, type SigningKeys } from './issuer/signing-keys.ts'
import { consoleLog, type Log, redactedLog } from './log.ts'
import { createProviders, type Providers } from './oidc/providers.ts'
import type { Fetch } from './oidc/transport/http.ts'
import { redactedBeginning, redactionOf } from './secrets.ts'
import { createRevocations, type Revocations } from './sessions/revocations.ts'
import { createSealers, type Sealers } from './sessions/vault.ts'
import { createAppRegistry } from './store/app-registry.ts'
import { createAppStore } from './store/apps.ts'
import { isDatabaseReady } from './store/d1.ts'
import { createDocumentCache } from './store/documents.ts'
import { createEndings, type Endings } from './store/endings.ts'
import { createSpentLogins, type SpentLogins } from './store/logins.ts'
import { createAuditList } from './store/people/audit-list.ts'
import { type Changes, createChanges } from './store/people/changes.ts'
import { createSessionList } from './store/people/session-list.ts'
import { createSyncStore } from './store/people/syncs.ts'
import { createUserList } from './store/people/user-list.ts'
import { createStorageProbe } from './store/probe.ts'
import { purgeExpired } from './store/purge.ts'
import { createRateLimit, type RateLimit } from './store/rate-limit.ts'
import { createRefusalLog } from './store/refusals.ts'
import { createRevocationStore } from './store/revocations.ts'
import { createPushedGroups } from './store/scim/groups.ts'
import { createPushedUsers } from './store/scim/users.ts'
import { createSessions, type Sessions } from './store/sessions.ts'
import { createSignInMarks, type SignInMarks } from './store/sign-in-marks.ts'
import { createSigningKeyStore } from './store/signing-keys.ts'
import { createTokenRecords } from './store/token-records.ts'
import { createUserDirectory } from './store/users.ts'
import { type Apps, createApps } from './tokens/authenticated-apps.ts'
import type { TokenRecords } from './tokens/records.ts'
import { createVerdicts, type Verdicts } from './tokens/verdicts.ts'

/** What is not ours: the network, the clock, the log. Tests may bring their own. */
export interface World {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly log: Log
}

export interface Deps {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  readonly providers: Providers
  readonly sessions: Sessions
  readonly endings: Endings
  readonly revocations: Revocations
  readonly records: TokenRecords
  readonly spentLogins: SpentLogins
  /** How many guests a network may have in a minute. */
  readonly guestLimit: RateLimit
  readonly signInMarks: SignInMarks
  readonly apps: Apps
  /** Our own, with which we sign for apps. */
  readonly signingKeys: SigningKeys
  readonly directory: UserStore
  /** People, their sessions and the audit, for administrators and for the people themselves. */
  readonly people: People
  /** What providers push by SCIM. */
  readonly scim: { readonly users: PushedUsers; readonly groups: PushedGroups }
  /** Apps, for administrators. */
  readonly registry: AppRegistry
  /** In memory, while the revocation feed says nothing else. */
  readonly verdicts: Verdicts
  /** One sealer for each use, so that nothing sealed for one opens in another. */
  readonly sealers: Sealers
  readonly refusals: RefusalLog
  /** Looks at everything, as Gatehouse sees it from here. @see diagnose in `diagnosis/diagnose.ts` */
  diagnose(options: DiagnosisOptions): Promise<readonly Check[]>
  isDatabaseReady(): Promise<boolean>
  /** Removes what has expired; gives back how many rows went, by table. */
  purgeExpired(): Promise<Readonly<Record<string, number>>>
  /** One run of the account sync, where it is on. @see syncAccounts in `accounts/sync.ts` */
  syncAccounts(): Promise<void>
}

export interface People {
  readonly users: UserList
  readonly sessions: SessionList
  readonly audit: AuditList
  readonly changes: Changes
  readonly syncs: SyncStore
}

/** Ten times what a log line shows of a text; a text from a provider may be of any length. */
const LOGGED_MAX_CHARACTERS = 20_000

const realWorld: World = {
  fetch: (url, init) => fetch(url, init),
  clock: {
    now: () => Date.now(),
    aheadSeconds: 0,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  },
  log: consoleLog,
}

/**
 * Wires everything, once for an isolate.
 *
 * @throws ConfigurationError when a setting is wrong or missing
 */
export function createDeps(env: Env, world: Partial<World> = {}): Deps {
  const { fetch, clock, log: wholeLog } = { ...realWorld, ...world }
  const { config, warnings } = loadConfig(env)
  const redact = redactionOf(unmistakableSecretsOf(config))
  const log = redactedLog(wholeLog, (text) => redactedBeginning(text, LOGGED_MAX_CHARACTERS, redact))
  for (const warning of warnings) log({ level: 'warn', event: 'configuration', detail: { warning } })
  const refusals = createRefusalLog(env.DB, log)
  const revocations = createRevocations(createRevocationStore(env.DB), clock, config.revocationLagSeconds)
  const sealers = createSealers(config)
  const changes = createChanges(env.DB, clock, log)
  const syncs = createSyncStore(env.DB, clock, log)
  const providers = createProviders(config.providers, { fetch, clock, log, cache: createDocumentCache(env.KV) })
  const storage = createStorageProbe(env.DB, env.KV, clock)
  return {
    config,
    clock,
    log,
    providers,
    sessions: createSessions(env.DB, clock, log),
    endings: createEndings(env.DB, clock, log),
    revocations,
    records: createTokenRecords(env.DB),
    spentLogins: createSpentLogins(env.DB, clock),
    guestLimit: createRateLimit(env.GUEST_RATE_LIMIT, 'GUEST_RATE_LIMIT'),
    signInMarks: createSignInMarks(env.KV, clock, log),
    signingKeys: createSigningKeys(createSigningKeyStore(env.DB), sealers.signingKeys, clock),
    apps: createApps(createAppStore(env.DB), revocations, clock),
    directory: createUserDirectory(env.DB),
    people: {
      users: createUserList(env.DB),
      sessions: createSessionList(env.DB, clock),
      audit: createAuditList(env.DB),
      changes,
      syncs,
    },
    scim: { users: createPushedUsers(env.DB, clock, log), groups: createPushedGroups(env.DB) },
    registry: createAppRegistry(env.DB, clock, log),
    verdicts: createVerdicts(clock, revocations),
    sealers,
    refusals,
    diagnose: (options) => diagnose({ config, warnings, problems: [] }, { fetch, clock, storage, refusals }, options),
    isDatabaseReady: () => isDatabaseReady(env.DB, log),
    purgeExpired: () => purgeExpired(env.DB, clock, config.auditRetentionDays),
    async syncAccounts() {
      const ports = { syncs, changes, config, clock, log, newReference: randomReference }
      for (const provider of providers.all)
        if (provider.config.accountSync !== null) await syncAccounts(provider, ports)
      await deleteGone(ports)
    },
  }
}
