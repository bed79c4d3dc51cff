/**
 * Verdicts of providers, for a short while in the memory of the isolate; knows neither tokens nor apps, only the hash that stands for them.
 */
import { createBoundedMap } from '../bounded-map.ts'
import type { Clock } from '../clock.ts'
import type { Moment, Revocations } from '../sessions/revocations.ts'
import type { Verdict } from './access-token.ts'
import { createKnownTokens, type KnownTokens } from './known-tokens.ts'
import { createQuestions, type Questions } from './questions.ts'

export interface Verdicts {
  /** `null`: the provider does not know the token, or no longer; `undefined`: no one has asked lately. */
  recall(key: string): Verdict | null | undefined
  /** One that is too long is not kept, so the provider is asked each time. @param names under which it can be revoked */
  keep(key: string, verdict: Verdict | null, asOf: Moment, names: readonly string[]): void
  /** What is being asked right now. */
  readonly questions: Questions
  /** Tokens about which no provider was asked: JWTs and sessions. */
  readonly known: KnownTokens
}

/** How long an app may go on with a token that was revoked: what a provider is spared is worth no more. */
const GOOD_SECONDS = 60
const REFUSED_SECONDS = 10
/** 16 megabytes of text at most, and usually one: a provider may say anything about a token (authorization_details). */
const KEPT_MAX = 2000
const KEPT_MAX_CHARACTERS = 8192

interface Kept {
  readonly verdict: Verdict | null
  readonly until: number
  readonly asOf: Moment
  readonly names: readonly string[]
}

export function createVerdicts(clock: Clock, revocations: Pick<Revocations, 'stands'>): Verdicts {
  const kept = createBoundedMap<Kept>(KEPT_MAX)

  return {
    questions: createQuestions(clock),
    known: createKnownTokens(clock, revocations),

    recall(key) {
      const entry = kept.get(key)
      if (!entry) return undefined
      if (clock.now() < entry.until && revocations.stands(entry.asOf, entry.names)) return entry.verdict
      kept.delete(key)
      return undefined
    },

    keep(key, verdict, asOf, names) {
      if (JSON.stringify(verdict).length > KEPT_MAX_CHARACTERS) return
      kept.set(key, { verdict, until: endOf(verdict, clock.now()), asOf, names })
    },
  }
}

/** Never past the end of the token. @see RFC 7662 section 4 */
function endOf(verdict: Verdict | null, now: number): number {
  if (!verdict?.active) return now + REFUSED_SECONDS * 1000
  const { exp } = verdict.claims
  return Math.min(now + GOOD_SECONDS * 1000, typeof exp === 'number' ? exp * 1000 : now)
}
