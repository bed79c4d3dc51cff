/**
 * Access tokens to check while the keys of the provider change, and what is known of each; asks Gatehouse nothing.
 */
import { SignJWT } from 'jose'
import type { Installation } from '../test/support/installation.ts'
import { makeKey, type TestKey } from '../test/support/keys.ts'

/**
 * `live`: good, signed with the current key. `retired`: good apart from its key, which was replaced. `condemned`: expired, or meant for
 * another audience. `forged` and `flood`: signed with a key that the provider has never had, under one key id or a new one each time.
 */
type Kind = 'live' | 'retired' | 'condemned' | 'forged' | 'flood'

interface Sample {
  readonly kind: Kind
  readonly token: string | Promise<string>
  /** Counts the keys of the provider; 0 for a key that is not one of them. */
  readonly generation: number
}

export interface Tokens {
  /** Replaces the keys of the provider, except the first time, and makes tokens with the new one. */
  rotate(): Promise<void>
  /** Picks a token of a random kind. */
  pick(): Sample
  /** Whether the provider signs with the key of this generation; of none while its keys are being replaced. */
  isCurrent(generation: number): boolean
  /** How often the keys were replaced. */
  rotations(): number
}

const TOKENS_PER_KEY = 10
const GENERATIONS_KEPT = 20

/** Tokens that one key has signed. */
interface Generation {
  readonly number: number
  /** Good for an hour. */
  readonly tokens: readonly string[]
  /** Expired, or meant for another audience. */
  readonly condemned: readonly string[]
}

/** Makes the tokens of an installation; there are none before the first `rotate`. @param withFlood whether tokens of that kind are picked, too */
export async function createTokens(installation: Installation, withFlood: boolean): Promise<Tokens> {
  const { provider } = installation
  const stranger = await makeKey('RS256', 'of-a-stranger')
  const generations: Generation[] = []
  let flooded = 0
  /** The generation whose key the provider signs with; 0 while its keys are being replaced. */
  let current = 0

  async function makeGeneration(number: number): Promise<Generation> {
    const signed = (change: Record<string, unknown> = {}) =>
      provider.sign({ ...claimsNow(installation), ...change }, { typ: 'at+jwt' })
    const now = Math.floor(Date.now() / 1000)
    return {
      number,
      tokens: await Promise.all(Array.from({ length: TOKENS_PER_KEY }, () => signed())),
      condemned: await Promise.all([signed({ iat: now - 700, exp: now - 100 }), signed({ aud: 'somebody-else' })]),
    }
  }

  return {
    async rotate() {
      current = 0
      if (generations.length > 0) {
        const response = await fetch(`${provider.issuer}/dev/rotate-keys`, { method: 'POST' })
        if (!response.ok) throw new Error(`the keys were not replaced: ${response.status}`)
      }
      const next = await makeGeneration((generations.at(-1)?.number ?? 0) + 1)
      generations.push(next)
      if (generations.length > GENERATIONS_KEPT) generations.shift()
      current = next.number
    },

    pick() {
      const newest = generations.at(-1)
      if (!newest) throw new Error('there is a key from the beginning')
      const share = Math.random()
      const old = generations[Math.floor(Math.random() * (generations.length - 1))]
      if (withFlood && share < 0.02) {
        flooded += 1
        return { kind: 'flood', token: forged(stranger, installation, `made-up-${flooded}`), generation: 0 }
      }
      if (share < 0.2 && old) return { kind: 'retired', token: oneOf(old.tokens), generation: old.number }
      if (share < 0.3 && old) return { kind: 'condemned', token: oneOf(old.condemned), generation: old.number }
      if (share < 0.31) return { kind: 'forged', token: forged(stranger, installation), generation: 0 }
      const kind = newest.number === current ? 'live' : 'retired'
      return { kind, token: oneOf(newest.tokens), generation: newest.number }
    },

    isCurrent: (generation) => generation === current,

    rotations: () => (generations.at(-1)?.number ?? 1) - 1,
  }
}

/** The claims of a good access token of a person. */
export function claimsNow({ provider, gatehouse }: Installation) {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: provider.issuer,
    sub: 'alice',
    aud: gatehouse.baseUrl,
    client_id: 'meet',
    iat: now,
    exp: now + 3600,
    jti: crypto.randomUUID(),
  }
}

/** A token signed with a key that the provider has never had. @param kid the key id that it names */
export function forged(key: TestKey, installation: Installation, kid = key.kid): Promise<string> {
  return new SignJWT(claimsNow(installation))
    .setProtectedHeader({ alg: 'RS256', kid, typ: 'at+jwt' })
    .sign(key.privateKey)
}

export function oneOf<T>(list: readonly T[]): T {
  const [one] = list.slice(Math.floor(Math.random() * list.length))
  if (one === undefined) throw new Error('an empty list')
  return one
}
