/**
 * What Gatehouse itself has on record of an access token: whether its provider has ended it by a logout token, and whose account it belongs to.
 * Which logout tokens end it is said in `sessions/cut-offs.ts`.
 */
import { isText } from '../claims/claim-values.ts'
import type { Provider } from '../oidc/provider.ts'
import { type CutOff, cutOffNames, isCutOff } from '../sessions/cut-offs.ts'
import {
  type Moment,
  type Revocation,
  type Revocations,
  revocationName,
  type Snapshot,
} from '../sessions/revocations.ts'
import { sidHashOf, subHashOf } from '../sessions/vault.ts'

/** What there is on record. */
export interface TokenRecord {
  readonly cutOffs: readonly CutOff[]
  /** The account of its subject; `null`: they have not signed in here. */
  readonly userId: string | null
  /** Whether that account is. */
  readonly isDisabled: boolean
}

export interface TokenRecords {
  /** @throws GatehouseError `store_unavailable` */
  find(token: Names, after: Revocation | null): Promise<Snapshot<TokenRecord>>
}

/** Under which names a token is on record. */
export interface Names {
  /** Under which it may have been cut off. @see cutOffNames in `cut-offs.ts` */
  readonly cutOffNames: readonly string[]
  readonly issuer: string
  /** `null`: it has none. */
  readonly subject: string | null
}

export interface RecordPorts {
  readonly records: TokenRecords
  readonly revocations: Revocations
}

/** The claims by which a token is found. */
interface Naming {
  readonly iss?: unknown
  readonly sub?: unknown
  readonly sid?: unknown
  readonly iat?: number | undefined
}

/** What is on record of a token, and what it takes to remember that. */
export interface Recorded {
  readonly isCutOff: boolean
  /** `null`: its person has not signed in here, or it has none. */
  readonly userId: string | null
  readonly isDisabled: boolean
  /** The names in the revocation feed under which this changes. */
  readonly names: readonly string[]
  /** `null`: it must not be remembered. */
  readonly asOf: Moment | null
}

const NOTHING = { isCutOff: false, userId: null, isDisabled: false, names: [] } as const

/**
 * Looks a token up.
 *
 * @param claims of a token whose issuer is this provider
 * @throws GatehouseError `store_unavailable`
 */
export async function recordOf(
  claims: Naming,
  provider: Provider,
  { records, revocations }: RecordPorts,
): Promise<Recorded> {
  const token = await namesOf(claims, provider)
  if (token.cutOffNames.length === 0) return { ...NOTHING, asOf: revocations.now() }
  const { found, asOf } = await revocations.read((after) => records.find(token, after))
  const { cutOffs, userId, isDisabled } = found
  const ofUser = userId === null ? [] : [revocationName('user', userId)]
  const names = [...token.cutOffNames.map((name) => revocationName('token', name)), ...ofUser]
  return { isCutOff: isCutOff(cutOffs, claims.iat), userId, isDisabled, names, asOf }
}

async function namesOf({ iss, sub, sid }: Naming, provider: Provider): Promise<Names> {
  const issuer = isText(iss) ? await provider.accountIssuer(iss) : await provider.issuer()
  const subject = isText(sub) && sub !== '' ? sub : null
  const sidHash = isText(sid) && sid !== '' ? await sidHashOf(provider.sidScope(issuer), sid) : null
  const subHash = subject === null ? null : await subHashOf(issuer, subject)
  return { cutOffNames: cutOffNames(subHash, sidHash), issuer, subject }
}
