/**
 * What a clock is; the system's clock is made in `deps.ts`, other clocks in tests.
 */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** How many seconds this clock is ahead of the machine's own, for libraries that read the latter. */
  readonly aheadSeconds: number
  sleep(milliseconds: number): Promise<void>
}

/** Whole seconds since the epoch, as tokens and the database count them. */
export function epochSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000)
}

/** A time as programs read it. @param seconds since the epoch @see RFC 3339 */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
