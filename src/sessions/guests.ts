/**
 * Guests: visitors who are not signed in and have a name to show, for an hour. All that is known of one is in a token that we seal and no one
 * stores, so a guest leaves no trace and cannot be ended before its time.
 */
import * as v from 'valibot'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Sealer } from '../crypto.ts'
import { withoutControl } from '../log.ts'

/** Tells our tokens from a provider's at a glance, for us and for scanners that look for leaked secrets. */
const GUEST_TOKEN_PREFIX = 'gthg_'
const GUEST_TOKEN = new RegExp(`^${GUEST_TOKEN_PREFIX}[\\w-]+\\.\\.[\\w-]+\\.[\\w-]+\\.[\\w-]+$`)
/** Longer than any that we make. */
const TOKEN_MAX_CHARACTERS = 1024

export const GUEST_SECONDS = 3600
export const DISPLAY_NAME_MAX_CHARACTERS = 100

export interface Guest {
  /** Random, and new with each guest. */
  readonly id: string
  /** As the visitor typed it. It proves nothing. */
  readonly displayName: string
  /** Seconds since the epoch. */
  readonly beganAt: number
  readonly expiresAt: number
}

interface GuestPorts {
  readonly sealers: { readonly guests: Sealer }
  readonly clock: Clock
}

const sealedGuest = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ id: v.string(), displayName: v.string(), beganAt: v.number(), expiresAt: v.number() }),
)

/** @param displayName of displayNameIn */
export async function newGuest(displayName: string, { sealers, clock }: GuestPorts) {
  const beganAt = epochSeconds(clock)
  const guest: Guest = { id: crypto.randomUUID(), displayName, beganAt, expiresAt: beganAt + GUEST_SECONDS }
  return { guest, token: `${GUEST_TOKEN_PREFIX}${await sealers.guests.seal(JSON.stringify(guest), '')}` }
}

/** Whether a text looks like a token of a guest. */
export function isGuestToken(text: string): boolean {
  return text.length <= TOKEN_MAX_CHARACTERS && GUEST_TOKEN.test(text)
}

/** The guest of a token; `null`: it is none of ours, or its time is over. */
export async function openGuest(token: string, { sealers, clock }: GuestPorts): Promise<Guest | null> {
  if (!isGuestToken(token)) return null
  const opened = await sealers.guests.open(token.slice(GUEST_TOKEN_PREFIX.length), '')
  if (opened === null) return null
  const guest = v.parse(sealedGuest, opened)
  return epochSeconds(clock) < guest.expiresAt ? guest : null
}

/** A name to show, without what does something instead of being seen and without blanks around it; `null`: nothing is left, or too much. */
export function displayNameIn(written: string): string | null {
  const name = withoutControl(written).replace(/\s+/g, ' ').trim()
  const length = [...name].length
  return length === 0 || length > DISPLAY_NAME_MAX_CHARACTERS ? null : name
}
