/**
 * Okta: two kinds of authorization server, groups by their own scope, and a sign-out that other apps of the person learn of.
 */

import { beforeAll, describe, expect, it } from 'vitest'
import { DOCUMENTS, OKTA_DOMAIN } from '../../support/emulations/fixtures.ts'
import type { Manners } from '../../support/emulations/provider.ts'
import { makeKey, sign, type TestKey } from '../../support/keys.ts'
import { PATHS } from '../../support/paths.ts'
import { proves } from '../../support/proofs.ts'
import { addApp, GATE, introspect, refusalOn, type Settings, signIn, whoIs } from '../scene.ts'
import { type EmulatedScene, emulatedScene, lastAsked, signOut, tryToSignIn } from './emulated.ts'

const ORGANIZATION = `https://${OKTA_DOMAIN}`
const SERVER = `${ORGANIZATION}/oauth2/default`
const FRONT_CHANNEL = `${GATE}${PATHS.frontchannelLogout}`

const ALICE = {
  sub: '00u1alice',
  email: 'alice@example.org',
  email_verified: true,
  name: 'Alice Archer',
  given_name: 'Alice',
  family_name: 'Archer',
  preferred_username: 'alice@example.org',
  zoneinfo: 'America/Los_Angeles',
  updated_at: 1_767_225_600,
}

let key: TestKey

beforeAll(async () => {
  key = await makeKey('RS256', 'a-key-id-of-okta')
})

function mannersOf(changed: Partial<Manners>): Manners {
  return {
    document: DOCUMENTS.okta,
    keys: [key],
    // With an access token beside it, the ID token says little of the person.
    idToken: { sub: ALICE.sub, ver: 1, jti: 'ID.1', amr: ['pwd'], idp: '00o1', sid: 'session-of-alice' },
    userinfo: ALICE,
    refreshes: (request) => request.get('scope')?.includes('offline_access') === true,
    ...changed,
  }
}

/** A custom authorization server. */
function customServer(changed: Partial<Manners> = {}, settings: Settings = {}): EmulatedScene {
  return emulatedScene(mannersOf(changed), { OIDC_OP_TYPE: 'okta', OIDC_OP_URL: SERVER, ...settings })
}

/** The org authorization server, which every organization has. */
function organization(changed: Partial<Manners> = {}, settings: Settings = {}): EmulatedScene {
  const document = DOCUMENTS.oktaOrganization
  return emulatedScene(mannersOf({ document, ...changed }), {
    OIDC_OP_TYPE: 'okta',
    OIDC_OP_DOMAIN: OKTA_DOMAIN,
    ...settings,
  })
}

describe('a sign-in', () => {
  it.each([
    ['the org authorization server', organization, ORGANIZATION],
    ['a custom authorization server', customServer, SERVER],
  ])('at %s is good', proves('emulated', 'okta', 'sign-in', 'names'), async (_, scene, issuer) => {
    const browser = scene().browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ issuer, sub: ALICE.sub, full_name: 'Alice Archer' })
  })

  it('asks for groups where the server lists that scope', proves('emulated', 'okta', 'groups'), async () => {
    const scene = organization({ userinfo: { ...ALICE, groups: ['Everyone', 'staff'] } })
    const browser = scene.browser()
    await signIn(browser)
    expect(lastAsked(scene.provider).get('scope')).toBe('openid email profile groups')
    expect(await whoIs(browser)).toMatchObject({ x_grp: ['Everyone', 'staff'] })
  })

  it('does not ask a server for groups that would refuse the scope', async () => {
    const scene = customServer()
    await signIn(scene.browser())
    expect(lastAsked(scene.provider).get('scope')).toBe('openid email profile')
  })

  it('of a person who is not assigned says that they may not come in', async () => {
    const scene = customServer()
    const error_description = 'User is not assigned to the client application.'
    scene.provider.bend({ answer: { error: 'access_denied', error_description } })
    const page = await tryToSignIn(scene.browser())
    expect([page.status, refusalOn(page, scene)?.detail?.reason_code]).toEqual([403, 'not_allowed'])
  })

  it('is good with the form of access tokens that was set before Okta was known', async () => {
    const settings = { OIDC_OP_URL: SERVER, OIDC_OP_ACCESS_TOKEN_FORM: 'okta' }
    const browser = emulatedScene(mannersOf({}), settings).browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: ALICE.sub })
  })
})

it('a session lasts by refreshes when offline_access is asked for', proves('emulated', 'okta', 'refresh'), async () => {
  const scene = customServer({}, { OIDC_RP_SCOPES: 'openid email profile offline_access' })
  const browser = scene.browser()
  await signIn(browser)
  expect(lastAsked(scene.provider).has('prompt')).toBe(false)
  scene.clock.advance(901)
  expect(await whoIs(browser)).toMatchObject({ sub: ALICE.sub })
  expect(scene.provider.tokenForms.at(-1)?.get('grant_type')).toBe('refresh_token')
})

describe('an access token of a custom authorization server', () => {
  let apps = 0
  async function answerOn(claims: object): Promise<unknown> {
    const scene = customServer()
    const now = Math.floor(scene.clock.now() / 1000)
    const token = await sign(key, { iss: SERVER, iat: now, exp: now + 300, ver: 1, jti: 'AT.1', ...claims }, {})
    return (await introspect(scene.gate, token, await addApp(`app ${++apps}`, { audiences: ['api://default'] }))).json()
  }

  it('is a person’s, whose id at Okta is in uid', proves('emulated', 'okta', 'introspection'), async () => {
    const claims = { aud: 'api://default', cid: '0oa1', uid: ALICE.sub, scp: ['openid', 'email'], sub: ALICE.email }
    expect(await answerOn(claims)).toMatchObject({ active: true, principal: 'user', client_id: '0oa1' })
  })

  it('is a program’s when its subject is its client', async () => {
    const claims = { aud: 'api://default', cid: '0oa2', scp: ['read'], sub: '0oa2' }
    expect(await answerOn(claims)).toMatchObject({ active: true, principal: 'service', client_id: '0oa2' })
  })

  it('is none when it is an ID token', async () => {
    expect(await answerOn({ ...ALICE, aud: 'api://default', idp: '00o1', nonce: 'n' })).toEqual({ active: false })
    const scoped = { aud: 'api://default', scp: ['openid'], sub: 'x' }
    expect(await answerOn({ ...scoped, cid: 'api://default' })).toEqual({ active: false })
    expect(await answerOn({ ...scoped, cid: '0oa1', nonce: 'n' })).toEqual({ active: false })
  })
})

describe('a sign-out', () => {
  it('goes to Okta with the ID token, and comes back', proves('emulated', 'okta', 'RP logout'), async () => {
    const scene = customServer()
    const browser = scene.browser()
    await signIn(browser)
    expect((await signOut(browser)).url).toBe(`${GATE}/`)
    expect(scene.provider.signOuts[0]?.pathname).toBe('/oauth2/default/v1/logout')
    expect(scene.provider.signOuts[0]?.searchParams.has('id_token_hint')).toBe(true)
  })

  it('does not lead to a page of Okta that refuses it, when there is no ID token to send', async () => {
    const scene = customServer({}, { OIDC_STORE_ID_TOKEN: 'false' })
    const browser = scene.browser()
    await signIn(browser)
    expect((await signOut(browser)).url.startsWith(GATE)).toBe(true)
    expect([scene.provider.signOuts, await whoIs(browser)]).toEqual([[], null])
  })

  it('from another app ends the session by front channel', proves('emulated', 'okta', 'front-channel'), async () => {
    const scene = customServer()
    const browser = scene.browser()
    await signIn(browser)
    const asFramed = (sid: string) =>
      scene.gate(new Request(`${FRONT_CHANNEL}?${new URLSearchParams({ iss: SERVER, sid })}`))
    await asFramed('another')
    expect(await whoIs(browser)).not.toBeNull()
    expect((await asFramed('session-of-alice')).status).toBe(200)
    expect(await whoIs(browser)).toBeNull()
  })
})
