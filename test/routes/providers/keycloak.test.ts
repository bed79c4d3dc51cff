/**
 * Keycloak: a sign-in page that was open for too long is shown again, once. What else there is, the real one shows in test/providers/.
 */

import { beforeAll, describe, expect, it } from 'vitest'
import { makeKey, type TestKey } from '../../support/keys.ts'
import { PATHS } from '../../support/paths.ts'
import { GATE, LOGIN, refusalOn, rowsOf, type Settings, signIn, whoIs } from '../scene.ts'
import { type EmulatedScene, emulatedScene, lastAsked, tryToSignIn } from './emulated.ts'

const ISSUER = 'https://id.example.org/realms/main'
const AT = `${ISSUER}/protocol/openid-connect`
const DOCUMENT = {
  issuer: ISSUER,
  authorization_endpoint: `${AT}/auth`,
  token_endpoint: `${AT}/token`,
  jwks_uri: `${AT}/certs`,
  userinfo_endpoint: `${AT}/userinfo`,
  token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  authorization_response_iss_parameter_supported: true,
}
const ALICE = { sub: 'a5b0c7f2-2f6f-4f6a-9f0f-2b8f6f1f7c11', name: 'Alice Archer' }
const EXPIRED = { error: 'temporarily_unavailable', error_description: 'authentication_expired', iss: ISSUER }

let key: TestKey

beforeAll(async () => {
  key = await makeKey('RS256', 'a-key-id-of-keycloak')
})

function keycloak(settings: Settings = { OIDC_OP_URL: ISSUER }): EmulatedScene {
  const answerExtras = { iss: ISSUER, session_state: 'x' }
  const manners = { document: DOCUMENT, keys: [key], idToken: ALICE, userinfo: ALICE, answerExtras }
  return emulatedScene({ ...manners, refreshes: () => true }, settings)
}

describe('a sign-in page that was open for too long', () => {
  it('is shown again at once, and the person comes to where they wanted to go', async () => {
    const scene = keycloak()
    const browser = scene.browser()
    scene.provider.bend({ answer: EXPIRED })
    const first = await browser.open(`${LOGIN}?returnTo=/there`, { stopBefore: PATHS.callback })
    scene.provider.bend({})
    expect((await browser.open(first.next ?? '')).url).toBe(`${GATE}/there`)
    expect(await whoIs(browser)).toMatchObject({ sub: ALICE.sub })
    expect(scene.provider.asked).toHaveLength(2)
    expect(scene.provider.asked[0]?.get('state')).not.toBe(lastAsked(scene.provider).get('state'))
    expect(scene.log.map(({ event }) => event)).toContain('sign_in_again')
    expect(await rowsOf('refusals')).toEqual([])
  })

  it('is not shown a third time: then there is a page of ours', async () => {
    const scene = keycloak()
    scene.provider.bend({ answer: EXPIRED })
    const page = await tryToSignIn(scene.browser())
    expect([page.status, scene.provider.asked.length]).toEqual([400, 2])
    expect(refusalOn(page, scene)?.detail?.code).toBe('login_expired')
    expect(page.text).toContain('Your sign-in took too long')
  })

  it('is shown again for each new sign-in', async () => {
    const scene = keycloak()
    const browser = scene.browser()
    scene.provider.bend({ answer: EXPIRED })
    await tryToSignIn(browser)
    await tryToSignIn(browser)
    expect(scene.provider.asked).toHaveLength(4)
  })

  it.each([
    ['an outage', { error: 'temporarily_unavailable', error_description: 'try later', iss: ISSUER }],
    ['an outage without a word', { error: 'temporarily_unavailable', iss: ISSUER }],
    ['a refusal', { error: 'access_denied', error_description: 'authentication_expired', iss: ISSUER }],
    ['the word of someone else', { ...EXPIRED, iss: 'https://evil.example' }],
  ])('is told from %s', async (_, answer) => {
    const scene = keycloak()
    scene.provider.bend({ answer })
    const page = await tryToSignIn(scene.browser())
    expect(scene.provider.asked).toHaveLength(1)
    expect(page.url.startsWith(`${GATE}${PATHS.callback}`)).toBe(true)
  })

  it('is Keycloak’s alone to speak of', async () => {
    const scene = keycloak({ OIDC_OP_TYPE: 'generic', OIDC_OP_URL: ISSUER })
    scene.provider.bend({ answer: EXPIRED })
    const page = await tryToSignIn(scene.browser())
    expect([page.status, scene.provider.asked.length]).toEqual([502, 1])
  })
})

it('the endpoints of La Suite’s page, which name no issuer, are enough', async () => {
  const scene = keycloak({
    OIDC_OP_JWKS_ENDPOINT: `${AT}/certs`,
    OIDC_OP_AUTHORIZATION_ENDPOINT: `${AT}/auth`,
    OIDC_OP_TOKEN_ENDPOINT: `${AT}/token`,
    OIDC_OP_USER_ENDPOINT: `${AT}/userinfo`,
  })
  const browser = scene.browser()
  await signIn(browser)
  expect(await whoIs(browser)).toMatchObject({ issuer: ISSUER })
})
