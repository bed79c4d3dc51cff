/**
 * Which algorithm ID tokens must have when OIDC_RP_SIGN_ALGO is unset: RS256, or the only one that the provider lists.
 */
import { describe, expect, it } from 'vitest'
import { makeKey, type TestKey } from '../support/keys.ts'
import { createLoginWorld } from '../support/login-world.ts'
import { refusalOf } from '../support/refusal.ts'

const listing = (id_token_signing_alg_values_supported: unknown) => ({ id_token_signing_alg_values_supported })
const UNSET = { OIDC_RP_SIGN_ALGO: undefined }

const keys: Record<string, TestKey> = {}
for (const algorithm of ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']) {
  keys[algorithm] = await makeKey(algorithm, `key-${algorithm}`)
}
const keyOf = (algorithm: string): TestKey => keys[algorithm] ?? expect.fail(`no key for ${algorithm}`)

describe('without OIDC_RP_SIGN_ALGO', () => {
  it.each([
    ['ES256', ['ES256']],
    ['ES384', ['ES384']],
    ['EdDSA', ['EdDSA']],
    ['PS256', ['PS256']],
    ['ES256', ['none', 'HS256', 'ES256']],
    ['ES256', ['ES256', 'ES256K']],
    ['RS256', ['RS256']],
    ['RS256', ['ES256', 'RS256', 'PS256']],
    ['RS256', undefined],
    ['RS256', null],
    ['RS256', []],
    ['RS256', 'ES256'],
  ])('an ID token with %s is taken of a provider that lists %j', async (algorithm, listed) => {
    const world = createLoginWorld(keyOf(algorithm), { settings: UNSET, metadata: listing(listed) })
    expect((await world.signIn()).subject).toBe('alice')
  })

  it.each([
    ['ES256', ['ES256', 'PS256']],
    ['ES256', ['RS256', 'ES256']],
    ['PS256', ['ES256', 'PS256']],
    ['ES256', undefined],
    ['RS256', ['ES256']],
  ])('an ID token with %s is refused of a provider that lists %j', async (algorithm, listed) => {
    const world = createLoginWorld(keyOf(algorithm), { settings: UNSET, metadata: listing(listed) })
    expect((await refusalOf(world.signIn())).code).toBe('token_invalid')
  })

  it.each([['HS256'], ['none'], ['none', 'HS256']])(
    'the algorithm %s is never taken for being listed',
    async (...listed) => {
      for (const alg of [...listed, 'none', 'HS256']) {
        const world = createLoginWorld(keyOf('RS256'), { settings: UNSET, metadata: listing(listed) })
        const idToken = (pending: Parameters<typeof world.claimsFor>[0]) => {
          const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
          return `${part({ alg })}.${part(world.claimsFor(pending))}.`
        }
        expect((await refusalOf(world.signIn({ idToken }))).code).toBe('token_invalid')
      }
    },
  )
})

describe('with OIDC_RP_SIGN_ALGO', () => {
  it('the setting counts, whatever the provider lists', async () => {
    const world = createLoginWorld(keyOf('RS256'), {
      settings: { OIDC_RP_SIGN_ALGO: 'RS256' },
      metadata: listing(['ES256']),
      keys: [keyOf('RS256'), keyOf('ES256')],
    })
    expect((await world.signIn()).subject).toBe('alice')
    expect((await refusalOf(world.signIn({ signer: keyOf('ES256') }))).code).toBe('token_invalid')
  })
})
