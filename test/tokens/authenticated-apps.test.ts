/**
 * Applications by their credential: who is let in, for how long an isolate remembers, and that it never remembers without bound.
 */
import { describe, expect, it, vi } from 'vitest'
import type { StoredApp } from '../../src/accounts/apps.ts'
import { sha256 } from '../../src/crypto.ts'
import { GatehouseError } from '../../src/errors.ts'
import { createRevocations } from '../../src/sessions/revocations.ts'
import { type AppStore, createApps } from '../../src/tokens/authenticated-apps.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createFakeFeed } from '../support/feed.ts'
import { refusalOf } from '../support/refusal.ts'

const SECRET = 'the-secret-of-the-app'

async function appCalled(clientId: string): Promise<StoredApp> {
  return {
    clientId,
    name: `App ${clientId}`,
    audiences: ['aud'],
    clients: ['client'],
    hasSessions: false,
    claims: ['email'],
    introspectionSignedResponseAlg: 'RS256',
    secretHashes: [await sha256(SECRET)],
    jwks: null,
  }
}

/** A store that counts how often it is asked, and the apps that use it. */
async function world(...clientIds: string[]) {
  const rows = new Map<string, StoredApp>()
  for (const clientId of clientIds) rows.set(clientId, await appCalled(clientId))
  const asked: string[] = []
  const feed = createFakeFeed()
  const store: AppStore = {
    async find(clientId, after) {
      asked.push(clientId)
      return feed.snapshot(rows.get(clientId) ?? null, after)
    },
    async findByName(name, after) {
      asked.push(name)
      return feed.snapshot([...rows.values()].find((row) => row.name === name) ?? null, after)
    },
  }
  const clock = createFakeClock()
  return { rows, asked, feed, clock, apps: createApps(store, createRevocations(feed, clock, 5), clock) }
}

describe('an app', () => {
  it('is found by client id and secret', async () => {
    const { apps } = await world('a', 'b')
    expect(await apps.authenticate({ clientId: 'b', secret: SECRET })).toMatchObject({ clientId: 'b', name: 'App b' })
  })

  it('comes without the hash of its secret', async () => {
    const { apps } = await world('a')
    expect(await apps.authenticate({ clientId: 'a', secret: SECRET })).toEqual({
      clientId: 'a',
      name: 'App a',
      audiences: ['aud'],
      clients: ['client'],
      hasSessions: false,
      claims: ['email'],
      introspectionSignedResponseAlg: 'RS256',
    })
  })

  it.each(['', 'wrong', SECRET.toUpperCase(), `${SECRET} `, ` ${SECRET}`, SECRET.slice(0, -1), `${SECRET}\0`])(
    'is not let in with the secret %j',
    async (secret) => {
      const { apps } = await world('a')
      expect(await apps.authenticate({ clientId: 'a', secret })).toBeNull()
    },
  )

  it('is not let in with the hash that is stored', async () => {
    const { apps } = await world('a')
    expect(await apps.authenticate({ clientId: 'a', secret: await sha256(SECRET) })).toBeNull()
  })

  it.each(['', 'A', 'a ', '__proto__', 'constructor', 'unknown'])('called %j is not known', async (clientId) => {
    const { apps } = await world('a')
    expect(await apps.authenticate({ clientId, secret: SECRET })).toBeNull()
  })

  it('is not told apart from an unknown one when its secret is wrong', async () => {
    const { apps } = await world('a')
    expect(await apps.authenticate({ clientId: 'a', secret: 'wrong' })).toBe(
      await apps.authenticate({ clientId: 'unknown', secret: 'wrong' }),
    )
  })

  it('is not let in with a wrong secret while it is remembered', async () => {
    const { apps } = await world('a')
    await apps.authenticate({ clientId: 'a', secret: SECRET })
    expect(await apps.authenticate({ clientId: 'a', secret: 'wrong' })).toBeNull()
  })
})

describe('the memory of the isolate', () => {
  it('keeps an app for as long as nothing is said of it', async () => {
    const { apps, asked, feed, clock } = await world('a')
    for (let hour = 0; hour < 3; hour += 1) {
      await apps.authenticate({ clientId: 'a', secret: SECRET })
      feed.revoke('app', 'b')
      clock.advance(3600)
    }
    expect(asked).toEqual(['a'])
  })

  it('asks the feed once in five seconds, however many come', async () => {
    const { apps, feed, clock } = await world('a')
    for (let second = 0; second < 20; second += 1) {
      await Promise.all(Array.from({ length: 5 }, () => apps.authenticate({ clientId: 'a', secret: SECRET })))
      clock.advance(1)
    }
    // The first time together with the app.
    expect(feed.pulls).toHaveLength(1 + 3)
  })

  it('lets go of a removed app within five seconds', async () => {
    const { apps, rows, feed, clock } = await world('a')
    await apps.authenticate({ clientId: 'a', secret: SECRET })
    rows.delete('a')
    feed.revoke('app', 'a')
    const seen = []
    for (let second = 1; second <= 6; second++) {
      clock.advance(1)
      seen.push((await apps.authenticate({ clientId: 'a', secret: SECRET })) !== null)
    }
    expect(seen).toEqual([true, true, true, true, false, false])
  })

  it('is known by both of its secrets while it changes from one to the other, whichever comes first', async () => {
    const { apps, rows, feed, clock } = await world('a')
    const [newest, former] = [await sha256('new'), await sha256(SECRET)]
    rows.set('a', { ...(await appCalled('a')), secretHashes: [newest, former] })
    for (const secret of ['new', SECRET, 'new'])
      expect(await apps.authenticate({ clientId: 'a', secret })).toMatchObject({ clientId: 'a' })
    expect(await apps.authenticate({ clientId: 'a', secret: 'other' })).toBeNull()
    rows.set('a', { ...(await appCalled('a')), secretHashes: [newest] })
    feed.revoke('app', 'a')
    clock.advance(5)
    expect(await apps.authenticate({ clientId: 'a', secret: SECRET })).toBeNull()
    expect(await apps.authenticate({ clientId: 'a', secret: 'new' })).not.toBeNull()
  })

  it('without a secret is known by none', async () => {
    const { apps, rows } = await world('a')
    rows.set('a', { ...(await appCalled('a')), secretHashes: [] })
    for (const secret of ['', SECRET, 'A'.repeat(43)])
      expect(await apps.authenticate({ clientId: 'a', secret })).toBeNull()
  })

  it('lets a changed secret in within five seconds', async () => {
    const { apps, rows, feed, clock } = await world('a')
    await apps.authenticate({ clientId: 'a', secret: SECRET })
    rows.set('a', { ...(await appCalled('a')), secretHashes: [await sha256('new')] })
    feed.revoke('app', 'a')
    clock.advance(5)
    expect(await apps.authenticate({ clientId: 'a', secret: SECRET })).toBeNull()
    expect(await apps.authenticate({ clientId: 'a', secret: 'new' })).not.toBeNull()
  })

  it('keeps an unknown client id: an app that comes too early is let in within five seconds', async () => {
    const { apps, rows, asked, feed, clock } = await world()
    await apps.authenticate({ clientId: 'new', secret: SECRET })
    rows.set('new', await appCalled('new'))
    feed.revoke('app', 'new')
    clock.advance(4)
    expect(await apps.authenticate({ clientId: 'new', secret: SECRET })).toBeNull()
    expect(asked).toEqual(['new'])
    clock.advance(1)
    expect(await apps.authenticate({ clientId: 'new', secret: SECRET })).not.toBeNull()
  })

  it('is bounded for unknown client ids too, and they drive out no app', async () => {
    const { apps, asked } = await world('a')
    await apps.authenticate({ clientId: 'a', secret: SECRET })
    for (let index = 0; index < 2000; index += 1) await apps.authenticate({ clientId: `x${index}`, secret: 'x' })
    expect(await apps.authenticate({ clientId: 'a', secret: SECRET })).not.toBeNull()
    expect(asked).toHaveLength(2001)
    await apps.authenticate({ clientId: 'x0', secret: 'x' })
    expect(asked).toHaveLength(2002)
  })

  it('keeps no refused id of more than 255 characters, so that its size is bounded as well', async () => {
    const { apps, asked } = await world()
    const ids = ['x'.repeat(255), 'x'.repeat(256), 'x'.repeat(60_000)]
    for (const clientId of [...ids, ...ids]) await apps.authenticate({ clientId, secret: 'x' })
    expect(asked.map(({ length }) => length)).toEqual([255, 256, 60_000, 256, 60_000])
  })

  it('is bounded: of 2,000 apps the first is no longer in it (A56)', async () => {
    const clientIds = Array.from({ length: 2000 }, (_, index) => `app-${index}`)
    const { apps, asked } = await world(...clientIds)
    for (const clientId of clientIds) await apps.authenticate({ clientId, secret: SECRET })
    await apps.authenticate({ clientId: 'app-0', secret: SECRET })
    expect(asked).toHaveLength(2001)
  })

  it('has room for the apps of an ordinary installation', async () => {
    const clientIds = Array.from({ length: 100 }, (_, index) => `app-${index}`)
    const { apps, asked } = await world(...clientIds)
    for (const clientId of [...clientIds, ...clientIds]) await apps.authenticate({ clientId, secret: SECRET })
    expect(asked).toHaveLength(100)
  })

  it('is the isolate’s own: another one asks for itself', async () => {
    const { apps } = await world('a')
    await apps.authenticate({ clientId: 'a', secret: SECRET })
    const other = await world()
    expect(await other.apps.authenticate({ clientId: 'a', secret: SECRET })).toBeNull()
  })
})

describe('an app by its name', () => {
  it('is found, without the hash of its secret', async () => {
    const { apps } = await world('a')
    const { secretHashes: _, jwks: __, ...app } = await appCalled('a')
    expect(await apps.named('App a')).toEqual(app)
    expect(await apps.named('a')).toBeNull()
  })

  it('is remembered until something is said of it', async () => {
    const { apps, rows, asked, feed, clock } = await world('a', 'b')
    for (const name of ['App a', 'App b', 'App a']) await apps.named(name)
    expect(asked).toEqual(['App a', 'App b'])
    rows.delete('a')
    feed.revoke('app', 'a')
    clock.advance(5)
    expect(await apps.named('App a')).toBeNull()
    expect(await apps.named('App b')).not.toBeNull()
    expect(asked).toEqual(['App a', 'App b', 'App a'])
  })
})

describe('a wrong secret', () => {
  /** Reads of the store and hashes, for each of some tries in a row. */
  async function workOf(apps: ReturnType<typeof createApps>, asked: readonly string[], clientId: string) {
    const digest = vi.spyOn(crypto.subtle, 'digest')
    const work: [reads: number, hashes: number][] = []
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const before = asked.length
      digest.mockClear()
      await apps.authenticate({ clientId, secret: 'wrong' })
      work.push([asked.length - before, digest.mock.calls.length])
    }
    digest.mockRestore()
    return work
  }

  it('takes the same work for a known app, for one that has just been here, and for an unknown one', async () => {
    const { apps, asked, clock } = await world('known', 'seen')
    await apps.authenticate({ clientId: 'seen', secret: SECRET })
    clock.advance(1)
    const [known, unknown] = [await workOf(apps, asked, 'known'), await workOf(apps, asked, 'unknown')]
    expect(known).toEqual([
      [1, 1],
      [0, 1],
      [0, 1],
      [0, 1],
    ])
    expect(unknown).toEqual(known)
    expect(await workOf(apps, asked, 'seen')).toEqual(known)
  })

  it('takes the same work while the app itself comes with the right one', async () => {
    const { apps, asked, clock } = await world('used')
    const reads: number[] = []
    for (let second = 0; second < 12; second += 1) {
      await apps.authenticate({ clientId: 'used', secret: SECRET })
      const before = asked.length
      await apps.authenticate({ clientId: 'used', secret: 'wrong' })
      reads.push(asked.length - before)
      clock.advance(1)
    }
    expect(reads).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  })

  it('keeps no one out who has the right one', async () => {
    const { apps } = await world('a')
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await apps.authenticate({ clientId: 'a', secret: 'wrong' })).toBeNull()
      expect(await apps.authenticate({ clientId: 'a', secret: SECRET })).not.toBeNull()
    }
  })
})

describe('a store that fails', () => {
  it('is a refusal, never an unknown app', async () => {
    const find = () => Promise.reject(new GatehouseError('store_unavailable', 'database_failed', 'no database'))
    const failing: AppStore = { find, findByName: find }
    const clock = createFakeClock()
    const apps = createApps(failing, createRevocations(createFakeFeed(), clock, 5), clock)
    expect((await refusalOf(apps.authenticate({ clientId: 'a', secret: SECRET }))).code).toBe('store_unavailable')
  })

  it('does not hinder an app that is remembered, until the feed is too old', async () => {
    const { apps, feed, clock } = await world('a')
    await apps.authenticate({ clientId: 'a', secret: SECRET })
    feed.fails(true)
    clock.advance(4)
    expect(await apps.authenticate({ clientId: 'a', secret: SECRET })).not.toBeNull()
    clock.advance(1)
    expect((await refusalOf(apps.authenticate({ clientId: 'a', secret: SECRET }))).code).toBe('store_unavailable')
    feed.fails(false)
    expect(await apps.authenticate({ clientId: 'a', secret: SECRET })).not.toBeNull()
  })
})
