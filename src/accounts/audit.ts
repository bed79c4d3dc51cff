/**
 * What the audit has of an event, and the words for events; rows are written and read in `store/`.
 */

/** What can happen, in the order in which the page for administrators offers it. */
export const AUDIT_EVENTS = [
  'sign_in',
  'email_match',
  'sign_in_refused',
  'sign_out',
  'sign_out_everywhere',
  'backchannel_logout',
  'frontchannel_logout',
  'session_ended',
  'user_disabled',
  'user_enabled',
  'user_deleted',
  'sync_continued',
  'app_created',
  'app_changed',
  'secret_rotated',
  'former_secret_ended',
  'app_disabled',
  'app_enabled',
] as const

export type AuditEvent = (typeof AUDIT_EVENTS)[number]

/** Whose request it was that made something happen. */
export interface AuditContext {
  /** The reference number of the request, which joins the audit row with the log. */
  readonly reference: string
  /** Where the request came from, as far as it is kept; absent: not from the person, or not kept. */
  readonly address?: string | null
  /** The administrator who did it, by our own id; absent: the person themselves, or the provider. */
  readonly actorId?: string
}

/** Where a browser is, as far as that is kept. `null`: not known, or not kept. */
export interface Origin {
  /** An IP address, or the network that it belongs to. */
  readonly address: string | null
  /** Two letters. @see ISO 3166-1 alpha-2 */
  readonly country: string | null
  /** The browser and the system, such as `Firefox, Linux`. */
  readonly device: string | null
}

/** A row of the audit. `null`: not known, or not of this event. */
export interface AuditEntry {
  readonly id: number
  /** Seconds since the epoch. */
  readonly at: number
  readonly event: string
  /** Who it happened to, by our own id. */
  readonly user_id: string | null
  /** Who did it, if not the person themselves. */
  readonly actor_id: string | null
  readonly provider: string | null
  readonly app: string | null
  readonly address: string | null
  /** Of a sign-in that was refused. */
  readonly reason: string | null
  readonly reference: string
}
