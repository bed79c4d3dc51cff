/**
 * Authentik: an issuer for each application or one for all, a signature without a key, and refresh tokens where it offers them.
 */

import { beforeAll, describe, expect, it } from 'vitest'
import { AUTHENTIK, DOCUMENTS } from '../../support/emulations/fixtures.ts'
import type { Manners } from '../../support/emulations/provider.ts'
import { makeKey, sign, type TestKey } from '../../support/keys.ts'
import { PATHS } from '../../support/paths.ts'
import { proves } from '../../support/proofs.ts'
import { addApp, GATE, introspect, refusalOn, type Settings, signIn, whoIs } from '../scene.ts'
import { type EmulatedScene, emulatedScene, lastAsked, sendLogoutToken, signOut, tryToSignIn } from './emulated.ts'

const ISSUER = `${AUTHENTIK}/application/o/gatehouse/`
const SUBJECT = '3f1f3a2d9c1e4b7a8d6c5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b'

const ALICE = {
  sub: SUBJECT,
  email: 'alice@example.org',
  email_verified: false,
  name: 'Alice Archer',
  given_name: 'Alice Archer',
  preferred_username: 'alice',
  nickname: 'alice',
  groups: ['staff', 'authentik Admins'],
}

const PLACE = { OIDC_OP_TYPE: 'authentik', OIDC_OP_BASE_URL: AUTHENTIK, OIDC_OP_SLUG: 'gatehouse' }
const WITH_REFRESH = { ...DOCUMENTS.authentik, scopes_supported: ['openid', 'email', 'profile', 'offline_access'] }
const GLOBAL = { ...DOCUMENTS.authentik, issuer: `${AUTHENTIK}/` }
const DISCOVERED_AT = `${ISSUER}.well-known/openid-configuration`

let key: TestKey

beforeAll(async () => {
  key = await makeKey('RS256', 'a-key-id-of-authentik')
})

function authentik(changed: Partial<Manners> = {}, settings: Settings = {}): EmulatedScene {
  const manners = {
    document: DOCUMENTS.authentik,
    keys: [key],
    idToken: { sid: 'session-of-alice', ...ALICE },
    userinfo: ALICE,
    refreshes: (request: URLSearchParams) => request.get('scope')?.includes('offline_access') === true,
    ...changed,
  }
  return emulatedScene(manners, { ...PLACE, ...settings })
}

describe('a sign-in', () => {
  it('is with the issuer of the application, slash and all', proves('emulated', 'authentik', 'sign-in'), async () => {
    const browser = authentik().browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ issuer: ISSUER, sub: SUBJECT })
  })

  it('brings names and groups', proves('emulated', 'authentik', 'names', 'groups'), async () => {
    const browser = authentik().browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({
      full_name: 'Alice Archer',
      preferred_username: 'alice',
      email_verified: false,
      x_grp: ['staff', 'authentik Admins'],
    })
  })

  it('works with the endpoints of La Suite’s page, which name no issuer', async () => {
    const settings = {
      OIDC_OP_JWKS_ENDPOINT: `${ISSUER}jwks/`,
      OIDC_OP_AUTHORIZATION_ENDPOINT: `${AUTHENTIK}/application/o/authorize/`,
      OIDC_OP_TOKEN_ENDPOINT: `${AUTHENTIK}/application/o/token/`,
      OIDC_OP_USER_ENDPOINT: `${AUTHENTIK}/application/o/userinfo/`,
    }
    const scene = emulatedScene(
      { document: DOCUMENTS.authentik, keys: [key], idToken: ALICE, userinfo: ALICE, refreshes: () => false },
      settings,
    )
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ issuer: ISSUER, x_grp: ALICE.groups })
  })
})

describe('one issuer for all applications', () => {
  const scene = (settings: Settings = {}) => authentik({ document: GLOBAL, discoveredAt: DISCOVERED_AT }, settings)

  it('is discovered below the application, and is the root of the host', async () => {
    const browser = scene().browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ issuer: `${AUTHENTIK}/` })
  })

  it('is not to be had of a provider of another type', async () => {
    const other = { OIDC_OP_TYPE: 'generic', OIDC_OP_BASE_URL: '', OIDC_OP_SLUG: '', OIDC_OP_URL: ISSUER }
    const world = scene(other)
    const page = await tryToSignIn(world.browser())
    expect(refusalOn(page, world)?.detail).toMatchObject({ code: 'provider_error', issuer: `${AUTHENTIK}/` })
  })

  it.each([ISSUER, AUTHENTIK, `${AUTHENTIK}/application/o/`, 'https://evil.example/'])(
    'then issues no token as %s',
    async (iss) => {
      const world = scene()
      world.provider.bend({ idToken: { iss } })
      const page = await tryToSignIn(world.browser())
      expect([page.status, refusalOn(page, world)?.detail?.code]).toEqual([502, 'token_invalid'])
    },
  )

  it('then issues no access token as the application', async () => {
    const world = scene()
    const claims = { sub: SUBJECT, aud: 'gatehouse', scope: 'openid', exp: 4_000_000_000 }
    const app = await addApp('api')
    const verdictOn = async (iss: string) =>
      (await introspect(world.gate, await sign(key, { ...claims, iss }), app)).json()
    expect(await verdictOn(`${AUTHENTIK}/`)).toMatchObject({ active: true })
    expect(await verdictOn(ISSUER)).toEqual({ active: false })
  })

  it('is refused where another address of the host is said', async () => {
    const world = scene()
    world.provider.bend({ document: { issuer: `${AUTHENTIK}/application/o/other/` } })
    const page = await tryToSignIn(world.browser())
    expect([page.status, refusalOn(page, world)?.detail?.code]).toEqual([502, 'provider_error'])
  })
})

describe('an application without a signing key', () => {
  const manners = { signsWithSecret: true, shownKeys: {} }

  it('signs people in when the settings say HS256, though it shows no keys', async () => {
    const browser = authentik(manners, { OIDC_RP_SIGN_ALGO: 'HS256' }).browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: SUBJECT })
  })

  it('is refused when the settings do not', async () => {
    const scene = authentik(manners)
    const page = await tryToSignIn(scene.browser())
    expect([page.status, refusalOn(page, scene)?.detail?.hint]).toEqual([502, 'see OIDC_RP_SIGN_ALGO'])
  })

  it('has no access token that is active, and that is a verdict', async () => {
    const scene = authentik(manners, { OIDC_RP_SIGN_ALGO: 'HS256' })
    const token = await sign(key, { iss: ISSUER, sub: SUBJECT, aud: 'gatehouse', scope: 'openid', exp: 4_000_000_000 })
    expect(await (await introspect(scene.gate, token, await addApp('api'))).json()).toEqual({ active: false })
  })
})

describe('refresh tokens', () => {
  it(
    'are asked for where it lists the scope, without a word about consent',
    proves('emulated', 'authentik', 'refresh'),
    async () => {
      const scene = authentik({ document: WITH_REFRESH })
      const browser = scene.browser()
      await signIn(browser)
      expect(lastAsked(scene.provider).get('scope')).toBe('openid email profile offline_access')
      expect(lastAsked(scene.provider).has('prompt')).toBe(false)
      scene.clock.advance(901)
      expect(await whoIs(browser)).toMatchObject({ sub: SUBJECT })
      expect(scene.provider.tokenForms.at(-1)?.get('grant_type')).toBe('refresh_token')
    },
  )

  it('are not asked for where it does not', async () => {
    const scene = authentik()
    await signIn(scene.browser())
    expect(lastAsked(scene.provider).get('scope')).toBe('openid email profile')
  })
})

describe('an access token', () => {
  const claims = () => ({
    iss: ISSUER,
    sub: SUBJECT,
    aud: 'gatehouse',
    iat: Math.floor(Date.now() / 1000),
    exp: Math.floor(Date.now() / 1000) + 300,
    azp: 'gatehouse',
    preferred_username: 'alice',
  })

  it('is told from an ID token by its scope', proves('emulated', 'authentik', 'introspection'), async () => {
    const scene = authentik()
    const token = await sign(key, { ...claims(), uid: 'x', scope: 'openid email' }, { typ: 'JWT' })
    const answer = await (await introspect(scene.gate, token, await addApp('api'))).json()
    expect(answer).toMatchObject({ active: true, sub: SUBJECT, username: 'alice', scope: 'openid email' })
  })

  it.each([
    ['an ID token', {}],
    ['one whose scope is no text', { scope: ['openid'] }],
    ['one that says it is something else', { scope: 'openid', typ: 'Logout' }],
    ['one for another application', { scope: 'openid', aud: 'other', azp: 'other' }],
  ])('is not %s', async (_, changed) => {
    const scene = authentik()
    const token = await sign(key, { ...claims(), ...changed }, { typ: 'JWT' })
    expect(await (await introspect(scene.gate, token, await addApp('api'))).json()).toEqual({ active: false })
  })
})

describe('a sign-out', () => {
  it('goes to the application’s page for it', proves('emulated', 'authentik', 'RP logout'), async () => {
    const scene = authentik()
    const browser = scene.browser()
    await signIn(browser)
    expect((await signOut(browser)).url).toBe(`${GATE}/`)
    expect(scene.provider.signOuts[0]?.pathname).toBe('/application/o/gatehouse/end-session/')
    expect(scene.provider.signOuts[0]?.searchParams.has('id_token_hint')).toBe(true)
  })

  it(
    'at Authentik ends the session here, by back channel',
    proves('emulated', 'authentik', 'back-channel'),
    async () => {
      const scene = authentik()
      const browser = scene.browser()
      await signIn(browser)
      const answer = await sendLogoutToken(scene, key, { sub: SUBJECT, sid: 'session-of-alice' }, {})
      expect([answer.status, await whoIs(browser)]).toEqual([200, null])
    },
  )

  it(
    'at Authentik ends the session here, by front channel',
    proves('emulated', 'authentik', 'front-channel'),
    async () => {
      const scene = authentik()
      const browser = scene.browser()
      await signIn(browser)
      const query = new URLSearchParams({ iss: ISSUER, sid: 'session-of-alice' })
      await scene.gate(new Request(`${GATE}${PATHS.frontchannelLogout}?${query}`))
      expect(await whoIs(browser)).toBeNull()
    },
  )
})
