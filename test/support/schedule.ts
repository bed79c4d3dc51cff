/**
 * Time that jumps from one thing that is to happen to the next, so that a test can run minutes of concurrent work in no time.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../src/clock.ts'

interface Due {
  readonly at: number
  readonly work: () => void
}

export interface Schedule {
  readonly clock: Clock
  /** Does something at a time, in milliseconds from the beginning. */
  at(milliseconds: number, work: () => Promise<void>): void
  /** Lets time pass until nothing is left to happen. */
  run(): Promise<void>
}

export function createSchedule(): Schedule {
  let time = 0
  const due: Due[] = []
  const failures: unknown[] = []
  const plan = (at: number, work: () => void): void => {
    due.push({ at, work })
    due.sort((a, b) => a.at - b.at)
  }
  return {
    clock: {
      now: () => time,
      aheadSeconds: 0,
      sleep: (milliseconds) => new Promise((resolve) => plan(time + milliseconds, resolve)),
    },
    at: (milliseconds, work) => plan(milliseconds, () => void work().catch((error) => failures.push(error))),
    async run() {
      for (let next = due.shift(); next !== undefined; next = due.shift()) {
        time = Math.max(time, next.at)
        next.work()
        await nextTurn()
      }
      if (failures.length > 0) throw failures[0]
    },
  }
}
