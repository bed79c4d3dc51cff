/**
 * Metadata and keys in KV: they come back as they went in, and nothing else is ever there.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { createDocumentCache } from '../../src/store/documents.ts'
import { createScene, LOGIN, signIn, signOut } from '../routes/scene.ts'

const ENTRY = { body: { keys: [{ kty: 'RSA', n: 'ü' }] }, fetchedAt: 1, forcedAt: 0 }

async function keysInKv(): Promise<string[]> {
  return (await env.KV.list()).keys.map(({ name }) => name)
}

describe('a document', () => {
  it('comes back as it went in', async () => {
    const cache = createDocumentCache(env.KV)
    await cache.put('jwks https://idp.example/jwks', ENTRY, 3600)
    expect(await cache.get('jwks https://idp.example/jwks')).toEqual(ENTRY)
  })

  it('that is not there is null', async () => {
    expect(await createDocumentCache(env.KV).get('nothing')).toBeNull()
  })

  it.each([
    'jwks https://IDP.example/jwks',
    'jwks https://idp.example/jwks/',
    'jwks https://idp.example/jwk',
    'metadata https://idp.example/jwks',
  ])('is not mixed up with another of a similar address (A138): %s', async (other) => {
    const cache = createDocumentCache(env.KV)
    await cache.put('jwks https://idp.example/jwks', ENTRY, 3600)
    expect(await cache.get(other)).toBeNull()
  })

  it.each([0, 1, 59])('can be kept also for %i s, which KV itself refuses (A58)', async (seconds) => {
    const cache = createDocumentCache(env.KV)
    await cache.put('short', ENTRY, seconds)
    expect(await cache.get('short')).toEqual(ENTRY)
  })

  it('expires by itself', async () => {
    await createDocumentCache(env.KV).put('x', ENTRY, 3600)
    const { keys } = await env.KV.list()
    expect(keys[0]?.expiration).toBeGreaterThan(Date.now() / 1000)
  })
})

describe('after a whole journey', () => {
  it('there is nothing in KV but metadata and keys of the provider (A60, A135)', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await browser.open(LOGIN, { stopBefore: '/authorize' })
    await signIn(browser)
    scene.provider.setFault('invalid-iss')
    await browser.open(LOGIN)
    scene.provider.setFault(null)
    await signOut(browser)
    expect((await keysInKv()).toSorted()).toEqual([
      'document/1/jwks https://idp.example/jwks',
      'document/1/metadata https://idp.example',
      // That a sign-in has worked with these settings.
      expect.stringMatching(/^sign-in\/1\/[\w-]{43}$/),
    ])
    const values = await Promise.all((await keysInKv()).map((key) => env.KV.get(key)))
    for (const secret of ['alice', ...scene.provider.confidential].filter((value) => value !== '')) {
      expect(values.join('\n')).not.toContain(secret)
    }
  })
})

describe('an entry that cannot be used', () => {
  const KEY = 'document/1/metadata https://idp.example'

  it.each([
    ['is not JSON', 'nonsense'],
    ['is null', 'null'],
    ['is a list', '[]'],
    ['has no times', '{"body":{}}'],
    ['comes from the future', JSON.stringify({ body: {}, fetchedAt: 9e15, forcedAt: 0 })],
    ['is of another issuer', JSON.stringify({ body: { issuer: 'https://evil.example' }, fetchedAt: 1, forcedAt: 0 })],
  ])('is as good as none: it %s (A138)', async (_, value) => {
    await env.KV.put(KEY, value)
    const scene = createScene()
    await signIn(scene.browser())
    expect(scene.provider.count('/.well-known/openid-configuration')).toBe(1)
  })

  it('is as good as none also when its times are good and its endpoints are not ours', async () => {
    const scene = createScene()
    const body = { issuer: 'https://evil.example', token_endpoint: 'https://evil.example/token' }
    await env.KV.put(KEY, JSON.stringify({ body, fetchedAt: scene.clock.now(), forcedAt: 0 }))
    await signIn(scene.browser())
    expect(scene.provider.journal.filter(({ path }) => path.includes('evil.example'))).toEqual([])
  })
})

it('a second isolate asks the provider for nothing that the first has just read (A91)', async () => {
  const scene = createScene()
  await signIn(scene.browser())
  scene.provider.reset()
  await scene.isolate()(new Request(LOGIN))
  expect(scene.provider.count('/.well-known/openid-configuration')).toBe(0)
})
