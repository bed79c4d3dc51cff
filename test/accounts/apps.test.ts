/**
 * Applications by their credential: who is let in, for how long an isolate remembers, and that it never remembers without bound.
 */
import { describe, expect, it } from 'vitest'
import { type AppStore, createApps, type StoredApp } from '../../src/accounts/apps.ts'
import { sha256 } from '../../src/crypto.ts'
import { GatehouseError } from '../../src/errors.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { refusalOf } from '../support/refusal.ts'

const SECRET = 'the-secret-of-the-app'

async function appCalled(clientId: string): Promise<StoredApp> {
  return {
    clientId,
    name: `App ${clientId}`,
    audiences: ['aud'],
    clients: ['client'],
    secretHash: await sha256(SECRET),
  }
}

/** A store that counts how often it is asked, and the apps that use it. */
async function world(...clientIds: string[]) {
  const rows = new Map<string, StoredApp>()
  for (const clientId of clientIds) rows.set(clientId, await appCalled(clientId))
  const asked: string[] = []
  const store: AppStore = {
    async find(clientId) {
      asked.push(clientId)
      return rows.get(clientId) ?? null
    },
  }
  const clock = createFakeClock()
  return { rows, asked, clock, apps: createApps(store, clock) }
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
  it('keeps an app for five seconds', async () => {
    const { apps, asked, clock } = await world('a')
    await apps.authenticate({ clientId: 'a', secret: SECRET })
    clock.advance(4)
    await apps.authenticate({ clientId: 'a', secret: SECRET })
    expect(asked).toEqual(['a'])
  })

  it('asks again after five seconds', async () => {
    const { apps, asked, clock } = await world('a')
    await apps.authenticate({ clientId: 'a', secret: SECRET })
    clock.advance(5)
    await apps.authenticate({ clientId: 'a', secret: SECRET })
    expect(asked).toEqual(['a', 'a'])
  })

  it('is not prolonged by use: a removed app ends after five seconds', async () => {
    const { apps, rows, clock } = await world('a')
    await apps.authenticate({ clientId: 'a', secret: SECRET })
    rows.delete('a')
    const seen = []
    for (let second = 1; second <= 6; second++) {
      clock.advance(1)
      seen.push((await apps.authenticate({ clientId: 'a', secret: SECRET })) !== null)
    }
    expect(seen).toEqual([true, true, true, true, false, false])
  })

  it('lets a changed secret in after five seconds', async () => {
    const { apps, rows, clock } = await world('a')
    await apps.authenticate({ clientId: 'a', secret: SECRET })
    rows.set('a', { ...(await appCalled('a')), secretHash: await sha256('new') })
    clock.advance(5)
    expect(await apps.authenticate({ clientId: 'a', secret: SECRET })).toBeNull()
    expect(await apps.authenticate({ clientId: 'a', secret: 'new' })).not.toBeNull()
  })

  it('keeps no unknown client id: a new app is let in at once', async () => {
    const { apps, rows } = await world()
    await apps.authenticate({ clientId: 'new', secret: SECRET })
    rows.set('new', await appCalled('new'))
    expect(await apps.authenticate({ clientId: 'new', secret: SECRET })).not.toBeNull()
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

describe('a store that fails', () => {
  it('is a refusal, never an unknown app', async () => {
    const failing: AppStore = { find: () => Promise.reject(new GatehouseError('store_unavailable', 'no database')) }
    const apps = createApps(failing, createFakeClock())
    expect((await refusalOf(apps.authenticate({ clientId: 'a', secret: SECRET }))).code).toBe('store_unavailable')
  })

  it('does not hinder an app that is remembered', async () => {
    let fails = false
    const stored = await appCalled('a')
    const store: AppStore = {
      find: () =>
        fails ? Promise.reject(new GatehouseError('store_unavailable', 'no database')) : Promise.resolve(stored),
    }
    const apps = createApps(store, createFakeClock())
    await apps.authenticate({ clientId: 'a', secret: SECRET })
    fails = true
    expect(await apps.authenticate({ clientId: 'a', secret: SECRET })).not.toBeNull()
  })
})
