/**
 * A token bucket: a burst of calls, and then one for each interval. It does not know what is called.
 */
import type { Clock } from '../../clock.ts'

export interface Bucket {
  /** Whether that many calls may be made; one by default. */
  has(calls?: number): boolean
  /** Uses up a call. */
  take(): void
  /** Empties it down to this many calls. */
  keepAtMost(calls: number): void
  /** How long until a call may be made; 0 if one may be made now. */
  secondsUntilNext(): number
}

/**
 * @param burst how many calls a full bucket has
 * @param secondsPerCall how long it takes until one more call may be made
 */
export function createBucket(
  clock: Clock,
  { burst, secondsPerCall }: { burst: number; secondsPerCall: number },
): Bucket {
  let calls = burst
  let countedAt = clock.now()

  function count(): void {
    const now = clock.now()
    // A clock that was set back must not empty the bucket for good.
    const secondsPassed = Math.max(0, now - countedAt) / 1000
    calls = Math.min(burst, calls + secondsPassed / secondsPerCall)
    countedAt = now
  }

  return {
    has(needed = 1) {
      count()
      // Fractions add up with rounding errors: ten tenths are a little less than one.
      return calls >= needed - 1e-9
    },
    take() {
      count()
      calls = Math.max(0, calls - 1)
    },
    keepAtMost(most) {
      count()
      calls = Math.min(calls, most)
    },
    secondsUntilNext() {
      count()
      return Math.max(0, 1 - calls) * secondsPerCall
    },
  }
}
