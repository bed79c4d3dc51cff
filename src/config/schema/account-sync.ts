/**
 * The settings of the account sync, by which people who are gone at the provider are shut out here; the sync itself is in `accounts/sync.ts`.
 */
import { bool, wholeBetween } from '../values/kinds.ts'
import type { Problem } from './reading.ts'
import { optional, writtenIn } from './setting.ts'

export const accountSyncSettings = {
  accountSync: optional(bool, {
    name: 'GATEHOUSE_ACCOUNT_SYNC',
    origin: 'Gatehouse',
    default: false,
    example: 'true',
    meaning:
      'Asks a Keycloak every 15 minutes whether people who have signed in here still have an account there, 300 people at a time: those who are disabled or gone there are disabled here, and those who come back are enabled. It asks as the client that searches for people (`user_search`), or else as the client of the provider, whose service account needs the roles query-users and view-users of realm-management. It needs the paid plan of Cloudflare Workers, because a run asks more than 50 times. Without it, a person who is gone is shut out when their session is next confirmed, and stays in lists and searches.',
  }),
  accountSyncMaxShare: optional(wholeBetween(1, 100, 'percent'), {
    name: 'GATEHOUSE_ACCOUNT_SYNC_MAX_SHARE',
    origin: 'Gatehouse',
    default: 10,
    example: '25',
    meaning:
      'Beyond this share of the people that one run has looked at, and more than five, the sync disables no one and stops: rather than that so many have left at once, something is wrong at the provider. An administrator lets it go on at /admin/.',
  }),
  accountDeletionDays: optional(wholeBetween(1, 3650, 'days'), {
    name: 'GATEHOUSE_ACCOUNT_DELETION_DAYS',
    origin: 'Gatehouse',
    example: '180',
    meaning:
      'Deletes people who are disabled because they are disabled or gone at the provider (by the sync or SCIM), with everything that is known of them, after this time. Unset: never.',
  }),
} as const

/** A sync that is asked for must be one that works. */
export function accountSyncProblems(
  isOn: boolean | undefined,
  providers: readonly { readonly accountSync: unknown }[],
): readonly Problem[] {
  if (isOn !== true || providers.length === 0 || providers.some(({ accountSync }) => accountSync !== null)) return []
  const { example } = accountSyncSettings.accountSync
  const problem =
    'is on, and no provider has accounts that can be looked at: a Keycloak, whose issuer ends with /realms/ and a name, with a client that has a secret'
  return [{ name: writtenIn(accountSyncSettings, 'accountSync'), problem, example }]
}
