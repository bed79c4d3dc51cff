/**
 * DPoP: one proof for each request, one more try for a nonce, and a key that outlives the sign-in.
 */
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, EmbeddedJWK, type JWK, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { keptDpopKey, newDpopKey, withDpop } from '../../src/oidc/client/dpop.ts'
import type { ProtocolClient } from '../../src/oidc/client/protocol-client.ts'
import { providerTokensSchema } from '../../src/oidc/flows/token-answer.ts'
import { json, type SeenCall } from '../support/far-end.ts'
import { type Bends, farProvider } from '../support/far-provider.ts'
import { refusalOf } from '../support/refusal.ts'

const ON = { OIDC_USE_DPOP: 'true' }
const BOUND = { tokenAnswer: { token_type: 'DPoP' } }
const proofOf = ({ headers }: SeenCall) => headers.get('dpop') ?? ''
const called = (far: { calls: readonly SeenCall[] }, path: string) => far.calls.filter((call) => call.path === path)

/** Asks for a nonce until it is there. */
function demandsNonce(path: string, nonce: string, always = false): NonNullable<Bends['answer']> {
  return (call) => {
    if (call.path !== path) return undefined
    if (!always && decodeJwt(proofOf(call)).nonce === nonce) return undefined
    const headers = { 'content-type': 'application/json', 'dpop-nonce': nonce }
    if (path === '/token') return json({ error: 'use_dpop_nonce' }, { status: 400, headers })
    return new Response(null, {
      status: 401,
      headers: { ...headers, 'www-authenticate': 'DPoP error="use_dpop_nonce"' },
    })
  }
}

describe('with OIDC_USE_DPOP', () => {
  it('the tokens come with the key that signed the proofs', async () => {
    const far = await farProvider(BOUND, ON)
    const { tokens } = await far.finish()
    const [call] = called(far, '/token')
    const { jwk, typ, alg } = decodeProtectedHeader(call ? proofOf(call) : '')
    expect([typ, alg]).toEqual(['dpop+jwt', 'ES256'])
    expect(await calculateJwkThumbprint(tokens.dpopKey as JWK)).toBe(await calculateJwkThumbprint(jwk as JWK))
    expect(jwk).not.toHaveProperty('d')
  })

  it.each(['/token', '/userinfo'])(
    'a nonce that %s asks for is in the second try, and there is no third',
    async (path) => {
      const far = await farProvider({ ...BOUND, answer: demandsNonce(path, 'n-1') }, ON)
      await far.finish()
      expect(called(far, path).map((call) => decodeJwt(proofOf(call)).nonce)).toEqual([undefined, 'n-1'])
      const never = await farProvider({ ...BOUND, answer: demandsNonce(path, 'n-1', true) }, ON)
      await refusalOf(never.finish())
      expect(called(never, path)).toHaveLength(2)
    },
  )

  it('a code is not sent again after any other error (AR11)', async () => {
    const answer = ({ path }: SeenCall) =>
      path === '/token'
        ? json(
            { error: 'invalid_grant' },
            { status: 400, headers: { 'content-type': 'application/json', 'dpop-nonce': 'n' } },
          )
        : undefined
    const far = await farProvider({ answer }, ON)
    await refusalOf(far.finish())
    expect(far.count('/token')).toBe(1)
  })

  it('a token that is not bound is refused, and not used', async () => {
    const far = await farProvider({}, ON)
    const { code, message } = await refusalOf(far.finish())
    expect([code, message]).toEqual(['token_invalid', expect.stringContaining('OIDC_USE_DPOP')])
    expect(far.count('/userinfo')).toBe(0)
  })

  it('the words of token_type and of the challenge may be in any case', async () => {
    const far = await farProvider({ tokenAnswer: { token_type: 'dpOp' }, answer: demandsNonce('/userinfo', 'n-1') }, ON)
    await far.finish()
  })
})

describe('a refresh', () => {
  const REFRESHABLE = { tokenAnswer: { token_type: 'DPoP', refresh_token: 'refresh-token' } }
  const keyOf = (call: SeenCall) => JSON.stringify(decodeProtectedHeader(proofOf(call)).jwk)

  it('is proven with the key of the session, at both endpoints and with their nonces, and keeps it (TK15)', async () => {
    const far = await farProvider({ ...REFRESHABLE, answer: demandsNonce('/token', 'n-1') }, ON)
    const { tokens } = await far.finish()
    const renewed = await far.gatehouse.refresh(tokens)
    expect(renewed.tokens.dpopKey).toEqual(tokens.dpopKey)
    const grants = called(far, '/token')
    expect(grants.map(({ form }) => form.get('grant_type'))).toEqual([
      'authorization_code',
      'authorization_code',
      'refresh_token',
      'refresh_token',
    ])
    expect(new Set([...grants, ...called(far, '/userinfo')].map(keyOf)).size).toBe(1)
    expect(called(far, '/userinfo')).toHaveLength(2)
  })

  it('goes on with the key when the setting is off by now, and without one when it is on by now', async () => {
    const bound = await farProvider(REFRESHABLE, ON)
    const { tokens } = await bound.finish()
    const off = await farProvider({ ...REFRESHABLE, idToken: { nonce: 'nonce' } })
    await off.gatehouse.refresh(tokens)
    expect(keyOf(called(off, '/token')[0] as SeenCall)).toBe(keyOf(called(bound, '/token')[0] as SeenCall))
    const on = await farProvider({}, ON)
    await on.gatehouse.refresh({ ...tokens, dpopKey: null })
    expect(called(on, '/token')[0]?.headers.has('dpop')).toBe(false)
  })

  it('that gives a token which is not bound is refused', async () => {
    const { tokens } = await (await farProvider(REFRESHABLE, ON)).finish()
    const far = await farProvider({}, ON)
    expect((await refusalOf(far.gatehouse.refresh(tokens))).code).toBe('token_invalid')
  })
})

it('without OIDC_USE_DPOP there is no proof, and a token that is bound is refused', async () => {
  const far = await farProvider(BOUND)
  expect((await refusalOf(far.finish())).message).toContain('OIDC_USE_DPOP')
  expect(called(far, '/token')[0]?.headers.has('dpop')).toBe(false)
})

describe('a kept key', () => {
  const client = {
    relyingParty: { client_id: 'gatehouse' },
    requestOptions: {},
  } as ProtocolClient // all that these functions read

  it('signs as the new one did', async () => {
    const made = await newDpopKey(client)
    const kept = await keptDpopKey(client, JSON.parse(JSON.stringify(made.jwk)))
    expect(await kept?.handle.calculateThumbprint()).toBe(await made.handle.calculateThumbprint())
    let proof = ''
    await withDpop(client, kept, async (options) =>
      oauth.protectedResourceRequest('t', 'GET', new URL('https://api.example.org'), new Headers(), null, {
        ...(options.DPoP ? { DPoP: options.DPoP } : {}),
        [oauth.customFetch]: async (_, { headers }) => {
          proof = headers.dpop ?? ''
          return new Response()
        },
      }),
    )
    await expect(jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt' })).resolves.toBeDefined()
  })

  it('is none for tokens that are not bound', async () => {
    expect(await keptDpopKey(client, null)).toBeNull()
  })

  it('is none in what was sealed before there were any', () => {
    const old = { idToken: 'a', accessToken: null, refreshToken: null, expiresAt: null }
    expect(v.parse(providerTokensSchema, old)).toEqual({ ...old, dpopKey: null })
  })
})
