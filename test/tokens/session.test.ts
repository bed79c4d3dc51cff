/**
 * Session tokens: how they look, and that only the session of exactly this token is found.
 */
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/crypto.ts'
import {
  findSession,
  findSessionEvenIdle,
  idleEndOf,
  isSessionToken,
  newSessionToken,
  type Session,
} from '../../src/sessions/session.ts'
import { sessionOf } from '../support/people.ts'
import { createTokenWorld, NOW } from '../support/token-world.ts'

const GOOD = `gths_${'A'.repeat(43)}`

const ODD = [
  '',
  'gths_',
  'gths',
  GOOD.slice(0, -1),
  `${GOOD}A`,
  ` ${GOOD}`,
  `${GOOD} `,
  `${GOOD}\n`,
  `${GOOD}\0`,
  GOOD.toUpperCase(),
  GOOD.replace('gths_', 'gthx_'),
  `gths_${'A'.repeat(42)}=`,
  `gths_${'A'.repeat(42)}+`,
  `gths_${'A'.repeat(42)}é`,
  `x${GOOD}`,
  `${GOOD}${GOOD}`,
  'a.b.c',
  '__proto__',
  'A'.repeat(1_000_000),
]

describe('a new session token', () => {
  it('says what it is, and has 256 random bits', async () => {
    expect((await newSessionToken()).token).toMatch(/^gths_[\w-]{43}$/)
  })

  it('is a session token', async () => {
    expect(isSessionToken((await newSessionToken()).token)).toBe(true)
  })

  it('comes with its SHA-256, under which it is kept', async () => {
    const { token, tokenHash } = await newSessionToken()
    expect(tokenHash).toBe(await sha256(token))
  })

  it('is never the same as another', async () => {
    const tokens = await Promise.all(Array.from({ length: 1000 }, newSessionToken))
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(1000)
  })
})

it.each(ODD)('is no session token: %j', (token) => {
  expect(isSessionToken(token)).toBe(false)
})

describe('the session of a token', () => {
  function sessions(...known: Session[]) {
    const asked: string[] = []
    const find = async (tokenHash: string) => {
      asked.push(tokenHash)
      return known.find((session) => session.tokenHash === tokenHash) ?? null
    }
    return { asked, ports: { ...createTokenWorld().ports, sessions: { find } } }
  }

  it('is found by the hash of the token', async () => {
    const { token, tokenHash } = await newSessionToken()
    const session = sessionOf(tokenHash, NOW)
    expect(await findSession(token, sessions(session).ports)).toBe(session)
  })

  it('is not found when there is none', async () => {
    expect(await findSession((await newSessionToken()).token, sessions().ports)).toBeNull()
  })

  it('the store never sees the token itself (A103)', async () => {
    const store = sessions()
    const { token, tokenHash } = await newSessionToken()
    await findSession(token, store.ports)
    expect(store.asked).toEqual([tokenHash])
  })

  it.each(ODD)('is not even looked for when the token is none: %j', async (token) => {
    const store = sessions()
    expect([await findSession(token, store.ports), store.asked]).toEqual([null, []])
  })

  it('is not found by its hash', async () => {
    const { tokenHash } = await newSessionToken()
    expect(await findSession(tokenHash, sessions(sessionOf(tokenHash, NOW)).ports)).toBeNull()
  })
})

describe('an unused session', () => {
  /** A session that was last used so long ago, under this setting. */
  async function unused(seconds: number, idleAge: number | undefined) {
    const { ports } = createTokenWorld()
    const { token, tokenHash } = await newSessionToken()
    const session = sessionOf(tokenHash, NOW - 10_000, { lastSeenAt: NOW - seconds })
    const config = { ...ports.config, sessionIdleSeconds: idleAge }
    return { token, session, ports: { ...ports, config, sessions: { find: async () => session } } }
  }

  it.each([
    [0, 3600, true],
    [3599, 3600, true],
    [3600, 3600, false],
    [3601, 3600, false],
    [9999, undefined, true],
  ])('of %i s, with an idle age of %s s, is found: %s (A101)', async (seconds, idleAge, isFound) => {
    const { token, ports } = await unused(seconds, idleAge)
    expect((await findSession(token, ports)) !== null).toBe(isFound)
  })

  it('is found by those who ask for it even so', async () => {
    const { token, session, ports } = await unused(3601, 3600)
    expect(await findSessionEvenIdle(token, ports)).toBe(session)
  })

  it('never ends later than its absolute end', async () => {
    const { session, ports } = await unused(0, 1_000_000)
    expect(idleEndOf(session, ports.config)).toBe(session.expiresAt)
  })
})
