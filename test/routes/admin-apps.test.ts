/**
 * Apps on the pages for administrators: made, changed, given a new secret, disabled, and a token tested for one; what an app is told follows.
 */
import { describe, expect, it } from 'vitest'
import type { Browser, Visit } from '../support/browser.ts'
import { PATHS } from '../support/paths.ts'
import {
  addApp,
  createScene,
  EVIL,
  GATE,
  IDP,
  introspect,
  rowsOf,
  type Scene,
  SETTINGS,
  type Settings,
  sessionTokenOf,
  signIn,
} from './scene.ts'

const APPS = `${GATE}${PATHS.adminApps}`
const APP = `${GATE}${PATHS.adminApp}`
const LAG_SECONDS = 6
const ADA = { sub: 'root', given_name: 'Ada', family_name: 'Admin', email: 'ada@corp.example', tenant_id: 't-1' }

async function office(settings: Settings = {}) {
  const scene = createScene({ GATEHOUSE_ADMINS: 'default:root', ...settings })
  scene.provider.setPerson(ADA)
  const admin = scene.browser()
  await signIn(admin)
  return { scene, admin, token: sessionTokenOf(admin) ?? '' }
}

async function create(admin: Browser, fields: Record<string, string>): Promise<Visit> {
  const form = admin.formWith(await admin.open(APPS), 'name="name"')
  const { csrfmiddlewaretoken = '' } = form.fields
  return admin.submit({ ...form, fields: { csrfmiddlewaretoken, ...fields } })
}

/** The credential that a page shows. */
function credentialOn({ text }: Visit) {
  const [, clientId = ''] = /<code>(app_[\w-]{16})<\/code>/.exec(text) ?? []
  const [, secret = ''] = /role="status"><h2>Secret<\/h2><p><code>([\w-]{43})<\/code>/.exec(text) ?? []
  return { clientId, secret }
}

async function press(admin: Browser, clientId: string, content: string, more: Record<string, string> = {}) {
  const form = admin.formWith(await admin.open(`${APP}?id=${clientId}`), content)
  return admin.submit({ ...form, fields: { ...form.fields, ...more } })
}

const answer = async ({ gate }: Scene, token: string, app: { clientId: string; secret: string }) =>
  (await introspect(gate, token, app)).json()

describe('a new app', () => {
  it('is made with a secret that is shown once, and may ask what was chosen', async () => {
    const { scene, admin, token } = await office()
    const page = await create(admin, {
      name: ' Notes ',
      sessions: '1',
      claims_email: '1',
      alg: 'ES256',
      audiences: 'a\r\nb\na\n',
    })
    expect(page.status).toBe(200)
    const app = credentialOn(page)
    expect(await answer(scene, token, app)).toMatchObject({
      active: true,
      email: 'ada@corp.example',
      aud: [app.clientId, 'a', 'b'],
    })
    expect((await admin.open(`${APP}?id=${app.clientId}`)).text).not.toContain(app.secret)
    const [row] = await rowsOf('apps')
    expect(row).toMatchObject({
      name: 'Notes',
      audiences: '["a","b"]',
      claims: '["email"]',
      introspection_signed_response_alg: 'ES256',
    })
    expect(JSON.stringify(row)).not.toContain(app.secret)
    expect((await rowsOf('audit')).at(-1)).toMatchObject({
      event: 'app_created',
      app: 'Notes',
      actor_id: expect.any(String),
      user_id: null,
    })
    expect(JSON.stringify(scene.log)).not.toContain(app.secret)
    expect((await admin.open(APPS)).text).toContain('Notes')
  })

  it.each([
    ['without a name', { name: '  ' }],
    ['with a name of 101 characters', { name: 'x'.repeat(101) }],
    ['with a name that ends a line', { name: 'a\u2028b' }],
    ['with an audience that turns text around', { name: 'a', audiences: '\u202e' }],
    ['with a name that is taken, in other letters', { name: 'app MEET' }],
  ])('%s is not made, and the page says why', async (_, fields) => {
    const { admin } = await office()
    await addApp('meet')
    const page = await create(admin, fields)
    expect([page.status, /role="alert">[^<]{20,}</.test(page.text)]).toEqual([400, true])
    expect(await rowsOf('apps')).toHaveLength(1)
  })

  it.each([
    ['from a page of another site', { from: `${EVIL}/` }, {}],
    ['without the token of our page', {}, { csrfmiddlewaretoken: '' }],
  ])('%s is not made', async (_, form, fields) => {
    const { admin } = await office()
    const ours = admin.formWith(await admin.open(APPS), 'name="name"')
    const page = await admin.submit({ ...ours, ...form, fields: { ...ours.fields, name: 'Evil', ...fields } })
    expect([page.status, await rowsOf('apps')]).toEqual([403, []])
  })
})

describe('an app', () => {
  it('is told less when an administrator says so, within the lag', async () => {
    const { scene, admin, token } = await office()
    const app = await addApp('meet', { claims: ['email', 'profile'] })
    expect(await answer(scene, token, app)).toHaveProperty('email')
    const form = admin.formWith(await admin.open(`${APP}?id=meet`), 'value="change"')
    const { csrfmiddlewaretoken = '' } = form.fields
    const done = await admin.submit({
      ...form,
      fields: { csrfmiddlewaretoken, id: 'meet', do: 'change', sessions: '1', claims_profile: '1', alg: 'RS256' },
    })
    expect([done.status, done.url]).toEqual([200, `${APP}?id=meet`])
    scene.clock.advance(LAG_SECONDS)
    expect(await answer(scene, token, app)).not.toHaveProperty('email')
    expect((await rowsOf('audit')).at(-1)).toMatchObject({ event: 'app_changed', app: 'App meet' })
  })

  it('gets a new secret beside the old one, until that is ended', async () => {
    const { scene, admin, token } = await office()
    const old = await addApp('meet')
    const { secret } = credentialOn(await press(admin, 'meet', '>New secret<'))
    const isGood = async (one: string) =>
      (await introspect(scene.gate, token, { clientId: 'meet', secret: one })).status
    scene.clock.advance(LAG_SECONDS)
    expect([await isGood(old.secret), await isGood(secret)]).toEqual([200, 200])
    await press(admin, 'meet', '>End the former secret<')
    scene.clock.advance(LAG_SECONDS)
    expect([await isGood(old.secret), await isGood(secret)]).toEqual([401, 200])
    expect((await rowsOf('audit')).map(({ event }) => event)).toEqual([
      'sign_in',
      'secret_rotated',
      'former_secret_ended',
    ])
  })

  it('may ask nothing while it is disabled, and what it asked before is forgotten', async () => {
    const { scene, admin, token } = await office()
    const app = await addApp('meet')
    expect(await answer(scene, token, app)).toMatchObject({ active: true })
    await press(admin, 'meet', '>Disable<')
    scene.clock.advance(LAG_SECONDS)
    expect((await introspect(scene.gate, token, app)).status).toBe(401)
    expect((await admin.open(APPS)).text).toContain('disabled')
    await press(admin, 'meet', '>Enable<')
    scene.clock.advance(LAG_SECONDS)
    expect(await answer(scene, token, app)).toMatchObject({ active: true })
  })

  it('that there is not is not found, and nothing is changed for it', async () => {
    const { admin } = await office()
    await addApp('meet')
    expect((await admin.open(`${APP}?id=other`)).status).toBe(404)
    const form = admin.formWith(await admin.open(`${APP}?id=meet`), '>Disable<')
    for (const fields of [{ id: 'other' }, { do: 'explode' }]) {
      const { status } = await admin.submit({ ...form, fields: { ...form.fields, ...fields } })
      expect([400, 404]).toContain(status)
    }
    expect(await rowsOf('apps')).toMatchObject([{ disabled_at: null }])
  })
})

describe('a test of a token', () => {
  it('shows what the app would be told', async () => {
    const { admin, token } = await office()
    await addApp('meet', { claims: ['email'] })
    const { status, text } = await press(admin, 'meet', 'value="test"', { token: `  ${token}\n` })
    expect(status).toBe(200)
    expect(text).toContain('&quot;email&quot;: &quot;ada@corp.example&quot;')
    expect(text).not.toContain(token)
  })

  it('shows why a token is not active, which the app is not told', async () => {
    const { admin, token } = await office()
    await addApp('meet', { hasSessions: false })
    const { text } = await press(admin, 'meet', 'value="test"', { token })
    expect(text).toMatch(/&quot;active&quot;: false/)
    expect(text).toContain('about which this app may not ask')
  })

  it('of nothing is refused', async () => {
    const { admin } = await office()
    await addApp('meet')
    expect((await press(admin, 'meet', 'value="test"', { token: ' ' })).status).toBe(400)
  })
})

it('where tenants are kept apart, apps are for no administrator', async () => {
  const oidc = JSON.stringify({
    authority: IDP,
    frontend: { client_id: 'Frontend' },
    controller: { client_id: SETTINGS.OIDC_RP_CLIENT_ID, client_secret: SETTINGS.OIDC_RP_CLIENT_SECRET },
  })
  const { admin } = await office({ oidc, tenants: JSON.stringify({ assignment: 'by_external_tenant_id' }) })
  await addApp('meet')
  const list = await admin.open(APPS)
  expect([list.status, list.text.includes('App meet'), list.text.includes('of all tenants')]).toEqual([
    403,
    false,
    true,
  ])
  expect((await admin.open(`${APP}?id=meet`)).status).toBe(404)
})

it('the pages of apps are for administrators alone', async () => {
  const { scene } = await office()
  await addApp('meet')
  scene.provider.setPerson({ sub: 'bob' })
  const bob = scene.browser()
  await signIn(bob)
  for (const address of [APPS, `${APP}?id=meet`]) expect((await bob.open(address)).status).toBe(403)
})
