/**
 * What the claims of an access token say, wherever they come from: whether it is still valid, whose it is, and what an app learns of it,
 * as a verdict and as the answer to an introspection request.
 */
import * as v from 'valibot'
import { claimsForApp, personOf } from '../accounts/app-claims.ts'
import type { App } from '../accounts/apps.ts'
import { permissionsOf } from '../accounts/permissions.ts'
import { isObject, isText } from '../claims/claim-values.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Config, ProviderConfig } from '../config/model.ts'
import { type Claims, faultOfClaims } from '../oidc/claims.ts'
import type { Provider } from '../oidc/provider.ts'
import type { Holder } from '../oidc/resource-server.ts'
import type { Principal } from '../vendors/vendor.ts'

export interface GoodToken {
  readonly active: true
  /** `undefined`: not known. */
  readonly principal: Principal | 'guest' | undefined
  /** `undefined`: not known. */
  readonly roles: readonly string[] | undefined
  /** What it allows in the apps; `undefined`: not known. */
  readonly permissions: readonly string[] | undefined
  /** Registered claims, under their names on the wire. @see RFC 7662 section 2.2 */
  readonly claims: Readonly<Record<string, unknown>>
}

export interface BadToken {
  readonly active: false
  /** For the log. The app does not see it. */
  readonly reason: string
  /** What to set so that such a token is good, for the log, where that is known. */
  readonly hint?: string
}

export type Verdict = GoodToken | BadToken

export function bad(reason: string, hint?: string): BadToken {
  return { active: false, reason, ...(hint === undefined ? {} : { hint }) }
}

export const OF_DISABLED = bad('the account of its person is disabled here', 'npm run user:enable enables it')

/** Members of an answer to an introspection request. @see RFC 7662 section 2.2 */
export interface TokenAnswer {
  readonly active: boolean
  readonly [member: string]: unknown
}

/**
 * About a bad token the answer only says that it is not active. About a good one, what is not known is left out.
 *
 * @see RFC 7662 section 2.2
 */
export function introspectionAnswer(verdict: Verdict): TokenAnswer {
  if (!verdict.active) return { active: false }
  const { claims, principal, roles, permissions } = verdict
  const answer = { ...claims, principal, roles, permissions }
  return { active: true, ...Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined)) }
}

/** An access token whose claims can be believed, read by the rules of the provider that issued it. */
export interface AccessToken extends Holder {
  readonly claims: Claims
  readonly scopes: readonly string[]
}

/** Where the claims come from. */
export type Source = 'at+jwt' | 'other JWT' | 'answer'

/** Reads the claims of an access token. An empty subject counts as absent: Cloudflare Access writes one for programs. */
export function accessTokenOf(claims: Claims, source: Source, provider: Provider): AccessToken {
  // RFC 9068 demands a subject, so an empty one there is a mistake.
  const read = claims.sub === '' && source !== 'at+jwt' ? { ...claims, sub: undefined } : claims
  return { claims: read, scopes: scopesOf(read), ...provider.holderOf(read, source === 'at+jwt') }
}

/** Not a second past `exp`: a caller may keep our answer, and a leeway on top of that would add up. */
export function faultOfLife(claims: Claims, config: ProviderConfig, clock: Clock): BadToken | undefined {
  const fault = faultOfClaims(
    { header: {}, claims },
    {
      required: ['exp'],
      now: epochSeconds(clock),
      toleranceSeconds: config.clockToleranceSeconds,
      expToleranceSeconds: 0,
    },
  )
  return fault ? bad(fault.message) : undefined
}

/** Claims that only a person's token has. */
const OF_PEOPLE = ['sid', 'auth_time', 'username', 'preferred_username'] as const

/**
 * A person's token must say whose it is. A JWT without a subject must be known to be a program's; an introspection answer may leave the
 * subject out.
 *
 * @see RFC 9068 section 2.2, RFC 7662 section 2.2
 */
export function faultOfSubject({ claims, principal }: AccessToken, source: Source): BadToken | undefined {
  if (claims.sub !== undefined && claims.sub !== '') return undefined
  const isOfPerson = principal !== 'service' && OF_PEOPLE.some((name) => claims[name] !== undefined)
  const isUnknown = principal === undefined && source !== 'answer'
  return isOfPerson || isUnknown || principal === 'user' || claims.sub === '' ? bad('no sub') : undefined
}

/** What an app is told of a token that nothing is wrong with, as far as the token itself says. */
export function goodToken(token: AccessToken, app: App, rules: ProviderConfig, config: Config): GoodToken {
  const { claims, principal, roles } = token
  const person = principal === 'service' ? null : personOf(claims, rules)
  const told = person === null ? {} : claimsForApp(person, app, config.opentalk?.settings ?? null)
  const permissions = permissionsOf({ principal, groups: person?.x_grp ?? null, roles }, config)
  return { active: true, principal, roles, permissions, claims: { ...answeredClaims(token), ...told } }
}

/** The same with the account of the person, where there is one. */
export function withAccount(token: GoodToken, userId: string | null): GoodToken {
  if (userId === null || token.principal === 'service') return token
  return { ...token, claims: { ...token.claims, user_id: userId } }
}

/** @see RFC 9449 section 6.1. A token bound to a certificate is still a Bearer token. */
const dpopBinding = v.object({ jkt: v.string() })

/** Whether a token is bound to a key by DPoP. */
export function isBoundByDpop({ cnf }: Claims): boolean {
  return v.is(dpopBinding, cnf)
}

/** An app that cannot read what a token is bound to would treat it as not bound. @see RFC 7800 section 3.1 */
export function faultOfBinding({ cnf }: Claims): BadToken | undefined {
  if (cnf === undefined) return undefined
  const isReadable = v.is(v.looseObject({ jkt: v.optional(v.string()) }), cnf) && !Array.isArray(cnf)
  return isReadable ? undefined : bad('bound to a key, and no one can read to which (cnf)')
}

/** A member as RFC 7662 wants it; `undefined`: there is none, or none of this type. */
type ReadMember = (value: unknown) => unknown

const text: ReadMember = (value) => (isText(value) ? value : undefined)
const object: ReadMember = (value) => (isObject(value) ? value : undefined)
const list: ReadMember = (value) => (Array.isArray(value) ? value : undefined)
const seconds: ReadMember = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? Math.floor(value) : undefined
const asItIs: ReadMember = (value) => value

/**
 * The claims that an app is given, where they are present.
 *
 * @see RFC 7662 section 2.2, RFC 9470 section 6.2, RFC 9449 section 6.2, RFC 8693 section 4.1, RFC 9396 section 9.2
 */
const ANSWERED_CLAIMS: Readonly<Record<string, ReadMember>> = {
  exp: seconds,
  iat: seconds,
  nbf: seconds,
  sub: text,
  aud: asItIs,
  iss: text,
  jti: text,
  acr: text,
  // Some providers write 0 where they do not know.
  auth_time: (value) => seconds(value) || undefined,
  cnf: asItIs,
  act: object,
  authorization_details: list,
}

function answeredClaims({ claims, client, scopes }: AccessToken): Record<string, unknown> {
  const answered = {
    ...Object.fromEntries(Object.entries(ANSWERED_CLAIMS).map(([name, as]) => [name, as(claims[name])])),
    scope: scopes.length > 0 ? scopes.join(' ') : undefined,
    client_id: client,
    token_type: isBoundByDpop(claims) || saysDpop(claims) ? 'DPoP' : 'Bearer',
    username: text(claims.preferred_username) ?? text(claims.username),
  }
  return Object.fromEntries(Object.entries(answered).filter(([, value]) => value !== undefined))
}

/** A provider may call it so without naming the key; even then it must not pass for a bearer token. */
function saysDpop({ token_type, typ }: Claims): boolean {
  return [token_type, typ].some((kind) => typeof kind === 'string' && kind.toLowerCase() === 'dpop')
}

/** One text, or a list, under either name. @see RFC 6749 section 3.3, RFC 9068 section 2.2.3 */
function scopesOf({ scope, scp }: Claims): readonly string[] {
  return [scope, scp].map(wordsOf).find((words) => words.length > 0) ?? []
}

function wordsOf(value: unknown): readonly string[] {
  const texts = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')
  return texts.flatMap((one) => one.split(' ')).filter((word) => word !== '')
}
