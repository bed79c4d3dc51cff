/**
 * Sessions and users in D1: who is who, what is remembered of them, and when a session is none any more.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { createSessions } from '../../src/store/sessions.ts'
import { refusalOf } from '../support/refusal.ts'
import { ISSUER, identity, NOW, noLog, signIn, stillClock } from './signing-in.ts'

function store() {
  const clock = stillClock()
  return { clock, sessions: createSessions(env.DB, clock, noLog) }
}

async function rowsOf(table: 'users' | 'sessions' | 'audit') {
  return (await env.DB.prepare(`SELECT * FROM ${table}`).all()).results
}

describe('a user', () => {
  it('is found by issuer and subject together: the same subject of another issuer is someone else', async () => {
    const { sessions } = store()
    await sessions.begin(signIn({ tokenHash: 'a' }))
    await sessions.begin(signIn({ tokenHash: 'b', issuer: 'https://idp2.example' }))
    const [here, there] = [await sessions.find('a'), await sessions.find('b')]
    expect(here?.user).toMatchObject({ issuer: ISSUER, subject: 'alice' })
    expect(there?.user).toMatchObject({ issuer: 'https://idp2.example', subject: 'alice' })
    expect(here?.user.id).not.toBe(there?.user.id)
  })

  it('is told from another by the letter case of the subject', async () => {
    const { sessions } = store()
    await sessions.begin(signIn({ tokenHash: 'a', subject: 'alice' }))
    await sessions.begin(signIn({ tokenHash: 'b', subject: 'Alice' }))
    expect(await rowsOf('users')).toHaveLength(2)
  })

  it('is not found by an e-mail address (A62)', async () => {
    const { sessions } = store()
    const known = identity({ email: 'alice@example.org', email_verified: true })
    await sessions.begin(signIn({ tokenHash: 'a', subject: 'alice', identity: known }))
    await sessions.begin(signIn({ tokenHash: 'b', subject: 'mallory', identity: known }))
    expect((await sessions.find('a'))?.user.id).not.toBe((await sessions.find('b'))?.user.id)
  })

  it('keeps the id at every sign-in, and the time of the first', async () => {
    const { sessions, clock } = store()
    await sessions.begin(signIn({ tokenHash: 'a' }))
    clock.advance(60)
    await sessions.begin(signIn({ tokenHash: 'b' }))
    expect((await sessions.find('b'))?.user.id).toBe((await sessions.find('a'))?.user.id)
    const rows = await rowsOf('users')
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ created_at: NOW, updated_at: NOW + 60, last_login_at: NOW + 60 })
  })

  it('gets back every claim as it was stored', async () => {
    const { sessions } = store()
    const everything = identity({
      email: 'alice@example.org',
      email_verified: false,
      given_name: 'Älice',
      family_name: "O'Neil; DROP TABLE users --",
      name: '🚪',
      preferred_username: 'a\0b',
      nickname: '"',
      phone_number: '+49 30 1234',
      tenant_id: 't',
      tariff_id: 'f',
      tariff_status: 's',
      x_grp: ['staff,admin', 'CN=a,OU=b', '["x"]'],
      picture: 'https://cdn.example/a.png',
      locale: 'de',
      zoneinfo: 'Europe/Berlin',
      full_name: 'Älice O’Neil',
      short_name: 'Ä',
      siret: '13002526500013',
      idp_id: 'idp-1',
    })
    await sessions.begin(signIn({ identity: everything }))
    expect((await sessions.find('hash'))?.user).toMatchObject(everything)
  })
})

describe('a later sign-in', () => {
  const FIRST = identity({
    email: 'alice@example.org',
    email_verified: true,
    given_name: 'Alice',
    phone_number: '+49 30 1234',
    x_grp: ['staff', 'admin'],
  })

  async function userAfter(second: Parameters<typeof identity>[0], first = FIRST) {
    const { sessions } = store()
    const [subject, tokenHash] = [crypto.randomUUID(), crypto.randomUUID()]
    await sessions.begin(signIn({ subject, tokenHash: `first ${tokenHash}`, identity: first }))
    await sessions.begin(signIn({ subject, tokenHash, identity: identity(second) }))
    return (await sessions.find(tokenHash))?.user
  }

  it('without a claim does not erase the one that is known', async () => {
    expect(await userAfter({ family_name: 'Archer' })).toMatchObject({
      email: 'alice@example.org',
      given_name: 'Alice',
      family_name: 'Archer',
      phone_number: '+49 30 1234',
    })
  })

  it('with another value replaces it', async () => {
    expect(await userAfter({ given_name: 'Alicia' })).toMatchObject({ given_name: 'Alicia' })
  })

  it('replaces the groups: who left one is in it no longer', async () => {
    expect(await userAfter({ x_grp: ['staff'] })).toMatchObject({ x_grp: ['staff'] })
    expect(await userAfter({ x_grp: [] })).toMatchObject({ x_grp: [] })
  })

  it('that leaves open which groups there are makes them unknown, and the next one known again', async () => {
    expect(await userAfter({ x_grp: null })).toMatchObject({ x_grp: null })
    const { sessions } = store()
    await sessions.begin(signIn({ tokenHash: 'a', identity: identity({ x_grp: null }) }))
    await sessions.begin(signIn({ tokenHash: 'b', identity: identity({ x_grp: ['staff'] }) }))
    expect((await sessions.find('a'))?.user.x_grp).toEqual(['staff'])
  })

  it('with a new e-mail address says anew whether that is verified', async () => {
    const email = 'alice@example.net'
    expect(await userAfter({ email })).toMatchObject({ email, email_verified: null })
    expect(await userAfter({ email, email_verified: false })).toMatchObject({ email, email_verified: false })
  })

  it.each([
    ['the same address, and silence', { email: 'alice@example.org' }, false],
    ['the same address, and yes', { email: 'alice@example.org', email_verified: true }, true],
    ['another address, and silence', { email: 'alice@example.net' }, null],
    ['no address', {}, false],
  ])('leaves an address unverified until it says otherwise: %s', async (_, second, email_verified) => {
    const first = { ...FIRST, email_verified: false }
    expect(await userAfter(second, first)).toMatchObject({ email_verified })
    const { sessions } = store()
    await sessions.begin(signIn({ subject: 'refreshed', tokenHash: 'refreshed', identity: first }))
    const session = await sessions.find('refreshed')
    if (!session) throw new Error('no session')
    const tokens = { askedAt: NOW, sealedTokens: 'sealed', tokensExpireAt: null, brought: null }
    await sessions.completeRefresh(session, { ...tokens, identity: identity(second) })
    expect((await sessions.find('refreshed'))?.user).toMatchObject({ email_verified })
  })

  it('without an e-mail address says nothing of the one that is known', async () => {
    const known = { email: 'alice@example.org', email_verified: true }
    expect(await userAfter({})).toMatchObject(known)
    expect(await userAfter({ email_verified: false })).toMatchObject(known)
  })

  it('is seen by the sessions that were there before', async () => {
    const { sessions } = store()
    await sessions.begin(signIn({ tokenHash: 'first', identity: FIRST }))
    await sessions.begin(signIn({ tokenHash: 'second', identity: identity({ x_grp: ['guests'] }) }))
    expect((await sessions.find('first'))?.user.x_grp).toEqual(['guests'])
  })
})

describe('a session', () => {
  it('has the times, the way of signing in and the sealed tokens that it began with', async () => {
    const { sessions } = store()
    await sessions.begin(
      signIn({
        authentication: {
          sid: 's',
          issuedAt: 0,
          acr: 'high',
          amr: ['pwd', 'otp'],
          authTime: NOW - 60,
          sessionExpiry: null,
        },
        sealedTokens: 'sealed tokens',
        tokensExpireAt: NOW + 300,
      }),
    )
    expect(await sessions.find('hash')).toMatchObject({
      tokenHash: 'hash',
      createdAt: NOW,
      expiresAt: NOW + 600,
      acr: 'high',
      amr: ['pwd', 'otp'],
      authTime: NOW - 60,
      sealedTokens: 'sealed tokens',
      tokensExpireAt: NOW + 300,
    })
  })

  it('is not found at the second of its end', async () => {
    const { sessions, clock } = store()
    await sessions.begin(signIn())
    clock.advance(599)
    expect(await sessions.find('hash')).not.toBeNull()
    clock.advance(1)
    expect(await sessions.find('hash')).toBeNull()
  })

  it('that has ended is not found, and ending it again is fine', async () => {
    const { sessions } = store()
    await sessions.begin(signIn())
    await sessions.end('hash', { reference: 'reference-2' })
    expect(await sessions.find('hash')).toBeNull()
    await sessions.end('hash', { reference: 'reference-3' })
    const events = (await rowsOf('audit')).map(({ event, reference }) => [event, reference])
    expect(events).toEqual([
      ['sign_in', 'reference'],
      ['sign_out', 'reference-2'],
    ])
  })

  it('ends alone: others of the same person go on', async () => {
    const { sessions } = store()
    await sessions.begin(signIn({ tokenHash: 'laptop' }))
    await sessions.begin(signIn({ tokenHash: 'phone' }))
    await sessions.end('laptop', { reference: 'reference' })
    expect(await sessions.find('phone')).not.toBeNull()
  })

  it('takes the place of the one before in the same browser', async () => {
    const { sessions } = store()
    await sessions.begin(signIn({ tokenHash: 'before' }))
    await sessions.begin(signIn({ tokenHash: 'after', replacedTokenHash: 'before', subject: 'bob' }))
    expect(await sessions.find('before')).toBeNull()
    expect((await sessions.find('after'))?.user.subject).toBe('bob')
  })

  it('goes with its user', async () => {
    const { sessions } = store()
    await sessions.begin(signIn())
    await env.DB.exec('DELETE FROM users')
    expect(await rowsOf('sessions')).toEqual([])
  })

  it('is not found by anything but its whole hash', async () => {
    const { sessions } = store()
    await sessions.begin(signIn())
    for (const other of ['', 'HASH', 'has', 'hash ', '%', "' OR 1=1 --"]) expect(await sessions.find(other)).toBeNull()
  })

  it('of ten browsers at once begins ten times (A98)', async () => {
    const { sessions } = store()
    const hashes = Array.from({ length: 10 }, (_, index) => `hash-${index}`)
    await Promise.all(hashes.map((tokenHash) => sessions.begin(signIn({ tokenHash }))))
    const found = await Promise.all(hashes.map((hash) => sessions.find(hash)))
    expect(new Set(found.map((session) => session?.user.id)).size).toBe(1)
    expect(await rowsOf('sessions')).toHaveLength(10)
  })
})

describe('a refresh that seems to be refused', () => {
  it('looks at no more rows, however many sessions of the provider were not confirmed since', async () => {
    const rowsRead: number[] = []
    const counting = {
      prepare: (sql: string) => env.DB.prepare(sql),
      async batch(statements: D1PreparedStatement[]) {
        const results = await env.DB.batch(statements)
        rowsRead.push(results.reduce((sum, { meta }) => sum + meta.rows_read, 0))
        return results
      },
    }
    const clock = stillClock()
    const sessions = createSessions(counting as never, clock, noLog) // what it uses of a database
    for (let index = 0; index < 60; index += 1) await sessions.begin(signIn({ tokenHash: `other ${index}` }))
    await sessions.begin(signIn())
    rowsRead.length = 0
    for (let time = 0; time < 3; time += 1) {
      clock.advance(30)
      const seen = await sessions.find('hash')
      expect(seen && (await sessions.doubt(seen, NOW, 'reference'))).toBe(false)
    }
    expect(Math.max(...rowsRead)).toBeLessThan(20)
  })
})

describe('a refresh', () => {
  const refreshed = {
    askedAt: NOW,
    sealedTokens: 'sealed again',
    tokensExpireAt: NOW + 300,
    identity: identity({ given_name: 'Alicia' }),
    brought: null,
  }

  it('is begun by one of those who saw the same', async () => {
    const { sessions } = store()
    await sessions.begin(signIn())
    const seen = await found(sessions)
    const claims = await Promise.all(Array.from({ length: 20 }, () => sessions.claimRefresh(seen, NOW + 7)))
    expect(claims.filter((isMine) => isMine)).toHaveLength(1)
  })

  it('that ends after its session changes nothing, and says so', async () => {
    const { sessions } = store()
    await sessions.begin(signIn())
    const seen = await found(sessions)
    await sessions.claimRefresh(seen, NOW + 7)
    await sessions.end('hash', { reference: 'reference' })
    const mine = { ...seen, refreshVersion: seen.refreshVersion + 1 }
    expect(await sessions.completeRefresh(mine, refreshed)).toBeNull()
    expect(await env.DB.prepare("SELECT id FROM users WHERE given_name = 'Alicia'").first()).toBeNull()
  })

  it('writes tokens and claims together', async () => {
    const { sessions } = store()
    await sessions.begin(signIn())
    const seen = await found(sessions)
    await sessions.claimRefresh(seen, NOW + 7)
    const mine = { ...seen, refreshVersion: seen.refreshVersion + 1 }
    const completed = await sessions.completeRefresh(mine, refreshed)
    const { user, ...session } = await found(sessions)
    expect(completed).toEqual({ user, ...session })
    expect(session).toMatchObject({ sealedTokens: 'sealed again', tokensExpireAt: NOW + 300, isRefreshPending: false })
    expect(user.given_name).toBe('Alicia')
  })

  it('writes the person only when it brings something new', async () => {
    const { sessions } = store()
    const known = identity({ email: 'alice@example.org', email_verified: true, x_grp: ['staff'], given_name: 'Alice' })
    await sessions.begin(signIn({ identity: known }))
    const seen = await found(sessions)
    await env.DB.exec("CREATE TRIGGER unwritten BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'written'); END")
    const complete = (said: ReturnType<typeof identity>) =>
      sessions.completeRefresh(seen, { ...refreshed, identity: said })
    expect((await complete(known))?.sealedTokens).toBe('sealed again')
    expect((await complete({ ...known, email: null, email_verified: null, given_name: null }))?.user.given_name).toBe(
      'Alice',
    )
    for (const news of [
      { given_name: 'Alicia' },
      { x_grp: [] },
      { x_grp: null },
      { email_verified: false },
      { tenant_id: 't' },
    ]) {
      expect((await refusalOf(complete({ ...known, ...news }))).code).toBe('store_unavailable')
    }
    await env.DB.exec('DROP TRIGGER unwritten')
  })

  it('replaces what its own session brought, and nothing that another did', async () => {
    const { sessions } = store()
    const staff = identity({ x_grp: ['staff'], roles: ['admin'] })
    await sessions.begin(signIn({ identity: staff }))
    await sessions.begin(signIn({ tokenHash: 'other', identity: staff }))
    const seen = await found(sessions)
    const guests = { ...refreshed, brought: { subject: null, groups: ['guests'], roles: ['visitor'] } }
    await sessions.claimRefresh(seen, NOW + 7)
    await sessions.completeRefresh({ ...seen, refreshVersion: seen.refreshVersion + 1 }, guests)
    expect((await found(sessions)).brought).toEqual({ subject: 'alice', groups: ['guests'], roles: ['visitor'] })
    expect((await sessions.find('other'))?.brought).toEqual({ subject: 'alice', groups: ['staff'], roles: ['admin'] })
  })

  it('that came too late replaces nothing of what the session brought', async () => {
    const { sessions } = store()
    await sessions.begin(signIn({ identity: identity({ x_grp: ['staff'] }) }))
    const seen = await found(sessions)
    await sessions.claimRefresh(seen, NOW)
    await sessions.claimRefresh({ ...seen, refreshVersion: seen.refreshVersion + 1 }, NOW + 7)
    const late = { ...seen, refreshVersion: seen.refreshVersion + 1 }
    expect(
      await sessions.completeRefresh(late, { ...refreshed, brought: { subject: 'bob', groups: null, roles: ['x'] } }),
    ).toBeNull()
    expect((await found(sessions)).brought).toEqual({ subject: 'alice', groups: ['staff'], roles: null })
  })

  it.each([
    ['nothing new', null, { subject: 'alice', groups: ['staff'], roles: ['admin'] }],
    [
      'groups and roles that are not known',
      { subject: null, groups: null, roles: null },
      { subject: 'alice', groups: null, roles: null },
    ],
    ['another subject', { subject: 'bob', groups: [], roles: [] }, { subject: 'bob', groups: [], roles: [] }],
  ])('may bring %s', async (_, brought, after) => {
    const { sessions } = store()
    await sessions.begin(signIn({ identity: identity({ x_grp: ['staff'], roles: ['admin'] }) }))
    const seen = await found(sessions)
    await sessions.completeRefresh(seen, { ...refreshed, brought })
    expect((await found(sessions)).brought).toEqual(after)
  })

  async function found(sessions: ReturnType<typeof store>['sessions']) {
    const session = await sessions.find('hash')
    if (!session) throw new Error('there is no session')
    return session
  }
})

describe('the beginning of a session', () => {
  it('is all or nothing: when the audit row cannot be written, there is no user and no session', async () => {
    const { sessions } = store()
    await env.DB.exec("CREATE TRIGGER refuse BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END")
    expect((await refusalOf(sessions.begin(signIn()))).code).toBe('store_unavailable')
    for (const table of ['users', 'sessions', 'audit'] as const) expect(await rowsOf(table)).toEqual([])
  })

  it('is all or nothing: the session before goes on, and the claims stay', async () => {
    const { sessions } = store()
    await sessions.begin(signIn({ tokenHash: 'before', identity: identity({ name: 'Alice' }) }))
    await env.DB.exec("CREATE TRIGGER refuse BEFORE DELETE ON sessions BEGIN SELECT RAISE(ABORT, 'no'); END")
    const next = signIn({ tokenHash: 'after', replacedTokenHash: 'before', identity: identity({ name: 'Alicia' }) })
    expect((await refusalOf(sessions.begin(next))).code).toBe('store_unavailable')
    expect((await sessions.find('before'))?.user.name).toBe('Alice')
    expect(await sessions.find('after')).toBeNull()
  })

  it('is refused for a token that is there already', async () => {
    const { sessions } = store()
    await sessions.begin(signIn())
    expect((await refusalOf(sessions.begin(signIn({ subject: 'bob' })))).code).toBe('store_unavailable')
    expect((await sessions.find('hash'))?.user.subject).toBe('alice')
  })
})

describe('the sessions of one person', () => {
  it('are 1,000 at the most: with one more the oldest ends, and no one else’s', async () => {
    const sessions = createSessions(env.DB, stillClock(), noLog)
    await sessions.begin(signIn({ tokenHash: 'of bob', subject: 'bob' }))
    await sessions.begin(signIn({ tokenHash: 'first' }))
    await env.DB.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999) INSERT INTO sessions (token_hash, user_id, created_at, expires_at, last_seen_at, id_token_iat, sealed_tokens) SELECT 'x' || i, user_id, ${NOW}, ${NOW + 600}, ${NOW}, 0, '' FROM n, sessions WHERE token_hash = 'first'`,
    )
    expect(await sessions.find('first')).not.toBeNull()
    await sessions.begin(signIn({ tokenHash: 'last' }))
    const found = await Promise.all(['first', 'x1', 'last', 'of bob'].map((hash) => sessions.find(hash)))
    expect(found.map((session) => session !== null)).toEqual([false, true, true, true])
  })
})

describe('a database that does not answer', () => {
  it('is never taken for "no such session"', async () => {
    const { sessions } = store()
    await env.DB.exec('DROP TABLE sessions')
    expect((await refusalOf(sessions.find('hash'))).code).toBe('store_unavailable')
    expect((await refusalOf(sessions.end('hash', { reference: 'reference' }))).code).toBe('store_unavailable')
  })
})
