/**
 * The config plan of the OpenID Foundation (`oidcc-client-config-certification-test-plan`): discovery, keys, and keys that change.
 */
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Attacked, startAttacked } from '../../support/attacked.ts'
import { PATHS } from '../../support/paths.ts'
import { calls, expectRefused, expectSignedIn, expectTokensRefused } from './expectations.ts'

const DISCOVERY = '/.well-known/openid-configuration'
const JWKS_PATH = `/jwks-${crypto.randomUUID()}`

describe('config plan', () => {
  // What the Worker knows of a provider outlives a test, so each has a Worker that knows nothing.
  let attacked: Attacked
  beforeEach(async () => {
    attacked = await startAttacked({ script: inject('workerScript'), offers: { jwksPath: JWKS_PATH } })
  })
  afterEach(() => attacked.stop())

  it('oidcc-client-test-discovery-openid-config: the configuration is fetched first, once, and kept', async () => {
    await expectSignedIn(attacked)
    await expectSignedIn(attacked)
    expect(calls(attacked)[0]).toBe(DISCOVERY)
    expect(attacked.provider.count(DISCOVERY)).toBe(1)
  })

  it('oidcc-client-test-discovery-jwks-uri-keys: the keys come from the discovered address, before userinfo is asked', async () => {
    await expectSignedIn(attacked)
    const [first, ...rest] = calls(attacked)
    expect(first).toBe(DISCOVERY)
    expect(rest.filter((path) => path.startsWith('/jwks'))).toContain(JWKS_PATH)
    expect(rest.lastIndexOf(JWKS_PATH)).toBeGreaterThan(rest.indexOf('/token'))
    expect(rest.lastIndexOf(JWKS_PATH)).toBeLessThan(rest.indexOf('/userinfo'))
    expect(attacked.provider.count('/jwks')).toBe(0)
  })

  it('oidcc-client-test-discovery-issuer-mismatch: no one is sent to a provider that calls itself by another name', async () => {
    attacked.provider.setFault('discovery-issuer-mismatch')
    const browser = attacked.browser()
    const page = await browser.open(attacked.at(PATHS.login))
    await expectRefused(attacked, browser, page, { code: 'provider_error' })
    expect(new Set(calls(attacked))).toEqual(new Set([DISCOVERY]))
  })

  it('oidcc-client-test-signing-key-rotation: the second sign-in passes though every key was replaced', async () => {
    await expectSignedIn(attacked)
    attacked.provider.rotateKeys()
    attacked.provider.reset()
    await expectSignedIn(attacked)
    expect(calls(attacked).slice(-3)).toEqual(['/token', JWKS_PATH, '/userinfo'])
  })

  it('oidcc-client-test-signing-key-rotation-just-before-signing: the new keys are fetched at once', async () => {
    await expectSignedIn(attacked)
    attacked.provider.reset()
    await expectSignedIn(attacked, 'signing-key-rotation-just-before-signing')
    expect(calls(attacked).slice(-3)).toEqual(['/token', JWKS_PATH, '/userinfo'])
  })

  it('oidcc-client-test-signing-key-rotation-just-before-signing: of the very first ID token, too', async () => {
    await expectSignedIn(attacked, 'signing-key-rotation-just-before-signing')
  })

  it('oidcc-client-test-idtoken-sig-none: an unsigned ID token is refused by a Worker that knows no keys yet', async () => {
    await expectTokensRefused(attacked, 'idtoken-sig-none')
  })
})
