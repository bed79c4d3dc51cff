/**
 * Who may come in, by the lists of the settings: at a sign-in, and for sessions that have begun.
 */
import { describe, expect, it } from 'vitest'
import { PATHS } from '../support/paths.ts'
import {
  addApp,
  createScene,
  GATE,
  introspect,
  LOGIN,
  ME,
  referenceOn,
  refusalOn,
  rowsOf,
  sessionTokenOf,
  signIn,
  whoIs,
} from './scene.ts'

const EMAILS = { GATEHOUSE_ALLOWED_EMAILS: '@corp.example' }
const GROUPS = { GATEHOUSE_ALLOWED_GROUPS: 'staff' }
const ROLES = { GATEHOUSE_ALLOWED_ROLES: 'member' }
const ALICE = { sub: 'alice', email: 'alice@corp.example', email_verified: true, x_grp: ['staff'] }

describe('a sign-in', () => {
  it.each([
    ['of an allowed address', EMAILS, ALICE],
    ['of a member of an allowed group', GROUPS, ALICE],
    ['of someone with an allowed role', ROLES, { ...ALICE, roles: ['member'] }],
    ['of someone on both lists', { ...EMAILS, ...GROUPS }, ALICE],
    ['at a provider without an entry', { GATEHOUSE_ALLOWED_EMAILS: '*:@corp.example' }, ALICE],
  ])('%s is let in', async (_, settings, person) => {
    const scene = createScene(settings)
    scene.provider.setPerson(person)
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice' })
  })

  it.each([
    ['of another domain', EMAILS, { ...ALICE, email: 'alice@evil.example' }, 'email_not_allowed'],
    ['of an address that is not verified', EMAILS, { ...ALICE, email_verified: false }, 'email_not_verified'],
    ['of no address', EMAILS, { sub: 'alice' }, 'email_missing'],
    ['of someone with another role', ROLES, { ...ALICE, roles: ['guests'] }, 'role_not_allowed'],
    ['of someone in another group', GROUPS, { ...ALICE, x_grp: ['guests'] }, 'group_not_allowed'],
  ])(
    '%s is refused with a page, the reason and the fix in the log, and nothing written',
    async (_, settings, person, reason) => {
      const scene = createScene(settings)
      scene.provider.setPerson(person)
      const page = await scene.browser().open(LOGIN)
      expect(page.status).toBe(403)
      expect(page.text).toContain('This account is not allowed here')
      const refusal = refusalOn(page, scene)
      expect(refusal?.detail).toMatchObject({
        code: 'account_not_allowed',
        reason_code: reason,
        fix: expect.stringMatching(/GATEHOUSE_ALLOWED|OIDC_RP_SCOPES|email_verified/),
      })
      expect(JSON.stringify(refusal)).not.toMatch(/alice|evil\.example|guests/)
      expect([await rowsOf('users'), await rowsOf('sessions')]).toEqual([[], []])
      expect(await rowsOf('audit')).toMatchObject([
        { event: 'sign_in_refused', user_id: null, reason, reference: referenceOn(page) },
      ])
    },
  )
})

describe('a session that has begun', () => {
  it('is none any more when the list is shortened, for pages and for apps', async () => {
    const scene = createScene()
    scene.provider.setPerson(ALICE)
    const browser = scene.browser()
    await signIn(browser)
    const app = await addApp('api', { audiences: ['api'] })
    const token = sessionTokenOf(browser) ?? ''
    const cookie = `__Host-gatehouse-session=${token}`
    const statusIn = async (settings: Readonly<Record<string, string>>, path: string) =>
      (await scene.isolate(settings)(new Request(path, { headers: { cookie } }))).status
    const isActiveIn = async (settings: Readonly<Record<string, string>>) =>
      (await introspect(scene.isolate(settings), token, app)).json()
    for (const path of [ME, `${GATE}${PATHS.session}`]) {
      expect(await statusIn(EMAILS, path)).toBe(200)
      expect(await statusIn({ GATEHOUSE_ALLOWED_EMAILS: '@other.example' }, path)).toBe(401)
      expect(await statusIn({ GATEHOUSE_ALLOWED_GROUPS: 'guests' }, path)).toBe(401)
    }
    expect(await isActiveIn(EMAILS)).toMatchObject({ active: true })
    expect(await isActiveIn({ GATEHOUSE_ALLOWED_GROUPS: 'guests' })).toEqual({ active: false })
  })

  it('ends with the refresh that no longer names the group, and the log says why', async () => {
    const scene = createScene(GROUPS)
    scene.provider.setPerson(ALICE)
    const browser = scene.browser()
    await signIn(browser)
    scene.provider.changePerson({ ...ALICE, x_grp: ['guests'] })
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice' })
    scene.clock.advance(901)
    expect((await browser.background(ME)).status).toBe(401)
    expect(await rowsOf('sessions')).toEqual([])
    const [line] = scene.log.filter(({ event }) => event === 'session_not_allowed')
    expect(line?.detail).toMatchObject({ reason: expect.stringContaining('GATEHOUSE_ALLOWED_GROUPS') })
  })

  it('ends when its refresh brings the role no more', async () => {
    const scene = createScene(ROLES)
    const member = { ...ALICE, roles: ['member'] }
    scene.provider.setPerson(member)
    const browser = scene.browser()
    await signIn(browser)
    scene.clock.advance(901)
    expect(await whoIs(browser)).toMatchObject({ roles: ['member'] })
    scene.provider.changePerson({ ...member, roles: [] })
    scene.clock.advance(901)
    expect(await whoIs(browser)).toBeNull()
    const [line] = scene.log.filter(({ event }) => event === 'session_not_allowed')
    expect(line?.detail).toMatchObject({ reason: expect.stringContaining('GATEHOUSE_ALLOWED_ROLES') })
  })

  it('that only an app asks about ends in the same way', async () => {
    const scene = createScene(GROUPS)
    scene.provider.setPerson(ALICE)
    const browser = scene.browser()
    await signIn(browser)
    const app = await addApp('api', { audiences: ['api'] })
    const token = sessionTokenOf(browser) ?? ''
    const ask = async () => (await introspect(scene.gate, token, app)).json()
    expect(await ask()).toMatchObject({ active: true })
    scene.provider.changePerson({ ...ALICE, x_grp: [] })
    scene.clock.advance(901)
    expect(await ask()).toEqual({ active: false })
  })
})
