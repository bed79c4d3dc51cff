/**
 * Auth0: a slash, an audience, groups under a name in the form of a URL, and two ways of signing out.
 */

import { beforeAll, describe, expect, it } from 'vitest'
import { AUTH0_DOMAIN, DOCUMENTS } from '../../support/emulations/fixtures.ts'
import type { Manners } from '../../support/emulations/provider.ts'
import { makeKey, sign, type TestKey } from '../../support/keys.ts'
import { PATHS } from '../../support/paths.ts'
import { proves } from '../../support/proofs.ts'
import { addApp, GATE, introspect, LOGIN, refusalOn, type Settings, signIn, whoIs } from '../scene.ts'
import { type EmulatedScene, emulatedScene, lastAsked, sendLogoutToken, signOut, tryToSignIn } from './emulated.ts'

const ISSUER = `https://${AUTH0_DOMAIN}/`
const GROUPS = 'https://gate.example.com/groups'

const ALICE = {
  sub: 'auth0|64f1c0ffee',
  email: 'alice@example.org',
  email_verified: true,
  name: 'Alice Archer',
  nickname: 'alice',
  // As its documentation shows it, where the standard has a number.
  updated_at: '2026-01-01T00:00:00.000Z',
  [GROUPS]: ['staff'],
}

const LISTED = { ...DOCUMENTS.auth0, end_session_endpoint: `${ISSUER}oidc/logout` }

let key: TestKey

beforeAll(async () => {
  key = await makeKey('RS256', 'a-key-id-of-auth0')
})

function auth0(changed: Partial<Manners> = {}, settings: Settings = {}): EmulatedScene {
  const manners = {
    document: LISTED,
    keys: [key],
    idToken: { sid: 'session-of-alice', ...ALICE },
    userinfo: ALICE,
    refreshes: (request: URLSearchParams) => request.get('scope')?.includes('offline_access') === true,
    ...changed,
  }
  return emulatedScene(manners, { OIDC_OP_TYPE: 'auth0', OIDC_OP_DOMAIN: AUTH0_DOMAIN, ...settings })
}

describe('an access token for an API', () => {
  let apps = 0
  async function answerOn(scene: EmulatedScene, claims: object): Promise<unknown> {
    const now = Math.floor(scene.clock.now() / 1000)
    const token = await sign(key, { iss: ISSUER, iat: now, exp: now + 300, ...claims }, { typ: 'JWT' })
    return (
      await introspect(scene.gate, token, await addApp(`wiki ${++apps}`, { audiences: ['https://api.example'] }))
    ).json()
  }

  it('of a person is active, in Auth0’s own profile', async () => {
    const aud = ['https://api.example', `${ISSUER}userinfo`]
    const claims = { sub: ALICE.sub, aud, azp: 'wiki-frontend', scope: 'openid read:pages' }
    expect(await answerOn(auth0(), claims)).toMatchObject({
      active: true,
      principal: 'user',
      client_id: 'wiki-frontend',
    })
  })

  it('of a program is a program’s, and only of one that GATEHOUSE_SERVICE_CLIENTS names', async () => {
    const claims = { sub: 'worker@clients', aud: 'https://api.example', azp: 'worker', gty: 'client-credentials' }
    expect(await answerOn(auth0(), claims)).toMatchObject({ active: true, principal: 'service', client_id: 'worker' })
    expect(await answerOn(auth0({}, { GATEHOUSE_SERVICE_CLIENTS: 'other' }), claims)).toEqual({ active: false })
  })

  it('is none when it is the ID token of a client that is called like the API', async () => {
    const aud = 'https://api.example'
    expect(await answerOn(auth0(), { sub: ALICE.sub, aud, azp: aud, scope: 'openid' })).toEqual({ active: false })
    expect(await answerOn(auth0(), { ...ALICE, aud, sid: 's' })).toEqual({ active: false })
  })
})

describe('a sign-in', () => {
  it('is with an issuer that ends with a slash', proves('emulated', 'auth0', 'sign-in'), async () => {
    const browser = auth0().browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ issuer: ISSUER, sub: ALICE.sub })
  })

  it('is refused by an issuer without it', async () => {
    const scene = auth0()
    scene.provider.bend({ idToken: { iss: `https://${AUTH0_DOMAIN}` } })
    const page = await tryToSignIn(scene.browser())
    expect([page.status, refusalOn(page, scene)?.detail?.code]).toEqual([502, 'token_invalid'])
  })

  it('is refused by the tenant’s own name where the custom domain was asked', async () => {
    const scene = auth0({}, { OIDC_OP_DOMAIN: 'login.example.org' })
    // The browser never gets there: the address is not the emulated one.
    expect((await scene.browser().open(LOGIN)).status).toBe(502)
  })

  it('brings names', proves('emulated', 'auth0', 'names'), async () => {
    const browser = auth0().browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ full_name: 'Alice Archer', nickname: 'alice', email_verified: true })
  })

  it('brings groups under the name that the settings say', proves('emulated', 'auth0', 'groups'), async () => {
    const browser = auth0({}, { OIDC_USERINFO_GROUPS_CLAIM: GROUPS }).browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ x_grp: ['staff'] })
  })

  it('asks for the API of OIDC_OP_AUDIENCE, and for none otherwise', async () => {
    const scene = auth0({}, { OIDC_OP_AUDIENCE: 'https://api.example.org' })
    await signIn(scene.browser())
    expect(lastAsked(scene.provider).get('audience')).toBe('https://api.example.org')
    const without = auth0()
    await signIn(without.browser())
    expect(lastAsked(without.provider).has('audience')).toBe(false)
  })

  it('is refused when the application signs with its secret and the settings do not say so', async () => {
    const scene = auth0({ signsWithSecret: true })
    const page = await tryToSignIn(scene.browser())
    expect([page.status, refusalOn(page, scene)?.detail?.hint]).toEqual([502, 'see OIDC_RP_SIGN_ALGO'])
  })
})

it('refresh tokens are asked for without a word about consent', proves('emulated', 'auth0', 'refresh'), async () => {
  const scene = auth0()
  const browser = scene.browser()
  await signIn(browser)
  expect(lastAsked(scene.provider).get('scope')).toBe('openid email profile offline_access')
  expect(lastAsked(scene.provider).has('prompt')).toBe(false)
  scene.clock.advance(901)
  expect(await whoIs(browser)).toMatchObject({ sub: ALICE.sub })
  expect(scene.provider.tokenForms.at(-1)?.get('grant_type')).toBe('refresh_token')
})

describe('a sign-out', () => {
  it('goes to the address that the tenant lists', proves('emulated', 'auth0', 'RP logout'), async () => {
    const scene = auth0()
    const browser = scene.browser()
    await signIn(browser)
    expect((await signOut(browser)).url).toBe(`${GATE}/`)
    expect(scene.provider.signOuts[0]?.pathname).toBe('/oidc/logout')
  })

  it('goes to the older address where the tenant lists none', proves('emulated', 'auth0', 'RP logout'), async () => {
    const unlistedSignOut = { path: '/v2/logout', backParameter: 'returnTo' }
    const scene = auth0({ document: DOCUMENTS.auth0, unlistedSignOut })
    const browser = scene.browser()
    await signIn(browser)
    expect((await signOut(browser)).url).toBe(`${GATE}/`)
    const [asked] = scene.provider.signOuts
    expect(asked && [asked.origin + asked.pathname, ...asked.searchParams]).toEqual([
      `${ISSUER}v2/logout`,
      ['client_id', 'gatehouse'],
      ['returnTo', `${GATE}${PATHS.logoutCallback}`],
    ])
    expect(await whoIs(browser)).toBeNull()
  })

  it('at Auth0 ends the session here, by back channel', proves('emulated', 'auth0', 'back-channel'), async () => {
    const scene = auth0()
    const browser = scene.browser()
    await signIn(browser)
    const answer = await sendLogoutToken(scene, key, { sub: ALICE.sub, sid: 'session-of-alice' })
    expect([answer.status, await whoIs(browser)]).toEqual([200, null])
  })
})
