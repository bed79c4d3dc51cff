/**
 * Zitadel: tokens for every application of a project, roles as a map, and opaque access tokens unless it is told otherwise.
 */

import { beforeAll, describe, expect, it } from 'vitest'
import { DOCUMENTS, ZITADEL_DOMAIN } from '../../support/emulations/fixtures.ts'
import { CLIENT, type Manners } from '../../support/emulations/provider.ts'
import { makeKey, sign, type TestKey } from '../../support/keys.ts'
import { proves } from '../../support/proofs.ts'
import { addApp, GATE, introspect, refusalOn, type Settings, signIn, whoIs } from '../scene.ts'
import { type EmulatedScene, emulatedScene, lastAsked, sendLogoutToken, signOut, tryToSignIn } from './emulated.ts'

const ISSUER = `https://${ZITADEL_DOMAIN}`
const PROJECT = '311111111111111111'
const OTHER_APPLICATION = '322222222222222222'
const ROLES = 'urn:zitadel:iam:org:project:roles'

const ALICE = {
  sub: '333333333333333333',
  email: 'alice@example.org',
  email_verified: true,
  name: 'Alice Archer',
  given_name: 'Alice',
  family_name: 'Archer',
  preferred_username: 'alice@acme.example',
  [ROLES]: { editor: { '344444444444444444': 'acme.example' } },
}

const ID_TOKEN = {
  ...ALICE,
  aud: [CLIENT.id, OTHER_APPLICATION, PROJECT],
  azp: CLIENT.id,
  client_id: CLIENT.id,
  amr: ['pwd'],
  sid: 'V1_1',
}

let key: TestKey

beforeAll(async () => {
  key = await makeKey('RS256', 'a-key-id-of-zitadel')
})

function zitadel(changed: Partial<Manners> = {}, settings: Settings = {}): EmulatedScene {
  const manners = {
    document: DOCUMENTS.zitadel,
    keys: [key],
    idToken: ID_TOKEN,
    userinfo: ALICE,
    refreshes: (request: URLSearchParams) => request.get('scope')?.includes('offline_access') === true,
    hasNoAtHash: true,
    ...changed,
  }
  return emulatedScene(manners, { OIDC_OP_TYPE: 'zitadel', OIDC_OP_DOMAIN: ZITADEL_DOMAIN, ...settings })
}

describe('a sign-in', () => {
  it('is good, although the ID token is for the whole project', proves('emulated', 'zitadel', 'sign-in'), async () => {
    const browser = zitadel().browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ issuer: ISSUER, sub: ALICE.sub })
  })

  it.each([
    ['is also for something that is no id of Zitadel', { aud: [CLIENT.id, 'https://elsewhere.example'] }],
    ['is for the project alone', { aud: [PROJECT], azp: undefined }],
    ['was issued to another application', { azp: OTHER_APPLICATION }],
  ])('is refused when the ID token %s', async (_, idToken) => {
    const scene = zitadel()
    scene.provider.bend({ idToken })
    const page = await tryToSignIn(scene.browser())
    expect([page.status, refusalOn(page, scene)?.detail?.code]).toEqual([502, 'token_invalid'])
  })

  it('brings names', proves('emulated', 'zitadel', 'names'), async () => {
    const browser = zitadel().browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ full_name: 'Alice Archer', email_verified: true })
  })

  it('brings the roles of the project as groups', proves('emulated', 'zitadel', 'groups'), async () => {
    const browser = zitadel().browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ x_grp: ['editor'] })
  })
})

it('refresh tokens are asked for without a word about consent', proves('emulated', 'zitadel', 'refresh'), async () => {
  const scene = zitadel()
  const browser = scene.browser()
  await signIn(browser)
  expect(lastAsked(scene.provider).get('scope')).toBe('openid email profile offline_access')
  expect(lastAsked(scene.provider).has('prompt')).toBe(false)
  scene.clock.advance(901)
  expect(await whoIs(browser)).toMatchObject({ sub: ALICE.sub })
  expect(scene.provider.tokenForms.at(-1)?.get('grant_type')).toBe('refresh_token')
})

describe('an access token', () => {
  const introspected = (exp: number) => ({
    active: true,
    iss: ISSUER,
    sub: ALICE.sub,
    aud: ['meet', PROJECT],
    client_id: 'meet',
    token_type: 'Bearer',
    scope: 'openid email',
    username: 'alice@acme.example',
    exp,
    [ROLES]: ALICE[ROLES],
  })

  it('that is opaque is shown to Zitadel', proves('emulated', 'zitadel', 'introspection'), async () => {
    const shown: string[] = []
    const scene: EmulatedScene = zitadel({
      introspection(token) {
        shown.push(token)
        return introspected(Math.floor(scene.clock.now() / 1000) + 300)
      },
    })
    const app = await addApp('wiki', { audiences: [PROJECT] })
    const answer = await (await introspect(scene.gate, 'opaque-token-of-zitadel', app)).json()
    expect(answer).toMatchObject({ active: true, sub: ALICE.sub, client_id: 'meet', roles: ['editor'] })
    expect(shown).toEqual(['opaque-token-of-zitadel'])
  })

  it('that is a JWT has its roles, and an ID token is none', async () => {
    const scene = zitadel()
    const app = await addApp('editor', { audiences: [PROJECT] })
    const now = Math.floor(scene.clock.now() / 1000)
    const times = { iss: ISSUER, iat: now, nbf: now, exp: now + 300 }
    const token = await sign(
      key,
      { ...times, sub: ALICE.sub, aud: [PROJECT], client_id: 'meet', jti: 'V2_1', [ROLES]: ALICE[ROLES] },
      {},
    )
    const idToken = await sign(key, { ...times, ...ID_TOKEN, jti: 'V2_1' }, {})
    expect(await (await introspect(scene.gate, token, app)).json()).toMatchObject({ active: true, roles: ['editor'] })
    expect(await (await introspect(scene.gate, idToken, app)).json()).toEqual({ active: false })
  })
})

describe('a sign-out', () => {
  it('goes to Zitadel with the ID token, and comes back', proves('emulated', 'zitadel', 'RP logout'), async () => {
    const scene = zitadel()
    const browser = scene.browser()
    await signIn(browser)
    expect((await signOut(browser)).url).toBe(`${GATE}/`)
    expect(scene.provider.signOuts[0]?.pathname).toBe('/oidc/v1/end_session')
    expect(scene.provider.signOuts[0]?.searchParams.has('id_token_hint')).toBe(true)
  })

  it('at Zitadel ends the session here, by back channel', proves('emulated', 'zitadel', 'back-channel'), async () => {
    const scene = zitadel()
    const browser = scene.browser()
    await signIn(browser)
    const answer = await sendLogoutToken(scene, key, { aud: [CLIENT.id], sub: ALICE.sub, sid: 'V1_1' })
    expect([answer.status, await whoIs(browser)]).toEqual([200, null])
  })
})
