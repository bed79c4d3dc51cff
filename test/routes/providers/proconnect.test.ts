/**
 * ProConnect: nothing in a request that it does not know, no one in the ID token, and a userinfo that is signed.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { DOCUMENTS } from '../../support/emulations/fixtures.ts'
import type { Manners } from '../../support/emulations/provider.ts'
import { makeKey, type TestKey } from '../../support/keys.ts'
import { proves } from '../../support/proofs.ts'
import { addApp, GATE, introspect, refusalOn, type Settings, signIn, whoIs } from '../scene.ts'
import { type EmulatedScene, emulatedScene, lastAsked, signOut, tryToSignIn } from './emulated.ts'

const DOMAIN = 'auth.agentconnect.gouv.fr'
const ISSUER = `https://${DOMAIN}/api/v2`
const ALICE = { sub: '704e024229b6d4ac6d1c7c0a7e2e1d0f' }
const IDENTITY = {
  ...ALICE,
  uid: '100',
  given_name: 'Alice',
  usual_name: 'Archer',
  email: 'alice@beta.gouv.example',
  siret: '13002526500013',
  idp_id: '71144ab3-ee1a-4401-b7b3-79b44f7daeeb',
  roles: ['agent_public'],
}

/** @see https://partenaires.proconnect.gouv.fr/docs/fournisseur-service/implementation_technique */
const KNOWN_PARAMETERS = [
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'claims',
  'prompt',
  'login_hint',
  'siret_hint',
  'idp_hint',
  'acr_values',
  'response_mode',
  'code_challenge',
  'code_challenge_method',
]

/** The pages of the real service that stand before its engine. */
function refusal(request: URLSearchParams): string | null {
  const unknown = [...request.keys()].filter((name) => !KNOWN_PARAMETERS.includes(name))
  const isShort = [request.get('state'), request.get('nonce')].some((value) => value === null || value.length < 32)
  const hint = request.get('login_hint')
  const isPromptUnknown = !['none', 'login', 'consent', null].includes(request.get('prompt'))
  if (unknown.length > 0 || isShort || isPromptUnknown || (hint !== null && !hint.includes('@'))) return 'Y000400'
  const scopes = request.get('scope')?.split(' ') ?? []
  return scopes.includes('profile') || scopes.includes('offline_access') ? 'invalid_scope' : null
}

let rsa: TestKey
let ec: TestKey

beforeAll(async () => {
  rsa = await makeKey('RS256', 'rsa')
  ec = await makeKey('ES256', 'pkcs11:ES256:hsm')
})

function proconnect(changed: Partial<Manners> = {}, settings: Settings = {}): EmulatedScene {
  const manners = {
    document: DOCUMENTS.proconnect,
    keys: [rsa, ec],
    idToken: { ...ALICE, acr: 'eidas1', auth_time: Math.floor(Date.now() / 1000) },
    userinfo: IDENTITY,
    signsUserinfo: true,
    answerExtras: { iss: ISSUER },
    refreshes: () => true,
    refusal,
    ...changed,
  }
  return emulatedScene(manners, { OIDC_OP_TYPE: 'proconnect', OIDC_OP_DOMAIN: DOMAIN, ...settings })
}

describe('a sign-in', () => {
  it(
    'has only what ProConnect knows, with state and nonce that are long enough',
    proves('emulated', 'proconnect', 'sign-in'),
    async () => {
      const scene = proconnect()
      const browser = scene.browser()
      await signIn(browser)
      expect(await whoIs(browser)).toMatchObject({ issuer: ISSUER, sub: ALICE.sub })
      expect(lastAsked(scene.provider).get('scope')).toBe('openid given_name usual_name email uid siret idp_id')
      expect(lastAsked(scene.provider).get('acr_values')).toBe('eidas1')
    },
  )

  it('brings names, from userinfo alone, which is signed', proves('emulated', 'proconnect', 'names'), async () => {
    const browser = proconnect().browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({
      full_name: 'Alice Archer',
      given_name: 'Alice',
      family_name: 'Archer',
      email: IDENTITY.email,
      email_verified: null,
      siret: IDENTITY.siret,
      idp_id: IDENTITY.idp_id,
    })
  })

  it(
    'brings what kind of agent someone is, where the application may ask for it',
    proves('emulated', 'proconnect', 'groups'),
    async () => {
      const scene = proconnect({}, { OIDC_RP_SCOPES: 'openid given_name usual_name email roles' })
      const browser = scene.browser()
      await signIn(browser)
      expect(lastAsked(scene.provider).get('scope')).toContain('roles')
      expect(await whoIs(browser)).toMatchObject({ x_grp: ['agent_public'] })
    },
  )

  it('sends the secret in the body, for ProConnect lists no other way for one', async () => {
    const scene = proconnect()
    await signIn(scene.browser())
    expect(scene.provider.tokenForms[0]?.has('client_secret')).toBe(true)
  })

  it('may be signed with ES256 as well, where the settings say so', async () => {
    const browser = proconnect({ keys: [ec, rsa] }, { OIDC_RP_SIGN_ALGO: 'ES256' }).browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ full_name: 'Alice Archer' })
  })

  it('is refused with a userinfo about someone else', async () => {
    const scene = proconnect()
    scene.provider.bend({ userinfo: { sub: 'mallory' } })
    const page = await tryToSignIn(scene.browser())
    expect([page.status, refusalOn(page, scene)?.detail?.code]).toEqual([502, 'token_invalid'])
  })

  it('is refused with a userinfo of another issuer', async () => {
    const scene = proconnect()
    scene.provider.bend({ userinfo: { iss: 'https://fca.integ01.dev-agentconnect.fr/api/v2' } })
    const page = await tryToSignIn(scene.browser())
    expect([page.status, refusalOn(page, scene)?.detail?.code]).toEqual([502, 'token_invalid'])
  })
})

describe('what an app would pass on', () => {
  it.each([
    ['a language', '?ui_locales=fr', 'ui_locales'],
    ['a hint that is no e-mail address', '?login_hint=alice', 'login_hint'],
    ['a prompt that it does not know', '?prompt=select_account', 'prompt'],
  ])('is left out when it is %s', async (_, query, name) => {
    const scene = proconnect({}, { GATEHOUSE_LOGIN_PARAMETERS: 'ui_locales prompt' })
    const browser = scene.browser()
    await tryToSignIn(browser, query)
    expect(await whoIs(browser)).toMatchObject({ sub: ALICE.sub })
    expect(lastAsked(scene.provider).has(name)).toBe(false)
  })

  it.each([
    ['?login_hint=alice@beta.gouv.example', 'login_hint', 'alice@beta.gouv.example'],
    ['?prompt=login', 'prompt', 'login'],
  ])('goes along when ProConnect knows it: %s', async (query, name, value) => {
    const scene = proconnect({}, { GATEHOUSE_LOGIN_PARAMETERS: 'ui_locales prompt' })
    await tryToSignIn(scene.browser(), query)
    expect(lastAsked(scene.provider).get(name)).toBe(value)
  })

  it('is asked for otherwise when it is a fresh sign-in, and the answer must be one', async () => {
    const scene = proconnect()
    const browser = scene.browser()
    await tryToSignIn(browser, '?max_age=60')
    expect(lastAsked(scene.provider).get('prompt')).toBe('login')
    expect(await whoIs(browser)).toMatchObject({ sub: ALICE.sub })
    scene.provider.bend({ idToken: { auth_time: Math.floor(Date.now() / 1000) - 3600 } })
    expect((await tryToSignIn(scene.browser(), '?max_age=60')).status).not.toBe(200)
  })
})

describe('the level', () => {
  it('is a wish: someone who signs in more strongly is welcome', async () => {
    const scene = proconnect()
    scene.provider.bend({ idToken: { acr: 'eidas2' } })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: ALICE.sub })
  })

  it('is a demand when the settings say so', async () => {
    const scene = proconnect({}, { OIDC_AUTH_REQUEST_EXTRA_PARAMS: '{"acr_values": "eidas2"}' })
    const page = await tryToSignIn(scene.browser())
    expect(lastAsked(scene.provider).get('acr_values')).toBe('eidas2')
    expect(refusalOn(page, scene)?.detail?.code).toBe('authentication_too_weak')
  })
})

it('refresh tokens come by themselves', proves('emulated', 'proconnect', 'refresh'), async () => {
  const scene = proconnect()
  const browser = scene.browser()
  await signIn(browser)
  scene.clock.advance(901)
  expect(await whoIs(browser)).toMatchObject({ full_name: 'Alice Archer' })
  expect(scene.provider.tokenForms.at(-1)?.get('grant_type')).toBe('refresh_token')
})

it(
  'a sign-out says what its documentation wants, and no more',
  proves('emulated', 'proconnect', 'RP logout'),
  async () => {
    const scene = proconnect()
    const browser = scene.browser()
    await signIn(browser)
    expect((await signOut(browser)).url).toBe(`${GATE}/`)
    const [asked] = scene.provider.signOuts
    expect(asked?.pathname).toBe('/api/v2/session/end')
    expect([...(asked?.searchParams.keys() ?? [])].toSorted()).toEqual([
      'id_token_hint',
      'post_logout_redirect_uri',
      'state',
    ])
  },
)

it(
  'an access token says nothing, so ProConnect is asked about it',
  proves('emulated', 'proconnect', 'introspection'),
  async () => {
    const known = 'an-opaque-token-of-proconnect-43-characters'
    const introspection = (token: string) => {
      const now = Math.floor(Date.now() / 1000)
      if (token !== known) return { active: false }
      return {
        active: true,
        ...ALICE,
        aud: 'gatehouse',
        client_id: 'gatehouse',
        token_type: 'Bearer',
        exp: now + 60,
        iat: now,
      }
    }
    const scene = proconnect({ introspection })
    const app = await addApp('api')
    expect(await (await introspect(scene.gate, known, app)).json()).toMatchObject({ active: true, sub: ALICE.sub })
    const other = 'another-opaque-token-that-nobody-has-issued'
    expect(await (await introspect(scene.gate, other, app)).json()).toEqual({ active: false })
  },
)
