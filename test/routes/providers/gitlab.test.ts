/**
 * GitLab: opaque access tokens of which it says little, groups in two claims, and no sign-out.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { DOCUMENTS, GITLAB_DOMAIN } from '../../support/emulations/fixtures.ts'
import type { Manners } from '../../support/emulations/provider.ts'
import { makeKey, type TestKey } from '../../support/keys.ts'
import { proves } from '../../support/proofs.ts'
import { addApp, GATE, introspect, refusalOn, type Settings, signIn, whoIs } from '../scene.ts'
import { type EmulatedScene, emulatedScene, lastAsked, signOut, tryToSignIn } from './emulated.ts'

const ISSUER = `https://${GITLAB_DOMAIN}`

const ID_TOKEN = {
  sub: '42',
  sub_legacy: 'a-hash-of-before',
  email: 'alice@example.org',
  email_verified: true,
  groups_direct: ['acme/web'],
}

const USERINFO = {
  ...ID_TOKEN,
  name: 'Alice Archer',
  nickname: 'alice',
  preferred_username: 'alice',
  profile: `${ISSUER}/alice`,
  groups: ['acme', 'acme/web'],
}

let key: TestKey

beforeAll(async () => {
  key = await makeKey('RS256', 'a-key-id-of-gitlab')
})

function gitlab(changed: Partial<Manners> = {}, settings: Settings = {}): EmulatedScene {
  const manners = {
    document: DOCUMENTS.gitlab,
    keys: [key],
    idToken: ID_TOKEN,
    userinfo: USERINFO,
    refreshes: () => true,
    hasNoAtHash: true,
    ...changed,
  }
  return emulatedScene(manners, { OIDC_OP_TYPE: 'gitlab', OIDC_OP_DOMAIN: GITLAB_DOMAIN, ...settings })
}

describe('a sign-in', () => {
  it('is good, and brings names', proves('emulated', 'gitlab', 'sign-in', 'names'), async () => {
    const scene = gitlab()
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ issuer: ISSUER, sub: '42', full_name: 'Alice Archer' })
    expect(lastAsked(scene.provider).get('scope')).toBe('openid email profile')
  })

  it('brings all groups, and those above them', proves('emulated', 'gitlab', 'groups'), async () => {
    const browser = gitlab().browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ x_grp: ['acme', 'acme/web'] })
  })

  it('brings the groups of the ID token where userinfo has none', async () => {
    const browser = gitlab({ userinfo: { ...USERINFO, groups: undefined } }).browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ x_grp: ['acme/web'] })
  })

  it('that the person denies is said to be cancelled', async () => {
    const scene = gitlab()
    const error_description = 'The resource owner or authorization server denied the request.'
    scene.provider.bend({ answer: { error: 'access_denied', error_description } })
    const page = await tryToSignIn(scene.browser())
    expect(refusalOn(page, scene)?.detail?.reason_code).toBe('cancelled')
  })
})

it('a session lasts by refreshes, and keeps its groups', proves('emulated', 'gitlab', 'refresh'), async () => {
  const scene = gitlab()
  const browser = scene.browser()
  await signIn(browser)
  scene.clock.advance(901)
  expect(await whoIs(browser)).toMatchObject({ sub: '42', x_grp: ['acme', 'acme/web'] })
  expect(scene.provider.tokenForms.at(-1)?.get('grant_type')).toBe('refresh_token')
})

describe('an access token is shown to GitLab', () => {
  const introspectedBy = (changed: object) => (scene: () => EmulatedScene) => () => {
    const now = Math.floor(scene().clock.now() / 1000)
    return {
      active: true,
      scope: 'openid',
      client_id: 'wiki',
      token_type: 'Bearer',
      iat: now,
      exp: now + 300,
      ...changed,
    }
  }

  async function answerOn(app: string, changed: object = {}): Promise<unknown> {
    const scene: EmulatedScene = gitlab({ introspection: introspectedBy(changed)(() => scene) })
    return (
      await introspect(scene.gate, `${app}-and-an-opaque-token-of-gitlab`, await addApp(app, { clients: ['wiki'] }))
    ).json()
  }

  it('which does not say whose it is', proves('emulated', 'gitlab', 'introspection'), async () => {
    const answer = await answerOn('wiki')
    expect(answer).toMatchObject({ active: true, client_id: 'wiki', scope: 'openid' })
    expect(answer).not.toHaveProperty('sub')
    expect(answer).not.toHaveProperty('principal')
  })

  it('and is good for no app that does not name its client', async () => {
    expect(await answerOn('notes', { client_id: 'other' })).toEqual({ active: false })
  })
})

it('a sign-out ends the session here, and says nothing to GitLab', async () => {
  const scene = gitlab()
  const browser = scene.browser()
  await signIn(browser)
  expect((await signOut(browser)).url.startsWith(GATE)).toBe(true)
  expect(scene.provider.signOuts).toEqual([])
  expect(await whoIs(browser)).toBeNull()
})
