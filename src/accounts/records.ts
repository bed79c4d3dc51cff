/**
 * What administrators see of people, and what people see of themselves: lists with pages, and ports to read them. Kept in `store/people/`.
 */
import type { AuditEntry } from './audit.ts'
import type { Circle } from './directory.ts'
import type { User } from './users.ts'

/** An account with what is not a claim. Times are seconds since the epoch. */
export interface UserRecord {
  readonly user: User
  readonly createdAt: number
  readonly lastLoginAt: number
  /** `null`: it is not disabled. */
  readonly disabledAt: number | null
  /** By the account sync, and not by an administrator. */
  readonly isDisabledByProvider: boolean
}

/** The place of a row in a list that is ordered by time, newest first. */
export interface Cursor {
  readonly at: number
  /** Tells rows of the same second apart. */
  readonly position: number
}

export const FIRST_PAGE: Cursor = { at: Number.MAX_SAFE_INTEGER, position: Number.MAX_SAFE_INTEGER }

export const PAGE_SIZE = 50

export interface Page<T> {
  readonly entries: readonly T[]
  /** Where the next page begins; `null`: this is the last. */
  readonly next: Cursor | null
}

/** A cursor as it stands in an address. */
export function cursorText({ at, position }: Cursor): string {
  return `${at}.${position}`
}

/** `null`: it is none. */
export function cursorIn(text: string | undefined): Cursor | null {
  const [, at, position] = /^(\d{1,15})\.(\d{1,15})$/.exec(text ?? '') ?? []
  return at === undefined || position === undefined ? null : { at: Number(at), position: Number(position) }
}

/** Every method throws GatehouseError `store_unavailable`. */
export interface UserList {
  list(circle: Circle, isDisabledOnly: boolean, before: Cursor | null): Promise<Page<UserRecord>>
  /** `null`: there is surely none. */
  record(id: string): Promise<UserRecord | null>
  /** Those of these ids that there are, in any order. */
  records(ids: readonly string[]): Promise<readonly UserRecord[]>
}

/** A session as its person and administrators see it. Times are seconds since the epoch. */
export interface SessionRecord {
  readonly tokenHash: string
  readonly providerId: string
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly expiresAt: number
  readonly address: string | null
  readonly country: string | null
  readonly device: string | null
}

export const SESSIONS_SHOWN_MAX = 100

/** Sessions of people. Every method throws GatehouseError `store_unavailable`. */
export interface SessionList {
  /** Those that have not reached their end, the newest first, SESSIONS_SHOWN_MAX at most. */
  ofUser(userId: string): Promise<readonly SessionRecord[]>
}

/** Which rows of the audit. What is absent does not matter. */
export interface AuditFilter {
  readonly userId?: string
  readonly event?: string
  readonly app?: string
  /** Seconds since the epoch, both included. */
  readonly from?: number
  readonly to?: number
}

/** Every method throws GatehouseError `store_unavailable`. */
export interface AuditList {
  /** The newest first. @param size how many rows a page has */
  list(filter: AuditFilter, before: Cursor | null, size?: number): Promise<Page<AuditEntry>>
  /** The refused sign-in of a reference number; `null`: there is surely none. */
  refusalOf(reference: string): Promise<AuditEntry | null>
}
