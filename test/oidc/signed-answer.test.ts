/**
 * Signed answers of the authorization endpoint (JARM): what must be in them, and that a plain answer does not do in their place.
 */
import { describe, expect, it } from 'vitest'
import { stateOf } from '../../src/routes/sign-in/attempts.ts'
import { type FarProvider, farProvider, ISSUER } from '../support/far-provider.ts'
import { refusalOf } from '../support/refusal.ts'
import { CLIENT_ID } from '../support/unit-world.ts'

const JARM = { OIDC_RESPONSE_MODE: 'query.jwt' }
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds

async function response(far: FarProvider, claims: object = {}, header: object = {}): Promise<string> {
  const good = { iss: ISSUER, aud: CLIENT_ID, exp: inSeconds(60), code: 'code', state: 'state' }
  return far.sign({ ...good, ...claims }, { ...header })
}

it('a good one redeems the code that is in it', async () => {
  const far = await farProvider({ metadata: { authorization_response_iss_parameter_supported: true } }, JARM)
  await far.finish({ response: await response(far) })
  expect(far.calls.find(({ path }) => path === '/token')?.form.get('code')).toBe('code')
})

it('may be for several, and a moment late', async () => {
  const far = await farProvider({}, JARM)
  await far.finish({ response: await response(far, { aud: [CLIENT_ID, 'other'], exp: inSeconds(-30) }) })
})

describe('one is refused, and the code not redeemed,', () => {
  it.each([
    ['without an issuer', { iss: undefined }, {}],
    ['of another issuer', { iss: 'https://evil.example' }, {}],
    ['without an audience', { aud: undefined }, {}],
    ['for another client', { aud: 'other' }, {}],
    ['without an end', { exp: undefined }, {}],
    ['that has expired', { exp: inSeconds(-120) }, {}],
    ['with another state', { state: 'other' }, {}],
    ['without a state', { state: undefined }, {}],
    ['with another kind of code', { code: ['code'] }, {}],
    ['that says that it is an access token (JB17)', {}, { typ: 'at+jwt' }],
  ])('%s (A123)', async (_, claims, header) => {
    const far = await farProvider({}, JARM)
    const { code } = await refusalOf(far.finish({ response: await response(far, claims, header) }))
    expect([code, far.count('/token')]).toEqual(['token_invalid', 0])
  })

  it.each([
    ['with a changed signature', (jwt: string) => `${jwt.slice(0, -8)}AAAAAAAA`],
    ['with alg none', (jwt: string) => `${btoa('{"alg":"none"}').replaceAll('=', '')}.${jwt.split('.')[1]}.`],
    ['that is no token', () => 'x'],
    ['that is empty', () => ''],
  ])('%s (A123)', async (_, spoil) => {
    const far = await farProvider({}, JARM)
    const { code } = await refusalOf(far.finish({ response: spoil(await response(far)) }))
    expect([code, far.count('/token')]).toEqual(['token_invalid', 0])
  })

  it.each([null, '', {}, ['access_denied']])('that has an error of %j beside its code', async (error) => {
    const far = await farProvider({}, JARM)
    const { code } = await refusalOf(far.finish({ response: await response(far, { error }) }))
    expect([code, far.count('/token')]).toEqual(['provider_error', 0])
  })

  it('that is not signed at all', async () => {
    const far = await farProvider({}, JARM)
    expect((await refusalOf(far.finish())).message).toContain('OIDC_RESPONSE_MODE')
    expect(far.count('/token')).toBe(0)
  })

  it('that no one asked for', async () => {
    const far = await farProvider()
    expect((await refusalOf(far.finish({ response: await response(far) }))).code).toBe('token_invalid')
    expect(far.count('/token')).toBe(0)
  })
})

it('that says no is a no, once it is verified', async () => {
  const far = await farProvider({}, JARM)
  const no = await response(far, { code: undefined, error: 'access_denied' })
  expect((await refusalOf(far.finish({ response: no }))).code).toBe('access_denied')
  expect((await refusalOf(far.finish({ error: 'access_denied', state: 'state' }))).code).toBe('token_invalid')
})

describe('the attempt is found', () => {
  it('by the state inside', async () => {
    const far = await farProvider({}, JARM)
    expect(stateOf(new URLSearchParams({ response: await response(far) }))).toBe('state')
  })

  it('by the plain state of a plain answer', () => {
    expect(stateOf(new URLSearchParams({ state: 'plain' }))).toBe('plain')
  })

  it.each(['', 'x', 'a.b.c', '....', `${btoa('{}')}.${btoa('[]')}.x`, `${btoa('{}')}.${btoa('{"state":5}')}.x`])(
    'by nothing when the answer is "%s"',
    (text) => {
      expect(stateOf(new URLSearchParams({ response: text, state: 'plain' }))).toBe('')
    },
  )
})
