/**
 * The revocation feed as an isolate sees it: what still stands, when it is asked, and that nothing which has ended stands longer than it may.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRevocations, type Moment, type Revocation, type Revocations } from '../../src/sessions/revocations.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createFakeFeed, type FakeFeed } from '../support/feed.ts'
import { refusalOf } from '../support/refusal.ts'
import { createSchedule } from '../support/schedule.ts'

const LAG_SECONDS = 5

function world(lagSeconds = LAG_SECONDS) {
  const feed = createFakeFeed()
  const clock = createFakeClock()
  const revocations = createRevocations(feed, clock, lagSeconds)
  const read = async (): Promise<Moment | null> => {
    const { asOf } = await revocations.read(async (after) => feed.snapshot(null, after))
    return asOf
  }
  return { feed, clock, revocations, read }
}

/** A reading whose answer is on its way until it is let through. */
function heldUp(feed: FakeFeed, revocations: Revocations) {
  let letThrough = () => {}
  const reading = revocations.read(async (after) => {
    const snapshot = feed.snapshot(null, after)
    await new Promise<void>((resolve) => {
      letThrough = resolve
    })
    return snapshot
  })
  return {
    async arrive() {
      letThrough()
      return (await reading).asOf
    },
  }
}

/** What was read now, and the world it was read in. */
async function worldWithReading() {
  const { read, ...rest } = world()
  const asOf = (await read()) ?? { stretch: {}, id: 0 }
  return { ...rest, read, asOf }
}

describe('what was read', () => {
  it('stands while nothing of its names is revoked', async () => {
    const { feed, clock, revocations, asOf } = await worldWithReading()
    feed.revoke('session', 'other')
    clock.advance(5)
    await revocations.catchUp()
    expect(revocations.stands(asOf, ['session mine', 'user u'])).toBe(true)
  })

  it.each(['session mine', 'user u'])('does not stand once its name %j is revoked', async (name) => {
    const { feed, clock, revocations, asOf } = await worldWithReading()
    const [kind = '', key = ''] = name.split(' ')
    feed.revoke(kind, key)
    clock.advance(5)
    await revocations.catchUp()
    expect(revocations.stands(asOf, ['session mine', 'user u'])).toBe(false)
  })

  it('stands when it was read after the revocation', async () => {
    const { feed, clock, revocations, read } = await worldWithReading()
    feed.revoke('user', 'u')
    clock.advance(5)
    await revocations.catchUp()
    expect(revocations.stands((await read()) ?? { stretch: {}, id: 0 }, ['user u'])).toBe(true)
  })

  it('does not stand when an older answer of the feed arrives after a newer one', async () => {
    const { feed, clock, revocations, read } = await worldWithReading()
    feed.revoke('user', 'u')
    const late = heldUp(feed, revocations)
    const asOf = (await read()) ?? { stretch: {}, id: 0 }
    expect(revocations.stands(asOf, ['user u'])).toBe(true)
    feed.revoke('user', 'u')
    clock.advance(5)
    await revocations.catchUp()
    await late.arrive()
    expect(revocations.stands(asOf, ['user u'])).toBe(false)
  })

  it('is not remembered when the database was set back while it was on its way', async () => {
    const { feed, clock, revocations, read } = await worldWithReading()
    feed.revoke('user', 'u')
    const late = heldUp(feed, revocations)
    feed.rows.splice(0, 2, { id: 1, at: 1, kind: 'start', name: '' })
    clock.advance(5)
    await revocations.catchUp()
    await read()
    expect(await late.arrive()).toBeNull()
  })

  it('does not stand after a row that is about everything', async () => {
    const { feed, clock, revocations, asOf, read } = await worldWithReading()
    feed.revoke('all', '')
    clock.advance(5)
    await revocations.catchUp()
    expect(revocations.stands(asOf, [])).toBe(false)
    expect(revocations.stands((await read()) ?? { stretch: {}, id: 0 }, [])).toBe(true)
  })

  it.each<[string, (rows: Revocation[]) => void]>([
    ['the last row is gone: purged, or another database', (rows) => rows.splice(0, 1)],
    [
      'the same id is another row: the database was set back',
      (rows) => rows.splice(0, 1, { id: 1, at: 1, kind: 'start', name: '' }),
    ],
  ])('does not stand when %s', async (_, change) => {
    const { feed, clock, revocations, asOf } = await worldWithReading()
    feed.revoke('session', 'other')
    change(feed.rows)
    clock.advance(5)
    await revocations.catchUp()
    expect(revocations.stands(asOf, ['session mine'])).toBe(false)
  })

  it('does not stand after more than 500 rows at once', async () => {
    const { feed, clock, revocations, asOf } = await worldWithReading()
    for (let count = 0; count < 501; count += 1) feed.revoke('session', String(count))
    clock.advance(5)
    await revocations.catchUp()
    expect(revocations.stands(asOf, ['session mine'])).toBe(false)
  })

  it('does not stand when so much was revoked since that not every name is remembered (A56)', async () => {
    const { feed, clock, revocations, asOf, read } = await worldWithReading()
    const pullAfter = async (count: number) => {
      for (let number = 0; number < count; number += 1) feed.revoke('session', `${count}-${feed.rows.length}`)
      clock.advance(5)
      await revocations.catchUp()
    }
    for (let pull = 0; pull < 25; pull += 1) await pullAfter(400)
    expect(revocations.stands(asOf, ['session mine'])).toBe(true)
    const late = (await read()) ?? { stretch: {}, id: 0 }
    await pullAfter(1)
    expect(revocations.stands(asOf, ['session mine'])).toBe(false)
    expect(revocations.stands(late, ['session mine'])).toBe(true)
  })
})

describe('the feed', () => {
  it('is begun anew at once when the database was set back', async () => {
    const { feed, clock, revocations } = await worldWithReading()
    feed.rows.splice(0, 1, { id: 7, at: 1, kind: 'start', name: '' })
    clock.advance(5)
    await revocations.catchUp()
    expect([revocations.isFresh(), revocations.now()?.id]).toEqual([true, 7])
  })

  it('that is empty is a failure after a few tries, never a licence', async () => {
    const { feed, clock, revocations } = await worldWithReading()
    feed.rows.length = 0
    clock.advance(5)
    expect((await refusalOf(revocations.catchUp())).code).toBe('store_unavailable')
    expect(feed.pulls.length).toBeLessThan(6)
  })

  it('is asked by one of many requests that need it', async () => {
    const { feed, clock, revocations } = await worldWithReading()
    clock.advance(5)
    await Promise.all(Array.from({ length: 30 }, () => revocations.catchUp()))
    expect(feed.pulls).toHaveLength(2)
  })

  it('is asked in the background three seconds after it was asked last, if a check has come since', async () => {
    const { feed, clock, revocations } = await worldWithReading()
    const pulled = async (isChecked: boolean) => {
      if (isChecked) revocations.isFresh()
      await revocations.pullIfDue()
      return feed.pulls.length - 1
    }
    expect(await pulled(true)).toBe(0)
    clock.advance(2.9)
    expect(await pulled(true)).toBe(0)
    clock.advance(0.1)
    expect(await pulled(false)).toBe(0)
    expect(await pulled(true)).toBe(1)
    expect(await pulled(true)).toBe(1)
  })

  it('is fresh for as long as is set, by the clock before it was asked', async () => {
    const { clock, revocations } = await worldWithReading()
    clock.advance(4.999)
    expect(revocations.isFresh()).toBe(true)
    clock.advance(0.001)
    expect(revocations.isFresh()).toBe(false)
    clock.advance(-6)
    expect(revocations.isFresh()).toBe(false)
  })

  it('is asked each time when the lag is 0, and never in the background', async () => {
    const { feed, revocations, read } = world(0)
    await read()
    for (let time = 0; time < 3; time += 1) await revocations.catchUp()
    await revocations.pullIfDue()
    expect([revocations.isFresh(), feed.pulls.length]).toEqual([false, 4])
  })

  it('that cannot be asked is a failure for those who need it, and nothing in the background', async () => {
    const { feed, clock, revocations, asOf } = await worldWithReading()
    feed.fails(true)
    clock.advance(4)
    expect(revocations.isFresh()).toBe(true)
    await revocations.pullIfDue()
    expect(revocations.stands(asOf, ['session mine'])).toBe(true)
    clock.advance(1)
    expect((await refusalOf(revocations.catchUp())).code).toBe('store_unavailable')
    feed.fails(false)
    await revocations.catchUp()
    expect(revocations.stands(asOf, ['session mine'])).toBe(true)
  })
})

describe('two isolates, with any delay between them and the database', () => {
  const SESSIONS = 6
  const DELAY_MAX = 400
  const delays = fc.infiniteStream(fc.integer({ min: 0, max: DELAY_MAX }))

  it('accept no session that they remember longer than the lag after its end, no other longer than the database takes to answer, and refuse none that lives', async () => {
    await fc.assert(
      fc.asyncProperty(delays, fc.infiniteStream(fc.nat()), async (stream, choices) => {
        const { clock, at, run } = createSchedule()
        const delay = () => clock.sleep(stream.next().value ?? 0)
        const choose = (count: number) => (choices.next().value ?? 0) % count
        const feed = createFakeFeed()
        const endedAt = new Map<number, number>()
        const ask = async <T>(answer: () => T): Promise<T> => {
          await delay()
          const found = answer()
          await delay()
          return found
        }
        const faults: string[] = []
        const isolates = [0, 1].map(() => {
          const kept = new Map<number, Moment>()
          const slow = {
            pull: (after: Parameters<typeof feed.pull>[0]) => ask(() => feed.snapshot(null, after).revocations),
          }
          const revocations = createRevocations(slow, clock, 1)
          return async (session: number) => {
            const name = `session ${session}`
            const startedAt = clock.now()
            const known = kept.get(session)
            if (known) await revocations.catchUp()
            const isRemembered = known !== undefined && revocations.stands(known, [name])
            let isActive = isRemembered
            if (!isRemembered) {
              const { found, asOf } = await revocations.read((after) =>
                ask(() => feed.snapshot(!endedAt.has(session), after)),
              )
              isActive = found
              if (found && asOf) kept.set(session, asOf)
            }
            void revocations.pullIfDue()
            const late = clock.now() - (endedAt.get(session) ?? clock.now())
            const lateMax = isRemembered ? 1000 : DELAY_MAX
            if (isActive && late > lateMax) faults.push(`session ${session} was good ${late} ms after its end`)
            if (!isActive && !((endedAt.get(session) ?? Number.POSITIVE_INFINITY) <= clock.now()))
              faults.push(`session ${session} was refused, asked at ${startedAt}`)
          }
        })
        for (let step = 0; step < 300; step += 1) {
          at(step * 25, async () => void (await isolates[choose(2)]?.(choose(SESSIONS))))
        }
        for (let session = 1; session < SESSIONS; session += 1) {
          at(choose(6000), async () => {
            endedAt.set(session, clock.now())
            feed.revoke('session', String(session))
          })
        }
        await run()
        expect(faults).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})
