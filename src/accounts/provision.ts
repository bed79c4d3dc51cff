/**
 * Who may come in, by rules over claims alone: what a sign-in must bring, and whose account it may be; `store/` finds out and writes.
 */
import type { ProviderConfig } from '../config/env.ts'
import { GatehouseError } from '../errors.ts'
import { sourceOfClaim } from './claim-sources.ts'
import { type Identity, type IdentityRules, identityOf } from './identity.ts'
import type { Claims } from './text-claim.ts'

/** Somebody whom a provider vouches for. */
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
  /** Whether somebody who is not known gets an account. */
  readonly mayCreate: boolean
  /** How somebody whose subject is not known may be known all the same; `null`: in no way. */
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

/** `matched`: by the address. `unknown` and `ambiguous`: not let in, and nothing was written. */
export type Outcome = 'admitted' | 'matched' | 'unknown' | 'ambiguous'

/** @see OpenID Connect Core 1.0 section 2, "sub" */
const SUBJECT_MAX_CHARACTERS = 255

/**
 * Judges a sign-in by what the provider says of the person.
 *
 * @throws GatehouseError `claims_missing`
 */
export function admissionOf(login: Login, config: ProviderConfig): Admission {
  const { issuer, claims } = login
  refuseMissingClaims(claims, requiredClaims(config), config)
  const identity = identityOf(claims, config)
  return {
    issuer,
    subject: subjectOf(login, config),
    identity,
    mayCreate: config.OIDC_CREATE_USER,
    byEmail: emailMatchOf(identity, config),
  }
}

/** What the person is known by: `sub`, or the claim that is configured, to the letter. */
function subjectOf({ subject, claims }: Login, { GATEHOUSE_SUBJECT_CLAIM: name }: ProviderConfig): string {
  const value = name === 'sub' ? subject : claims[name]
  if (typeof value === 'string' && value.length <= SUBJECT_MAX_CHARACTERS && value.isWellFormed()) return value
  throw new GatehouseError(
    'claims_missing',
    `GATEHOUSE_SUBJECT_CLAIM must be text of 1 to ${SUBJECT_MAX_CHARACTERS} characters`,
    {
      missing: [name],
      detail: { missing: [name] },
    },
  )
}

/**
 * An address that anybody could have written into their profile would open somebody else's account, so the provider must have
 * verified it.
 *
 * @see Microsoft, "Migrate away from using email claims for user identification or authorization"
 */
function emailMatchOf({ email, email_verified }: Identity, config: ProviderConfig): EmailMatch | null {
  const trustsAbsent = config.GATEHOUSE_TRUST_ABSENT_EMAIL_VERIFIED
  const isTrusted = email_verified ?? trustsAbsent
  if (!config.OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION || email === null || !isTrusted) return null
  return { email, trustsAbsent, keepsSubject: config.OIDC_USER_SUB_FIELD_IMMUTABLE }
}

/**
 * Refuses whoever was not let in.
 *
 * @throws GatehouseError `account_unknown` or `email_conflict`
 */
export function refuseOutsiders(outcome: Outcome): void {
  if (outcome === 'unknown') {
    throw new GatehouseError('account_unknown', 'nobody with this subject has an account, and OIDC_CREATE_USER is off')
  }
  if (outcome === 'ambiguous') {
    throw new GatehouseError('email_conflict', 'more than one account of this issuer has the address of the person', {
      detail: { fix: 'leave one of the accounts; npm run users lists them' },
    })
  }
}

/** The claims without which nobody is signed in at this provider, by the name that it gives them. */
export function requiredClaims(config: ProviderConfig): readonly string[] {
  const { GATEHOUSE_SUBJECT_CLAIM: subject, OIDC_USERINFO_ESSENTIAL_CLAIMS: essential = [] } = config
  // Without `sub` there would be no ID token.
  return subject === 'sub' ? essential : [...new Set([subject, ...essential])]
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
  const known: Claims = { ...claims, ...identityOf(claims, rules) }
  const missing = required.filter((name) => isEmpty(claims[name]) || isEmpty(known[name]))
  if (missing.length === 0) return
  throw new GatehouseError('claims_missing', 'the provider did not say enough of the person', {
    missing,
    detail: { missing, fix: missing.map((name) => `${name}: ${sourceOfClaim(name, rules.OIDC_OP_TYPE)}`) },
  })
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === ''
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}
