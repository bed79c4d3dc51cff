/**
 * Looking for people at a real Keycloak, with a service account that may look, one that may search only, and one that may do neither.
 */
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { type KeycloakWorld, signIn, startWithKeycloak } from './support/world.ts'

const { keycloak: missing } = inject('missing')

const ROLES = 'query-users and view-users'
const withId = v.object({ id: v.string() })
const SECRET = 'controller-secret-of-the-tests'

const oidc = (authority: string) => ({
  OPENTALK_CTRL_OIDC__AUTHORITY: authority,
  OPENTALK_CTRL_OIDC__FRONTEND__CLIENT_ID: 'Frontend',
  OPENTALK_CTRL_OIDC__CONTROLLER__CLIENT_ID: 'Controller',
  OPENTALK_CTRL_OIDC__CONTROLLER__CLIENT_SECRET: SECRET,
  OPENTALK_CTRL_USER_SEARCH__BACKEND: 'keycloak_webapi',
})

async function find(world: KeycloakWorld, browser: Browser, text: string): Promise<readonly Record<string, unknown>[]> {
  const answer = await browser.background(world.at(`/v1/users/find?q=${encodeURIComponent(text)}`))
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
  return JSON.parse(answer.text)
}

async function aliceAt(world: KeycloakWorld): Promise<Browser> {
  const browser = world.browser()
  await signIn(world, browser, 'alice')
  return browser
}

/** The line of the log that has this text. */
function lineOf({ gatehouse }: KeycloakWorld, text: string): string | undefined {
  return gatehouse.log.find((line) => line.includes(text))
}

describe.skipIf(missing !== null)('people of a real Keycloak', () => {
  let world: KeycloakWorld
  let browser: Browser
  beforeAll(async () => {
    world = await startWithKeycloak('/auth', oidc)
    browser = await aliceAt(world)
  })
  afterAll(() => world?.stop())

  it('are found whether they have signed in here or not', async () => {
    expect(await find(world, browser, 'alice')).toMatchObject([{ kind: 'registered', email: 'alice@example.org' }])
    expect(await find(world, browser, 'bob')).toMatchObject([{ kind: 'unregistered', email: 'bob@example.org' }])
  })

  it('are not found when they are disabled', async () => {
    expect(await find(world, browser, 'erin')).toEqual([])
  })

  it('are not found by what Keycloak gives a meaning to', async () => {
    expect(await find(world, browser, '***lic')).toEqual([])
    expect(await find(world, browser, '"alice"')).toHaveLength(1)
  })
})

describe.skipIf(missing !== null)('people of one tenant', () => {
  let world: KeycloakWorld
  beforeAll(async () => {
    world = await startWithKeycloak('/auth', (issuer) => ({
      ...oidc(issuer),
      OPENTALK_CTRL_TENANTS__ASSIGNMENT: 'by_external_tenant_id',
    }))
    await world.admin.changeUser('carol', { attributes: { tenant_id: ['example-org'] } })
  })
  afterAll(() => world?.stop())

  it('are the only ones who are found', async () => {
    const browser = await aliceAt(world)
    const addresses = async (text: string) => (await find(world, browser, text)).map(({ email }) => email)
    expect(await addresses('alice')).toEqual(['alice@example.org'])
    expect(await addresses('carol')).toEqual(['carol@example.org'])
    expect(await addresses('bob')).toEqual([])
  })
})

describe.skipIf(missing !== null)('a service account', () => {
  let world: KeycloakWorld
  afterAll(() => world?.stop())

  /** Takes a role of realm-management away from the service account of the controller. */
  async function takeRole(name: string): Promise<void> {
    const idOf = async (path: string) => v.parse(v.array(withId), await world.admin.call('GET', path))[0]?.id
    const account = await idOf('/users?exact=true&username=service-account-controller')
    const management = await idOf('/clients?clientId=realm-management')
    const role = await world.admin.call('GET', `/clients/${management}/roles/${name}`)
    await world.admin.call('DELETE', `/users/${account}/role-mappings/clients/${management}`, [role])
  }

  const answerOf = async () => (await aliceAt(world)).background(world.at('/v1/users/find?q=bob'))

  it('that may search and not look gets an empty list, and the log says which role is missing', async () => {
    world = await startWithKeycloak('/auth', oidc)
    await takeRole('view-users')
    expect([(await answerOf()).json(), lineOf(world, 'user_search_blind')]).toEqual([
      [],
      expect.stringContaining(ROLES),
    ])
    await world.stop()
  })

  it('that may not even search is a misconfiguration, and the log says which roles are missing', async () => {
    world = await startWithKeycloak('/auth', (issuer) => ({
      ...oidc(issuer),
      OPENTALK_CTRL_USER_SEARCH__CLIENT_ID: 'Recorder',
      OPENTALK_CTRL_USER_SEARCH__CLIENT_SECRET: 'recorder-secret-of-the-tests',
    }))
    const answer = await answerOf()
    expect([answer.status, answer.json()]).toEqual([500, { code: 'misconfiguration', message: expect.any(String) }])
    expect(lineOf(world, '"provider_status":403')).toContain(ROLES)
  })
})
