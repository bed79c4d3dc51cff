/**
 * What all settings come to, in words of the domain; each is declared in `schema/`, and `load.ts` reads them.
 */
import type { D1Database, KVNamespace, RateLimit } from '@cloudflare/workers-types'
import type { ProviderType } from '../vendors/vendors.ts'
import type { RegisteredAddresses } from './addresses.ts'
import type { OpenTalk, UserSearch } from './dialects/opentalk/settings.ts'
import type { ownSettings } from './schema/gatehouse.ts'
import type { providerSettings } from './schema/provider.ts'
import type { ValuesOf } from './schema/setting.ts'

/** One provider, with everything that its type decides already decided. */
export type ProviderConfig = Omit<ValuesOf<typeof providerSettings>, 'type'> & {
  /** Names it in paths, cookies, the log and the database. */
  readonly id: string
  /** Names it for people. */
  readonly name: string
  readonly type: ProviderType
  /** Whether the operator says where the groups are, so that their absence is worth a line in the log. */
  readonly isGroupsClaimSet: boolean
  /** Whether OIDC_RP_SIGN_ALGO is set; otherwise the metadata of the provider may decide. */
  readonly isSignAlgoSet: boolean
  /** Other names that the provider may call itself by, if it is asked by another name than browsers know it by. */
  readonly otherIssuers: readonly string[]
  /** The host that introspection and userinfo are to believe they were asked by; `null`: the one that they are asked by. */
  readonly forwardedHost: string | null
  /** What is registered at the provider for Gatehouse. */
  readonly addresses: RegisteredAddresses
  /** Where to look for people who have not signed in yet; `null`: nowhere. */
  readonly userSearch: UserSearch | null
  /** Where to look whether people still have an account; `null`: nowhere. */
  readonly accountSync: UserSearch | null
}

/** The settings of Gatehouse itself. */
export type OwnConfig = ValuesOf<typeof ownSettings>

/** All settings, checked and frozen. */
export type Config = OwnConfig & {
  /** The first is the one that people sign in with who say nothing else. */
  readonly providers: readonly [ProviderConfig, ...ProviderConfig[]]
  /** `null`: no setting of OpenTalk is in use. */
  readonly opentalk: OpenTalk | null
}

/** The bindings of the Worker. Everything else in it is a setting and unchecked until `load.ts` has read it. */
export interface Env {
  readonly KV: KVNamespace
  readonly DB: D1Database
  /** Absent: the wrangler.toml is of an earlier version, and there are no guests. */
  readonly GUEST_RATE_LIMIT?: RateLimit
  readonly [setting: string]: unknown
}
