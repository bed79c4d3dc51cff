/**
 * What of the provider's tokens is kept, by each of the three settings that decide it.
 */
import { describe, expect, it } from 'vitest'
import { hintOf, type Keeping, keptTokens } from '../../src/tokens/vault.ts'

const TOKENS = {
  idToken: 'head.claims.signature',
  accessToken: 'access',
  refreshToken: 'refresh',
  expiresAt: 5,
  dpopKey: null,
}

const NOTHING: Keeping = { OIDC_STORE_ID_TOKEN: false, OIDC_STORE_ACCESS_TOKEN: false, OIDC_STORE_REFRESH_TOKEN: false }

describe('what is kept', () => {
  it('is nothing that is a token, when nothing is to be kept', () => {
    expect(keptTokens(TOKENS, NOTHING)).toEqual({
      idToken: 'head.claims.',
      accessToken: null,
      refreshToken: null,
      expiresAt: null,
      dpopKey: null,
    })
  })

  it('is each token by a setting of its own', () => {
    expect(keptTokens(TOKENS, { ...NOTHING, OIDC_STORE_ID_TOKEN: true }).idToken).toBe('head.claims.signature')
    expect(keptTokens(TOKENS, { ...NOTHING, OIDC_STORE_ACCESS_TOKEN: true }).accessToken).toBe('access')
    expect(keptTokens(TOKENS, { ...NOTHING, OIDC_STORE_REFRESH_TOKEN: true })).toMatchObject({
      refreshToken: 'refresh',
      expiresAt: 5,
    })
  })

  it('has no expiry without a refresh token, for nothing could be refreshed', () => {
    const keeping = { OIDC_STORE_ID_TOKEN: true, OIDC_STORE_ACCESS_TOKEN: true, OIDC_STORE_REFRESH_TOKEN: true }
    expect(keptTokens({ ...TOKENS, refreshToken: null }, keeping)).toMatchObject({
      accessToken: 'access',
      expiresAt: null,
    })
  })
})

describe('the hint at sign-out', () => {
  const keeping = { ...NOTHING, OIDC_STORE_ID_TOKEN: true }

  it('is the ID token', () => {
    expect(hintOf(TOKENS, keeping)).toBe('head.claims.signature')
  })

  it('is nothing without tokens, without a signature, or against the setting', () => {
    expect([hintOf(null, keeping), hintOf(keptTokens(TOKENS, NOTHING), keeping), hintOf(TOKENS, NOTHING)]).toEqual([
      null,
      null,
      null,
    ])
  })
})
