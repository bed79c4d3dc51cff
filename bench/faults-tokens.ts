/**
 * Tokens to check while the database and the provider fail, which end one after the other; of each it is known what the right verdict is.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Installation } from '../test/support/installation.ts'
import { makeKey } from '../test/support/keys.ts'
import { PATHS } from '../test/support/paths.ts'
import { opaqueToken } from './measure.ts'
import { fill, tokenHashOf, tokenOf, userIdOf } from './people.ts'
import { claimsNow, forged, oneOf } from './rotation-tokens.ts'

/** `condemned`: expired, or meant for another audience. `forged`: signed with a key that the provider has never had. */
export type Kind = 'session' | 'jwt' | 'opaque' | 'condemned' | 'forged'

export interface Sample {
  readonly kind: Kind
  readonly token: string
  /** Counts the keys of the provider; 0: no key of it has signed the token. */
  readonly generation: number
  /** Ends it for good; absent: nothing ends it. */
  readonly end: (() => Promise<void>) | null
  /** Milliseconds since the epoch; `null`: not yet. In between it may be good or not. */
  endingSince: number | null
  endedAt: number | null
}

export interface Population {
  /** Adds the tokens of one more period, and forgets those that are old. */
  renew(): Promise<void>
  /** Replaces the key of the provider, and adds tokens that the new one has signed. */
  rotate(): Promise<void>
  pick(): Sample
  /** Ends one that is good. @returns whether there was one @throws Error when Gatehouse answers a logout token as it must not */
  endOne(): Promise<boolean>
  /** Whether the provider signs with the key of this generation; of none while it is replaced. */
  isCurrent(generation: number): boolean
}

/** Of the checks; each minute the provider is asked about them. */
const OPAQUE_SHARE = 0.02
const SESSIONS_PER_PERIOD = 100
const JWTS_PER_KEY = 40
const PERIODS_KEPT = 3
const RETRY_MILLISECONDS = 200
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/** Above those of all people who are there for other reasons. */
const FIRST_NUMBER = 100_000_000

export async function createPopulation(installation: Installation): Promise<Population> {
  const { provider, gatehouse, client } = installation
  const strangersKey = await makeKey('RS256', 'of-a-stranger')
  const opaque = [sampleOf('opaque', await opaqueToken(installation), 0)]
  const periods: Sample[][] = []
  let number = FIRST_NUMBER
  let generation = 1
  let isRotating = false

  const signed = (change: Record<string, unknown>) =>
    provider.sign({ ...claimsNow(installation), ...change }, { typ: 'at+jwt' })

  async function sessions(): Promise<Sample[]> {
    const first = number + 1
    number += SESSIONS_PER_PERIOD
    await fill(installation, first, number)
    return Array.from({ length: SESSIONS_PER_PERIOD }, (_, index) => {
      const one = first + index
      return sampleOf('session', tokenOf(one), 0, async () => {
        // Now and then with the person.
        const sql =
          one % 10 === 0
            ? `DELETE FROM users WHERE id = '${userIdOf(one)}'`
            : `DELETE FROM sessions WHERE token_hash = '${tokenHashOf(one)}'`
        await gatehouse.query(sql)
      })
    })
  }

  async function jwts(): Promise<Sample[]> {
    const good = Array.from({ length: JWTS_PER_KEY }, async () => {
      const [sub, sid] = [crypto.randomUUID(), crypto.randomUUID()]
      return sampleOf('jwt', await signed({ sub, sid }), generation, () => sendLogoutToken(sub, sid))
    })
    const now = Math.floor(Date.now() / 1000)
    const condemned = [{ iat: now - 700, exp: now - 100 }, { aud: 'someone-else' }].map(async (change) =>
      sampleOf('condemned', await signed(change), generation),
    )
    const stranger = async () => sampleOf('forged', await forged(strangersKey, installation), 0)
    return Promise.all([...good, ...condemned, stranger()])
  }

  /** As a provider does it: again, with its key of then, until it was taken. */
  async function sendLogoutToken(sub: string, sid: string): Promise<void> {
    const url = `${gatehouse.baseUrl}${PATHS.backchannelLogout}`
    for (;;) {
      const signedWith = generation
      const { iss, iat, jti } = claimsNow(installation)
      const content = { iss, iat, jti, sub, sid, aud: client.clientId, exp: iat + 120, events: { [EVENT]: {} } }
      const body = new URLSearchParams({ logout_token: await provider.sign(content, { typ: 'logout+jwt' }) })
      const { status } = await fetch(url, { method: 'POST', body })
      if (status === 200) return
      const isMeantToFail = status === 502 || status === 503 || isRotating || signedWith !== generation
      if (!isMeantToFail) throw new Error(`a logout token was answered ${status}`)
      await sleep(RETRY_MILLISECONDS)
    }
  }

  return {
    async renew() {
      const added = [...(await sessions()), ...(await jwts())]
      periods.push(added)
      if (periods.length > PERIODS_KEPT) periods.shift()
    },

    async rotate() {
      isRotating = true
      await provider.rotateKeys()
      generation += 1
      isRotating = false
      periods.at(-1)?.push(...(await jwts()))
    },

    pick() {
      return oneOf(Math.random() < OPAQUE_SHARE ? opaque : oneOf(periods))
    },

    async endOne() {
      const one = periods.flat().find(({ end, endingSince }) => end !== null && endingSince === null)
      if (!one?.end) return false
      one.endingSince = Date.now()
      await one.end()
      one.endedAt = Date.now()
      return true
    },

    isCurrent: (one) => !isRotating && one === generation,
  }
}

function sampleOf(kind: Kind, token: string, generation: number, end: Sample['end'] = null): Sample {
  return { kind, token, generation, end, endingSince: null, endedAt: null }
}
