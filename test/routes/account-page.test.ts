/**
 * The account page: a person sees their sessions and what is stored, ends sessions, and takes their data along; no one else's is touched.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { PATHS } from '../support/paths.ts'
import { createScene, EVIL, GATE, IDP, rowsOf, type Settings, signIn, whoIs } from './scene.ts'

const ACCOUNT = `${GATE}${PATHS.account}`
const DATA = `${GATE}${PATHS.accountData}`
const FIREFOX = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0' }
const PHONE = {
  'user-agent':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1',
  'cf-connecting-ip': '198.51.100.9',
  'cf-ipcountry': 'FR',
}
const ALICE = {
  sub: 'alice',
  email: 'alice@corp.example',
  email_verified: true,
  given_name: 'Alice',
  family_name: 'Archer',
  x_grp: ['staff', '<b>bold</b>'],
}

/** Alice at a desk and with a phone, and someone else. */
async function atWork(settings: Settings = {}) {
  const scene = createScene(settings)
  const [desk, phone, stranger] = [scene.browser(FIREFOX), scene.browser(PHONE), scene.browser(FIREFOX)]
  scene.provider.setPerson(ALICE)
  await signIn(desk)
  await signIn(phone)
  scene.provider.setPerson({ sub: 'mallory', name: 'Mallory' })
  await signIn(stranger)
  return { scene, desk, phone, stranger }
}

async function signedIn(...browsers: readonly Browser[]): Promise<readonly boolean[]> {
  return Promise.all(browsers.map(async (browser) => (await whoIs(browser)) !== null))
}

const lastAudit = async () => (await rowsOf('audit')).at(-1)

describe('the account page', () => {
  it('leads a visitor who is not signed in to the sign-in and back', async () => {
    const { provider, browser } = createScene()
    provider.setPerson(ALICE)
    const page = await browser().open(ACCOUNT)
    expect([page.status, page.url]).toEqual([200, ACCOUNT])
    expect(page.text).toContain('Alice Archer')
  })

  it('shows both browsers with device and place, and says which is this one', async () => {
    const { desk } = await atWork()
    const { text } = await desk.open(ACCOUNT)
    const [, list = ''] = /<ul class="rows">(.*?)<\/ul>/s.exec(text) ?? []
    expect(list).toMatch(/Safari, iOS<.*198\.51\.100\.0\/24 · France.*Firefox, Linux<.*This browser/s)
    expect(list.match(/<li>/g)).toHaveLength(2)
  })

  it('shows what is stored with the claims that it comes from, and nothing of it as markup', async () => {
    const { desk } = await atWork({ OIDC_USERINFO_FULLNAME_FIELDS: 'family_name,given_name' })
    const { text } = await desk.open(ACCOUNT)
    const rows = [...text.matchAll(/<dt>(.*?)<\/dt><dd>(.*?) <code>(.*?)<\/code>/g)].map((row) => row.slice(1))
    expect(rows).toEqual(
      expect.arrayContaining([
        ['E-mail address', 'alice@corp.example', 'email'],
        ['E-mail address verified', 'yes', 'email_verified'],
        ['Groups', 'staff, &lt;b&gt;bold&lt;/b&gt;', 'x_grp, groups'],
        ['Full name', 'Archer Alice', 'family_name, given_name'],
      ]),
    )
  })

  it.each([
    ['de', 'Mein Konto', 'Dieser Browser'],
    ['fr', 'Mon compte', 'Ce navigateur'],
  ])('speaks %s', async (language, title, mark) => {
    const { desk } = await atWork()
    const { text } = await desk.open(ACCOUNT, { headers: { 'accept-language': language } })
    expect(text).toContain(`<html lang="${language}">`)
    expect([text.includes(title), text.includes(mark)]).toEqual([true, true])
  })

  it('has no keys in it', async () => {
    const { desk } = await atWork()
    const sealed = (await rowsOf('sessions')).map((row) => String(row.sealed_tokens))
    for (const address of [ACCOUNT, DATA]) {
      const { text } = await desk.open(address)
      expect(sealed.filter((one) => text.includes(one))).toEqual([])
      expect(text).not.toMatch(/gths_/)
    }
  })

  it('leaves out a session that was not used for too long', async () => {
    const { scene, desk } = await atWork({ GATEHOUSE_SESSION_IDLE_AGE: '3600' })
    scene.clock.advance(3000)
    await desk.open(ACCOUNT)
    scene.clock.advance(1200)
    const { text } = await desk.open(ACCOUNT)
    expect(text).toContain('Firefox, Linux')
    expect(text).toContain('last used')
    expect(text).not.toContain('Safari, iOS')
  })
})

describe('a person', () => {
  it('ends one session: that browser is signed out, its tokens go back, and the audit has it', async () => {
    const { scene, desk, phone, stranger } = await atWork({ OIDC_OP_REVOCATION_ENDPOINT: `${IDP}/revoke` })
    const page = await desk.open(ACCOUNT)
    const done = await desk.submit(desk.formWith(page, 'End: Safari, iOS'))
    expect([done.status, done.url]).toEqual([200, ACCOUNT])
    expect(await signedIn(desk, phone, stranger)).toEqual([true, false, true])
    expect(scene.provider.count('/revoke')).toBeGreaterThan(0)
    expect(await lastAudit()).toMatchObject({ event: 'session_ended', actor_id: null, provider: 'default' })
  })

  it('ends all others and stays signed in', async () => {
    const { desk, phone, stranger } = await atWork()
    await desk.submit(desk.formWith(await desk.open(ACCOUNT), 'End all others'))
    expect(await signedIn(desk, phone, stranger)).toEqual([true, false, true])
    expect((await desk.open(ACCOUNT)).text).not.toContain('End all others')
  })

  it('does not end the session of anyone else', async () => {
    const { desk, stranger } = await atWork()
    const theirs = (await rowsOf('sessions')).at(-1)
    const form = desk.formWith(await desk.open(ACCOUNT), 'End: Safari, iOS')
    await desk.submit({ ...form, fields: { ...form.fields, session: String(theirs?.token_hash) } })
    expect(await signedIn(desk, stranger)).toEqual([true, true])
  })

  it.each([
    ['from a page of another site', { from: `${EVIL}/` }, {}, 403],
    ['without the token of our page', {}, { csrfmiddlewaretoken: '' }, 403],
    ['that no page of ours offers', {}, { do: 'everything' }, 400],
    ['without a session to end', {}, { session: undefined }, 400],
  ])('who sends a form %s changes nothing', async (_, form, fields, status) => {
    const { desk, phone } = await atWork()
    const ours = desk.formWith(await desk.open(ACCOUNT), 'End: Safari, iOS')
    const sent = Object.entries({ ...ours.fields, ...fields }).filter(([, value]) => value !== undefined)
    const answer = await desk.submit({ ...ours, ...form, fields: Object.fromEntries(sent) as Record<string, string> })
    expect(answer.status).toBe(status)
    expect(await signedIn(desk, phone)).toEqual([true, true])
  })

  it('who is signed out meanwhile ends nothing', async () => {
    const { scene, desk, phone } = await atWork()
    const form = desk.formWith(await desk.open(ACCOUNT), 'End: Safari, iOS')
    const answer = await scene.browser().submit(form)
    expect(answer.status).toBe(401)
    expect(await signedIn(desk, phone)).toEqual([true, true])
  })

  it('takes along everything that is stored, and no one else’s', async () => {
    const { desk } = await atWork()
    const { headers, text } = await desk.open(DATA)
    expect(headers.get('content-disposition')).toBe('attachment; filename="gatehouse-account.json"')
    expect(JSON.parse(text)).toMatchObject({
      exported_at: expect.stringMatching(/^\d{4}-/),
      user: { subject: 'alice', email: 'alice@corp.example', x_grp: ALICE.x_grp, created_at: expect.any(String) },
      sessions: [
        { device: 'Safari, iOS', country: 'FR', address: '198.51.100.0/24' },
        { device: 'Firefox, Linux', country: null },
      ],
      audit: [
        { event: 'sign_in', address: '198.51.100.0/24' },
        { event: 'sign_in', address: null },
      ],
    })
    expect(text).not.toMatch(/mallory|token_hash|actor_id/i)
    // What an administrator did says nothing of where they were.
    await env.DB.prepare("UPDATE audit SET actor_id = 'someone', address = '192.0.2.0/24'").run()
    expect((await desk.open(DATA)).text).not.toMatch(/192\.0\.2|someone/)
  })
})
