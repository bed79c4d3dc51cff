/**
 * What an administrator is told who is asked why someone cannot get in: of each refused sign-in, and of what would keep the person out now.
 */
import { obstacleOf } from '../accounts/allow-lists.ts'
import type { AuditEntry } from '../accounts/audit.ts'
import type { UserRecord } from '../accounts/records.ts'
import type { Config } from '../config/model.ts'
import type { Providers } from '../oidc/providers.ts'
import { codeOfReason, isReason } from '../reasons.ts'
import { describeRefusal, type Explained, type Refusal } from './refusals.ts'

/** What the audit has of a refused sign-in. */
type Attempt = Pick<AuditEntry, 'at' | 'reference' | 'reason' | 'provider'>

/**
 * Explains a refused sign-in of the audit.
 *
 * @param kept its details; `null`: they are gone, and the reason alone is left
 */
export function explainAttempt(
  entry: Attempt,
  kept: Refusal | null,
  { providers }: Pick<Config, 'providers'>,
): Explained {
  const id = kept?.providerId ?? entry.provider
  const provider = providers.find((one) => one.id === id) ?? providers[0]
  return describeRefusal(kept ?? bareRefusal(entry, provider.id), provider)
}

/** The audit keeps the reason for longer than the details are kept. */
function bareRefusal({ at, reference, reason }: Attempt, providerId: string): Refusal {
  const word = reason ?? 'internal'
  return {
    at,
    providerId,
    reference,
    code: codeOfReason(word) ?? word,
    reason: isReason(word) ? word : null,
    message: word,
    missing: [],
    unreadable: [],
    place: null,
    status: null,
    error: null,
    description: null,
  }
}

/** What would keep a person out if their provider said the same of them as it did last; `null`: nothing. */
export function obstacleNow(
  { user, disabledAt, isDisabledByProvider }: UserRecord,
  providers: Providers,
  config: Config,
): Explained | null {
  if (disabledAt !== null && isDisabledByProvider) {
    return {
      seen: 'The account is disabled here (account_disabled), because it is disabled or gone at the provider.',
      fix: 'Enable the account at the provider; with its next push by SCIM, or the next run of the account sync, it is enabled here.',
    }
  }
  if (disabledAt !== null) {
    return {
      seen: 'The account is disabled here (account_disabled).',
      fix: 'Enable it on this page, or with npm run user:enable.',
    }
  }
  const provider = providers.ofAccount(user.issuer)
  if (provider === null) {
    return {
      seen: `No provider of the settings has the issuer ${user.issuer}, which the account is from.`,
      fix: 'If the provider has a new name for itself, its people are new people here; otherwise correct the settings of the provider.',
    }
  }
  const obstacle = obstacleOf(user, provider, config)
  return obstacle && { seen: `account_not_allowed (${obstacle.reason}): ${obstacle.message}.`, fix: `${obstacle.fix}.` }
}
