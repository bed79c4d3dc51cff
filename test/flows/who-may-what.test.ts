/**
 * One journey each of a guest, a user, a service and an administrator, through the built Worker: what they can do, and what they cannot.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { PEOPLE } from '../../dev/provider/people.ts'
import { accessTokenOf } from '../../dev/sign-in.ts'
import { type Installation, introspect, startInstallation } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'
import { Visitor } from '../support/visitor.ts'

/** Of the revocation feed, at its shortest. */
const LAG_SECONDS = 1
const alice = PEOPLE.find(({ username }) => username === 'alice')
const EVERYTHING = ['rooms:join', 'rooms:create', 'rooms:record', 'rooms:moderate']

describe('through the built Worker', () => {
  let installation: Installation
  beforeAll(async () => {
    const settings = {
      ALLOW_UNREGISTERED_ROOMS: 'true',
      GATEHOUSE_ADMINS: `default:${alice?.subject}`,
      REVOCATION_LAG_SECONDS: String(LAG_SECONDS),
    }
    installation = await startInstallation({ script: inject('workerScript'), settings })
    await installation.gatehouse.query(`UPDATE apps SET clients = '["gatehouse", "recorder"]'`)
  })
  afterAll(() => installation?.stop())

  const answerOn = async (token: string) => (await introspect(installation, token)).json()
  const post = (visitor: Visitor, path: string, fields: Record<string, string>) =>
    visitor.visit(path, {
      method: 'POST',
      headers: { origin: installation.gatehouse.baseUrl, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams(fields),
    })
  /** The token of our own page. */
  const csrfIn = (page: string) => /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(page)?.[1] ?? ''

  it('a guest joins under a name, sees no page of people, and is one no more after signing in', async () => {
    const visitor = new Visitor(installation)
    const answer = await post(visitor, PATHS.guest, { display_name: 'Grace' })
    const { token, ...guest } = (await answer.json()) as Record<string, unknown>
    expect([answer.status, guest]).toMatchObject([201, { display_name: 'Grace', permissions: ['rooms:join'] }])
    expect(await answerOn(String(token))).toMatchObject({
      active: true,
      principal: 'guest',
      permissions: ['rooms:join'],
    })
    expect(await visitor.whoAmI()).toBeNull()
    for (const path of [PATHS.account, PATHS.admin]) {
      expect((await visitor.visit(path)).headers.get('location')).toContain(PATHS.login)
    }
    await visitor.signIn('bob')
    expect(visitor.cookies.has('__Host-gatehouse-guest')).toBe(false)
    expect(await visitor.whoAmI()).toMatchObject({ preferred_username: 'bob', permissions: EVERYTHING })
  })

  it('a user may join, create, record and moderate, and sees their own account and no one else’s', async () => {
    const bob = new Visitor(installation)
    await bob.signIn('bob')
    expect(await bob.whoAmI()).toMatchObject({ permissions: EVERYTHING })
    expect(await answerOn(bob.sessionToken)).toMatchObject({ active: true, principal: 'user', permissions: EVERYTHING })
    expect(await (await bob.visit(PATHS.account)).text()).toContain('bob@example.org')
    const refused = await bob.visit(PATHS.adminUsers)
    expect([refused.status, (await refused.text()).includes('Only for administrators')]).toEqual([403, true])
  })

  it('a service has the permissions of its role, without a name, and no session', async () => {
    const token = await accessTokenOf('recorder', installation.client)
    const answer = await answerOn(token)
    expect(answer).toMatchObject({ active: true, principal: 'service', permissions: ['rooms:join', 'rooms:record'] })
    expect(answer).not.toHaveProperty('name')
    const me = await fetch(installation.gatehouse.baseUrl + PATHS.me, { headers: { authorization: `Bearer ${token}` } })
    expect(me.status).toBe(401)
  })

  it('an administrator disables a user, whose token is refused by a second isolate within the lag, and lets them in again', async () => {
    const [admin, carol] = [new Visitor(installation), new Visitor(installation)]
    await admin.signIn('alice')
    await carol.signIn('carol')
    const id = String((await carol.whoAmI())?.id)
    expect(await answerOn(carol.sessionToken)).toMatchObject({ active: true })
    const page = await (await admin.visit(`${PATHS.adminUser}?id=${id}`)).text()
    const change = { id, csrfmiddlewaretoken: csrfIn(page) }
    const done = await post(admin, PATHS.adminUser, { ...change, do: 'disable' })
    expect(done.status).toBe(303)
    expect(await carol.whoAmI()).toBeNull()
    await new Promise((resolve) => setTimeout(resolve, LAG_SECONDS * 1000 + 200))
    const elsewhere = await installation.gatehouse.askOther(PATHS.introspect, {
      method: 'POST',
      headers: { authorization: installation.appAuthorization },
      body: new URLSearchParams({ token: carol.sessionToken }),
    })
    expect(await elsewhere.json()).toEqual({ active: false })
    expect((await new Visitor(installation).signIn('carol')).status).toBe(403)
    expect((await post(admin, PATHS.adminUser, { ...change, do: 'enable' })).status).toBe(303)
    expect((await new Visitor(installation).signIn('carol')).status).toBe(302)
    const audit = await (await admin.visit(`${PATHS.adminAudit}?format=csv&person=${id}`)).text()
    expect(
      audit
        .trimEnd()
        .split('\r\n')
        .map((line) => line.split(',')[1]),
    ).toEqual(['event', ...['sign_in', 'user_enabled', 'sign_in_refused', 'user_disabled', 'sign_in']])
  })
})
