/**
 * Microsoft Entra ID: one tenant, several behind one address, and which of their people and keys are believed.
 */

import { beforeAll, describe, expect, it } from 'vitest'
import { DOCUMENTS, TENANT } from '../../support/emulations/fixtures.ts'
import type { Bends, Manners } from '../../support/emulations/provider.ts'
import { makeKey, sign, type TestKey } from '../../support/keys.ts'
import { PATHS } from '../../support/paths.ts'
import { proves } from '../../support/proofs.ts'
import { addApp, FRONT_CHANNEL, GATE, introspect, LOGIN, refusalOn, rowsOf, signIn, whoIs } from '../scene.ts'
import { type EmulatedScene, emulatedScene, lastAsked, sendLogoutToken, signOut, tryToSignIn } from './emulated.ts'

const OTHER_TENANT = '99999999-9999-9999-9999-999999999999'
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'
const HOST = 'https://login.microsoftonline.com'

let ofAll: TestKey
let ofConsumers: TestKey
let ofTenant: TestKey

/** As Entra shows them: without alg, and with the tenant that they are for. */
async function keyFor(kid: string, tenant: string | undefined): Promise<TestKey> {
  const key = await makeKey('RS256', kid)
  const { alg: _, ...jwk } = key.jwk
  return { ...key, jwk: { ...jwk, ...(tenant === undefined ? {} : { issuer: `${HOST}/${tenant}/v2.0` }) } }
}

beforeAll(async () => {
  ofAll = await keyFor('of-all', '{tenantid}')
  ofConsumers = await keyFor('of-consumers', CONSUMERS)
  ofTenant = await keyFor('of-tenant', TENANT)
})

/** What Entra says of Alice, in the tenant that is asked for. */
function aliceOf(tenant: string) {
  return {
    iss: `${HOST}/${tenant}/v2.0`,
    tid: tenant,
    oid: '00000000-0000-0000-66f3-3332eca7ea81',
    sub: 'pairwise-subject-of-alice',
    name: 'Alice Archer',
    preferred_username: 'alice@contoso.example',
    email: 'alice@contoso.example',
    ver: '2.0',
  }
}

function manners(document: Manners['document'], keys: readonly TestKey[], idToken: Manners['idToken']): Manners {
  return {
    document,
    keys,
    idToken,
    userinfo: { sub: idToken.sub, name: 'Alice Archer', given_name: 'Alice', family_name: 'Archer' },
    hasNoAtHash: true,
    refreshes: (request) => request.get('scope')?.includes('offline_access') === true,
  }
}

function oneTenant(settings: Readonly<Record<string, string>> = {}, idToken = {}): EmulatedScene {
  const all = { OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: TENANT, ...settings }
  return emulatedScene(manners(DOCUMENTS.entra, [ofTenant], { ...aliceOf(TENANT), ...idToken }), all)
}

function organizations(settings: Readonly<Record<string, string>> = {}): EmulatedScene {
  const discoveredAt = `${HOST}/organizations/v2.0/.well-known/openid-configuration`
  const all = { OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: 'organizations', OIDC_OP_ALLOWED_TENANTS: TENANT, ...settings }
  const served = manners(DOCUMENTS.entraOrganizations, [ofAll, ofConsumers], aliceOf(TENANT))
  return emulatedScene({ ...served, discoveredAt }, all)
}

describe('one tenant', () => {
  it(
    'signs people in with keys that name no algorithm, and without at_hash',
    proves('emulated', 'entra', 'sign-in'),
    async () => {
      const browser = oneTenant().browser()
      await signIn(browser)
      expect(await whoIs(browser)).toMatchObject({ issuer: `${HOST}/${TENANT}/v2.0` })
    },
  )

  it('says what people are called', proves('emulated', 'entra', 'names'), async () => {
    const browser = oneTenant().browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({
      full_name: 'Alice Archer',
      given_name: 'Alice',
      family_name: 'Archer',
    })
  })

  it('says which groups people are in, by their ids', proves('emulated', 'entra', 'groups'), async () => {
    const browser = oneTenant({}, { groups: [OTHER_TENANT] }).browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ x_grp: [OTHER_TENANT] })
  })

  it('is asked with PKCE, which it does not announce, and for a refresh token without a question of consent', async () => {
    const { browser, provider } = oneTenant()
    await signIn(browser())
    const asked = lastAsked(provider)
    expect(asked.get('code_challenge_method')).toBe('S256')
    expect(asked.get('scope')).toBe('openid email profile offline_access')
    expect(asked.has('prompt')).toBe(false)
  })

  it('is asked again after fifteen minutes', proves('emulated', 'entra', 'refresh'), async () => {
    const scene = oneTenant()
    const browser = scene.browser()
    await signIn(browser)
    scene.clock.advance(901)
    expect(await whoIs(browser)).toMatchObject({ full_name: 'Alice Archer' })
    expect(scene.provider.tokenForms.map((form) => form.get('grant_type'))).toEqual([
      'authorization_code',
      'refresh_token',
    ])
  })

  it(
    'signs out without asking which account, when it has said how to call it',
    proves('emulated', 'entra', 'RP logout'),
    async () => {
      const { browser: open, provider } = oneTenant({}, { login_hint: 'opaque-hint-of-alice' })
      const browser = open()
      await signIn(browser)
      expect((await signOut(browser)).url).toBe(`${GATE}/`)
      const [asked] = provider.signOuts
      expect(asked?.pathname).toBe(`/${TENANT}/oauth2/v2.0/logout`)
      expect(asked?.searchParams.get('logout_hint')).toBe('opaque-hint-of-alice')
      expect(asked?.searchParams.get('post_logout_redirect_uri')).toBe(`${GATE}${PATHS.logoutCallback}`)
    },
  )

  it(
    'ends the session that its front channel names without an issuer',
    proves('emulated', 'entra', 'front-channel'),
    async () => {
      const scene = oneTenant({}, { sid: 'the-session-of-alice' })
      const alice = scene.browser()
      await signIn(alice)
      const asFramed = (query: string) => scene.gate(new Request(`${FRONT_CHANNEL}${query}`))
      await asFramed('?sid=another')
      await asFramed(`?iss=${encodeURIComponent('https://elsewhere.example')}&sid=the-session-of-alice`)
      expect(await whoIs(alice)).not.toBeNull()
      expect((await asFramed('?sid=the-session-of-alice')).status).toBe(200)
      expect(await whoIs(alice)).toBeNull()
    },
  )

  it.each<[string, object]>([
    ['the session', {}],
    ['the session and the person', { sub: 'pairwise-subject-of-alice' }],
  ])('ends the session that a logout token names by its sid: %s', async (_, named) => {
    const scene = oneTenant({}, { sid: 'the-session-of-alice' })
    const alice = scene.browser()
    await signIn(alice)
    const send = async (sid: string) => (await sendLogoutToken(scene, ofTenant, { tid: TENANT, sid, ...named })).status
    expect(await send('another')).toBe(200)
    expect(await whoIs(alice)).not.toBeNull()
    expect(await send('the-session-of-alice')).toBe(200)
    expect(await whoIs(alice)).toBeNull()
  })

  it('signs out without a hint, too', async () => {
    const { browser: open, provider } = oneTenant()
    const browser = open()
    await signIn(browser)
    await signOut(browser)
    expect(provider.signOuts[0]?.searchParams.has('logout_hint')).toBe(false)
  })

  it.each<[string, Bends]>([
    ['a token of another tenant', { idToken: { iss: `${HOST}/${OTHER_TENANT}/v2.0`, tid: OTHER_TENANT } }],
    ['a token of version 1', { idToken: { iss: `https://sts.windows.net/${TENANT}/` } }],
  ])('is not the issuer of %s', async (_, bends) => {
    const scene = oneTenant()
    scene.provider.bend(bends)
    const page = await tryToSignIn(scene.browser())
    expect([page.status, refusalOn(page, scene)?.detail?.code]).toEqual([502, 'token_invalid'])
  })

  it('does not sign with a key that is for another tenant', async () => {
    const key = await keyFor('of-other', OTHER_TENANT)
    const served = manners(DOCUMENTS.entra, [key], aliceOf(TENANT))
    const scene = emulatedScene(served, { OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: TENANT })
    const page = await tryToSignIn(scene.browser())
    expect([page.status, refusalOn(page, scene)?.detail?.code]).toEqual([502, 'token_invalid'])
  })

  it('may sign with a key that says nothing of tenants, such as one of its own', async () => {
    const served = manners(DOCUMENTS.entra, [await keyFor('of-app', undefined)], aliceOf(TENANT))
    const browser = emulatedScene(served, { OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: TENANT }).browser()
    await signIn(browser)
    expect(await whoIs(browser)).not.toBeNull()
  })

  it.each([
    ['2.0', `${HOST}/${TENANT}/v2.0`, { azp: 'wiki-frontend' }],
    ['1.0', `https://sts.windows.net/${TENANT}/`, { appid: 'wiki-frontend' }],
  ])(
    'has access tokens of version %s for an API of one’s own, which are active for its app',
    async (ver, iss, client) => {
      const scene = oneTenant()
      const now = Math.floor(scene.clock.now() / 1000)
      const { email: _, ...alice } = aliceOf(TENANT)
      const claims = { ...alice, ...client, iss, ver, aud: 'api://wiki', scp: 'Pages.Read', iat: now, exp: now + 300 }
      const app = await addApp('wiki', { audiences: ['api://wiki'] })
      const ask = async (more: object) =>
        (await introspect(scene.gate, await sign(ofTenant, { ...claims, ...more }, { typ: 'JWT' }), app)).json()
      expect(await ask({})).toMatchObject({
        active: true,
        principal: 'user',
        client_id: 'wiki-frontend',
        scope: 'Pages.Read',
        iss,
      })
      expect(await ask({ scp: undefined })).toEqual({ active: false })
      expect(await ask({ nonce: 'n' })).toEqual({ active: false })
    },
  )

  it('has access tokens for Microsoft Graph, which are not active for anyone here', async () => {
    const scene = oneTenant()
    const token = await sign(ofTenant, {
      iss: `https://sts.windows.net/${TENANT}/`,
      aud: 'https://graph.microsoft.com',
    })
    const answer = await introspect(scene.gate, token, await addApp('api'))
    expect(await answer.json()).toEqual({ active: false })
  })
})

describe('several tenants', () => {
  it('are asked at one address, and people are known by the issuer of their own', async () => {
    const scene = organizations({ OIDC_OP_ALLOWED_TENANTS: `${TENANT} ${OTHER_TENANT}` })
    for (const tenant of [TENANT, OTHER_TENANT]) {
      scene.provider.bend({ idToken: aliceOf(tenant) })
      const browser = scene.browser()
      await signIn(browser)
      expect(await whoIs(browser)).toMatchObject({ issuer: `${HOST}/${tenant}/v2.0` })
    }
    expect(lastAsked(scene.provider).get('client_id')).toBe('gatehouse')
    expect(await rowsOf('users')).toHaveLength(2)
  })

  it('end the session that their front channel names without an issuer, with or without it', async () => {
    for (const query of ['?sid=x', `?iss=${encodeURIComponent(`${HOST}/${TENANT}/v2.0`)}&sid=x`]) {
      const scene = organizations()
      scene.provider.bend({ idToken: { ...aliceOf(TENANT), sid: 'x' } })
      const alice = scene.browser()
      await signIn(alice)
      await scene.gate(new Request(`${FRONT_CHANNEL}${query}`))
      expect(await whoIs(alice)).toBeNull()
    }
  })

  it('may be all of them', async () => {
    const scene = organizations({ OIDC_OP_ALLOWED_TENANTS: '*' })
    scene.provider.bend({ idToken: aliceOf(OTHER_TENANT) })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ issuer: `${HOST}/${OTHER_TENANT}/v2.0` })
  })

  it('keep out whoever is of a tenant that is not allowed, and the log names the setting', async () => {
    const scene = organizations()
    scene.provider.bend({ idToken: aliceOf(OTHER_TENANT) })
    const page = await tryToSignIn(scene.browser())
    expect(page.status).toBe(403)
    expect(refusalOn(page, scene)?.detail).toMatchObject({ code: 'access_denied', hint: 'see OIDC_OP_ALLOWED_TENANTS' })
    expect(await rowsOf('users')).toEqual([])
  })

  it.each<[string, () => Bends]>([
    ['another tenant in iss than in tid', () => ({ idToken: { iss: `${HOST}/${OTHER_TENANT}/v2.0` } })],
    ['another tenant in tid than in iss', () => ({ idToken: { tid: OTHER_TENANT } })],
    ['no tid', () => ({ idToken: { tid: undefined } })],
    ['a tid that is no id', () => ({ idToken: { tid: 'common', iss: `${HOST}/common/v2.0` } })],
    ['the gap itself for a tenant', () => ({ idToken: { tid: '{tenantid}', iss: `${HOST}/{tenantid}/v2.0` } })],
    ['a tenant on another host', () => ({ idToken: { iss: `https://evil.example/${TENANT}/v2.0` } })],
    ['an issuer of version 1', () => ({ idToken: { iss: `https://sts.windows.net/${TENANT}/` } })],
    ['a signature with the key for personal accounts', () => ({ signer: ofConsumers })],
  ])('refuse a token with %s', async (_, bends) => {
    const scene = organizations({ OIDC_OP_ALLOWED_TENANTS: '*' })
    scene.provider.bend(bends())
    const page = await tryToSignIn(scene.browser())
    expect([page.status, refusalOn(page, scene)?.detail?.code]).toEqual([502, 'token_invalid'])
    expect(await rowsOf('users')).toEqual([])
  })

  it('take the key for personal accounts for a personal account', async () => {
    const scene = organizations({ OIDC_OP_ALLOWED_TENANTS: CONSUMERS })
    scene.provider.bend({ idToken: aliceOf(CONSUMERS), signer: ofConsumers })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ issuer: `${HOST}/${CONSUMERS}/v2.0` })
  })

  it('have no key that says nothing of tenants', async () => {
    const discoveredAt = `${HOST}/organizations/v2.0/.well-known/openid-configuration`
    const served = manners(DOCUMENTS.entraOrganizations, [await keyFor('of-nobody', undefined)], aliceOf(TENANT))
    const settings = { OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: 'organizations', OIDC_OP_ALLOWED_TENANTS: '*' }
    const scene = emulatedScene({ ...served, discoveredAt }, settings)
    const page = await tryToSignIn(scene.browser())
    expect([page.status, refusalOn(page, scene)?.detail?.code]).toEqual([502, 'token_invalid'])
  })

  it('are refreshed like one, and a tenant that is taken off the list is out with the next refresh', async () => {
    const scene = organizations()
    const browser = scene.browser()
    await signIn(browser)
    scene.clock.advance(901)
    expect(await whoIs(browser)).toMatchObject({ full_name: 'Alice Archer' })
    scene.clock.advance(901)
    const cookie = [...browser.jar.cookiesOf(GATE)].map(([name, value]) => `${name}=${value}`).join('; ')
    const changed = scene.isolate({ OIDC_OP_ALLOWED_TENANTS: OTHER_TENANT })
    expect((await changed(new Request(`${GATE}${PATHS.me}`, { headers: { cookie } }))).status).toBe(401)
  })

  it.each([
    [TENANT, 302],
    [OTHER_TENANT, 400],
  ])('may begin a sign-in of their own people: %s', async (tenant, status) => {
    const url = `${GATE}${PATHS.initiateLogin}?iss=${encodeURIComponent(`${HOST}/${tenant}/v2.0`)}`
    const visit = await organizations().browser().open(url, { stopBefore: '*' })
    expect(visit.status).toBe(status)
  })

  it('are found by the endpoints alone', async () => {
    const { authorization_endpoint, token_endpoint, jwks_uri } = DOCUMENTS.entraOrganizations
    const discoveredAt = `${HOST}/organizations/v2.0/.well-known/openid-configuration`
    const served = { ...manners(DOCUMENTS.entraOrganizations, [ofAll], aliceOf(TENANT)), discoveredAt }
    const browser = emulatedScene(served, {
      OIDC_OP_AUTHORIZATION_ENDPOINT: authorization_endpoint,
      OIDC_OP_TOKEN_ENDPOINT: token_endpoint,
      OIDC_OP_JWKS_ENDPOINT: jwks_uri,
      OIDC_OP_ALLOWED_TENANTS: TENANT,
    }).browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ issuer: `${HOST}/${TENANT}/v2.0` })
  })
})

describe('an address', () => {
  it('of personal accounts stands for the tenant of all of them', async () => {
    const document = JSON.parse(JSON.stringify(DOCUMENTS.entra).replaceAll(TENANT, CONSUMERS))
    const discoveredAt = `${HOST}/consumers/v2.0/.well-known/openid-configuration`
    const served = { ...manners(document, [ofConsumers], aliceOf(CONSUMERS)), discoveredAt }
    const browser = emulatedScene(served, { OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: 'consumers' }).browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ issuer: `${HOST}/${CONSUMERS}/v2.0` })
  })

  it('of version 1 is refused, and the log says what to add', async () => {
    const discoveredAt = `${HOST}/${TENANT}/.well-known/openid-configuration`
    const served = { ...manners(DOCUMENTS.entraVersion1, [ofTenant], aliceOf(TENANT)), discoveredAt }
    const scene = emulatedScene(served, { OIDC_OP_URL: `${HOST}/${TENANT}` })
    const page = await scene.browser().open(LOGIN)
    expect(page.status).toBe(502)
    expect(refusalOn(page, scene)?.detail?.hint).toContain('add /v2.0')
  })

  it('with the name of a tenant is refused, and the log says to write its id', async () => {
    const discoveredAt = `${HOST}/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration`
    const served = { ...manners(DOCUMENTS.entra, [ofTenant], aliceOf(TENANT)), discoveredAt }
    const scene = emulatedScene(served, { OIDC_OP_URL: `${HOST}/contoso.onmicrosoft.com/v2.0` })
    const page = await scene.browser().open(LOGIN)
    expect(refusalOn(page, scene)?.detail?.hint).toContain('the tenant by its id')
  })

  it('of one tenant is not answered by that of several', async () => {
    const served = manners(DOCUMENTS.entra, [ofTenant], aliceOf(TENANT))
    const scene = emulatedScene(served, { OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: TENANT })
    scene.provider.bend({ document: { issuer: `${HOST}/{tenantid}/v2.0` } })
    const page = await scene.browser().open(LOGIN)
    expect(refusalOn(page, scene)?.detail?.hint).toContain('OIDC_OP_ALLOWED_TENANTS')
  })
})
