/**
 * The revocation feed in D1: every change that an app could be told of writes a row, whatever statement makes it, and nothing else does.
 */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { ROWS_MAX } from '../../src/sessions/revocations.ts'
import { createEndings } from '../../src/store/endings.ts'
import { purgeExpired } from '../../src/store/purge.ts'
import { createRevocationStore } from '../../src/store/revocations.ts'
import { SCHEMA } from '../../src/store/schema.ts'
import { createSessions } from '../../src/store/sessions.ts'
import { createTokenRecords } from '../../src/store/token-records.ts'
import { refusalOf } from '../support/refusal.ts'
import { identity, NOW, noLog, signIn, stillClock } from './signing-in.ts'

const feed = () => createRevocationStore(env.DB)

/** The last row of the feed before the test began. */
let lastId: number

/** What was written to the feed since the beginning of the test. */
async function rows(): Promise<string[]> {
  const asking = env.DB.prepare('SELECT kind, name FROM revocations WHERE id > ?1 ORDER BY id')
  const { results } = await asking.bind(lastId).all()
  return results.map(({ kind, name }) => `${kind} ${name}`)
}

let userId: string

beforeEach(async () => {
  const sessions = createSessions(env.DB, stillClock(), noLog)
  await sessions.begin(signIn({ tokenHash: 'one', expiresAt: NOW + 600 }))
  await sessions.begin(signIn({ tokenHash: 'two', expiresAt: NOW + 600 }))
  userId = String(await env.DB.prepare('SELECT id FROM users').first('id'))
  lastId = Number(await env.DB.prepare('SELECT MAX(id) AS id FROM revocations').first('id'))
})

describe('a sign-in', () => {
  const later = { ...stillClock(), now: () => (NOW + 1) * 1000 }
  const begin = (changed: Parameters<typeof signIn>[0]) =>
    createSessions(env.DB, later, noLog).begin(signIn({ tokenHash: 'three', ...changed }))

  it('that makes an account writes a row, for access tokens that were seen before', async () => {
    await begin({ subject: 'bob', subHash: 'of bob' })
    expect(await rows()).toEqual(['token sub of bob'])
  })

  it('of a known person writes nothing, not even in the second in which the account was made', async () => {
    await begin({})
    await createSessions(env.DB, stillClock(), noLog).begin(signIn({ tokenHash: 'at once' }))
    expect(await rows()).toEqual([])
  })

  it('that finds an account by its address writes a row of its own subject, and one of the account that changes', async () => {
    const person = identity({ email: 'alice@example.org', email_verified: true })
    await begin({ identity: person })
    const byEmail = { email: 'alice@example.org', trustsAbsent: false, keepsSubject: false }
    await begin({ tokenHash: 'four', subject: 'new', subHash: 'of new', identity: person, byEmail })
    expect(await rows()).toEqual([`user ${userId}`, 'token sub of new', `user ${userId}`])
  })
})

describe('a session', () => {
  it('that is used writes nothing', async () => {
    await createSessions(env.DB, stillClock(), noLog).touch('one')
    expect(await rows()).toEqual([])
  })

  it('writes a row when it ends, in whatever way', async () => {
    await createSessions(env.DB, stillClock(), noLog).end('one', { reference: 'r' })
    await env.DB.exec("DELETE FROM sessions WHERE token_hash = 'two'")
    expect(await rows()).toEqual(['session one', 'session two'])
  })

  it('writes a row when it ends with all others of the person', async () => {
    await createEndings(env.DB, stillClock(), noLog).endOf({ userId: userId }, 'sign_out_everywhere', {
      reference: 'r',
    })
    expect(await rows()).toEqual(['session one', 'session two'])
  })

  it('writes a row when the account goes, which makes everything forgotten and names no one', async () => {
    await env.DB.exec(`DELETE FROM users WHERE id = '${userId}'`)
    expect((await rows()).toSorted()).toEqual(['all ', 'session one', 'session two'])
  })

  it('writes nothing when it is removed long after its end', async () => {
    const past = Math.floor(Date.now() / 1000) - 61
    await env.DB.exec(`UPDATE sessions SET expires_at = ${past}`)
    await purgeExpired(env.DB, { ...stillClock(), now: () => Date.now() }, 365)
    expect(await rows()).toEqual([])
  })
})

describe('a person', () => {
  // `disabled_by` changes with `disabled_at` alone, and of `scim_key` only the groups count that come with it.
  const unseen = ['id', 'created_at', 'updated_at', 'last_login_at', 'search_text', 'disabled_by', 'scim_key']
  const columns = Object.values(SCHEMA)
    .flatMap(({ users = [] }) => users)
    .filter((column) => !unseen.includes(column))

  it.each(columns)('writes a row when %s changes, and none when it stays as it is', async (column) => {
    await env.DB.exec(`UPDATE users SET ${column} = ${column}`)
    expect(await rows()).toEqual([])
    const isNumber = column === 'email_verified' || column === 'disabled_at'
    await env.DB.exec(`UPDATE users SET ${column} = ${isNumber ? `1 - COALESCE(${column}, 1)` : "'new'"}`)
    expect(await rows()).toEqual([`user ${userId}`])
  })

  it('writes nothing when only the time of the last sign-in changes', async () => {
    await env.DB.exec('UPDATE users SET last_login_at = 1, updated_at = 1')
    expect(await rows()).toEqual([])
  })
})

it('an app writes a row when it is added, changed and removed', async () => {
  await env.DB.exec("INSERT INTO apps (client_id, name, secret_hash, created_at) VALUES ('a', 'A', 'h', 0)")
  await env.DB.exec("UPDATE apps SET secret_hash = 'other'")
  await env.DB.exec('DELETE FROM apps')
  expect(new Set(await rows())).toEqual(new Set(['app a']))
  expect(await rows()).toHaveLength(4)
})

describe('a logout token', () => {
  const usual = {
    issuer: 'https://idp.example',
    jtiHash: 'j',
    usableUntil: NOW + 60,
    rememberedUntil: NOW + 600,
    reference: 'r',
  }
  const end = (meaning: { subHash: string | null; sidHashes: string[]; issuedAt: number; jtiHash?: string }) =>
    createEndings(env.DB, stillClock(), noLog).endByLogoutToken({
      ...usual,
      subject: meaning.subHash && 'someone',
      ...meaning,
    })
  const cutOffs = async (...cutOffNames: string[]) =>
    (await createTokenRecords(env.DB).find({ cutOffNames, issuer: '', subject: null }, null)).found.cutOffs

  it('of a subject cuts off the tokens issued until then, and a later one those until then', async () => {
    await end({ subHash: 's', sidHashes: [], issuedAt: NOW })
    await end({ subHash: 's', sidHashes: [], issuedAt: NOW + 9, jtiHash: 'k' })
    await end({ subHash: 's', sidHashes: [], issuedAt: NOW + 3, jtiHash: 'l' })
    expect(await cutOffs('sub s', 'sub t')).toEqual([{ name: 'sub s', issuedAt: NOW + 9 }])
    expect(new Set(await rows())).toEqual(new Set(['token sub s']))
  })

  it('of one session cuts off its tokens alone', async () => {
    await end({ subHash: 's', sidHashes: ['d'], issuedAt: NOW })
    await end({ subHash: null, sidHashes: ['e'], issuedAt: NOW, jtiHash: 'k' })
    const found = await cutOffs('sub s', 'sid d', 'sid e', 'sub s sid d', 'sub s without sid')
    expect(found.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: 'sid e', issuedAt: null },
      { name: 'sub s sid d', issuedAt: null },
    ])
  })

  it('that was obeyed before cuts off nothing more', async () => {
    await end({ subHash: 's', sidHashes: [], issuedAt: NOW })
    await end({ subHash: 't', sidHashes: [], issuedAt: NOW })
    expect(await cutOffs('sub t')).toEqual([])
  })

  it('is forgotten after a week', async () => {
    const clock = stillClock()
    await end({ subHash: 's', sidHashes: [], issuedAt: NOW })
    clock.advance(7 * 86_400 - 1)
    expect(await purgeExpired(env.DB, clock, 365)).toMatchObject({ cut_offs: 0 })
    clock.advance(1)
    expect(await purgeExpired(env.DB, clock, 365)).toMatchObject({ cut_offs: 1 })
  })
})

describe('the feed', () => {
  it('is read from the newest row at first, and then from the one that was seen last', async () => {
    const [start] = await feed().pull(null)
    expect(start).toMatchObject({ id: lastId })
    await createSessions(env.DB, stillClock(), noLog).end('one', { reference: 'r' })
    expect(await feed().pull(start ?? null)).toMatchObject([start ?? {}, { kind: 'session', name: 'one' }])
    expect(await feed().pull(null)).toMatchObject([{ name: 'one' }])
  })

  it('gives one row more than an isolate takes in', async () => {
    const [start] = await feed().pull(null)
    await env.DB.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${2 * ROWS_MAX}) INSERT INTO revocations (at, kind, name) SELECT 0, 'user', i FROM n`,
    )
    expect(await feed().pull(start ?? null)).toHaveLength(ROWS_MAX + 1)
  })

  it('is removed after an hour but for its newest row, and no id comes again', async () => {
    await createSessions(env.DB, stillClock(), noLog).end('one', { reference: 'r' })
    await createSessions(env.DB, stillClock(), noLog).end('two', { reference: 'r' })
    const [newest] = await feed().pull(null)
    const inAnHour = { ...stillClock(), now: () => Date.now() + 3_601_000 }
    expect(await purgeExpired(env.DB, inAnHour, 365)).toMatchObject({ revocations: lastId + 1 })
    expect(await feed().pull(newest ?? null)).toEqual([newest])
    await env.DB.exec('DELETE FROM revocations')
    await env.DB.exec("INSERT INTO revocations (at, kind, name) VALUES (0, 'all', '')")
    expect((await feed().pull(null))[0]?.id).toBe((newest?.id ?? 0) + 1)
  })

  it('that cannot be read is never taken for an empty one', async () => {
    await env.DB.exec('DROP TABLE revocations')
    expect((await refusalOf(feed().pull(null))).code).toBe('store_unavailable')
  })
})
