/**
 * One request at a time does a piece of work for its isolate, and the others look when it is done; what the work is, is not known here.
 */
import type { Clock } from '../../clock.ts'

/** A lease lasts half of the time that a request has, so that the one that takes over from one that died has the other half. */
const LEASE_PART = 0.5
/** How long a pause is. */
export const POLL_MILLISECONDS = 25

/**
 * A request whose visitor goes away is cancelled together with its calls. So a lease ends by itself, and those who wait look again and
 * again instead of awaiting a promise that belongs to another request.
 *
 * Between the last `isHeld` and `hold` no one else may have a turn: write `while (lease.isHeld()) await lease.pause()` in place, not in
 * a function of its own.
 */
export interface Lease {
  isHeld(): boolean
  /** Until it is time to look again. */
  pause(): Promise<void>
  /** Does the work under the lease. */
  hold<R>(work: () => Promise<R>): Promise<R>
}

/** @param timeoutSeconds the time that a request has */
export function createLease(clock: Clock, timeoutSeconds: number): Lease {
  let heldUntil = 0
  return {
    isHeld: () => clock.now() < heldUntil,
    pause: () => clock.sleep(POLL_MILLISECONDS),
    async hold(work) {
      const own = clock.now() + timeoutSeconds * LEASE_PART * 1000
      heldUntil = own
      try {
        return await work()
      } finally {
        // A lease that ran out may be someone else's by now.
        if (heldUntil === own) heldUntil = 0
      }
    },
  }
}
