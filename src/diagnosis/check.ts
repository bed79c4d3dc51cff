/**
 * What a check is, how it is called, and what it asks; the checks themselves are in the files beside this one.
 */
import type { ProviderConfig } from '../config/model.ts'
import { nameOf } from '../config/names.ts'
import type { Examination, Usable } from '../oidc/examination/examination.ts'

/** One provider that can be asked, and what it is asked with. */
export interface Asked {
  readonly config: ProviderConfig
  readonly discovered: Usable
  readonly examination: Examination
}

/** `cannot tell`: it can only be seen at a sign-in, or at the provider. */
export type Result = 'pass' | 'fail' | 'cannot tell'

/** Every check by its id, which stays the same from version to version, with its title. */
export const CHECKS = {
  settings: 'Settings complete and consistent',
  'base-url': `Address of Gatehouse (${nameOf('baseUrl')})`,
  administrators: 'Administrators',
  database: 'Database (D1) migrated',
  'database-write': 'Database (D1) writable',
  cache: 'Cache (KV) readable and writable',
  addresses: 'Addresses to register at the provider',
  discovery: 'Discovery document',
  issuer: 'Issuer matches exactly',
  metadata: 'Endpoints that the provider names',
  'endpoint-authorization': 'Authorization endpoint reachable',
  'endpoint-token': 'Token endpoint reachable',
  'endpoint-userinfo': 'Userinfo endpoint reachable',
  'endpoint-revocation': 'Revocation endpoint reachable',
  keys: 'Keys of the provider',
  algorithm: `Algorithm of ID tokens (${nameOf('idTokenAlgorithm')})`,
  clock: 'Clocks agree',
  'authentication-method': 'Method of client authentication',
  'client-id': 'Client id known',
  'client-secret': 'Client secret or key accepted',
  'redirect-uri': 'Redirect URI registered',
  authorization: 'Authorization request accepted',
  scopes: 'Scopes accepted',
  pkce: 'PKCE with S256',
  'silent-sign-in': 'Silent sign-in (prompt=none)',
  'post-logout-uri': 'Post-logout redirect URI registered',
  'backchannel-logout': 'Back-channel logout',
  'frontchannel-logout': 'Front-channel logout',
  introspection: 'Introspection at the provider',
  'refused-sign-in': 'Refused sign-in',
} as const

export type CheckId = keyof typeof CHECKS

/** Something to copy exactly. */
export interface Copy {
  readonly label: string
  readonly value: string
  /** Where it belongs, in the words of the provider's console; absent: the row says so. */
  readonly where?: string
}

/** One row of the diagnosis, for people and for machines. Nothing in it is secret or about a person. */
export interface Check {
  readonly id: CheckId
  /** The provider by its id in the settings; `null`: Gatehouse itself. */
  readonly provider: string | null
  readonly title: string
  readonly result: Result
  /** What was seen. */
  readonly seen: string
  /** What to do: which setting, on which side. Empty when there is nothing to do. */
  readonly fix: string
  readonly copy: readonly Copy[]
}

/** A check of one provider, which `diagnose.ts` puts the provider's name on. */
export type Finding = Omit<Check, 'provider' | 'title'>

export function pass(id: CheckId, seen: string, copy: readonly Copy[] = []): Finding {
  return { id, result: 'pass', seen, fix: '', copy }
}

export function fail(id: CheckId, seen: string, fix: string, copy: readonly Copy[] = []): Finding {
  return { id, result: 'fail', seen, fix, copy }
}

export function cannotTell(id: CheckId, seen: string, fix = '', copy: readonly Copy[] = []): Finding {
  return { id, result: 'cannot tell', seen, fix, copy }
}

/** Gives a finding its title and says whose it is. */
export function checkOf(finding: Finding, provider: string | null): Check {
  return { provider, title: CHECKS[finding.id], ...finding }
}
