/**
 * Provider documents: who is asked when, how rarely, and what happens while the provider, the shared cache or another request fails
 * (A57, A91, A138).
 */
import { describe, expect, it } from 'vitest'
import { GatehouseError } from '../../src/errors.ts'
import type { LogEntry } from '../../src/log.ts'
import { type CachedEntry, createDocument, type DocumentCache, type DocumentSource } from '../../src/oidc/document.ts'
import type { Send } from '../../src/oidc/http.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'
import { json } from '../support/far-end.ts'
import { refusalOf } from '../support/refusal.ts'

const ADDRESS = 'https://idp.example/document'
const HOUR = 3600
const DAY = 86_400
/** A time at which no arithmetic is near zero. */
const START = Date.UTC(2030, 0, 1)

interface Numbered {
  readonly number: number
}

/** A document that the provider numbers each time it is asked. */
function numbered(key = 'numbered'): DocumentSource<Numbered> {
  return {
    key,
    async load(send) {
      const response = await send(ADDRESS)
      if (response.status !== 200) throw new GatehouseError('provider_error', 'no document')
      return response.json()
    },
    parse(body) {
      if (typeof body === 'object' && body !== null && 'number' in body && typeof body.number === 'number') {
        return { number: body.number }
      }
      throw new GatehouseError('provider_error', 'not a numbered document')
    },
  }
}

interface World {
  readonly clock: FakeClock
  readonly cache: DocumentCache
  /** What lies in the shared cache, with its life. */
  readonly shared: Map<string, { entry: unknown; lifeSeconds: number }>
  readonly log: LogEntry[]
  readonly send: Send
  /** How often the provider was asked. */
  calls(): number
  /** What the provider does from now on. */
  provider: 'works' | 'fails' | 'never answers'
  /** A new isolate: empty memory, the same shared cache. */
  isolate(): ReturnType<typeof createDocument<Numbered>>
}

function world(): World {
  const clock = createFakeClock(START)
  const shared = new Map<string, { entry: unknown; lifeSeconds: number }>()
  const log: LogEntry[] = []
  let calls = 0
  const cache: DocumentCache = {
    async get(key) {
      return structuredClone(shared.get(key)?.entry ?? null)
    },
    async put(key, entry, lifeSeconds) {
      shared.set(key, { entry: structuredClone(entry), lifeSeconds })
    },
  }
  const it: World = {
    clock,
    cache,
    shared,
    log,
    provider: 'works',
    calls: () => calls,
    async send() {
      calls += 1
      if (it.provider === 'never answers') return new Promise<Response>(() => {})
      if (it.provider === 'fails') throw new GatehouseError('provider_unreachable', 'the provider cannot be reached')
      return json({ number: calls })
    },
    isolate: () =>
      createDocument(numbered(), { cache: it.cache, clock, log: (entry) => log.push(entry), timeoutSeconds: 5 }),
  }
  return it
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}

describe('reading', () => {
  it('asks the provider when nobody has the document', async () => {
    const w = world()
    expect(await w.isolate().read(w.send)).toEqual({ number: 1 })
  })

  it('does not ask again for an hour', async () => {
    const w = world()
    const document = w.isolate()
    await document.read(w.send)
    w.clock.advance(HOUR - 1)
    await document.read(w.send)
    expect(w.calls()).toBe(1)
  })

  it('asks again after an hour', async () => {
    const w = world()
    const document = w.isolate()
    await document.read(w.send)
    w.clock.advance(HOUR)
    expect(await document.read(w.send)).toEqual({ number: 2 })
  })

  it('gives the same object while nothing changed', async () => {
    const w = world()
    const document = w.isolate()
    expect(await document.read(w.send)).toBe(await document.read(w.send))
  })

  it('does not ask the provider for what another isolate has just read (A91)', async () => {
    const w = world()
    await w.isolate().read(w.send)
    w.clock.advance(HOUR - 1)
    await w.isolate().read(w.send)
    expect(w.calls()).toBe(1)
  })

  it('a second isolate asks when the hour of the first is over: the hour counts from the provider', async () => {
    const w = world()
    await w.isolate().read(w.send)
    w.clock.advance(HOUR - 10)
    const second = w.isolate()
    await second.read(w.send)
    w.clock.advance(10)
    await second.read(w.send)
    expect(w.calls()).toBe(2)
  })

  it('takes over what another isolate read meanwhile, instead of asking (A91)', async () => {
    const w = world()
    const [first, second] = [w.isolate(), w.isolate()]
    await first.read(w.send)
    await second.read(w.send)
    w.clock.advance(HOUR)
    await first.read(w.send)
    expect(await second.read(w.send)).toEqual({ number: 2 })
  })

  it('does not look into the shared cache while its own copy is fresh', async () => {
    const w = world()
    const document = w.isolate()
    await document.read(w.send)
    w.shared.set('numbered', {
      entry: { body: { number: 99 }, fetchedAt: w.clock.now(), forcedAt: 0 },
      lifeSeconds: 60,
    })
    expect(await document.read(w.send)).toEqual({ number: 1 })
  })

  it('leaves the document in the shared cache for as long as it may be used: an hour and a day', async () => {
    const w = world()
    await w.isolate().read(w.send)
    expect(w.shared.get('numbered')?.lifeSeconds).toBe(HOUR + DAY)
  })

  it('keeps documents of different keys apart (A138)', async () => {
    const w = world()
    const ports = { cache: w.cache, clock: w.clock, log: () => {}, timeoutSeconds: 5 }
    await createDocument(numbered('keys https://idp.example/jwks'), ports).read(w.send)
    expect(await createDocument(numbered('keys https://idp.example/jwks/'), ports).read(w.send)).toEqual({ number: 2 })
  })

  it('50 readers at once of a cold isolate make one call', async () => {
    const w = world()
    const document = w.isolate()
    await Promise.all(times(50, () => document.read(w.send)))
    expect(w.calls()).toBe(1)
  })

  it('50 readers at once of a cold isolate all get the document', async () => {
    const w = world()
    const document = w.isolate()
    const read = await Promise.all(times(50, () => document.read(w.send)))
    expect(new Set(read.map(({ number }) => number)).size).toBe(1)
  })

  it('50 readers at once after an hour make one call', async () => {
    const w = world()
    const document = w.isolate()
    await document.read(w.send)
    w.clock.advance(HOUR)
    await Promise.all(times(50, () => document.read(w.send)))
    expect(w.calls()).toBe(2)
  })
})

describe('while the provider fails', () => {
  it.each(['fails', 'works'] as const)(
    'a cold read is refused when the answer cannot be had or used: it %s',
    async (provider) => {
      const w = world()
      w.provider = provider
      const send: Send = provider === 'works' ? async () => json({ no: 'number' }) : w.send
      const { code } = await refusalOf(w.isolate().read(send))
      expect(code).toBe(provider === 'works' ? 'provider_error' : 'provider_unreachable')
    },
  )

  it.each([HOUR, HOUR + 1, HOUR + DAY - 1])('a document is served stale, %i s old', async (age) => {
    const w = world()
    const document = w.isolate()
    await document.read(w.send)
    w.provider = 'fails'
    w.clock.advance(age)
    expect(await document.read(w.send)).toEqual({ number: 1 })
  })

  it('a cold isolate serves the stale document of another', async () => {
    const w = world()
    await w.isolate().read(w.send)
    w.provider = 'fails'
    w.clock.advance(HOUR + DAY - 1)
    expect(await w.isolate().read(w.send)).toEqual({ number: 1 })
  })

  it('a document is refused when it was stale for a day', async () => {
    const w = world()
    const document = w.isolate()
    await document.read(w.send)
    w.provider = 'fails'
    w.clock.advance(HOUR + DAY)
    expect((await refusalOf(document.read(w.send))).code).toBe('provider_unreachable')
  })

  it('a cold isolate refuses the document of another that was stale for a day', async () => {
    const w = world()
    await w.isolate().read(w.send)
    w.provider = 'fails'
    w.clock.advance(HOUR + DAY)
    expect((await refusalOf(w.isolate().read(w.send))).code).toBe('provider_unreachable')
  })

  it('serving stale is noted in the log, with the document and the reason', async () => {
    const w = world()
    const document = w.isolate()
    await document.read(w.send)
    w.provider = 'fails'
    w.clock.advance(HOUR)
    await document.read(w.send)
    expect(w.log).toEqual([
      {
        level: 'warn',
        event: 'served_stale',
        detail: expect.objectContaining({ document: 'numbered', code: 'provider_unreachable' }),
      },
    ])
  })

  it('it is not asked again within ten seconds', async () => {
    const w = world()
    w.provider = 'fails'
    const document = w.isolate()
    await refusalOf(document.read(w.send))
    w.clock.advance(9)
    await refusalOf(document.read(w.send))
    expect(w.calls()).toBe(1)
  })

  it('a refusal in the pause says after how many seconds to come back', async () => {
    const w = world()
    w.provider = 'fails'
    const document = w.isolate()
    await refusalOf(document.read(w.send))
    w.clock.advance(3)
    expect((await refusalOf(document.read(w.send))).retryAfterSeconds).toBe(7)
  })

  it('without a document it is asked every ten seconds, so that sign-in comes back soon', async () => {
    const w = world()
    w.provider = 'fails'
    const document = w.isolate()
    for (let second = 0; second < 100; second++) {
      await refusalOf(document.read(w.send))
      w.clock.advance(1)
    }
    expect(w.calls()).toBe(10)
  })

  it('with a stale document it is asked more and more rarely, at the end every five minutes', async () => {
    const w = world()
    const document = w.isolate()
    await document.read(w.send)
    w.provider = 'fails'
    w.clock.advance(HOUR)
    const askedAt: number[] = []
    for (let second = 0; second < 1500; second++) {
      const before = w.calls()
      await document.read(w.send)
      if (w.calls() > before) askedAt.push(second)
      w.clock.advance(1)
    }
    expect(askedAt).toEqual([0, 10, 30, 70, 150, 310, 610, 910, 1210])
  })

  it('50 readers at once make one call', async () => {
    const w = world()
    w.provider = 'fails'
    const document = w.isolate()
    await Promise.allSettled(times(50, () => document.read(w.send)))
    expect(w.calls()).toBe(1)
  })

  it('an isolate in its pause still takes what another isolate got', async () => {
    const w = world()
    w.provider = 'fails'
    const document = w.isolate()
    await refusalOf(document.read(w.send))
    w.provider = 'works'
    await w.isolate().read(w.send)
    expect(await document.read(w.send)).toEqual({ number: 2 })
  })

  it('it is asked anew when the pause is over, and works again', async () => {
    const w = world()
    w.provider = 'fails'
    const document = w.isolate()
    await refusalOf(document.read(w.send))
    w.provider = 'works'
    w.clock.advance(10)
    expect(await document.read(w.send)).toEqual({ number: 2 })
  })

  it('a success ends the growing of the pause', async () => {
    const w = world()
    const document = w.isolate()
    await document.read(w.send)
    w.clock.advance(HOUR)
    w.provider = 'fails'
    for (const pause of [10, 20, 40]) {
      await document.read(w.send)
      w.clock.advance(pause)
    }
    w.provider = 'works'
    await document.read(w.send)
    w.clock.advance(HOUR)
    w.provider = 'fails'
    await document.read(w.send)
    const before = w.calls()
    w.clock.advance(10)
    await document.read(w.send)
    expect(w.calls()).toBe(before + 1)
  })
})

describe('asking out of turn (A57)', () => {
  it('is done at once the first time, however fresh the document is', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    expect(await document.newerThan(seen, w.send)).toEqual({ number: 2 })
  })

  it('gives the newer document without a call to those who saw an older one', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    await document.newerThan(seen, w.send)
    await document.newerThan(seen, w.send)
    expect(w.calls()).toBe(2)
  })

  it('is not done again within ten seconds', async () => {
    const w = world()
    const document = w.isolate()
    const newer = await document.newerThan(await document.read(w.send), w.send)
    w.clock.advance(9.9)
    expect(newer && (await document.newerThan(newer, w.send))).toBeNull()
  })

  it('is done again after ten seconds', async () => {
    const w = world()
    const document = w.isolate()
    const newer = await document.newerThan(await document.read(w.send), w.send)
    w.clock.advance(10)
    expect(newer && (await document.newerThan(newer, w.send))).toEqual({ number: 3 })
  })

  it('1,000 requests one after the other within ten seconds make one call', async () => {
    const w = world()
    const document = w.isolate()
    await document.read(w.send)
    for (let request = 0; request < 1000; request++) {
      await document.newerThan(await document.read(w.send), w.send)
      w.clock.advance(0.009)
    }
    expect(w.calls()).toBe(2)
  })

  it('1,000 requests at once make one call', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    await Promise.all(times(1000, () => document.newerThan(seen, w.send)))
    expect(w.calls()).toBe(2)
  })

  it('all of 1,000 requests at once get the newer document', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    const newer = await Promise.all(times(1000, () => document.newerThan(seen, w.send)))
    expect(new Set(newer.map((value) => value?.number))).toEqual(new Set([2]))
  })

  it('those who come while it is asked wait for the answer', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    let answer: (response: Response) => void = () => {}
    const asking = document.newerThan(seen, () => new Promise((resolve) => (answer = resolve)))
    await w.clock.sleep(100)
    const waiting = times(20, () => document.newerThan(seen, w.send))
    await w.clock.sleep(100)
    answer(json({ number: 7 }))
    expect(await Promise.all([asking, ...waiting])).toEqual(times(21, () => ({ number: 7 })))
  })

  it('two isolates share the limit: what one asked for, the other takes from the cache', async () => {
    const w = world()
    const [first, second] = [w.isolate(), w.isolate()]
    const [seenByFirst, seenBySecond] = [await first.read(w.send), await second.read(w.send)]
    w.clock.advance(1)
    await first.newerThan(seenByFirst, w.send)
    w.clock.advance(5)
    const newer = await second.newerThan(seenBySecond, w.send)
    await second.newerThan(newer ?? seenBySecond, w.send)
    expect(w.calls()).toBe(2)
  })

  it('a new isolate keeps to the pause that another began', async () => {
    const w = world()
    const first = w.isolate()
    await first.newerThan(await first.read(w.send), w.send)
    const second = w.isolate()
    expect(await second.newerThan(await second.read(w.send), w.send)).toBeNull()
  })

  it('is refused when the provider fails', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    w.provider = 'fails'
    expect((await refusalOf(document.newerThan(seen, w.send))).code).toBe('provider_unreachable')
  })

  it('makes one call in ten seconds also while the provider fails', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    w.provider = 'fails'
    for (let request = 0; request < 100; request++) {
      await document.newerThan(seen, w.send).catch(() => null)
      w.clock.advance(0.099)
    }
    expect(w.calls()).toBe(2)
  })

  it('1,000 requests at once make one call also while the provider fails', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    w.provider = 'fails'
    await Promise.allSettled(times(1000, () => document.newerThan(seen, w.send)))
    expect(w.calls()).toBe(2)
  })

  it('leaves the fresh document usable when the provider fails', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    w.provider = 'fails'
    await refusalOf(document.newerThan(seen, w.send))
    expect(await document.read(w.send)).toBe(seen)
  })

  it('is not held up by a regular reload: that one counts from the hour', async () => {
    const w = world()
    const document = w.isolate()
    await document.newerThan(await document.read(w.send), w.send)
    w.clock.advance(HOUR)
    const seen = await document.read(w.send)
    expect(await document.newerThan(seen, w.send)).toEqual({ number: 4 })
  })
})

describe('the shared cache', () => {
  const fresh = (w: World): CachedEntry => ({ body: { number: 99 }, fetchedAt: w.clock.now(), forcedAt: 0 })

  it('is believed when its entry is well made', async () => {
    const w = world()
    w.shared.set('numbered', { entry: fresh(w), lifeSeconds: 60 })
    expect(await w.isolate().read(w.send)).toEqual({ number: 99 })
  })

  it.each([
    ['text', () => 'x'],
    ['a number', () => 5],
    ['a list', () => []],
    ['an empty object', () => ({})],
    ['no time', (w: World) => ({ body: { number: 99 }, forcedAt: w.clock.now() })],
    ['no time of the last call out of turn', (w: World) => ({ body: { number: 99 }, fetchedAt: w.clock.now() })],
    ['no body', (w: World) => ({ fetchedAt: w.clock.now(), forcedAt: 0 })],
    ['a time that is text', (w: World) => ({ ...fresh(w), fetchedAt: String(w.clock.now()) })],
    ['a time that is null', (w: World) => ({ ...fresh(w), fetchedAt: null })],
    ['a time in the future', (w: World) => ({ ...fresh(w), fetchedAt: w.clock.now() + 1 })],
    ['a body of another kind', (w: World) => ({ ...fresh(w), body: { keys: [] } })],
    ['a body of null', (w: World) => ({ ...fresh(w), body: null })],
    ['a document that is too old', (w: World) => ({ ...fresh(w), fetchedAt: w.clock.now() - (HOUR + DAY) * 1000 })],
  ])('is passed over when its entry has %s (A138)', async (_, make) => {
    const w = world()
    w.shared.set('numbered', { entry: make(w), lifeSeconds: 60 })
    expect(await w.isolate().read(w.send)).toEqual({ number: 1 })
  })

  it('cannot forbid asking out of turn for longer than ten seconds (A138)', async () => {
    const w = world()
    w.shared.set('numbered', { entry: { ...fresh(w), forcedAt: w.clock.now() + DAY * 1000 }, lifeSeconds: 60 })
    const document = w.isolate()
    const seen = await document.read(w.send)
    w.clock.advance(10)
    expect(await document.newerThan(seen, w.send)).not.toBeNull()
  })

  it('never replaces a newer document by an older one', async () => {
    const w = world()
    const document = w.isolate()
    const old = fresh(w)
    w.clock.advance(1)
    const seen = await document.read(w.send)
    w.shared.set('numbered', { entry: old, lifeSeconds: 60 })
    expect(await document.newerThan(seen, w.send)).toEqual({ number: 2 })
  })

  describe('that fails', () => {
    const broken: DocumentCache = {
      get: () => Promise.reject(new Error('KV is down')),
      put: () => Promise.reject(new Error('KV is down')),
    }

    it('does not hinder reading', async () => {
      const w = { ...world(), cache: broken }
      const document = createDocument(numbered(), { ...w, log: () => {}, timeoutSeconds: 5 })
      expect(await document.read(w.send)).toEqual({ number: 1 })
    })

    it('makes no more calls than one an hour', async () => {
      const w = { ...world(), cache: broken }
      const document = createDocument(numbered(), { ...w, log: () => {}, timeoutSeconds: 5 })
      for (let minute = 0; minute < 120; minute++) {
        await document.read(w.send)
        w.clock.advance(60)
      }
      expect(w.calls()).toBe(2)
    })

    it('makes no more calls out of turn than one in ten seconds (A57)', async () => {
      const w = { ...world(), cache: broken }
      const document = createDocument(numbered(), { ...w, log: () => {}, timeoutSeconds: 5 })
      await document.read(w.send)
      for (let request = 0; request < 100; request++) await document.newerThan(await document.read(w.send), w.send)
      expect(w.calls()).toBe(2)
    })

    it('is noted in the log', async () => {
      const w = { ...world(), cache: broken }
      const log: LogEntry[] = []
      await createDocument(numbered(), { ...w, log: (entry) => log.push(entry), timeoutSeconds: 5 }).read(w.send)
      expect(new Set(log.map(({ event }) => event))).toEqual(new Set(['cache_unavailable']))
    })
  })
})

describe('a load whose request was cancelled and never ends', () => {
  it('holds up others for no longer than half of the timeout, so that they have the other half', async () => {
    const w = world()
    const document = w.isolate()
    w.provider = 'never answers'
    void document.read(w.send)
    await w.clock.sleep(0)
    w.provider = 'works'
    const before = w.clock.now()
    await document.read(w.send)
    expect(w.clock.now() - before).toBeLessThanOrEqual(2600)
  })

  it('holds up others for half of the timeout, as an answer may still come', async () => {
    const w = world()
    const document = w.isolate()
    w.provider = 'never answers'
    void document.read(w.send)
    await w.clock.sleep(0)
    w.provider = 'works'
    const before = w.clock.now()
    await document.read(w.send)
    expect(w.clock.now() - before).toBeGreaterThanOrEqual(2400)
  })

  it('leaves one call to those who waited', async () => {
    const w = world()
    const document = w.isolate()
    w.provider = 'never answers'
    void document.read(w.send)
    await w.clock.sleep(0)
    w.provider = 'works'
    await Promise.all(times(50, () => document.read(w.send)))
    expect(w.calls()).toBe(2)
  })

  it('does not stop those who ask out of turn', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    w.provider = 'never answers'
    void document.newerThan(seen, w.send)
    await w.clock.sleep(0)
    w.provider = 'works'
    w.clock.advance(10)
    expect(await document.newerThan(seen, w.send)).toEqual({ number: 3 })
  })

  it('does not stop those who read a fresh document', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    w.provider = 'never answers'
    void document.newerThan(seen, w.send)
    await w.clock.sleep(0)
    const before = w.clock.now()
    await document.read(w.send)
    expect(w.clock.now()).toBe(before)
  })
})
