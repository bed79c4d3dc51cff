/**
 * Provider documents: who is asked when, how rarely, and what happens while the provider, the shared cache or another request fails
 * (A57, A91, A138).
 */
import { describe, expect, it } from 'vitest'
import { GatehouseError } from '../../src/errors.ts'
import type { LogEntry } from '../../src/log.ts'
import {
  type CachedEntry,
  createDocument,
  type DocumentCache,
  type DocumentSource,
} from '../../src/oidc/transport/document.ts'
import type { Send } from '../../src/oidc/transport/http.ts'
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
      if (response.status !== 200) throw new GatehouseError('provider_error', 'refused_by_provider', 'no document')
      return response.json()
    },
    parse(body) {
      if (typeof body === 'object' && body !== null && 'number' in body && typeof body.number === 'number') {
        return { number: body.number }
      }
      throw new GatehouseError('provider_error', 'refused_by_provider', 'not a numbered document')
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
      if (it.provider === 'fails')
        throw new GatehouseError('provider_unreachable', 'no_answer', 'the provider cannot be reached')
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
  it('asks the provider when no one has the document', async () => {
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

  it('a refusal in the pause is what the first was, and keeps its cause', async () => {
    const w = world()
    const document = w.isolate()
    const first = await refusalOf(document.read(async () => json({}, 500)))
    const second = await refusalOf(document.read(w.send))
    expect([second.code, second.cause, second.retryAfterSeconds]).toEqual(['provider_error', first, 10])
  })

  it('no pause begins when there was no time left to ask it', async () => {
    const w = world()
    const document = w.isolate()
    const tooLate = new GatehouseError('temporarily_unavailable', 'timeout', 'no time left')
    expect(await refusalOf(document.read(() => Promise.reject(tooLate)))).toBe(tooLate)
    expect(await document.read(w.send)).toEqual({ number: 1 })
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

  it('a stranger may ask five times in a row, then once in two seconds', async () => {
    const w = world()
    const document = w.isolate()
    let seen = await document.read(w.send)
    const askedAt: number[] = []
    for (let tenth = 0; tenth < 200; tenth++) {
      const newer = await document.newerThan(seen, w.send, 'untrusted')
      if (newer) askedAt.push(tenth / 10)
      seen = newer ?? seen
      w.clock.advance(0.1)
    }
    expect(askedAt).toEqual([0, 0.1, 0.2, 0.3, 0.4, 2, 4, 6, 8, 10, 12, 14, 16, 18])
  })

  it('a sign-in may ask five times in a row, and waits for a second then', async () => {
    const w = world()
    const document = w.isolate()
    let seen = await document.read(w.send)
    const before = w.clock.now()
    for (let time = 0; time < 7; time++) seen = (await document.newerThan(seen, w.send, 'sign_in')) ?? seen
    expect([seen.number, (w.clock.now() - before) / 1000]).toEqual([8, 2])
  })

  it('a sign-in may still ask when strangers have used up all that is theirs, and they when it has', async () => {
    const w = world()
    const document = w.isolate()
    let seen = await document.read(w.send)
    for (let time = 0; time < 20; time++) seen = (await document.newerThan(seen, w.send, 'untrusted')) ?? seen
    const before = w.clock.now()
    expect(await document.newerThan(seen, w.send, 'sign_in')).toEqual({ number: 7 })
    expect(w.clock.now()).toBe(before)
    const other = w.isolate()
    seen = await other.read(w.send)
    for (let time = 0; time < 5; time++) seen = (await other.newerThan(seen, w.send, 'sign_in')) ?? seen
    expect(await other.newerThan(seen, w.send, 'untrusted')).not.toBeNull()
  })

  it('a sign-in that waits takes what a stranger was given meanwhile', async () => {
    const w = world()
    const document = w.isolate()
    let seen = await document.read(w.send)
    for (let time = 0; time < 5; time++) seen = (await document.newerThan(seen, w.send, 'sign_in')) ?? seen
    const waiting = document.newerThan(seen, w.send, 'sign_in')
    const newer = await document.newerThan(seen, w.send, 'untrusted')
    expect(await waiting).toBe(newer)
  })

  it('a sign-in waits no longer than OIDC_TIMEOUT, and is not told that the provider does not answer', async () => {
    const w = world()
    const clock = { ...w.clock, now: () => START }
    const document = createDocument(numbered(), { cache: w.cache, clock, log: () => {}, timeoutSeconds: 5 })
    let seen = await document.read(w.send)
    for (let time = 0; time < 5; time++) seen = (await document.newerThan(seen, w.send, 'sign_in')) ?? seen
    expect((await refusalOf(document.newerThan(seen, w.send, 'sign_in'))).code).toBe('temporarily_unavailable')
  })

  it('says after how many seconds a stranger may ask again', async () => {
    const w = world()
    const document = w.isolate()
    let seen = await document.read(w.send)
    for (let time = 0; time < 5; time++) seen = (await document.newerThan(seen, w.send)) ?? seen
    w.clock.advance(0.5)
    expect(document.secondsUntilNext()).toBe(2)
  })

  it('1,000 requests one after the other within nine seconds make nine calls', async () => {
    const w = world()
    const document = w.isolate()
    await document.read(w.send)
    for (let request = 0; request < 1000; request++) {
      await document.newerThan(await document.read(w.send), w.send)
      w.clock.advance(0.009)
    }
    expect(w.calls()).toBe(1 + 9)
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

  it('what one isolate asked for, another takes from the cache before it asks itself', async () => {
    const w = world()
    const [first, second] = [w.isolate(), w.isolate()]
    const [seenByFirst, seenBySecond] = [await first.read(w.send), await second.read(w.send)]
    w.clock.advance(1)
    await first.newerThan(seenByFirst, w.send)
    w.clock.advance(5)
    expect(await second.newerThan(seenBySecond, w.send)).toEqual({ number: 2 })
    expect(w.calls()).toBe(2)
  })

  it('what another isolate asked for is no answer of this one: it may still ask, so a cache that lags hides no key', async () => {
    const w = world()
    const [first, second] = [w.isolate(), w.isolate()]
    const [seenByFirst, seenBySecond] = [await first.read(w.send), await second.read(w.send)]
    w.clock.advance(1)
    await first.newerThan(seenByFirst, w.send)
    const mark = second.mark()
    const newer = await second.newerThan(seenBySecond, w.send)
    expect(newer && second.originOf(newer).load).toBeLessThanOrEqual(mark)
    const newest = newer && (await second.newerThan(newer, w.send))
    expect(newest && second.originOf(newest).load).toBeGreaterThan(mark)
  })

  it('an isolate begins no burst for strangers within ten seconds of another that asked out of turn', async () => {
    const w = world()
    const first = w.isolate()
    await first.newerThan(await first.read(w.send), w.send)
    const second = w.isolate()
    const newer = await second.newerThan(await second.read(w.send), w.send)
    expect(newer).toEqual({ number: 3 })
    expect(newer && (await second.newerThan(newer, w.send))).toBeNull()
  })

  it('an isolate begins a burst again ten seconds after another asked out of turn', async () => {
    const w = world()
    const first = w.isolate()
    await first.newerThan(await first.read(w.send), w.send)
    w.clock.advance(10)
    const second = w.isolate()
    const newer = await second.newerThan(await second.read(w.send), w.send)
    expect(newer && (await second.newerThan(newer, w.send))).not.toBeNull()
  })

  it('asks for a sign-in also right after a look for a stranger has failed', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    w.provider = 'fails'
    await refusalOf(document.newerThan(seen, w.send, 'untrusted'))
    w.provider = 'works'
    expect((await refusalOf(document.newerThan(seen, w.send, 'untrusted'))).code).toBe('provider_unreachable')
    expect(await document.newerThan(seen, w.send, 'sign_in')).toEqual({ number: 3 })
  })

  it('reads for a sign-in, too, when there is nothing else and a stranger has just found the provider failing', async () => {
    const w = world()
    const document = w.isolate()
    w.provider = 'fails'
    await refusalOf(document.read(w.send, 'untrusted'))
    w.provider = 'works'
    expect(await document.read(w.send, 'sign_in')).toEqual({ number: 2 })
  })

  it('is refused when the provider fails', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    w.provider = 'fails'
    expect((await refusalOf(document.newerThan(seen, w.send))).code).toBe('provider_unreachable')
  })

  it('makes one call in ten seconds for strangers also while the provider fails', async () => {
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

describe('a look that only asks whether the provider answers', () => {
  it('brings the document, which is not asked for again', async () => {
    const w = world()
    const document = w.isolate()
    await document.look(w.send)
    expect(await document.read(w.send)).toEqual({ number: 1 })
  })

  it('brings a newer document for those who have one', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    await document.look(w.send)
    expect(await document.newerThan(seen, w.send)).toEqual({ number: 2 })
    expect(w.calls()).toBe(2)
  })

  it('costs nothing of what may be asked out of turn', async () => {
    const w = world()
    const document = w.isolate()
    for (let time = 0; time < 20; time++) await document.look(w.send)
    expect(await document.newerThan(await document.read(w.send), w.send)).toEqual({ number: 21 })
  })

  it('that fails is thrown, and keeps no one from asking', async () => {
    const w = world()
    const document = w.isolate()
    w.provider = 'fails'
    expect((await refusalOf(document.look(w.send))).code).toBe('provider_unreachable')
    w.provider = 'works'
    expect(await document.read(w.send)).toEqual({ number: 2 })
  })

  it('that fails leaves a known document as it is', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    w.provider = 'fails'
    await refusalOf(document.look(w.send))
    expect(await document.read(w.send)).toBe(seen)
  })

  it('ends a pause that a failure began', async () => {
    const w = world()
    const document = w.isolate()
    const seen = await document.read(w.send)
    w.provider = 'fails'
    await refusalOf(document.newerThan(seen, w.send))
    w.provider = 'works'
    await document.look(w.send)
    expect(await document.newerThan(await document.read(w.send), w.send)).toEqual({ number: 4 })
  })

  it('writes the same document into the shared cache once an hour, and another at once', async () => {
    const w = world()
    let puts = 0
    const cache = {
      ...w.cache,
      async put(...entry: Parameters<DocumentCache['put']>) {
        puts += 1
        await w.cache.put(...entry)
      },
    }
    let number = 1
    const send: Send = async () => json({ number })
    const document = createDocument(numbered(), { cache, clock: w.clock, log: () => {}, timeoutSeconds: 5 })
    for (let minute = 0; minute < 59; minute++) {
      await document.look(send)
      w.clock.advance(60)
    }
    expect(puts).toBe(1)
    w.clock.advance(60)
    await document.look(send)
    expect(puts).toBe(2)
    number = 2
    await document.look(send)
    expect(puts).toBe(3)
  })

  it('that began before another load, and ends after it, does not put back the older document', async () => {
    const w = world()
    const document = w.isolate()
    await document.read(w.send)
    let answer: (response: Response) => void = () => {}
    const slow = document.look(() => new Promise((resolve) => (answer = resolve)))
    const newer = await document.newerThan(await document.read(w.send), w.send)
    answer(json({ number: 99 }))
    await slow
    expect(await document.read(w.send)).toBe(newer)
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

    it('makes no more calls out of turn than the five of a burst (A57)', async () => {
      const w = { ...world(), cache: broken }
      const document = createDocument(numbered(), { ...w, log: () => {}, timeoutSeconds: 5 })
      await document.read(w.send)
      for (let request = 0; request < 100; request++) await document.newerThan(await document.read(w.send), w.send)
      expect(w.calls()).toBe(1 + 5)
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
