/**
 * The tokens that this isolate has found good, under a hash, so that a warm check verifies no signature and reads no row; and the questions that
 * led to them, so that it reads no form twice. What is kept says for how long it holds.
 */
import { type App, policyOf } from '../accounts/apps.ts'
import { createBoundedMap } from '../bounded-map.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import { sha256 } from '../crypto.ts'
import type { Provider } from '../oidc/provider.ts'
import type { Moment, Revocations } from '../sessions/revocations.ts'
import { type GoodToken, introspectionAnswer } from './access-token.ts'

/** A verdict, and all that it depends on but the token and the app, which are in its key. */
export interface FoundGood {
  readonly verdict: GoodToken
  readonly provider: Provider
  /** Seconds since the epoch: it is good from the first on, and to be judged again at the second. */
  readonly validFrom: number
  readonly validUntil: number
  /** When it was read, and the names under which it can be revoked. */
  readonly asOf: Moment
  readonly names: readonly string[]
  /** Whether what the provider shows, such as its keys, is still what the verdict was made with. */
  isCurrent(): boolean
}

export interface KnownToken extends FoundGood {
  /** The answer to an introspection request, as JSON. */
  readonly answer: string
}

/** Who asked, and about which token; the app may have been removed since. */
export interface Question {
  readonly app: App
  /** @see keyOf */
  readonly key: string
}

export interface KnownTokens {
  /** `undefined`: not known, or not known to be good now. Only of use when the revocation feed is fresh. */
  recall(key: string): KnownToken | undefined
  /** Keeps a token that was just found good, unless that has changed meanwhile. */
  keep(key: string, token: FoundGood): void
  /** What a request asked, by the hash of all in it that matters; `undefined`: not known. */
  readonly requests: { get(hash: string): Question | undefined; set(hash: string, question: Question): void }
}

const ENTRIES_MAX = 10_000
/** Of all of them together. A token may have long claims (authorization_details). */
const CHARACTERS_MAX = 8_388_608

/** Names a token as one app sees it: a verdict for one app says nothing to another, nor after its policy has changed. */
export function keyOf(token: string, app: App): Promise<string> {
  return sha256(`${policyOf(app)}\n${token}`)
}

/** Makes an empty memory, for one isolate. */
export function createKnownTokens(clock: Clock, revocations: Pick<Revocations, 'stands'>): KnownTokens {
  const charactersOf = ({ answer }: KnownToken) => answer.length
  const kept = createBoundedMap<KnownToken>(ENTRIES_MAX, { charactersMax: CHARACTERS_MAX, charactersOf })

  function holds(token: FoundGood): boolean {
    const now = epochSeconds(clock)
    if (now >= token.validUntil || now < token.validFrom) return false
    return revocations.stands(token.asOf, token.names) && token.isCurrent()
  }

  return {
    requests: createBoundedMap<Question>(ENTRIES_MAX),

    recall(key) {
      const token = kept.get(key)
      if (token === undefined || holds(token)) return token
      kept.delete(key)
      return undefined
    },

    keep(key, token) {
      if (holds(token)) kept.set(key, { ...token, answer: JSON.stringify(introspectionAnswer(token.verdict)) })
    },
  }
}
