/**
 * What of the provider's tokens is kept, by each of the three settings that decide it.
 */
import { describe, expect, it } from 'vitest'
import { hintOf, type Keeping, keptTokens } from '../../src/sessions/vault.ts'

const TOKENS = {
  idToken: 'head.claims.signature',
  accessToken: 'access',
  refreshToken: 'refresh',
  expiresAt: 5,
  dpopKey: null,
}

const NOTHING: Keeping = { storeIdToken: false, storeAccessToken: false, storeRefreshToken: false }

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
    expect(keptTokens(TOKENS, { ...NOTHING, storeIdToken: true }).idToken).toBe('head.claims.signature')
    expect(keptTokens(TOKENS, { ...NOTHING, storeAccessToken: true }).accessToken).toBe('access')
    expect(keptTokens(TOKENS, { ...NOTHING, storeRefreshToken: true })).toMatchObject({
      refreshToken: 'refresh',
      expiresAt: 5,
    })
  })

  it('has no expiry without a refresh token, for nothing could be refreshed', () => {
    const keeping = { storeIdToken: true, storeAccessToken: true, storeRefreshToken: true }
    expect(keptTokens({ ...TOKENS, refreshToken: null }, keeping)).toMatchObject({
      accessToken: 'access',
      expiresAt: null,
    })
  })
})

describe('the hint at sign-out', () => {
  const keeping = { ...NOTHING, storeIdToken: true }

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
