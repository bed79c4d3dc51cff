/**
 * The last refused sign-ins, each with its reason and what mends it; they are kept in `store/refusals.ts`.
 */
import { sourceOfClaim } from '../accounts/claim-sources.ts'
import type { ProviderConfig } from '../config/env.ts'
import type { ErrorCode, GatehouseError } from '../errors.ts'
import { printable } from '../log.ts'
import { cannotTell, type Finding, fail } from './check.ts'
import type { Explanation, Place } from './signatures/signature.ts'
import { explain } from './signatures.ts'

/** A sign-in that was refused. No token, no claim, and nothing by which to know the person. */
export interface Refusal {
  /** Seconds since the epoch. */
  readonly at: number
  readonly providerId: string
  /** The reference number on the person's page, which finds the log line. */
  readonly reference: string
  readonly code: string
  readonly reason: string
  /** Which answer of the provider it was, and its status, if the provider refused. */
  readonly place: string | null
  readonly status: number | null
  /** What the provider said, if it said anything. */
  readonly error: string | null
  readonly description: string | null
}

export interface RefusalLog {
  /** Keeps it, and forgets the oldest when there are too many. */
  add(refusal: Refusal): Promise<void>
  /** The newest first. */
  last(count: number): Promise<readonly Refusal[]>
  /** When somebody last signed in with this provider, as far as is known; `null`: not known. Seconds since the epoch. */
  lastSignIn(providerId: string): Promise<number | null>
}

export const REFUSALS_SHOWN = 20
const REASON_MAX_CHARACTERS = 300

/** What may be kept of a refusal: our own sentence with the details that name settings, and the words of the provider, cut. */
export function refusalOf(error: GatehouseError, providerId: string, reference: string, at: number): Refusal {
  const { code, message, detail, missing } = error
  const hints = [...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []), ...causesOf(error)]
  const words = (value: unknown) => (typeof value === 'string' ? withoutPeople(value) : null)
  return {
    at,
    providerId,
    reference,
    code,
    reason: withoutPeople([message, ...hints].join('; ')).slice(0, REASON_MAX_CHARACTERS),
    place: words(detail.provider_place),
    status: typeof detail.provider_status === 'number' ? detail.provider_status : null,
    error: words(detail.provider_error),
    description: words(detail.provider_description),
  }
}

/** The library's own sentence, which says more than ours; never the tokens that it carries. */
function causesOf({ cause }: GatehouseError): readonly string[] {
  return cause instanceof Error && cause.name === 'OperationProcessingError' ? [cause.message] : []
}

/** Some providers name the person by an e-mail address, and long runs of characters may be tokens. */
function withoutPeople(text: string): string {
  return printable(text)
    .replace(/\S*@\S*/g, '…')
    .replace(/[\w-]{40,}(?:\.[\w-]+)*/g, '…')
}

/** These say nothing about the settings: somebody changed their mind, or was not there. */
const PERSONAL: readonly string[] = [
  'access_denied',
  'interaction_required',
  'login_expired',
  'login_required',
] satisfies ErrorCode[]

/**
 * The check `refused-sign-in` of one refusal. It fails until somebody has signed in with the same provider: what was wrong with the
 * settings is right then, and the rest concerns one person.
 */
export function refusalFinding(refusal: Refusal, config: ProviderConfig, lastSignIn: number | null): Finding {
  const { at, reference, code, reason, error, description } = refusal
  const said =
    error === null ? '' : ` The provider said: ${[error, description].filter((word) => word !== null).join(': ')}.`
  const explained = explainRefusal(refusal, config)
  const seen = `${timeOf(at)}, reference ${reference}: ${code}. ${sentence(reason)}${said}${explained ? ` ${explained.cause}` : ''}`
  const fix = explained?.fix ?? `Look for the reference ${reference} in the log.`
  if (PERSONAL.includes(code)) return cannotTell('refused-sign-in', seen, fix)
  if (lastSignIn !== null && lastSignIn > at) {
    return cannotTell('refused-sign-in', `${seen} Since then somebody has signed in with this provider.`, fix)
  }
  return fail('refused-sign-in', seen, fix)
}

/** By the words of the provider first, then by ours. */
function explainRefusal(
  { code, reason, place, status, error, description }: Refusal,
  { OIDC_OP_TYPE: type }: ProviderConfig,
): Explanation | null {
  const said = { status: status ?? undefined, error: error ?? undefined, description: description ?? undefined }
  const explained = isPlace(place) ? explain(type, place, { ...said, text: reason }) : null
  const ours = explained ?? explain(type, placeOf(code, reason), { error: code, description: reason })
  const sources = missingIn(reason).map((claim) => `${claim}: ${sourceOfClaim(claim, type)}`)
  if (code !== 'claims_missing' || sources.length === 0) return ours
  return { cause: ours?.cause ?? '', fix: [`${sources.join('; ')}.`, ...(ours ? [ours.fix] : [])].join(' ') }
}

/** The names that `refusalOf` wrote down. */
function missingIn(reason: string): readonly string[] {
  const [, names = ''] = /; missing: ([^;]+)/.exec(reason) ?? []
  return names.split(', ').filter((name) => name !== '')
}

const PLACES: readonly string[] = ['authorization', 'callback', 'token', 'userinfo', 'introspection'] satisfies Place[]

function isPlace(place: string | null): place is Place {
  return place !== null && PLACES.includes(place)
}

/** What we refuse for what the provider says of the person, or does not say. */
const ABOUT_PEOPLE: readonly string[] = [
  'access_denied',
  'account_unknown',
  'claims_missing',
  'email_conflict',
] satisfies ErrorCode[]

/** Where we refused ourselves. */
function placeOf(code: string, reason: string): Place {
  if (ABOUT_PEOPLE.includes(code)) return 'claims'
  if (/discovery|metadata|calls itself/.test(reason)) return 'discovery'
  if (/its keys|key set/.test(reason)) return 'keys'
  return 'id_token'
}

function sentence(text: string): string {
  const begun = text.slice(0, 1).toUpperCase() + text.slice(1)
  return /[.…]$/.test(begun) ? begun : `${begun}.`
}

function timeOf(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** What a stray request, a stranger or our own database brings about says nothing of settings and providers. */
const NOT_KEPT: readonly string[] = [
  'csrf_refused',
  'internal',
  'invalid_request',
  'method_not_allowed',
  'not_found',
  'payload_too_large',
  'state_unknown',
  'store_unavailable',
] satisfies ErrorCode[]

/** Whether a refusal is worth keeping. */
export function isKept({ code }: GatehouseError): boolean {
  return !NOT_KEPT.includes(code)
}
