/**
 * The JWTs that this isolate has found good, under a hash, so that a warm check verifies no signature; and the questions that led to them,
 * so that it reads no form twice. What is kept says for how long it holds.
 */
import type { App } from '../accounts/apps.ts'
import { createBoundedMap } from '../bounded-map.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import { sha256 } from '../crypto.ts'
import type { Provider } from '../oidc/provider.ts'
import type { Basis } from '../oidc/resource-server.ts'
import { type GoodToken, introspectionAnswer } from './access-token.ts'

/** A verdict, and all that it depends on but the token and the app, which are in its key. */
export interface VerifiedToken {
  readonly verdict: GoodToken
  readonly provider: Provider
  /** What the signature was verified with. The verdict ends when the provider shows other keys. */
  readonly basis: Basis
  /** Seconds since the epoch: it is good from the first on, and no longer at the second. */
  readonly validFrom: number
  readonly exp: number
}

export interface KnownToken extends VerifiedToken {
  /** The answer to an introspection request, as JSON. */
  readonly answer: string
}

/** Who asked, and about which token; the app may have been removed since. */
export interface Question {
  readonly app: App
  /** @see keyOf */
  readonly key: string
}

export interface VerifiedTokens {
  /** `undefined`: not known, or not known to be good now. */
  recall(key: string): KnownToken | undefined
  /** Keeps a token that was just verified, unless other keys have come meanwhile. */
  keep(key: string, token: VerifiedToken): void
  /** What a request asked, by the hash of all in it that matters; `undefined`: not known. */
  readonly requests: { get(hash: string): Question | undefined; set(hash: string, question: Question): void }
}

const ENTRIES_MAX = 10_000
/** Of all of them together. A token may have long claims (authorization_details). */
const CHARACTERS_MAX = 8_388_608

/** Names a token as one app sees it: a verdict for one app says nothing to another, nor after its policy has changed. */
export function keyOf(token: string, { clientId, audiences, clients }: App): Promise<string> {
  return sha256(JSON.stringify([clientId, audiences, clients, token]))
}

/** Makes an empty memory, for one isolate. */
export function createVerifiedTokens(clock: Clock): VerifiedTokens {
  const charactersOf = ({ answer }: KnownToken) => answer.length
  const kept = createBoundedMap<KnownToken>(ENTRIES_MAX, { charactersMax: CHARACTERS_MAX, charactersOf })

  return {
    requests: createBoundedMap<Question>(ENTRIES_MAX),

    recall(key) {
      const token = kept.get(key)
      if (token === undefined) return undefined
      const now = epochSeconds(clock)
      if (now < token.exp && now >= token.validFrom && isCurrent(token)) return token
      kept.delete(key)
      return undefined
    },

    keep(key, token) {
      if (!isCurrent(token)) return
      kept.set(key, { ...token, answer: JSON.stringify(introspectionAnswer(token.verdict)) })
    },
  }
}

function isCurrent({ provider, basis }: VerifiedToken): boolean {
  const current = provider.basis()
  return current?.metadata === basis.metadata && current.keys === basis.keys
}
