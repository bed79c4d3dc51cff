/**
 * The last refused sign-ins, each with its reason and what fixes it; they are kept in `store/refusals.ts`.
 */
import { sourceOfClaim } from '../accounts/claim-sources.ts'
import type { ProviderConfig } from '../config/model.ts'
import { GatehouseError } from '../errors.ts'
import { printable } from '../log.ts'
import type { ErrorCode, Reason } from '../reasons.ts'
import { withoutAddressesAndTokens } from '../secrets.ts'
import type { Explanation, RefusalPlace as Place } from '../vendors/vendor.ts'
import { type Check, type CheckId, cannotTell, type Finding, fail } from './check.ts'
import { CLIENT_ERRORS, IN_TROUBLE } from './checks/client.ts'
import { explain } from './explain.ts'

/** A sign-in that was refused. No token, no claim, and nothing by which to know the person. */
export interface Refusal {
  /** Seconds since the epoch. */
  readonly at: number
  readonly providerId: string
  /** The reference number on the person's page, which finds the log line. */
  readonly reference: string
  readonly code: string
  /** `null`: it is of an earlier version, or of a later one. */
  readonly reason: Reason | null
  /** Our own sentence. */
  readonly message: string
  /** The claims that the provider did not send. */
  readonly missing: readonly string[]
  /** What is wrong with those that it sent in a form that cannot be used. */
  readonly unreadable: readonly string[]
  /** Which answer of the provider it was, and its status, if the provider refused. */
  readonly place: string | null
  readonly status: number | null
  /** What the provider said, if it said anything. */
  readonly error: string | null
  readonly description: string | null
}

/** Whom the provider vouched for in a sign-in that was refused. */
export interface Refused {
  readonly issuer: string
  readonly subject: string
  /** From where, as far as it is kept. */
  readonly address: string | null
}

export interface RefusalLog {
  /** Keeps it, and forgets the oldest when there are too many. @param refused notes it in the audit, too; `null`: no one knows who it was */
  add(refusal: Refusal, refused: Refused | null): Promise<void>
  /** The newest first. */
  last(count: number): Promise<readonly Refusal[]>
  /** Those of these reference numbers that are still kept. */
  withReferences(references: readonly string[]): Promise<readonly Refusal[]>
  /** When someone last signed in with this provider, as far as is known; `null`: not known. Seconds since the epoch. */
  lastSignIn(providerId: string): Promise<number | null>
}

export const REFUSALS_SHOWN = 20
const MESSAGE_MAX_CHARACTERS = 300

/** What may be kept of a refusal: our own sentence with the details that name settings, and the words of the provider, cut. */
export function refusalOf(error: GatehouseError, providerId: string, reference: string, at: number): Refusal {
  const { code, reason, message, missing, unreadable, provider } = error
  const absent = missing.filter((name) => !unreadable.some((one) => one.startsWith(`${name} `)))
  const hints = [
    ...(absent.length > 0 ? [`missing: ${absent.join(', ')}`] : []),
    ...(unreadable.length > 0 ? [`unreadable: ${unreadable.join(', ')}`] : []),
    ...causesOf(error),
  ]
  const words = (text: string | undefined) => (text === undefined ? null : withoutPeople(text))
  return {
    at,
    providerId,
    reference,
    code,
    reason,
    message: withoutPeople([message, ...hints].join('; ')).slice(0, MESSAGE_MAX_CHARACTERS),
    missing: absent,
    unreadable: unreadable.map(withoutPeople),
    place: provider.place ?? null,
    status: provider.status ?? null,
    error: words(provider.error),
    description: words(provider.description),
  }
}

/** The library's own sentence, or the one of the failure before, which say more than ours; never the tokens that they carry. */
function causesOf({ cause }: GatehouseError): readonly string[] {
  if (cause instanceof GatehouseError) return [cause.message, ...causesOf(cause)]
  return cause instanceof Error && cause.name === 'OperationProcessingError' ? [cause.message] : []
}

/** Some providers name the person by an e-mail address, and long runs of characters may be tokens. */
function withoutPeople(text: string): string {
  return withoutAddressesAndTokens(printable(text))
}

/** These say nothing about the settings: someone changed their mind, or was not there. */
const PERSONAL: readonly string[] = [
  'access_denied',
  'interaction_required',
  'login_ended',
  'login_expired',
  'login_required',
] satisfies ErrorCode[]

/**
 * The check `refused-sign-in` of one refusal. It fails until someone has signed in with the same provider: what was wrong with the
 * settings is right then, and the rest concerns one person. What can be looked at now, and is right now, is over as well.
 *
 * @param now the checks of the same provider, made just now
 */
export function refusalFinding(
  refusal: Refusal,
  config: ProviderConfig,
  lastSignIn: number | null,
  now: readonly Pick<Check, 'id' | 'result'>[] = [],
): Finding {
  const { at, reference, code } = refusal
  const described = describeRefusal(refusal, config)
  const seen = `${timeOf(at)}, reference ${reference}: ${described.seen}`
  const { fix } = described
  if (PERSONAL.includes(code)) return cannotTell('refused-sign-in', seen, fix)
  if (lastSignIn !== null && lastSignIn > at) {
    return cannotTell('refused-sign-in', `${seen} Since then someone has signed in with this provider.`, fix)
  }
  const over = isOver(refusal, now)
  if (over === true) return cannotTell('refused-sign-in', `${seen} What was wrong then is right now.`, fix)
  if (over === null) return cannotTell('refused-sign-in', `${seen} Whether that goes on, a sign-in shows.`, fix)
  return fail('refused-sign-in', seen, fix)
}

/** What a refusal means, and what fixes it, in English. */
export interface Explained {
  readonly seen: string
  /** Empty: there is nothing to do. */
  readonly fix: string
}

export function describeRefusal(refusal: Refusal, config: ProviderConfig): Explained {
  const { reference, code, message, error, description } = refusal
  const said =
    error === null ? '' : ` The provider said: ${[error, description].filter((word) => word !== null).join(': ')}.`
  const explained = explainRefusal(refusal, config)
  return {
    seen: `${code}. ${sentence(message)}${said}${explained ? ` ${explained.cause}` : ''}`,
    fix: explained?.fix ?? `Look for the reference ${reference} in the log.`,
  }
}

const OF_OUTAGES = ['discovery', 'keys', 'endpoint-token', 'endpoint-userinfo'] as const

const OF_AUTHENTICATION = ['authentication-method', 'client-secret'] as const

/** Whether the provider was out of order, or was asked too often: nothing that any setting brings about. */
function isOutage({ code, error, status }: Refusal): boolean {
  if (code === 'provider_unreachable' || IN_TROUBLE.includes(error ?? '')) return true
  return status !== null && (status >= 500 || status === 429)
}

/** Which checks of now show whether what a refusal was about is over; `null`: it can only be seen at a sign-in. */
function judgesOf(refusal: Refusal): readonly CheckId[] | null {
  const { code, reason, place, error } = refusal
  if (isOutage(refusal)) return OF_OUTAGES
  if (place === 'token' && CLIENT_ERRORS.includes(error ?? '')) return ['client-secret']
  if ((place === 'callback' || place === 'authorization') && error === 'invalid_scope') return ['scopes']
  // The diagnosis hands a request over as well, and is the same client.
  if (place === 'authorization' && CLIENT_ERRORS.includes(error ?? '')) return ['authorization']
  if (place !== null || error !== null || !['provider_error', 'not_configured'].includes(code)) return null
  if (reason === 'authentication_method_missing' || reason === 'signing_key_missing') return OF_AUTHENTICATION
  const ours = placeOf(refusal)
  if (ours === 'discovery') return ['discovery', 'issuer', 'metadata', 'pkce']
  return ours === 'keys' ? ['keys', 'algorithm'] : null
}

/**
 * Whether none of the checks that show it fails now, and at least one passes. Checks that were not made do not count.
 *
 * @returns `null`: none fails, but nothing shows that the endpoint of an outage answers again
 */
function isOver(refusal: Refusal, now: readonly Pick<Check, 'id' | 'result'>[]): boolean | null {
  const judges = judgesOf(refusal)
  if (judges === null) return false
  const made = now.filter(({ id }) => judges.includes(id))
  if (made.some(({ result }) => result === 'fail')) return false
  const isUnseen = made.some(({ id, result }) => id === `endpoint-${refusal.place}` && result === 'cannot tell')
  if (!isUnseen && made.some(({ result }) => result === 'pass')) return true
  return isOutage(refusal) && made.length > 0 ? null : false
}

/** By the words of the provider first, then by our reason. */
function explainRefusal(refusal: Refusal, { type }: ProviderConfig): Explanation | null {
  const { code, missing, unreadable, place, status, error, description } = refusal
  const reason = refusal.reason ?? undefined
  const said = { status: status ?? undefined, error: error ?? undefined, description: description ?? undefined }
  const explained = isPlace(place) ? explain(type, place, { ...said, reason, missing }) : null
  const ours = explained ?? explain(type, placeOf(refusal), { error: code, reason, missing })
  const sources = missing.map((claim) => `${claim}: ${sourceOfClaim(claim, type)}`)
  if (code === 'claims_missing' && unreadable.length > 0) {
    const sent = `Change what the provider sends: ${unreadable.join(', ')}.`
    return { cause: '', fix: sources.length === 0 ? sent : `${sent} ${sources.join('; ')}.` }
  }
  if (code !== 'claims_missing' || sources.length === 0) return ours
  return { cause: ours?.cause ?? '', fix: [`${sources.join('; ')}.`, ...(ours ? [ours.fix] : [])].join(' ') }
}

const PLACES: readonly string[] = ['authorization', 'callback', 'token', 'userinfo', 'introspection'] satisfies Place[]

function isPlace(place: string | null): place is Place {
  return place !== null && PLACES.includes(place)
}

/** What we refuse for what the provider says of the person, or does not say. */
const ABOUT_PEOPLE: readonly string[] = [
  'access_denied',
  'account_disabled',
  'account_not_allowed',
  'account_unknown',
  'claims_missing',
  'email_conflict',
] satisfies ErrorCode[]

/** Whether a refusal is about the person, so that it belongs in the audit. */
export function isAboutPerson({ code }: Pick<Refusal, 'code'>): boolean {
  return ABOUT_PEOPLE.includes(code)
}

const ABOUT_DISCOVERY: readonly (Reason | null)[] = [
  'discovery_document_missing',
  'discovery_unavailable',
  'metadata_unusable',
  'pkce_without_s256',
  'insecure_endpoint',
  'issuer_not_found',
  'issuer_search_incomplete',
]

const ABOUT_KEYS: readonly (Reason | null)[] = ['jwks_unavailable', 'jwks_malformed', 'jwks_without_usable_key']

/** Where we refused ourselves. */
function placeOf({ code, reason }: Pick<Refusal, 'code' | 'reason'>): Place {
  if (ABOUT_PEOPLE.includes(code)) return 'claims'
  if (ABOUT_DISCOVERY.includes(reason) || (code === 'provider_error' && reason === 'issuer_mismatch'))
    return 'discovery'
  return ABOUT_KEYS.includes(reason) ? 'keys' : 'id_token'
}

function sentence(text: string): string {
  const begun = text.slice(0, 1).toUpperCase() + text.slice(1)
  return /[.…]$/.test(begun) ? begun : `${begun}.`
}

function timeOf(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** What a stray request, anyone outside or our own database can cause says nothing about settings and providers. */
const NOT_KEPT: readonly string[] = [
  'csrf_refused',
  'internal',
  'invalid_request',
  'method_not_allowed',
  'not_found',
  'payload_too_large',
  'rate_limited',
  'state_unknown',
  'store_unavailable',
  'temporarily_unavailable',
] satisfies ErrorCode[]

/** Whether a refusal is worth keeping. */
export function isKept({ code }: GatehouseError): boolean {
  return !NOT_KEPT.includes(code)
}
