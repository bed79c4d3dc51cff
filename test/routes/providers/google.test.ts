/**
 * Google: its two names, whose people may come in, answers with more in them than was announced, and no sign-out.
 */

import { beforeAll, describe, expect, it } from 'vitest'
import { DOCUMENTS } from '../../support/emulations/fixtures.ts'
import type { Manners } from '../../support/emulations/provider.ts'
import { makeKey, type TestKey } from '../../support/keys.ts'
import { PATHS } from '../../support/paths.ts'
import { proves } from '../../support/proofs.ts'
import { GATE, refusalOn, rowsOf, type Settings, signIn, whoIs } from '../scene.ts'
import { emulatedScene, lastAsked, signOut, tryToSignIn } from './emulated.ts'

const ALICE = {
  sub: '110169484474386276334',
  email: 'alice@example.org',
  // As in the example of its documentation.
  email_verified: 'true',
  hd: 'example.org',
  name: 'Alice Archer',
  given_name: 'Alice',
  family_name: 'Archer',
  picture: 'https://lh3.googleusercontent.com/a/alice',
}

let key: TestKey

beforeAll(async () => {
  key = await makeKey('RS256', 'f2bd2b2a6a0c5a4d3e1f')
})

/** What its answers have had since 2026, though its metadata did not say so at first. */
const ANSWER_EXTRAS = {
  iss: 'https://accounts.google.com',
  scope: 'email profile openid https://www.googleapis.com/auth/userinfo.email',
  authuser: '0',
  prompt: 'none',
  hd: 'example.org',
}

function google(settings: Settings = { OIDC_OP_TYPE: 'google' }, changed: Partial<Manners> = {}) {
  return emulatedScene(
    {
      document: DOCUMENTS.google,
      keys: [key],
      idToken: ALICE,
      userinfo: ALICE,
      answerExtras: ANSWER_EXTRAS,
      // A refresh token comes with a consent only.
      refreshes: (request) => request.get('access_type') === 'offline' && request.get('prompt') === 'consent',
      refusal: (request) => (/\b(?:offline_access|groups)\b/.test(request.get('scope') ?? '') ? 'invalid_scope' : null),
      ...changed,
    },
    settings,
  )
}

const IN_EXAMPLE_ORG = { OIDC_OP_TYPE: 'google', OIDC_OP_HOSTED_DOMAINS: 'example.org' }

describe('a sign-in', () => {
  it(
    'goes to the four hosts of Google, and takes an answer with more in it than was announced',
    proves('emulated', 'google', 'sign-in'),
    async () => {
      const browser = google().browser()
      await signIn(browser)
      expect(await whoIs(browser)).toMatchObject({ issuer: 'https://accounts.google.com', sub: ALICE.sub })
    },
  )

  it(
    'brings names, and an address that is verified also where Google writes the word',
    proves('emulated', 'google', 'names'),
    async () => {
      const browser = google().browser()
      await signIn(browser)
      expect(await whoIs(browser)).toMatchObject({
        full_name: 'Alice Archer',
        email: ALICE.email,
        email_verified: true,
      })
    },
  )

  it('works with the endpoints of La Suite’s page, which name no issuer', async () => {
    const settings = {
      OIDC_OP_JWKS_ENDPOINT: 'https://www.googleapis.com/oauth2/v3/certs',
      OIDC_OP_AUTHORIZATION_ENDPOINT: 'https://accounts.google.com/o/oauth2/v2/auth',
      OIDC_OP_TOKEN_ENDPOINT: 'https://oauth2.googleapis.com/token',
      OIDC_OP_USER_ENDPOINT: 'https://openidconnect.googleapis.com/v1/userinfo',
      OIDC_RP_SIGN_ALGO: 'RS256',
    }
    const scene = google(settings)
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ issuer: 'https://accounts.google.com' })
    scene.provider.bend({ idToken: { iss: 'https://evil.example' } })
    expect((await tryToSignIn(scene.browser())).status).toBe(502)
  })

  it('is refused when the answer names another issuer, though none was announced', async () => {
    const scene = google(undefined, { answerExtras: { ...ANSWER_EXTRAS, iss: 'https://evil.example' } })
    const page = await tryToSignIn(scene.browser())
    expect([page.status, scene.provider.tokenForms.length]).toEqual([502, 0])
  })
})

describe('the name without a scheme', () => {
  it('is Google, too, and the account is the same', async () => {
    const scene = google()
    const browser = scene.browser()
    await signIn(browser)
    scene.provider.bend({ idToken: { iss: 'accounts.google.com' } })
    await signIn(scene.browser())
    expect(await rowsOf('users')).toMatchObject([{ issuer: 'https://accounts.google.com', subject: ALICE.sub }])
  })

  it('may come with a refresh after the name with one', async () => {
    const extra = '{"access_type": "offline", "prompt": "consent"}'
    const scene = google({ OIDC_OP_TYPE: 'google', OIDC_AUTH_REQUEST_EXTRA_PARAMS: extra })
    const browser = scene.browser()
    await signIn(browser)
    scene.provider.bend({ idToken: { iss: 'accounts.google.com' } })
    scene.clock.advance(901)
    expect(await whoIs(browser)).toMatchObject({ sub: ALICE.sub })
  })

  it.each([
    'http://accounts.google.com',
    'https://accounts.google.com/',
    'accounts.google.com.evil.example',
    'google.com',
  ])('is not %s', async (iss) => {
    const scene = google()
    scene.provider.bend({ idToken: { iss } })
    const page = await tryToSignIn(scene.browser())
    expect([page.status, refusalOn(page, scene)?.detail?.code]).toEqual([502, 'token_invalid'])
  })

  it('is no one else: a provider of another type is refused with it', async () => {
    const scene = google({ OIDC_OP_TYPE: 'generic', OIDC_OP_URL: 'https://accounts.google.com' })
    scene.provider.bend({ idToken: { iss: 'accounts.google.com' } })
    const page = await tryToSignIn(scene.browser())
    expect([page.status, refusalOn(page, scene)?.detail?.code]).toEqual([502, 'token_invalid'])
  })

  it('may begin a sign-in', async () => {
    const url = `${GATE}${PATHS.initiateLogin}?iss=accounts.google.com`
    expect((await google().browser().open(url, { stopBefore: '*' })).status).toBe(302)
  })
})

describe('OIDC_OP_HOSTED_DOMAINS', () => {
  it('lets in the people of that Workspace, and shows Google which it is', async () => {
    const { browser: open, provider } = google(IN_EXAMPLE_ORG)
    const browser = open()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: ALICE.sub })
    expect(lastAsked(provider).get('hd')).toBe('example.org')
  })

  it('of several lets in each, and shows Google none', async () => {
    const { browser: open, provider } = google({
      OIDC_OP_TYPE: 'google',
      OIDC_OP_HOSTED_DOMAINS: 'school.example example.org',
    })
    const browser = open()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: ALICE.sub })
    expect(lastAsked(provider).has('hd')).toBe(false)
  })

  it.each([
    ['another Workspace', { hd: 'evil.example' }],
    ['no Workspace, whatever the address', { hd: undefined }],
    ['a Workspace below it', { hd: 'sub.example.org' }],
    ['a list', { hd: ['example.org'] }],
  ])('keeps out an account of %s, and the log names the setting', async (_, idToken) => {
    const scene = google(IN_EXAMPLE_ORG)
    // What userinfo and the answer say does not count.
    scene.provider.bend({ idToken, userinfo: { hd: 'example.org' } })
    const page = await tryToSignIn(scene.browser())
    expect(page.status).toBe(403)
    expect(refusalOn(page, scene)?.detail).toMatchObject({ code: 'access_denied', hint: 'see OIDC_OP_HOSTED_DOMAINS' })
    expect(await rowsOf('users')).toEqual([])
  })

  it('unset lets in whomever Google lets in', async () => {
    const scene = google()
    scene.provider.bend({ idToken: { hd: undefined } })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: ALICE.sub })
  })
})

describe('refresh tokens', () => {
  it('are had by asking for them with a consent', proves('emulated', 'google', 'refresh'), async () => {
    const extra = '{"access_type": "offline", "prompt": "consent"}'
    const scene = google({ OIDC_OP_TYPE: 'google', OIDC_AUTH_REQUEST_EXTRA_PARAMS: extra })
    const browser = scene.browser()
    await signIn(browser)
    scene.clock.advance(901)
    expect(await whoIs(browser)).toMatchObject({ sub: ALICE.sub })
    expect(scene.provider.tokenForms.at(-1)?.get('grant_type')).toBe('refresh_token')
  })

  it('are not asked for otherwise: no one is asked for a consent, and sessions last as long as Gatehouse lets them', async () => {
    const scene = google()
    const browser = scene.browser()
    await signIn(browser)
    expect(lastAsked(scene.provider).get('scope')).toBe('openid email profile')
    expect(lastAsked(scene.provider).has('prompt')).toBe(false)
    scene.clock.advance(7200)
    expect(await whoIs(browser)).toMatchObject({ sub: ALICE.sub })
  })
})

it('a sign-out stays here, for Google has none', async () => {
  const scene = google()
  const browser = scene.browser()
  await signIn(browser)
  const visit = await signOut(browser)
  expect(visit.path.map((address) => new URL(address).origin)).toEqual([GATE, GATE])
  expect(await whoIs(browser)).toBeNull()
})
