/**
 * Gatehouse's own signing keys over months: which one signs, which are shown, and that what was signed can be verified as long as it should.
 */
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { SIGNING_ALGORITHMS } from '../../src/accounts/apps.ts'
import { createSealer } from '../../src/crypto.ts'
import {
  createSigningKeys,
  type SigningKeyStore,
  type SigningKeys,
  type StoredSigningKey,
} from '../../src/issuer/signing-keys.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { refusalOf } from '../support/refusal.ts'

const DAY = 86_400
const SECRET = 'a-secret-of-thirty-two-characters-or-more'

function createStore() {
  let rows: StoredSigningKey[] = []
  const store: SigningKeyStore = {
    all: async () => rows.toSorted((one, other) => other.createdAt - one.createdAt),
    async add(key, unlessMadeAfter) {
      const isMade = rows.some(({ algorithm, createdAt }) => algorithm === key.algorithm && createdAt > unlessMadeAfter)
      if (!isMade) rows.push(key)
    },
    async removeMadeBefore(time) {
      rows = rows.filter(({ createdAt }) => createdAt >= time)
    },
  }
  return { store, rows: () => rows }
}

function world(secrets: readonly string[] = [SECRET]) {
  const clock = createFakeClock()
  const { store, rows } = createStore()
  /** Another isolate, with the same secrets unless said otherwise. */
  const isolate = (known = secrets) => createSigningKeys(store, createSealer(known, 'signing keys'), clock)
  return { clock, store, rows, isolate, keys: isolate() }
}

async function signedBy(keys: SigningKeys): Promise<string> {
  const { kid, key } = await keys.current('ES256')
  return new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid }).sign(key)
}

/** As an app verifies it that loads the keys now. */
async function isVerifiable(jws: string, keys: SigningKeys): Promise<boolean> {
  const shown = (await keys.publicKeys()) as JSONWebKeySet // of jose, whose lists may be written to
  return jwtVerify(jws, createLocalJWKSet(shown)).then(
    () => true,
    () => false,
  )
}

describe('at first', () => {
  it('there is a key of each algorithm as soon as one is asked for, and it signs', async () => {
    const { keys, rows } = world()
    const { keys: shown } = await keys.publicKeys()
    expect(shown.map(({ alg }) => alg)).toEqual([...SIGNING_ALGORITHMS])
    expect(rows().map(({ kid }) => kid)).toEqual(shown.map(({ kid }) => kid))
    expect(await isVerifiable(await signedBy(keys), keys)).toBe(true)
  })

  it('nothing private is shown, nor stored as it is (OPKE1)', async () => {
    const { keys, rows } = world()
    for (const jwk of (await keys.publicKeys()).keys)
      expect(Object.keys(jwk).filter((name) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].includes(name))).toEqual([])
    expect(rows().map(({ sealedPrivateJwk }) => sealedPrivateJwk.split('.').length)).toEqual([5, 5])
  })

  it('every key has an id of its own, its use and its algorithm, and RSA has 2048 bits (OPKE2, OPKE3, OPKE7)', async () => {
    const { keys } = await world().keys.publicKeys()
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(2)
    expect(keys.map(({ use, alg }) => [use, alg])).toEqual([
      ['sig', 'RS256'],
      ['sig', 'ES256'],
    ])
    const [rsa] = keys
    expect(Buffer.from(rsa?.n ?? '', 'base64url')).toHaveLength(256)
  })

  it('two isolates that need a key at once have the same one in the end', async () => {
    const { isolate, rows } = world()
    const isolates = [isolate(), isolate(), isolate()]
    const signed = await Promise.all(isolates.map(signedBy))
    expect(rows()).toHaveLength(2)
    for (const jws of signed) expect(await isVerifiable(jws, isolate())).toBe(true)
  })
})

describe('a rotation', () => {
  it('shows a new key for two hours before it signs, and only every thirty days', async () => {
    const { clock, keys } = world()
    const first = await keys.current('ES256')
    clock.advance(30 * DAY - 1)
    await keys.rotate()
    expect((await keys.publicKeys()).keys).toHaveLength(2)
    clock.advance(1)
    await keys.rotate()
    expect((await keys.publicKeys()).keys).toHaveLength(4)
    clock.advance(2 * 3600 - 1)
    expect((await keys.current('ES256')).kid).toBe(first.kid)
    clock.advance(61)
    expect((await keys.current('ES256')).kid).not.toBe(first.kid)
  })

  it('that did not happen leaves the old key signing', async () => {
    const { clock, keys } = world()
    const { kid } = await keys.current('RS256')
    clock.advance(200 * DAY)
    expect((await keys.current('RS256')).kid).toBe(kid)
  })

  it('never signs with a key that an app could not know, and what was signed verifies for thirty days, through half a year', async () => {
    const { clock, isolate } = world()
    await isolate().publicKeys()
    const signed: { jws: string; at: number }[] = []
    /** What an app has that loaded the keys an hour ago. */
    let hourOld: readonly unknown[] = []
    for (let step = 0; step < 180 * 4; step++) {
      const keys = isolate()
      await keys.rotate()
      const { kid } = await keys.current('ES256')
      if (step > 0) expect(hourOld).toContain(kid)
      if (step % 8 === 0) signed.push({ jws: await signedBy(keys), at: clock.now() })
      const recent = signed.filter(({ at }) => clock.now() - at <= 30 * DAY * 1000)
      const oldest = recent[0]?.jws ?? ''
      expect(await isVerifiable(oldest, keys)).toBe(true)
      clock.advance(5 * 3600)
      hourOld = (await isolate().publicKeys()).keys.map((key) => key.kid)
      clock.advance(3600)
    }
  })

  it('removes what no one needs any more', async () => {
    const { clock, rows, keys } = world()
    const first = await keys.current('ES256')
    for (let month = 0; month < 3; month++) {
      clock.advance(30 * DAY)
      await keys.rotate()
    }
    expect(rows().map(({ kid }) => kid)).not.toContain(first.kid)
    expect(rows()).toHaveLength(6)
  })
})

describe('a new GATEHOUSE_SECRET', () => {
  it('beside the old one changes nothing', async () => {
    const { isolate } = world()
    const before = await isolate().current('ES256')
    expect((await isolate(['another-secret-of-thirty-two-characters', SECRET]).current('ES256')).kid).toBe(before.kid)
  })

  it('in place of the old one makes a new key, and what the old one signed still verifies', async () => {
    const { isolate, clock } = world()
    const jws = await signedBy(isolate())
    clock.advance(60)
    const keys = isolate(['another-secret-of-thirty-two-characters'])
    expect(await isVerifiable(await signedBy(keys), keys)).toBe(true)
    expect(await isVerifiable(jws, keys)).toBe(true)
  })

  it('makes no more than one key a minute', async () => {
    const { isolate, rows } = world()
    await signedBy(isolate())
    const refusal = await refusalOf(signedBy(isolate(['another-secret-of-thirty-two-characters'])))
    expect(refusal).toMatchObject({ code: 'not_configured', reason: 'signing_key_missing' })
    expect(rows()).toHaveLength(2)
  })
})

it('a store that does not answer is a failure, and no key is made up', async () => {
  const { clock, store } = world()
  const broken = { ...store, all: async () => Promise.reject(new Error('no database')) }
  const keys = createSigningKeys(broken, createSealer([SECRET], 'signing keys'), clock)
  await expect(keys.current('ES256')).rejects.toThrow('no database')
})

it('an isolate looks into the store once a minute', async () => {
  const { clock, store } = world()
  let asked = 0
  const counted = {
    ...store,
    async all() {
      asked += 1
      return store.all()
    },
  }
  const keys = createSigningKeys(counted, createSealer([SECRET], 'signing keys'), clock)
  await keys.publicKeys()
  const before = asked
  for (let time = 0; time < 5; time++) await keys.current('ES256')
  expect(asked).toBe(before)
  clock.advance(60)
  await keys.current('ES256')
  expect(asked).toBe(before + 1)
})
