/**
 * Who may come in, by rules over claims alone: what a sign-in must bring, and whose account it may be; `store/` finds out and writes.
 */

import { type Claims, claimAt, namesIn, SUBJECT_MAX_CHARACTERS } from '../claims/claim-values.ts'
import type { ProviderConfig } from '../config/model.ts'
import { nameOf } from '../config/names.ts'
import { GatehouseError } from '../errors.ts'
import { sourceOfClaim } from './claim-sources.ts'
import { type IdentityRules, identityOf, TEXT_CLAIMS } from './identity.ts'
import type { Identity } from './person.ts'
import { unreadableNames, unreadableText } from './unread-claims.ts'

/** Someone whom a provider vouches for. */
interface Login {
  readonly issuer: string
  /** `sub` of the ID token. */
  readonly subject: string
  /** Of the ID token and userinfo, already verified. */
  readonly claims: Claims
}

/** Whom to let in, and as whom. */
export interface Admission {
  readonly issuer: string
  /** What the person is known by within the issuer. */
  readonly subject: string
  readonly identity: Identity
  /** Whether someone who is not known gets an account. */
  readonly mayCreate: boolean
  /** How someone whose subject is not known may be known all the same; `null`: in no way. */
  readonly byEmail: EmailMatch | null
}

/** Within the same issuer, and only if exactly one account fits. */
export interface EmailMatch {
  readonly email: string
  /** Whether accounts fit of whose address the provider never said whether it is verified. */
  readonly trustsAbsent: boolean
  /** Whether the account keeps the subject that it has. */
  readonly keepsSubject: boolean
}

/** `matched`: by the address. The last four: not let in, and nothing was written. `ended`: by the provider, meanwhile. */
export type Outcome = 'admitted' | 'matched' | 'unknown' | 'ambiguous' | 'disabled' | 'ended'

/**
 * Judges a sign-in by what the provider says of the person.
 *
 * @param pushed what the provider has pushed of the person by SCIM; `null`: nothing
 * @throws GatehouseError `claims_missing`
 */
export function admissionOf(login: Login, config: ProviderConfig, pushed: object | null = null): Admission {
  const { issuer, claims } = login
  refuseMissingClaims(claims, requiredClaims(config), config)
  const identity = identityOf(claims, config)
  return {
    issuer,
    subject: subjectOf(login, config),
    identity,
    // Someone whom the provider has pushed is expected.
    mayCreate: config.createUsers || pushed !== null,
    byEmail: emailMatchOf(identity, config),
  }
}

/** The setting that says what people are known by. */
export type SubjectRules = Pick<ProviderConfig, 'subjectClaim'>

/** What a person is known by, according to claims: the claim that is configured, exactly as it is. `null`: they do not say. */
export function subjectIn(claims: Claims, { subjectClaim: name }: SubjectRules): string | null {
  const value = claimAt(claims, name)
  const isUsable = typeof value === 'string' && value !== '' && value.length <= SUBJECT_MAX_CHARACTERS
  return isUsable && value.isWellFormed() ? value : null
}

/** What the person of a sign-in is known by: `sub` of the ID token, or the claim that is configured. */
function subjectOf({ subject, claims }: Login, rules: SubjectRules): string {
  const { subjectClaim: name } = rules
  const known = subjectIn(name === 'sub' ? { sub: subject } : claims, rules)
  if (known !== null) return known
  const length = `1 to ${SUBJECT_MAX_CHARACTERS} characters`
  const fault = unreadableText(claims, name) ?? `${name} must be text of ${length}`
  throw new GatehouseError(
    'claims_missing',
    'subject_unusable',
    `${nameOf('subjectClaim')} must be text of ${length}`,
    {
      missing: [name],
      unreadable: [fault],
      detail: { fix: [`${name}: ${fault}`] },
    },
  )
}

/**
 * An address that anyone could have written into their profile would open someone else's account, so the provider must have
 * verified it.
 *
 * @see Microsoft, "Migrate away from using email claims for user identification or authorization"
 */
function emailMatchOf({ email, email_verified }: Identity, config: ProviderConfig): EmailMatch | null {
  const trustsAbsent = config.trustAbsentEmailVerified
  const isTrusted = email_verified ?? trustsAbsent
  if (!config.matchByEmail || email === null || !isTrusted) return null
  return { email, trustsAbsent, keepsSubject: config.keepSubject }
}

/**
 * Refuses anyone who was not let in.
 *
 * @throws GatehouseError `account_disabled`, `account_unknown`, `email_conflict` or `login_ended`
 */
export function refuseOutsiders(outcome: Outcome): void {
  if (outcome === 'ended') {
    throw new GatehouseError(
      'login_ended',
      'ended_by_provider',
      'the provider said that this sign-in has ended, before its session began',
    )
  }
  if (outcome === 'disabled') {
    throw new GatehouseError('account_disabled', 'disabled_here', 'the account of the person is disabled here', {
      detail: { fix: 'npm run user:enable, if the person may come in again' },
    })
  }
  if (outcome === 'unknown') {
    throw new GatehouseError(
      'account_unknown',
      'unknown_subject',
      `no one with this subject has an account, and ${nameOf('createUsers')} is off`,
    )
  }
  if (outcome === 'ambiguous') {
    throw new GatehouseError(
      'email_conflict',
      'email_ambiguous',
      'more than one account of this issuer has the address of the person',
      {
        detail: { fix: 'leave one of the accounts; npm run users lists them' },
      },
    )
  }
}

/** The settings that say which claim equals `externalId` of SCIM. */
export type ExternalIdRules = Pick<ProviderConfig, 'scimTokens' | 'scimExternalIdClaim' | 'subjectClaim'>

/** The claim that equals `externalId` of SCIM; `null`: the provider pushes nothing. */
export function externalIdClaim({ scimTokens, scimExternalIdClaim, subjectClaim }: ExternalIdRules): string | null {
  return scimTokens === undefined ? null : (scimExternalIdClaim ?? subjectClaim)
}

/** The claims without which no one is signed in at this provider, by the name that it gives them. */
export function requiredClaims(config: ProviderConfig): readonly string[] {
  const { subjectClaim, essentialClaims: essential = [] } = config
  const names = [subjectClaim, externalIdClaim(config) ?? subjectClaim]
  // Without `sub` there would be no ID token.
  return [...new Set([...names.filter((name) => name !== 'sub'), ...essential])]
}

/**
 * Refuses a person of whom the provider does not say enough. A claim that is empty, or of a type that Gatehouse cannot keep, is as
 * good as none.
 *
 * @param claims of the ID token and userinfo, already verified
 * @param required by the name that the provider gives them
 * @param rules of the provider that they are from
 * @throws GatehouseError `claims_missing` with every name, and for the log what brings each
 */
export function refuseMissingClaims(claims: Claims, required: readonly string[], rules: IdentityRules): void {
  const known: Claims = { ...identityOf(claims, rules) }
  const missing = required.filter((name) => !isUsable(name, claims, known, rules))
  if (missing.length === 0) return
  const faults = missing.map((name) => ({ name, fault: faultOf(name, claims, rules) }))
  const unreadable = faults.map(({ fault }) => fault).filter((fault) => fault !== null)
  throw new GatehouseError('claims_missing', 'claims_missing', 'the provider did not say enough of the person', {
    missing,
    unreadable,
    detail: { fix: faults.map(({ name, fault }) => `${name}: ${fault ?? sourceOfClaim(name, rules.type)}`) },
  })
}

function isUsable(name: string, claims: Claims, known: Claims, rules: IdentityRules): boolean {
  const value = claimAt(claims, name)
  if (isEmpty(value) || (Object.hasOwn(known, name) && isEmpty(known[name]))) return false
  return !rules.groupsClaims.includes(name) || namesIn(value).names.length > 0
}

/** Why a claim that is there cannot be used; `null`: it is not there, or it is empty. */
function faultOf(name: string, claims: Claims, rules: IdentityRules): string | null {
  if (isEmpty(claimAt(claims, name))) return null
  if (rules.groupsClaims.includes(name)) return unreadableNames(claims, name)
  return TEXT_CLAIMS.includes(name) ? unreadableText(claims, name) : null
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === ''
  if (value === undefined || value === null) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
