/**
 * GET /api/v1.0/callback/ with a provider that errs: each fault leads to a refusal that leaves nothing behind, or does no harm.
 */

import { describe, expect, it } from 'vitest'
import type { Fault } from '../support/hostile/provider.ts'
import { PATHS } from '../support/paths.ts'
import {
  CALLBACK,
  createScene,
  GATE,
  LOGIN,
  refusalOn,
  rowsOf,
  type Scene,
  type Settings,
  sessionTokenOf,
  signIn,
  whoIs,
} from './scene.ts'

/** An answer that is no answer may count as a fault of the provider or of its tokens; the person can do the same about both. */
const UNUSABLE = expect.stringMatching(/^(provider_error|token_invalid)$/)

/** What a refused sign-in looks like from everywhere: the page, the cookies, the log, the tables. */
async function expectRefusal(fault: Fault, expected: { code: unknown; status: number }, settings: Settings = {}) {
  const scene = createScene(settings)
  scene.provider.setFault(fault)
  const browser = scene.browser()
  const page = await browser.open(LOGIN)
  expect(new URL(page.url).pathname).toBe(new URL(CALLBACK).pathname)
  expect(page.status).toBe(expected.status)
  expect(refusalOn(page, scene)?.detail).toMatchObject({ code: expected.code })
  expect(sessionTokenOf(browser)).toBeUndefined()
  expect(browser.jar.received.filter(({ refused }) => refused !== null)).toEqual([])
  expect(await rowsOf('users')).toEqual([])
  expect(await rowsOf('sessions')).toEqual([])
  return { scene, page }
}

function backChannelCalls({ provider }: Scene): string[] {
  return provider.journal.map(({ path }) => path).filter((path) => path !== '/authorize')
}

const TO_TOKEN = ['/.well-known/openid-configuration', '/token']
const TO_KEYS = [...TO_TOKEN, '/jwks']
const TO_USERINFO = [...TO_KEYS, '/userinfo']

describe('an answer in the browser', () => {
  it.each([
    ['callback-iss-wrong', 'token_invalid'],
    ['callback-iss-with-slash', 'token_invalid'],
    ['callback-iss-missing', 'token_invalid'],
    ['access-denied-by-another-issuer', 'token_invalid'],
    ['tokens-in-front-channel', UNUSABLE],
    ['tokens-instead-of-code', UNUSABLE],
    ['code-dropped', UNUSABLE],
    ['error-with-script', 'provider_error'],
    ['server-error', 'provider_unreachable'],
    ['temporarily-unavailable', 'provider_unreachable'],
  ] as const)('is refused before any code is sent (%s)', async (fault, code) => {
    const { scene } = await expectRefusal(fault, { code, status: 502 })
    expect(backChannelCalls(scene)).toEqual(['/.well-known/openid-configuration'])
  })

  it.each(['state-changed', 'state-dropped'] as const)('belongs to no attempt, so start again (%s)', async (fault) => {
    const { scene, page } = await expectRefusal(fault, { code: 'state_unknown', status: 400 })
    expect(page.text).toContain(`href="${PATHS.login}"`)
    expect(backChannelCalls(scene)).toEqual(['/.well-known/openid-configuration'])
  })

  it('that says "access denied" is a page that says so, with a way to sign in again', async () => {
    const { scene, page } = await expectRefusal('access-denied', { code: 'access_denied', status: 403 })
    expect(page.text).toContain('You were not signed in')
    expect(page.text).toContain(`href="${PATHS.login}"`)
    expect(refusalOn(page, scene)?.detail).toMatchObject({ provider_error: 'access_denied' })
    expect(backChannelCalls(scene)).toEqual(['/.well-known/openid-configuration'])
  })

  it('that says "someone must be asked first" is a page with a way to sign in', async () => {
    const { page } = await expectRefusal('login-required', { code: 'interaction_required', status: 403 })
    expect(page.text).toContain(`href="${PATHS.login}"`)
  })

  it('shows nothing of what a hostile error says (A69)', async () => {
    const { page } = await expectRefusal('error-with-script', { code: 'provider_error', status: 502 })
    expect(page.text).not.toContain('alert(1)')
    expect(page.text).not.toContain('javascript:')
    expect(page.text).not.toMatch(/<script|<img|onerror/i)
  })

  it('with a code that was never given is refused by the provider, once', async () => {
    const { scene } = await expectRefusal('code-unknown', { code: 'provider_error', status: 502 })
    expect(backChannelCalls(scene)).toEqual(TO_TOKEN)
  })
})

describe('a token answer', () => {
  it.each([
    ['token-invalid-client', 'provider_error'],
    ['token-invalid-grant', 'provider_error'],
    ['token-400', 'provider_error'],
    ['token-401', 'provider_error'],
    ['token-404', 'provider_error'],
    ['token-429', 'provider_error'],
    ['token-500', 'provider_error'],
    ['token-503', 'provider_unreachable'],
    ['token-unreachable', 'provider_unreachable'],
    ['token-redirect', 'provider_error'],
    ['token-html', UNUSABLE],
    ['token-html-as-json', UNUSABLE],
    ['token-huge', UNUSABLE],
    ['token-empty', UNUSABLE],
    ['token-array', UNUSABLE],
    ['token-text', UNUSABLE],
    ['token-null', UNUSABLE],
    ['no-id-token', 'token_invalid'],
    ['id-token-not-a-jwt', UNUSABLE],
    ['no-access-token', UNUSABLE],
    ['no-token-type', UNUSABLE],
    ['token-type-not-understood', UNUSABLE],
  ] as const)('is refused, and the code is not sent again (%s)', async (fault, code) => {
    const { scene } = await expectRefusal(fault, { code, status: 502 })
    expect(backChannelCalls(scene)).toEqual(TO_TOKEN)
  })

  it('that blames the credentials makes the log name the two settings', async () => {
    const { scene, page } = await expectRefusal('token-invalid-client', { code: 'provider_error', status: 502 })
    const line = JSON.stringify(refusalOn(page, scene))
    expect(line).toContain('OIDC_RP_CLIENT_ID')
    expect(line).toContain('OIDC_RP_CLIENT_SECRET')
  })
})

describe('an ID token', () => {
  it.each([
    'invalid-iss',
    'missing-iss',
    'invalid-aud',
    'missing-aud',
    'missing-sub',
    'sub-number',
    'missing-iat',
    'missing-exp',
    'exp-text',
    'nonce-invalid',
    'missing-nonce',
    'unknown-crit',
    'idtoken-sig-none',
    'idtoken-sig-none-other-case',
    'invalid-sig-hs256',
    'sig-hs256',
    'sig-hs256-with-public-key',
    'alternate-alg',
    'invalid-sig-es256',
    'sig-ps256',
    'sub-empty',
  ] as const)('is refused without a look at the keys (%s)', async (fault) => {
    const { scene } = await expectRefusal(fault, { code: UNUSABLE, status: 502 })
    expect(backChannelCalls(scene)).toEqual(TO_TOKEN)
  })

  it.each(['expired-exp', 'nbf-future'] as const)('is refused for its time (%s)', async (fault) => {
    const { scene } = await expectRefusal(fault, { code: 'clock_skew', status: 502 })
    expect(backChannelCalls(scene)).toEqual(TO_TOKEN)
  })

  it.each([
    'secondary-aud',
    'azp-other',
    'sub-300-characters',
    'invalid-athash',
    'typ-access-token',
    'typ-logout-token',
    'invalid-sig-rs256',
    'sig-by-stranger',
    'sig-by-stranger-unknown-kid',
    'sig-by-stranger-at-jku',
    'sig-by-key-in-header',
    'sig-by-encryption-key',
    'kid-of-ec-key',
  ] as const)('is refused, and no one is asked who the person is (%s)', async (fault) => {
    const { scene } = await expectRefusal(fault, { code: 'token_invalid', status: 502 })
    expect(scene.provider.count('/userinfo')).toBe(0)
    // Keys that do not fit may be asked for once more; no one else is asked for any.
    expect(new Set(backChannelCalls(scene))).toEqual(new Set(TO_KEYS))
    expect(scene.provider.count('/jwks')).toBeLessThanOrEqual(2)
  })

  it.each(['iat-week-old', 'iat-future'] as const)('is refused for its age (%s)', async (fault) => {
    const { scene } = await expectRefusal(fault, { code: 'clock_skew', status: 502 })
    expect(scene.provider.count('/userinfo')).toBe(0)
  })

  it('is refused when the provider says that its session is over', async () => {
    await expectRefusal('session-expiry-past', { code: 'token_invalid', status: 502 })
  })

  it.each([
    ['ES256', 'invalid-sig-es256'],
    ['ES256', 'invalid-sig-rs256'],
    ['PS256', 'invalid-sig-rs256'],
    ['EdDSA', 'invalid-sig-rs256'],
  ] as const)('with a corrupted signature is refused under %s, too (%s)', async (algorithm, fault) => {
    const scene = createScene({ OIDC_RP_SIGN_ALGO: algorithm })
    scene.provider.setSigningAlgorithm(algorithm)
    scene.provider.setFault(fault)
    const browser = scene.browser()
    expect((await browser.open(LOGIN)).status).toBe(502)
    expect(await rowsOf('sessions')).toEqual([])
    scene.clock.advance(60)
    scene.provider.reset()
    await signIn(browser)
  })
})

describe('keys', () => {
  it.each([
    ['jwks-500', 'provider_error'],
    ['jwks-404', 'provider_error'],
    ['jwks-503', 'provider_unreachable'],
    ['jwks-unreachable', 'provider_unreachable'],
    ['jwks-redirect', 'provider_error'],
    ['jwks-html', 'provider_error'],
    ['jwks-html-as-json', 'provider_error'],
    ['jwks-huge', 'provider_error'],
    ['jwks-empty', 'provider_error'],
    ['jwks-array', 'provider_error'],
    ['jwks-text', 'provider_error'],
    ['jwks-null', 'provider_error'],
  ] as const)('that cannot be had refuse the sign-in (%s)', async (fault, code) => {
    const { scene } = await expectRefusal(fault, { code, status: 502 })
    expect(backChannelCalls(scene)).toEqual(repeatedIfBroken(TO_KEYS, fault))
  })
})

/** A connection that broke is made once more for what only reads. */
function repeatedIfBroken(calls: readonly string[], fault: string): readonly string[] {
  return fault.endsWith('-unreachable') ? [...calls, ...calls.slice(-1)] : calls
}

describe('userinfo', () => {
  it.each([
    ['userinfo-invalid-sub', 'token_invalid'],
    ['userinfo-sub-other-case', 'token_invalid'],
    ['userinfo-missing-sub', UNUSABLE],
    ['userinfo-empty', UNUSABLE],
    ['userinfo-array', UNUSABLE],
    ['userinfo-text', UNUSABLE],
    ['userinfo-null', UNUSABLE],
    ['userinfo-html', UNUSABLE],
    ['userinfo-html-as-json', UNUSABLE],
    ['userinfo-huge', UNUSABLE],
    ['userinfo-401', 'provider_error'],
    ['userinfo-404', 'provider_error'],
    ['userinfo-500', 'provider_error'],
    ['userinfo-redirect', 'provider_error'],
    ['userinfo-503', 'provider_unreachable'],
    ['userinfo-unreachable', 'provider_unreachable'],
  ] as const)('is refused, and nothing of it is stored (%s)', async (fault, code) => {
    const { scene } = await expectRefusal(fault, { code, status: 502 })
    expect(backChannelCalls(scene)).toEqual(repeatedIfBroken(TO_USERINFO, fault))
  })

  it('with a corrupted signature is refused', async () => {
    const scene = createScene()
    scene.provider.setFault('userinfo-signed-invalid-sig')
    expect((await scene.browser().open(LOGIN)).status).toBe(502)
    expect(await rowsOf('users')).toEqual([])
  })
})

describe('a provider that keeps people waiting', () => {
  it.each(['token-hangs', 'token-stalls', 'jwks-hangs', 'jwks-stalls', 'userinfo-hangs', 'userinfo-stalls'] as const)(
    'is waited for no longer than OIDC_TIMEOUT (%s)',
    async (fault) => {
      const expected = { code: 'provider_unreachable', status: 502 }
      const { page } = await expectRefusal(fault, expected, { OIDC_TIMEOUT: '1' })
      expect(page.headers.get('retry-after')).toMatch(/^\d+$/)
    },
  )
})

it.each(['auth-time-huge', 'expires-in-huge'] as const)(
  'a number that no clock shows is not taken for a fault of ours (%s)',
  async (fault) => {
    const scene = createScene()
    scene.provider.setFault(fault)
    const { status } = await scene.browser().open(LOGIN)
    expect([200, 502]).toContain(status)
    expect(scene.log.filter(({ detail }) => detail?.code === 'store_unavailable')).toEqual([])
  },
)

describe('someone signs in all the same', () => {
  it.each([
    'aud-one-element-array',
    'azp-own',
    'exp-fraction',
    'typ-jwt',
    'auth-time-fraction',
    'missing-sid',
    'missing-at-hash',
    'idtoken-with-unknown-claims',
    'kid-absent-single-jwks',
    'kid-absent-multiple-jwks',
    'jwks-with-shared-secret',
    'jwks-with-unreadable-keys',
    'jwks-with-non-objects',
    'token-type-other-case',
    'no-expires-in',
    'expires-in-text',
    'expires-in-fraction',
    'no-scope',
    'no-refresh-token',
    'token-answer-with-unknown-members',
    'userinfo-nothing-but-sub',
    'userinfo-null-members',
    'aggregated-claims',
    'distributed-claims',
    'callback-iss-unknown',
    'callback-with-unknown-members',
    'no-userinfo',
    'no-end-session',
    'signing-key-rotation-just-before-signing',
  ] as const)('(%s)', async (fault) => {
    const scene = createScene()
    scene.provider.setFault(fault)
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice' })
    expect(scene.provider.journal.filter(({ path }) => path.includes('://'))).toEqual([])
  })

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)('under %s', async (algorithm) => {
    const scene = createScene({ OIDC_RP_SIGN_ALGO: algorithm })
    scene.provider.setSigningAlgorithm(algorithm)
    const browser = scene.browser()
    expect((await signIn(browser)).url).toBe(`${GATE}/`)
  })

  it('after the provider has replaced every key', async () => {
    const scene = createScene()
    await signIn(scene.browser())
    scene.clock.advance(60)
    scene.provider.rotateKeys()
    await signIn(scene.browser())
  })

  it('after the provider has replaced its keys at the very last moment, with the old ones just read', async () => {
    const scene = createScene()
    await signIn(scene.browser())
    scene.provider.setFault('signing-key-rotation-just-before-signing')
    await signIn(scene.browser())
  })

  it('after new keys came under the old ids (A122)', async () => {
    const scene = createScene()
    await signIn(scene.browser())
    scene.clock.advance(60)
    scene.provider.rotateKeys({ sameKeyId: true })
    await signIn(scene.browser())
  })

  it('in a second isolate that has seen neither metadata nor keys', async () => {
    const scene = createScene()
    await signIn(scene.browser())
    scene.provider.rotateKeys()
    const other = scene.isolate()
    const browser = scene.browser()
    const { next } = await browser.open(LOGIN, { stopBefore: new URL(CALLBACK).pathname })
    const cookie = [...browser.jar.cookiesOf(GATE)].map(([name, value]) => `${name}=${value}`).join('; ')
    scene.clock.advance(11)
    const response = await other(new Request(next ?? '', { headers: { cookie } }))
    expect([response.status, response.headers.get('location')]).toEqual([302, `${GATE}/`])
  })
})
