/**
 * A clock that tests move by hand; whoever sleeps on it wakes at the next turn of the event loop, with the time moved on accordingly.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../src/clock.ts'

export interface FakeClock extends Clock {
  advance(seconds: number): void
}

/** Without a start, the clock shows the machine's time, which the protocol library reads for itself. */
export function createFakeClock(startMilliseconds = Date.now()): FakeClock {
  let time = startMilliseconds
  let aheadSeconds = 0
  return {
    now: () => time,
    get aheadSeconds() {
      return aheadSeconds
    },
    async sleep(milliseconds) {
      const wakeAt = time + milliseconds
      await nextTurn()
      time = Math.max(time, wakeAt)
    },
    advance(seconds) {
      time += seconds * 1000
      aheadSeconds += seconds
    },
  }
}
