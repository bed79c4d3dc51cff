/**
 * The questions that requests of this isolate are asking right now, each once; knows neither tokens nor apps, only the hash of both.
 */
import { createBoundedMap } from '../bounded-map.ts'
import type { Clock } from '../clock.ts'
import { createLease, type Lease } from '../oidc/transport/lease.ts'
import type { Verdict } from './access-token.ts'

export interface Questions {
  /**
   * Asks, unless another request of this isolate is asking the same: then waits for that one, and takes its verdict or its failure.
   *
   * @param key stands for the question
   * @param work asks; called once for all who come meanwhile, and again if it takes longer than this
   */
  ask(key: string, timeoutSeconds: number, work: () => Promise<Verdict | null>): Promise<Verdict | null>
}

interface Question {
  readonly lease: Lease
  visitors: number
  /** Returns the last verdict, or throws the last failure. Only for requests that waited for it, not for later ones. */
  outcome: (() => Verdict | null) | null
}

/** As many as verdicts are kept. One that is crowded out is asked twice, and nothing worse happens. */
const OPEN_MAX = 2000

/** Makes an empty set of questions, for one isolate. @param clock by which leases end */
export function createQuestions(clock: Clock): Questions {
  const open = createBoundedMap<Question>(OPEN_MAX)

  function enter(key: string, timeoutSeconds: number): Question {
    const known = open.get(key)
    if (known) {
      known.visitors += 1
      return known
    }
    const question = { lease: createLease(clock, timeoutSeconds), visitors: 1, outcome: null }
    open.set(key, question)
    return question
  }

  /** A question is forgotten when everybody who entered has left. */
  function leave(key: string, question: Question): void {
    question.visitors -= 1
    if (question.visitors === 0 && open.get(key) === question) open.delete(key)
  }

  return {
    async ask(key, timeoutSeconds, work) {
      const question = enter(key, timeoutSeconds)
      try {
        return await outcomeOf(question, work)
      } finally {
        leave(key, question)
      }
    },
  }
}

async function outcomeOf(question: Question, work: () => Promise<Verdict | null>): Promise<Verdict | null> {
  const { lease } = question
  let hasWaited = false
  while (lease.isHeld()) {
    hasWaited = true
    await lease.pause()
  }
  if (hasWaited && question.outcome) return question.outcome()
  question.outcome = null
  return lease.hold(async () => {
    try {
      const verdict = await work()
      question.outcome = () => verdict
      return verdict
    } catch (error) {
      question.outcome = () => {
        throw error
      }
      throw error
    }
  })
}
