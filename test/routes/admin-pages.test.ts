/**
 * The pages for administrators: who sees them, what an administrator finds there about a person who cannot get in, what they change, and how the
 * audit has it.
 */
import { env } from 'cloudflare:workers'
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
  LOGIN,
  referenceOn,
  rowsOf,
  type Scene,
  SETTINGS,
  type Settings,
  sessionTokenOf,
  signIn,
  whoIs,
} from './scene.ts'

const USERS = `${GATE}${PATHS.adminUsers}`
const USER = `${GATE}${PATHS.adminUser}`
const AUDIT = `${GATE}${PATHS.adminAudit}`
const PAGES = [PATHS.admin, PATHS.adminUsers, PATHS.adminUser, PATHS.adminAudit, PATHS.diagnosis].map(
  (path) => `${GATE}${path}`,
)

const ADMIN = {
  sub: 'root',
  given_name: 'Ada',
  family_name: 'Admin',
  email: 'ada@corp.example',
  email_verified: true,
  x_grp: ['staff'],
}
const BOB = {
  sub: 'bob',
  given_name: 'Bob',
  family_name: 'Baker',
  email: 'bob@corp.example',
  email_verified: true,
  x_grp: ['staff'],
}
const ADMINS = { GATEHOUSE_ADMINS: 'default:root' }
const OPENTALK = JSON.stringify({
  authority: IDP,
  frontend: { client_id: 'Frontend' },
  controller: { client_id: SETTINGS.OIDC_RP_CLIENT_ID, client_secret: SETTINGS.OIDC_RP_CLIENT_SECRET },
})
const TENANTS = JSON.stringify({ assignment: 'by_external_tenant_id' })

async function signedInAs(scene: Scene, person: Parameters<Scene['provider']['setPerson']>[0]): Promise<Browser> {
  const browser = scene.browser()
  scene.provider.setPerson(person)
  await signIn(browser)
  return browser
}

async function office(settings: Settings = {}) {
  const scene = createScene({ ...ADMINS, ...settings })
  const bob = await signedInAs(scene, BOB)
  const admin = await signedInAs(scene, ADMIN)
  return { scene, admin, bob, id: await idOf('bob') }
}

async function idOf(subject: string): Promise<string> {
  return String((await rowsOf('users')).find((row) => row.subject === subject)?.id)
}

/** Presses a button on the page of a person. */
async function press(admin: Browser, id: string, button: string, more: Record<string, string> = {}): Promise<Visit> {
  const form = admin.formWith(await admin.open(`${USER}?id=${id}`), `>${button}<`)
  return admin.submit({ ...form, fields: { ...form.fields, ...more } })
}

const lastAudit = async () => (await rowsOf('audit')).at(-1)

/** The people on a page of the list. */
function namesOn({ text }: Visit): readonly string[] {
  return [...text.matchAll(/<strong>([^<]*)<\/strong><\/a>/g)].map(([, name = '']) => name)
}

describe('the pages for administrators', () => {
  it.each(PAGES)('%s is for administrators alone', async (address) => {
    const { scene, admin, bob } = await office()
    const refused = await bob.open(address)
    expect([refused.status, refused.text.includes('Only for administrators')]).toEqual([403, true])
    expect(refused.text).not.toContain('Ada Admin')
    expect((await admin.open(address)).status).toBe(address === USER ? 404 : 200)
    const stranger = await scene.browser().open(address, { stopBefore: '*' })
    expect(stranger.next).toBe(`${LOGIN}?returnTo=${encodeURIComponent(new URL(address).pathname)}`)
  })

  it('say who is an administrator', async () => {
    const { admin } = await office({ GATEHOUSE_ADMIN_GROUPS: 'default:operators' })
    const { text } = await admin.open(`${GATE}${PATHS.admin}`)
    expect(text).toMatch(/default:root.*default:operators/s)
  })

  it('are led to from the start page and the account page, for administrators', async () => {
    const { admin, bob } = await office()
    for (const address of [`${GATE}/`, `${GATE}${PATHS.account}`]) {
      expect(admin.linksOf(await admin.open(address))).toContain(`${GATE}${PATHS.admin}`)
      expect(bob.linksOf(await bob.open(address))).not.toContain(`${GATE}${PATHS.admin}`)
    }
  })
})

describe('the list of people', () => {
  it('shows everyone by pages, the newest first, each once', async () => {
    const { admin } = await office()
    await env.DB.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 118) INSERT INTO users (id, issuer, subject, full_name, created_at, updated_at, last_login_at) SELECT 'id-' || i, 'https://idp.example', 's-' || i, 'Person ' || i, i, i, i FROM n`,
    )
    const pages: (readonly string[])[] = []
    let next: string | undefined = USERS
    while (next !== undefined) {
      const page: Visit = await admin.open(next)
      pages.push(namesOn(page))
      next = admin.linksOf(page).find((link) => link.includes('before='))
    }
    expect(pages.map(({ length }) => length)).toEqual([50, 50, 20])
    const all = pages.flat()
    expect([all[0], all.at(-2), all.at(-1)]).toEqual(['Person 118', 'Ada Admin', 'Bob Baker'])
    expect(new Set(all).size).toBe(120)
  })

  it('shows the disabled ones alone', async () => {
    const { admin, id } = await office()
    expect(namesOn(await admin.open(`${USERS}?disabled=1`))).toEqual([])
    await press(admin, id, 'Disable')
    expect(namesOn(await admin.open(`${USERS}?disabled=1`))).toEqual(['Bob Baker'])
  })

  it.each(['bob', 'BAKER', 'bob@corp.example', ' Bob Bakr '])('finds someone by %j, disabled or not', async (text) => {
    const { admin, id } = await office()
    await press(admin, id, 'Disable')
    expect(namesOn(await admin.open(`${USERS}?q=${encodeURIComponent(text)}`))).toEqual(['Bob Baker'])
  })

  it('finds someone by the id', async () => {
    const { admin, id } = await office()
    expect(namesOn(await admin.open(`${USERS}?q=${id}`))).toEqual(['Bob Baker'])
  })

  it.each([
    'bo',
    'nobody at all',
    "' OR 1=1 --",
    '%',
    '00000000-0000-4000-8000-000000000000',
    '0123456789',
    'x'.repeat(5000),
  ])('finds no one by %j, and says so', async (text) => {
    const { admin } = await office()
    const page = await admin.open(`${USERS}?q=${encodeURIComponent(text)}`)
    expect([page.status, namesOn(page), page.text.includes('No one was found')]).toEqual([200, [], true])
  })

  it.each(['x', '1', '1.2.3', '-1.5', '1.99999999999999999999'])('refuses the place %j of a list', async (before) => {
    const { admin } = await office()
    expect((await admin.open(`${USERS}?before=${before}`)).status).toBe(400)
  })
})

describe('asked why someone cannot get in, an administrator', () => {
  it('reads it on the page of the person: the attempt, the reason, the setting and the fix', async () => {
    const { scene, admin, id } = await office({ GATEHOUSE_ALLOWED_GROUPS: 'staff' })
    scene.provider.setPerson({ ...BOB, x_grp: ['guests'] })
    await scene.browser().open(LOGIN)
    const { text } = await admin.open(`${USER}?id=${id}`)
    expect(text).toContain('Sign-in refused')
    expect(text).toContain('<code>group_not_allowed</code>')
    expect(text).toMatch(/What to do:<\/strong> [^<]*GATEHOUSE_ALLOWED_GROUPS/)
  })

  // The administrator must come in as well.
  const LISTED = { GATEHOUSE_ALLOWED_EMAILS: 'ada@corp.example' }

  it('sees what would keep the person out now, by what is known', async () => {
    const { scene, id } = await office()
    const gate = scene.isolate(LISTED)
    const admin = await adminAt(scene, gate)
    const { text } = await admin.open(`${USER}?id=${id}`)
    expect(text).toMatch(
      /If this person signed in now.*account_not_allowed \(email_not_allowed\).*GATEHOUSE_ALLOWED_EMAILS/s,
    )
  })

  it('sees that the account is disabled', async () => {
    const { admin, id } = await office()
    await press(admin, id, 'Disable')
    const { text } = await admin.open(`${USER}?id=${id}`)
    expect(text).toMatch(/Disabled since.*account_disabled.*Enable it/s)
  })

  it('finds the attempt by the reference on the page that the person saw, with an account or without', async () => {
    const { scene, admin } = await office({ GATEHOUSE_ALLOWED_GROUPS: 'staff', OIDC_CREATE_USER: 'true' })
    for (const [person, names] of [
      [{ ...BOB, x_grp: [] }, ['Bob Baker']],
      [{ ...BOB, sub: 'carol', x_grp: [] }, []],
    ] as const) {
      scene.provider.setPerson({ ...person, x_grp: [...person.x_grp] })
      const refused = await scene.browser().open(LOGIN)
      const page = await admin.open(`${USERS}?q=${referenceOn(refused)}`)
      expect(page.text).toContain(`reference ${referenceOn(refused)}`)
      expect(page.text).toMatch(/What to do:<\/strong> [^<]*GATEHOUSE_ALLOWED_GROUPS/)
      expect(namesOn(page)).toEqual(names)
      expect(page.text.includes('There is no account')).toBe(names.length === 0)
    }
  })

  it('finds an attempt of which no one knows who it was', async () => {
    const { scene, admin } = await office()
    scene.provider.setFault('nonce-invalid')
    const refused = await scene.browser().open(LOGIN)
    expect(refused.status).toBeGreaterThanOrEqual(400)
    const page = await admin.open(`${USERS}?q=${referenceOn(refused)}`)
    expect(page.text).toContain('token_invalid')
  })

  it('still reads the reason when the details of the attempt are gone', async () => {
    const { scene, admin, id } = await office({ GATEHOUSE_ALLOWED_GROUPS: 'staff' })
    scene.provider.setPerson({ ...BOB, x_grp: [] })
    await scene.browser().open(LOGIN)
    await env.DB.prepare('DELETE FROM refusals').run()
    const { text } = await admin.open(`${USER}?id=${id}`)
    expect(text).toMatch(/account_not_allowed.*What to do:<\/strong> [^<]*GATEHOUSE_ALLOWED_GROUPS/s)
  })
})

async function adminAt(scene: Scene, gate: ReturnType<Scene['isolate']>): Promise<Browser> {
  scene.provider.setPerson(ADMIN)
  const browser = scene.browserAt(gate)
  await signIn(browser)
  return browser
}

describe('an administrator', () => {
  it('disables someone: signed out at once, refused afterwards, and the audit says who did it', async () => {
    const { scene, admin, bob, id } = await office()
    const app = await addApp('meet')
    const token = sessionTokenOf(bob) ?? ''
    const done = await press(admin, id, 'Disable')
    expect([done.status, done.url]).toEqual([200, `${USER}?id=${id}`])
    expect(await whoIs(bob)).toBeNull()
    expect(await (await introspect(scene.gate, token, app)).json()).toEqual({ active: false })
    expect((await rowsOf('audit')).slice(-1)).toMatchObject([
      { event: 'user_disabled', user_id: id, actor_id: await idOf('root') },
    ])
    scene.provider.setPerson(BOB)
    expect((await scene.browser().open(LOGIN)).status).toBe(403)
    await press(admin, id, 'Enable')
    // The session has ended, and does not come back.
    expect(await whoIs(bob)).toBeNull()
    expect(await lastAudit()).toMatchObject({ event: 'user_enabled', user_id: id, actor_id: await idOf('root') })
    scene.provider.setPerson(BOB)
    expect(await whoIs(await signedInAs(scene, BOB))).toMatchObject({ sub: 'bob' })
  })

  it('ends one session of someone, or all', async () => {
    const { scene, admin, bob, id } = await office()
    const other = await signedInAs(scene, BOB)
    const page = await admin.open(`${USER}?id=${id}`)
    const [newest] = [
      ...page.text.matchAll(/<form class="change"[^>]*>(?:(?!<\/form>).)*value="end_session".*?<\/form>/gs),
    ]
    const form = admin.formWith({ ...page, text: newest?.[0] ?? '' }, 'end_session')
    await admin.submit(form)
    expect([await whoIs(bob), await whoIs(other)].map((who) => who !== null)).toEqual([true, false])
    expect(await lastAudit()).toMatchObject({ event: 'session_ended', user_id: id, actor_id: await idOf('root') })
    await press(admin, id, 'End all sessions')
    expect(await whoIs(bob)).toBeNull()
    expect(await whoIs(admin)).not.toBeNull()
  })

  it('deletes someone, after saying so twice; the audit keeps what happened, and not to whom', async () => {
    const { admin, bob, id } = await office()
    const hasty = admin.formWith(await admin.open(`${USER}?id=${id}`), '>Delete<')
    const { confirm: _, ...unconfirmed } = hasty.fields
    expect((await admin.submit({ ...hasty, fields: unconfirmed })).status).toBe(400)
    expect(await whoIs(bob)).not.toBeNull()
    const done = await press(admin, id, 'Delete')
    expect([done.status, done.url, namesOn(done)]).toEqual([200, USERS, ['Ada Admin']])
    expect(await whoIs(bob)).toBeNull()
    expect(JSON.stringify([await rowsOf('users'), await rowsOf('sessions'), await rowsOf('audit')])).not.toContain(id)
    expect(await rowsOf('audit')).toContainEqual(
      expect.objectContaining({ event: 'user_deleted', user_id: null, actor_id: await idOf('root') }),
    )
    expect((await admin.open(`${USER}?id=${id}`)).status).toBe(404)
  })

  it('finds no button to disable or delete themselves, and is refused without one', async () => {
    const { admin } = await office()
    const own = await idOf('root')
    const page = await admin.open(`${USER}?id=${own}`)
    expect(page.text).toContain('your own account')
    const form = admin.formWith(page, '>End all sessions<')
    for (const wanted of ['disable', 'delete']) {
      const answer = await admin.submit({ ...form, fields: { ...form.fields, do: wanted, confirm: 'yes' } })
      expect(answer.status).toBe(400)
    }
    expect(await whoIs(admin)).not.toBeNull()
  })

  it.each([
    ['from a page of another site', { from: `${EVIL}/` }, {}, 403],
    ['without the token of our page', {}, { csrfmiddlewaretoken: '' }, 403],
    ['that no page of ours offers', {}, { do: 'promote' }, 400],
    ['about no one', {}, { id: '00000000-0000-4000-8000-000000000000' }, 404],
    ['about something that is no id', {}, { id: "' OR 1=1 --" }, 404],
  ])('who sends a form %s changes nothing', async (_, form, fields, status) => {
    const { admin, bob, id } = await office()
    const ours = admin.formWith(await admin.open(`${USER}?id=${id}`), '>Disable<')
    const answer = await admin.submit({ ...ours, ...form, fields: { ...ours.fields, ...fields } })
    expect(answer.status).toBe(status)
    expect(await whoIs(bob)).not.toBeNull()
  })

  it('who no longer is one changes nothing with a page that is still open', async () => {
    const { scene, admin, bob, id } = await office()
    const form = admin.formWith(await admin.open(`${USER}?id=${id}`), '>Disable<')
    const later = scene.browserAt(scene.isolate({ GATEHOUSE_ADMINS: 'default:someone-else' }), admin)
    expect((await later.submit(form)).status).toBe(403)
    expect(await whoIs(bob)).not.toBeNull()
  })

  it('who sends the form of someone else’s session is refused', async () => {
    const { admin, bob, id } = await office()
    const form = admin.formWith(await admin.open(`${USER}?id=${id}`), '>Disable<')
    expect((await bob.submit(form)).status).toBe(403)
    expect(await whoIs(bob)).not.toBeNull()
  })
})

describe('the audit page', () => {
  it('shows who did what to whom, and is narrowed by person, event and time', async () => {
    const { admin, id } = await office()
    await press(admin, id, 'Disable')
    const { text } = await admin.open(AUDIT)
    expect(text).toMatch(/Disabled by\s*<a [^>]*>Ada Admin<\/a>.*Bob Baker/s)
    const rowsFor = async (query: string) => (await admin.open(`${AUDIT}?${query}`)).text.split('<tr>').length - 2
    const today = new Date().toISOString().slice(0, 10)
    expect(await rowsFor('')).toBe(3)
    expect(await rowsFor(`person=${id}`)).toBe(2)
    expect(await rowsFor(`person=${id}&event=user_disabled`)).toBe(1)
    expect(await rowsFor('event=sign_in')).toBe(2)
    expect(await rowsFor(`from=${today}&to=${today}`)).toBe(3)
    expect(await rowsFor('to=2020-01-01')).toBe(-1)
    expect(await rowsFor('from=2999-01-01')).toBe(-1)
    expect(await rowsFor('app=meet')).toBe(-1)
  })

  it.each(['from=yesterday', 'to=2026-13-45', 'before=x'])('refuses %s', async (query) => {
    const { admin } = await office()
    expect((await admin.open(`${AUDIT}?${query}`)).status).toBe(400)
  })

  it('leads through all rows by pages, and gives all of them as CSV', async () => {
    const { admin } = await office()
    await env.DB.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4998) INSERT INTO audit (at, event, reference) SELECT 1000 + i / 7, 'sign_out', 'r-' || i FROM n`,
    )
    const seen: string[] = []
    let next: string | undefined = `${AUDIT}?event=sign_out&to=1970-01-01`
    for (let count = 0; next !== undefined && count < 4; count += 1) {
      const page: Visit = await admin.open(next)
      seen.push(...[...page.text.matchAll(/<code>(r-\d+)<\/code>/g)].map(([, reference = '']) => reference))
      next = admin.linksOf(page).find((link) => link.includes('before='))
    }
    expect(seen).toEqual(Array.from({ length: 200 }, (_, index) => `r-${4998 - index}`))
    const { headers, text } = await admin.open(`${AUDIT}?format=csv`)
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const [head, ...lines] = text.trimEnd().split('\r\n')
    expect(head).toBe('at,event,user_id,actor_id,provider,app,address,reason,reference')
    expect(lines).toHaveLength(5000)
    expect(lines.at(-1)).toBe('1970-01-01T00:16:40.000Z,sign_out,,,,,,,r-1')
    expect(new Set(lines.map((line) => line.split(',').at(-1))).size).toBe(5000)
  })

  it('gives no text of the CSV to a program of tables as a formula', async () => {
    const { admin } = await office()
    await env.DB.prepare(`INSERT INTO audit (at, event, app, reference) VALUES (1, 'x', '=1+1,"a"', '@r')`).run()
    const { text } = await admin.open(`${AUDIT}?format=csv`)
    expect(text).toContain(`x,,,,"'=1+1,""a""",,,'@r`)
  })
})

describe('where tenants are kept apart, an administrator', () => {
  async function tenants() {
    const scene = createScene({ ...ADMINS, oidc: OPENTALK, tenants: TENANTS })
    const bob = await signedInAs(scene, { ...BOB, tenant_id: 't-2' })
    await signedInAs(scene, {
      ...BOB,
      sub: 'carol',
      given_name: 'Carol',
      family_name: 'Carter',
      email: 'carol@corp.example',
      tenant_id: 't-1',
    })
    const admin = await signedInAs(scene, { ...ADMIN, tenant_id: 't-1' })
    return { scene, admin, bob, bobId: await idOf('bob'), carolId: await idOf('carol') }
  }

  it('sees the people of their own tenant alone, on every list and by every search', async () => {
    const { admin, bobId } = await tenants()
    expect(namesOn(await admin.open(USERS))).toEqual(['Ada Admin', 'Carol Carter'])
    await env.DB.prepare('UPDATE users SET disabled_at = 1').run()
    await env.DB.prepare("UPDATE users SET disabled_at = NULL WHERE subject = 'root'").run()
    expect(namesOn(await admin.open(`${USERS}?disabled=1`))).toEqual(['Carol Carter'])
    for (const query of ['bob', 'Baker', bobId]) expect(namesOn(await admin.open(`${USERS}?q=${query}`))).toEqual([])
    expect(namesOn(await admin.open(`${USERS}?q=carol`))).toEqual(['Carol Carter'])
  })

  it('neither sees nor changes anyone of another', async () => {
    const { admin, bob, bobId, carolId } = await tenants()
    expect((await admin.open(`${USER}?id=${bobId}`)).status).toBe(404)
    const form = admin.formWith(await admin.open(`${USER}?id=${carolId}`), '>Disable<')
    expect((await admin.submit({ ...form, fields: { ...form.fields, id: bobId } })).status).toBe(404)
    expect(await whoIs(bob)).not.toBeNull()
  })

  it('reads the audit of a person of their own, and nothing else of it', async () => {
    const { admin, bobId, carolId } = await tenants()
    for (const query of ['', `person=${bobId}`, 'event=sign_in', 'format=csv', `format=csv&person=${bobId}`]) {
      const { text } = await admin.open(`${AUDIT}?${query}`)
      expect(text).toContain('choose a person first')
      expect(text).not.toMatch(/Bob|<tbody>|^at,event/)
    }
    expect((await admin.open(`${AUDIT}?person=${carolId}`)).text).toContain('Signed in')
    expect((await admin.open(`${AUDIT}?format=csv&person=${carolId}`)).text).toMatch(/^at,event/)
  })

  it('finds the refused sign-ins of their own people by reference, and no others', async () => {
    const { scene, admin } = await tenants()
    await env.DB.prepare('UPDATE users SET disabled_at = 1').run()
    await env.DB.prepare("UPDATE users SET disabled_at = NULL WHERE subject = 'root'").run()
    for (const [sub, tenant_id, isSeen] of [
      ['bob', 't-2', false],
      ['carol', 't-1', true],
    ] as const) {
      scene.provider.setPerson({ ...BOB, sub, tenant_id })
      const reference = referenceOn(await scene.browser().open(LOGIN))
      const { text } = await admin.open(`${USERS}?q=${reference}`)
      expect(text.includes('account_disabled')).toBe(isSeen)
    }
  })

  it('whose tenant is not known sees no one', async () => {
    const { admin } = await tenants()
    await env.DB.prepare("UPDATE users SET tenant_id = NULL WHERE subject = 'root'").run()
    expect(namesOn(await admin.open(USERS))).toEqual([])
    expect(namesOn(await admin.open(`${USERS}?q=carol`))).toEqual([])
  })
})
