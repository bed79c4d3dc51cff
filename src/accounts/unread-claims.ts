/**
 * What the log says of claims that came with a sign-in and cannot be read, or that the settings name and that never came; refuses no one.
 */

import { type Claims, claimAt, namesIn } from '../claims/claim-values.ts'
import { verificationOf } from '../claims/verified-address.ts'
import type { ProviderConfig } from '../config/model.ts'
import { sourceOfClaim } from './claim-sources.ts'
import { groupsClaimOf, TEXT_CLAIMS } from './identity.ts'

/** What the log says of a sign-in; no value is in it. */
export interface UnreadClaims {
  /** Each with its type, and the type that it must have. */
  readonly unreadable: readonly string[]
  readonly absent: readonly string[]
  /** What brings the claims that are absent. */
  readonly fix: readonly string[]
}

/** `null`: there is nothing to say. */
export function unreadClaims(claims: Claims, config: ProviderConfig): UnreadClaims | null {
  const unreadable = [...unreadableTexts(claims, config), ...unreadableGroups(claims, config), ...unclearAnswer(claims)]
  const absent = absentClaims(claims, config)
  if (unreadable.length + absent.length === 0) return null
  return { unreadable, absent, fix: absent.map((name) => `${name}: ${sourceOfClaim(name, config.type)}`) }
}

/** Says of a claim that must be text that it is not; `null`: it is, or it is not there. */
export function unreadableText(claims: Claims, name: string): string | null {
  const value = claimAt(claims, name)
  return value === undefined || typeof value === 'string' ? null : `${name} is ${typeNameOf(value)} and must be a text`
}

/** Says of the claim with the groups that some of it cannot be read; `null`: all of it can, or it is not there. */
export function unreadableNames(claims: Claims, name: string): string | null {
  const value = claimAt(claims, name)
  if (namesIn(value).isComplete) return null
  const wanted = 'a list of texts or objects, a map, or a text'
  return typeof value === 'object' || typeof value === 'string'
    ? `${name} has something in it that cannot be read and must be ${wanted}`
    : `${name} is ${typeNameOf(value)} and must be ${wanted}`
}

function unreadableTexts(claims: Claims, config: ProviderConfig): string[] {
  const { fullNameClaims: full = [], shortNameClaim: short } = config
  const names = new Set([...TEXT_CLAIMS, ...full, ...(short === undefined ? [] : [short])])
  return [...names].map((name) => unreadableText(claims, name)).filter((one) => one !== null)
}

function unreadableGroups(claims: Claims, config: ProviderConfig): string[] {
  const name = groupsClaimOf(claims, config)
  const sentence = name === undefined ? null : unreadableNames(claims, name)
  return sentence === null ? [] : [sentence]
}

const CLEARLY_NO: readonly unknown[] = [false, 'false']

function unclearAnswer(claims: Claims): string[] {
  const { email_verified: answer } = claims
  if (verificationOf(claims, 'email_verified') !== false || CLEARLY_NO.includes(answer)) return []
  return [`email_verified is ${typeNameOf(answer)} and must be true or false, so it counts as false`]
}

/** Where several claims may take each other's place, one is enough. */
function absentClaims(claims: Claims, config: ProviderConfig): string[] {
  const { fullNameClaims: full = [], shortNameClaim: short } = config
  const isAbsent = (name: string) => claimAt(claims, name) === undefined
  const groups = config.isGroupsClaimSet && groupsClaimOf(claims, config) === undefined ? config.groupsClaims : []
  const names = full.every(isAbsent) ? full : []
  return [...new Set([...groups, ...names, ...(short !== undefined && isAbsent(short) ? [short] : [])])]
}

function typeNameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return 'a text'
    case 'number':
      return 'a number'
    case 'boolean':
      return 'true or false'
    default:
      return 'an object'
  }
}
