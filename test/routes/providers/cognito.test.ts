/**
 * Amazon Cognito: endpoints on another host than the issuer, groups in the ID token alone, and a sign-out of its own.
 */

import { beforeAll, describe, expect, it } from 'vitest'
import { COGNITO_LOGIN, COGNITO_POOL, DOCUMENTS } from '../../support/emulations/fixtures.ts'
import { CLIENT, type Manners } from '../../support/emulations/provider.ts'
import { makeKey, sign, type TestKey } from '../../support/keys.ts'
import { PATHS } from '../../support/paths.ts'
import { proves } from '../../support/proofs.ts'
import { addApp, GATE, introspect, LOGIN, refusalOn, type Settings, signIn, whoIs } from '../scene.ts'
import { type EmulatedScene, emulatedScene, lastAsked, signOut, tryToSignIn } from './emulated.ts'

const SUB = '5c0c1234-0000-4000-8000-000000000001'

const ID_TOKEN = {
  sub: SUB,
  token_use: 'id',
  'cognito:username': 'alice',
  'cognito:groups': ['staff'],
  email: 'alice@example.org',
  email_verified: true,
  given_name: 'Alice',
  family_name: 'Archer',
}

/** Userinfo has texts where the ID token has truth values, and nothing of groups. */
const USERINFO = {
  sub: SUB,
  username: 'alice',
  email: 'alice@example.org',
  email_verified: 'true',
  given_name: 'Alice',
  family_name: 'Archer',
}

let key: TestKey

beforeAll(async () => {
  key = await makeKey('RS256', 'a-key-id-of-cognito')
})

function cognito(changed: Partial<Manners> = {}, settings: Settings = {}): EmulatedScene {
  const manners = {
    document: DOCUMENTS.cognito,
    keys: [key],
    idToken: ID_TOKEN,
    userinfo: USERINFO,
    refreshes: () => true,
    unlistedSignOut: { path: `${COGNITO_LOGIN}/logout`, backParameter: 'logout_uri' },
    ...changed,
  }
  return emulatedScene(manners, { OIDC_OP_TYPE: 'cognito', OIDC_OP_URL: COGNITO_POOL, ...settings })
}

describe('a sign-in', () => {
  it('at the domain of the login pages is good', proves('emulated', 'cognito', 'sign-in', 'names'), async () => {
    const scene = cognito()
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({
      issuer: COGNITO_POOL,
      sub: SUB,
      given_name: 'Alice',
      email_verified: true,
    })
    expect(lastAsked(scene.provider).get('code_challenge_method')).toBe('S256')
    expect(lastAsked(scene.provider).get('scope')).toBe('openid email profile')
  })

  it('brings the groups of the ID token', proves('emulated', 'cognito', 'groups'), async () => {
    const browser = cognito().browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ x_grp: ['staff'] })
  })

  it('that must be of a moment ago asks for a new one in a word that the login pages know', async () => {
    const scene = cognito()
    await scene.browser().open(`${LOGIN}?max_age=60`)
    expect(lastAsked(scene.provider).get('prompt')).toBe('login')
    expect(lastAsked(scene.provider).get('max_age')).toBe('60')
  })

  it('that a Lambda trigger refuses says that the person may not come in', async () => {
    const scene = cognito()
    const error_description = 'PreAuthentication failed with error Only on weekdays. '
    scene.provider.bend({ answer: { error: 'invalid_request', error_description } })
    const page = await tryToSignIn(scene.browser())
    expect([page.status, refusalOn(page, scene)?.detail?.reason_code]).toEqual([403, 'not_allowed'])
  })
})

it('a session lasts by refreshes, and keeps its groups', proves('emulated', 'cognito', 'refresh'), async () => {
  const scene = cognito()
  const browser = scene.browser()
  await signIn(browser)
  scene.clock.advance(901)
  expect(await whoIs(browser)).toMatchObject({ sub: SUB, x_grp: ['staff'] })
  expect(scene.provider.tokenForms.at(-1)?.get('grant_type')).toBe('refresh_token')
})

describe('an access token', () => {
  let apps = 0
  async function answerOn(claims: object): Promise<unknown> {
    const scene = cognito()
    const now = Math.floor(scene.clock.now() / 1000)
    const token = await sign(key, { iss: COGNITO_POOL, iat: now, exp: now + 300, auth_time: now, ...claims }, {})
    return (await introspect(scene.gate, token, await addApp(`app ${++apps}`, { clients: ['meet', 'worker'] }))).json()
  }

  it('is a person’s, for an app that names its client', async () => {
    const claims = { sub: SUB, token_use: 'access', client_id: 'meet', username: 'alice', scope: 'openid email' }
    expect(await answerOn(claims)).toMatchObject({ active: true, principal: 'user', sub: SUB, username: 'alice' })
  })

  it('is a program’s when its subject is its client', async () => {
    const claims = { sub: 'worker', token_use: 'access', client_id: 'worker', scope: 'api/read' }
    expect(await answerOn(claims)).toMatchObject({ active: true, principal: 'service', client_id: 'worker' })
  })

  it('is none when it is an ID token, or for a client that the app does not name', async () => {
    expect(await answerOn({ ...ID_TOKEN, aud: 'meet' })).toEqual({ active: false })
    expect(await answerOn({ sub: SUB, token_use: 'access', client_id: 'other', username: 'alice' })).toEqual({
      active: false,
    })
  })
})

describe('a sign-out', () => {
  it.each([
    ['does not list', DOCUMENTS.cognito],
    ['lists', { ...DOCUMENTS.cognito, end_session_endpoint: `${COGNITO_LOGIN}/logout` }],
  ])('goes to the address that the user pool %s', proves('emulated', 'cognito', 'RP logout'), async (_, document) => {
    const scene = cognito({ document }, { OIDC_OP_LOGOUT_USE_POST: 'true' })
    const browser = scene.browser()
    await signIn(browser)
    expect((await signOut(browser)).url).toBe(`${GATE}/`)
    const [asked] = scene.provider.signOuts
    expect(asked && [asked.origin + asked.pathname, ...asked.searchParams]).toEqual([
      `${COGNITO_LOGIN}/logout`,
      ['client_id', CLIENT.id],
      ['logout_uri', `${GATE}${PATHS.logoutCallback}`],
    ])
    expect(await whoIs(browser)).toBeNull()
  })
})
