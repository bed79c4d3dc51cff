/**
 * GET /v1/users/find and GET /api/v1.0/users/: who may look for people, with which words, and who is shown.
 */

import { describe, expect, it } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { PATHS } from '../support/paths.ts'
import { createScene, GATE, IDP, type Scene, signIn } from './scene.ts'

const FIND = `${GATE}/v1/users/find`
const USERS = `${GATE}${PATHS.users}`

const person = (name: string, more = {}) => ({
  sub: name,
  email: `${name}@corp.example`,
  given_name: name,
  family_name: 'Archer',
  ...more,
})

const oidc = JSON.stringify({
  authority: IDP,
  frontend: { client_id: 'Frontend' },
  controller: { client_id: 'gatehouse', client_secret: 'a-client-secret-that-no-log-may-show' },
})

const IN_DATABASE = { oidc, user_search: '{"users_find_behavior":"from_database"}' }

const AT_KEYCLOAK = {
  oidc,
  user_search: JSON.stringify({ backend: 'keycloak_webapi', api_base_url: `${IDP}/admin/realms/x` }),
}

async function signedIn(scene: Scene, who: ReturnType<typeof person>): Promise<Browser> {
  scene.provider.setPerson(who)
  const browser = scene.browser()
  await signIn(browser)
  return browser
}

/** Alice at the browser; bob has been here, too. */
async function sceneWith(settings: Readonly<Record<string, string>>, alice = {}, bob = {}) {
  const scene = createScene(settings)
  await signedIn(scene, person('bob', bob))
  return { scene, browser: await signedIn(scene, person('alice', alice)) }
}

describe('looking for people as OpenTalk does', () => {
  it('shows those who have signed in here, in OpenTalk’s form, and no one may keep it', async () => {
    const { browser } = await sceneWith(IN_DATABASE)
    const answer = await browser.background(`${FIND}?q=%20BOB%20`)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(answer.json()).toEqual([
      {
        kind: 'registered',
        id: expect.stringMatching(/^[\da-f-]{36}$/),
        email: 'bob@corp.example',
        title: '',
        firstname: 'bob',
        lastname: 'Archer',
        display_name: 'bob Archer',
        avatar_url: '',
      },
    ])
  })

  it('is for those who are signed in', async () => {
    const answer = await createScene(IN_DATABASE).browser().background(`${FIND}?q=bob`)
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Session'])
    expect(answer.json()).toEqual({ code: 'unauthorized', message: expect.any(String) })
  })

  it.each(['', '?q=', '?q=bo', '?q=%20bo%20', '?q=%F0%9F%98%80%F0%9F%98%80'])('%s is too short', async (query) => {
    const { browser } = await sceneWith(IN_DATABASE)
    const answer = await browser.background(`${FIND}${query}`)
    expect([answer.status, answer.json()]).toEqual([400, { code: 'query_too_short', message: expect.any(String) }])
  })

  it('takes 100 characters and no more', async () => {
    const { browser } = await sceneWith(IN_DATABASE)
    const statusOf = async (length: number) => (await browser.background(`${FIND}?q=${'x'.repeat(length)}`)).status
    expect([await statusOf(100), await statusOf(101)]).toEqual([200, 400])
  })

  it.each([
    ['without OpenTalk', {}],
    ['when it is switched off', { oidc }],
  ])('is not there %s', async (_, settings) => {
    const { browser } = await sceneWith(settings)
    const answer = await browser.background(`${FIND}?q=bob`)
    expect([answer.status, answer.json()]).toEqual([404, { code: 'not_found', message: expect.any(String) }])
  })

  it('stays within the tenant', async () => {
    const tenants = '{"assignment":"by_external_tenant_id"}'
    const search = async (bob: object) => {
      const { browser } = await sceneWith({ ...IN_DATABASE, tenants }, { tenant_id: 't-1' }, bob)
      return (await browser.background(`${FIND}?q=bob`)).json()
    }
    expect(await search({ tenant_id: 't-2' })).toEqual([])
    expect(await search({ tenant_id: 't-1' })).toHaveLength(1)
  })

  it('says that the provider cannot be asked, and is wrong with no one, while that is so', async () => {
    const { scene, browser } = await sceneWith(AT_KEYCLOAK)
    scene.provider.setFault('down')
    const answer = await browser.background(`${FIND}?q=bob`)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10'])
    expect(answer.json()).toMatchObject({ code: 'temporarily_unavailable' })
  })
})

describe('looking for people as La Suite does', () => {
  const LISTING = { ALLOW_UNSECURE_USER_LISTING: 'true' }
  const NOBODY = { count: 0, next: null, previous: null, results: [] }

  it('finds no one until the operator allows it', async () => {
    const { browser } = await sceneWith({})
    expect((await browser.background(`${USERS}?q=bob`)).json()).toEqual(NOBODY)
  })

  it('shows what La Suite shows of others, and no more', async () => {
    const { browser } = await sceneWith(LISTING)
    expect((await browser.background(`${USERS}?q=bob`)).json()).toEqual({
      count: 1,
      next: null,
      previous: null,
      results: [
        {
          id: expect.stringMatching(/^[\da-f-]{36}$/),
          email: 'bob@corp.example',
          full_name: 'bob Archer',
          short_name: 'bob',
          timezone: 'UTC',
          language: null,
        },
      ],
    })
  })

  it.each(['', '?q=', '?q=bo'])('never lists everybody: %s', async (query) => {
    const { browser } = await sceneWith(LISTING)
    expect((await browser.background(`${USERS}${query}`)).json()).toEqual(NOBODY)
  })

  it('is for those who are signed in, and to be read only', async () => {
    const { browser } = await sceneWith(LISTING)
    expect((await createScene(LISTING).browser().background(`${USERS}?q=bob`)).status).toBe(401)
    expect((await browser.background(USERS, { method: 'POST' })).status).toBe(405)
  })
})
