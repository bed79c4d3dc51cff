/**
 * Tokens whose key is not known: when the keys are looked at for them, when that is over, and what strangers cannot bring about (A57, A122).
 */
import { base64url } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { SIGNING_ALGORITHMS } from '../../src/config/values/algorithms.ts'
import { createKeyDocument, keysSource, verifyJwt } from '../../src/oidc/metadata/jwks.ts'
import type { Asker, CachedEntry } from '../../src/oidc/transport/document.ts'
import { beginOperation } from '../../src/oidc/transport/http.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createFarEnd, json } from '../support/far-end.ts'
import { compact, makeKey, sign, type TestKey } from '../support/keys.ts'
import { refusalOf } from '../support/refusal.ts'

const JWKS_URI = 'https://idp.example/jwks'
const START = Date.UTC(2030, 0, 1)
const CLAIMS = { iss: 'https://idp.example', sub: 'alice', iat: START / 1000, exp: START / 1000 + 86_400 }

let first: TestKey
let second: TestKey
let sameId: TestKey
beforeAll(async () => {
  first = await makeKey('ES256', 'first')
  second = await makeKey('ES256', 'second')
  sameId = await makeKey('ES256', 'first')
})

/** A provider, and isolates that share a cache. */
function createWorld() {
  const clock = createFakeClock(START)
  const farEnd = createFarEnd()
  const shared = new Map<string, CachedEntry>()
  const cache = {
    get: async (key: string) => structuredClone(shared.get(key) ?? null),
    put: async (key: string, entry: CachedEntry) => void shared.set(key, structuredClone(entry)),
  }
  const show = (...keys: readonly TestKey[]) => farEnd.on(JWKS_URI, () => json({ keys: keys.map(({ jwk }) => jwk) }))
  show(first)

  function isolate() {
    const keys = createKeyDocument(keysSource(JWKS_URI), { cache, clock, log: () => {}, timeoutSeconds: 5 })
    const send = beginOperation(farEnd.fetch, 600)
    const verify = (token: string, asker: Asker) => verifyJwt(token, SIGNING_ALGORITHMS, keys, send, { asker })
    /** What comes of a token that a stranger sends. */
    const judge = (token: string, asker: Asker = 'untrusted') =>
      verify(token, asker).then(
        () => 'good',
        (error: { code?: string }) => error.code,
      )
    return { judge, verify, look: () => keys.look(send) }
  }

  return { clock, show, isolate, shared, answer: farEnd.on, looks: () => farEnd.journal.length }
}

let made = 0
/** A token of no one, under a key id of its own. */
function junk(kid: unknown = `made-up-${made++}`, claims: object = CLAIMS): string {
  return compact({ alg: 'ES256', kid }, claims)
}

/** The same without a key id. */
function nameless(claims: object = CLAIMS): string {
  return compact({ alg: 'ES256' }, claims)
}

async function warm(world = createWorld()) {
  const isolate = world.isolate()
  expect(await isolate.judge(await sign(first, CLAIMS))).toBe('good')
  return { ...world, ...isolate }
}

describe('a stranger’s token under a key id that is not known', () => {
  it('is refused as soon as a look has missed it: five in a row are, and none of them is "not yet"', async () => {
    const { judge, looks } = await warm()
    for (let count = 0; count < 5; count++) expect(await judge(junk())).toBe('token_invalid')
    expect(looks()).toBe(1 + 5)
  })

  it('is not judged while no one may look for it, and says when to come back', async () => {
    const { judge, verify, clock } = await warm()
    for (let count = 0; count < 5; count++) await judge(junk())
    clock.advance(0.5)
    const refusal = await refusalOf(verify(junk(), 'untrusted'))
    expect([refusal.code, refusal.retryAfterSeconds]).toEqual(['temporarily_unavailable', 2])
  })

  it('is refused without a look for a minute, once one has missed it', async () => {
    const { judge, looks, clock } = await warm()
    const token = junk()
    await judge(token)
    for (let second = 0; second < 59; second++) {
      expect(await judge(token)).toBe('token_invalid')
      clock.advance(1)
    }
    expect(looks()).toBe(2)
    clock.advance(1)
    expect(await judge(token)).toBe('token_invalid')
    expect(looks()).toBe(3)
  })

  it('is refused when the look that missed it was for the sake of another', async () => {
    const { judge, clock } = await warm()
    for (let count = 0; count < 5; count++) await judge(junk())
    const token = junk()
    expect(await judge(token)).toBe('temporarily_unavailable')
    clock.advance(5)
    await judge(junk())
    expect(await judge(token)).toBe('token_invalid')
  })

  it('is refused when the look that missed it was one of a sign-in', async () => {
    const { judge } = await warm()
    for (let count = 0; count < 5; count++) await judge(junk())
    const token = junk()
    expect(await judge(token)).toBe('temporarily_unavailable')
    await judge(junk(), 'sign_in')
    expect(await judge(token)).toBe('token_invalid')
  })

  it('is good as soon as any look has found its key', async () => {
    const { judge, show } = await warm()
    for (let count = 0; count < 5; count++) await judge(junk())
    show(second)
    const token = await sign(second, CLAIMS)
    expect(await judge(token)).toBe('temporarily_unavailable')
    expect(await judge(await sign(second, CLAIMS), 'sign_in')).toBe('good')
    expect(await judge(token)).toBe('good')
  })

  it('makes no second look in an isolate that knew no keys: those were loaded on its account', async () => {
    const world = createWorld()
    expect(await world.isolate().judge(junk())).toBe('token_invalid')
    expect(world.looks()).toBe(1)
  })

  it('whose key was retired is refused without a look: the look for its successor has missed it', async () => {
    const { judge, show, looks } = await warm()
    const old = await sign(first, { ...CLAIMS, iat: CLAIMS.iat - 100 })
    show(second)
    expect(await judge(await sign(second, CLAIMS))).toBe('good')
    expect(await judge(old)).toBe('token_invalid')
    expect(looks()).toBe(2)
  })

  it('of any length and shape is remembered alike', async () => {
    const { judge, looks } = await warm()
    for (const kid of ['x'.repeat(10_000), '../../admin', '__proto__', '', '🔑', '\0']) {
      const before = looks()
      const token = junk(kid)
      await judge(token)
      const outcome = await judge(token)
      if (looks() > before) expect(outcome).toBe('token_invalid')
      expect(looks()).toBeLessThanOrEqual(before + 1)
    }
  })

  it('that is no text is refused without a look', async () => {
    const { judge, looks } = await warm()
    for (const kid of [7, null, {}, [], true]) expect(await judge(junk(kid))).toBe('token_invalid')
    expect(looks()).toBe(1)
  })

  it('is forgotten when a hundred others came after it', async () => {
    const { judge, clock, looks } = await warm()
    const token = junk()
    await judge(token)
    for (let count = 0; count < 100; count++) await judge(junk())
    clock.advance(30)
    const before = looks()
    await judge(token)
    expect(looks()).toBe(before + 1)
  })

  it('is remembered though ninety-nine others came after it', async () => {
    const { judge, clock, looks } = await warm()
    const token = junk()
    await judge(token)
    for (let count = 0; count < 99; count++) await judge(junk())
    clock.advance(30)
    const before = looks()
    expect(await judge(token)).toBe('token_invalid')
    expect(looks()).toBe(before)
  })

  it('that someone guessed before the provider used it keeps no later token of the provider out', async () => {
    const { judge, show, clock } = await warm()
    expect(await judge(junk('second'))).toBe('token_invalid')
    clock.advance(5)
    show(second)
    expect(await judge(await sign(second, { ...CLAIMS, iat: CLAIMS.iat + 5 }))).toBe('good')
  })

  it('that someone guessed and keeps sending, with a time of now, is refused all along, and takes no look from a new key', async () => {
    const { judge, clock, looks, show } = await warm()
    for (let seconds = 0; seconds < 30; seconds++) {
      expect(await judge(junk('guessed', { ...CLAIMS, iat: CLAIMS.iat + seconds }))).toBe('token_invalid')
      clock.advance(1)
    }
    show(second)
    expect(await judge(await sign(second, { ...CLAIMS, iat: CLAIMS.iat + 30 }))).toBe('good')
    expect(looks()).toBeLessThanOrEqual(1 + 5 + 15)
  })
})

describe('while the keys cannot be had, a stranger’s token', () => {
  async function failing() {
    const world = await warm()
    await world.judge(junk('missed'))
    world.clock.advance(1)
    world.answer(JWKS_URI, () => json({}, 500))
    expect(await world.judge(junk())).toBe('provider_error')
    return world
  }

  it.each([0, 1])(
    'whose key id a look has missed is refused all the same (issued %i seconds after it)',
    async (later) => {
      const { judge, looks } = await failing()
      const before = looks()
      expect(await judge(junk('missed', { ...CLAIMS, iat: CLAIMS.iat + later }))).toBe('token_invalid')
      expect(looks()).toBe(before)
    },
  )

  it.each([
    ['under a known key id', junk('first')],
    ['without a key id', nameless()],
  ])('older than the last look is refused all the same (%s)', async (_, token) => {
    const { judge } = await failing()
    expect(await judge(token)).toBe('token_invalid')
  })

  it('whose key id was never looked for is not judged', async () => {
    const { judge } = await failing()
    for (let count = 0; count < 3; count++) expect(await judge(junk())).toBe('provider_error')
  })

  it('that is newer than the last look, under a known key id, is not judged', async () => {
    const { judge } = await failing()
    expect(await judge(junk('first', { ...CLAIMS, iat: CLAIMS.iat + 1 }))).toBe('provider_error')
  })

  it('is not judged by an isolate that has never had them, and a sign-in is good as soon as they are there', async () => {
    const world = createWorld()
    const { judge } = world.isolate()
    world.answer(JWKS_URI, () => json({}, 500))
    const token = await sign(first, CLAIMS)
    expect([await judge(junk()), await judge(token)]).toEqual(['provider_error', 'provider_error'])
    world.show(first)
    expect(await judge(token)).toBe('provider_error')
    expect(await judge(token, 'sign_in')).toBe('good')
    expect(await judge(token)).toBe('good')
  })
})

describe('a stranger’s token whose signature does not fit a known key, or that names no key', () => {
  it.each([
    ['under a known key id', junk('first')],
    ['without a key id', nameless()],
  ])('%s makes one look, and is refused without another for a minute', async (_, token) => {
    const { judge, looks, clock } = await warm()
    for (let second = 0; second < 59; second++) {
      expect(await judge(token)).toBe('token_invalid')
      clock.advance(1)
    }
    expect(looks()).toBe(2)
  })

  it.each([
    ['under the old key id', {}],
    ['without a key id', { kid: undefined }],
  ])('is never refused for good while no one may look: its key may have come since (%s)', async (_, header) => {
    const { judge, show, clock } = await warm()
    for (let count = 0; count < 5; count++) await judge(junk())
    clock.advance(1)
    show(sameId)
    const token = await sign(sameId, { ...CLAIMS, iat: CLAIMS.iat + 1 }, header)
    expect(await judge(token)).toBe('temporarily_unavailable')
    clock.advance(2)
    expect(await judge(token)).toBe('good')
  })

  it.each([
    ['under the old key id', {}],
    ['without a key id', { kid: undefined }],
  ])('and that does not say when it was issued is not refused while no one may look (%s)', async (_, header) => {
    const { judge, show, clock } = await warm()
    for (let count = 0; count < 5; count++) await judge(junk())
    show(sameId)
    const token = await sign(sameId, { ...CLAIMS, iat: undefined }, header)
    expect(await judge(token)).toBe('temporarily_unavailable')
    clock.advance(2)
    expect(await judge(token)).toBe('good')
  })

  it('is refused at any time when it is older than the last look at the keys', async () => {
    const { judge } = await warm()
    for (let count = 0; count < 20; count++) {
      const claims = { ...CLAIMS, jti: String(count) }
      expect(await judge(count % 2 === 0 ? junk('first', claims) : nameless(claims))).toBe('token_invalid')
    }
  })

  it('was signed by a key that another has replaced under its id: refused as soon as one look has missed it', async () => {
    const { judge, show } = await warm()
    const old = await Promise.all([1, 2, 3].map((jti) => sign(first, { ...CLAIMS, jti: String(jti) })))
    show(sameId)
    expect(await judge(await sign(sameId, CLAIMS))).toBe('good')
    for (const token of old) expect(await judge(token)).toBe('token_invalid')
    for (const token of old) expect(await judge(token)).toBe('token_invalid')
  })
})

describe('a sign-in', () => {
  it('is good after a change of keys, whatever strangers have sent before', async () => {
    const { judge, show, clock } = await warm()
    show(second)
    for (let count = 0; count < 50; count++) await judge(junk())
    const before = clock.now()
    // A stranger’s look has found the key, too; so here is one more change, which no one has seen.
    show(first)
    expect(await judge(await sign(first, CLAIMS), 'sign_in')).toBe('good')
    expect(clock.now()).toBe(before)
  })

  it('is good after a second change within ten seconds, and a third', async () => {
    const { judge, show, clock } = await warm()
    for (const key of [second, first, second, first]) {
      show(key)
      expect(await judge(await sign(key, CLAIMS), 'sign_in')).toBe('good')
      clock.advance(2)
    }
  })

  it('is good under a key id that strangers have asked for in vain', async () => {
    const { judge, show } = await warm()
    for (let count = 0; count < 5; count++) await judge(junk('second'))
    show(second)
    expect(await judge(await sign(second, CLAIMS), 'sign_in')).toBe('good')
  })

  it('waits when it must, and is good then: a change of keys every second fails no one', async () => {
    const { judge, show, clock } = await warm()
    for (let change = 0; change < 20; change++) {
      const key = change % 2 === 0 ? second : first
      show(key)
      expect(await judge(await sign(key, CLAIMS), 'sign_in')).toBe('good')
      clock.advance(0.5)
    }
  })

  it('whose key is nowhere makes one look', async () => {
    const { judge, looks } = await warm()
    expect(await judge(junk(), 'sign_in')).toBe('token_invalid')
    expect(looks()).toBe(2)
  })

  it('whose key is nowhere makes none, when the keys were loaded for it', async () => {
    const world = createWorld()
    expect(await world.isolate().judge(junk(), 'sign_in')).toBe('token_invalid')
    expect(world.looks()).toBe(1)
  })

  it('a hundred at once after a change of keys make one look, and all are good', async () => {
    const { judge, show, looks } = await warm()
    show(second)
    const token = await sign(second, CLAIMS)
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => judge(token, 'sign_in')))
    expect(new Set(outcomes)).toEqual(new Set(['good']))
    expect(looks()).toBe(2)
  })
})

describe('forged signed answers, which count as sign-ins,', () => {
  it('keep no sign-in out after a change of keys, for their looks serve it, too', async () => {
    const { judge, show, clock } = await warm()
    for (let second = 0; second < 10; second++) {
      await Promise.all(Array.from({ length: 20 }, () => judge(junk(), 'sign_in')))
      clock.advance(0.3)
    }
    show(second)
    const token = await sign(second, CLAIMS)
    const forged = Array.from({ length: 20 }, () => judge(junk(), 'sign_in'))
    const honest = judge(token, 'sign_in')
    const later = Array.from({ length: 20 }, () => judge(junk(), 'sign_in'))
    expect(await honest).toBe('good')
    await Promise.all([...forged, ...later])
  })

  it('take no look from strangers, and make one call a second at most', async () => {
    const { judge, looks, clock } = await warm()
    for (let count = 0; count < 5; count++) await judge(junk(), 'sign_in')
    const before = clock.now()
    for (let count = 0; count < 10; count++) await judge(junk(), 'sign_in')
    expect(looks()).toBe(1 + 5 + 10)
    expect((clock.now() - before) / 1000).toBeGreaterThanOrEqual(10)
    expect(await judge(junk())).toBe('token_invalid')
  })
})

it('a clock that is set back does not prolong what a look has missed', async () => {
  const { judge, show, clock } = await warm()
  await judge(junk('second'))
  clock.advance(-3600)
  show(second)
  expect(await judge(await sign(second, { ...CLAIMS, iat: CLAIMS.iat - 3600 }))).toBe('good')
})

describe('several isolates', () => {
  it('each find a new key, though the cache between them lags', async () => {
    const world = createWorld()
    const [one, other] = [await warm(world), await warm(world)]
    const lagging = new Map(world.shared)
    world.show(second)
    const token = await sign(second, CLAIMS)
    expect(await one.judge(token)).toBe('good')
    world.shared.clear()
    for (const [key, entry] of lagging) world.shared.set(key, entry)
    expect(await other.judge(token)).toBe('good')
  })

  it('a cold one finds a key that the cache does not have yet', async () => {
    const world = createWorld()
    await warm(world)
    world.show(second)
    expect(await world.isolate().judge(await sign(second, CLAIMS))).toBe('good')
  })

  it('what one was asked to look for is no word against a token at another', async () => {
    const world = createWorld()
    const [one, other] = [await warm(world), await warm(world)]
    const token = junk()
    await one.judge(token)
    const before = world.looks()
    expect(await other.judge(token)).toBe('token_invalid')
    expect(world.looks()).toBe(before + 1)
  })
})

it('a token that brings a key id of 16 KB leaves nothing of it in the refusal', async () => {
  const { verify } = await warm()
  const token = `${base64url.encode(JSON.stringify({ alg: 'ES256', kid: 'MARKER'.repeat(2500) }))}.e30.AAAA`
  const { message, detail, publicMessage } = await refusalOf(verify(token, 'untrusted'))
  expect(JSON.stringify([message, detail, publicMessage])).not.toContain('MARKER')
})
