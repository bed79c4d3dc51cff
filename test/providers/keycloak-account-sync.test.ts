/**
 * People who leave a real Keycloak: gone from the search at once, shut out here by the account sync, and refused by introspection and RPC; and
 * let in again when they come back. With both ways to assign tenants.
 */
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { introspect } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'
import { type KeycloakWorld, signedIn, startWithKeycloak } from './support/world.ts'

const { keycloak: missing } = inject('missing')

const SECRET = 'controller-secret-of-the-tests'
const answered = v.looseObject({ active: v.boolean() })
const found = v.array(v.looseObject({ email: v.string() }))

const settings = (authority: string) => ({
  GATEHOUSE_ACCOUNT_SYNC: 'true',
  GATEHOUSE_ACCOUNT_SYNC_MAX_SHARE: '100',
  REVOCATION_LAG_SECONDS: '1',
  OPENTALK_CTRL_OIDC__AUTHORITY: authority,
  OPENTALK_CTRL_OIDC__FRONTEND__CLIENT_ID: 'Frontend',
  OPENTALK_CTRL_OIDC__CONTROLLER__CLIENT_ID: 'Controller',
  OPENTALK_CTRL_OIDC__CONTROLLER__CLIENT_SECRET: SECRET,
  OPENTALK_CTRL_USER_SEARCH__BACKEND: 'keycloak_webapi',
})

const TENANTS = [
  ['one tenant', {}],
  ['tenants by a claim', { OPENTALK_CTRL_TENANTS__ASSIGNMENT: 'by_external_tenant_id' }],
] as const

describe.skipIf(missing !== null).each(TENANTS)('with %s, someone who is disabled in a real Keycloak', (_, tenants) => {
  let world: KeycloakWorld
  beforeAll(async () => {
    world = await startWithKeycloak('/auth', (issuer) => ({ ...settings(issuer), ...tenants }))
    for (const username of ['alice', 'bob'])
      await world.admin.changeUser(username, { attributes: { tenant_id: ['example-org'] } })
  })
  afterAll(() => world?.stop())

  it('is gone from the search at once, shut out by the sync, and let in again by it', async () => {
    const [alice, bob] = [await signedIn(world, 'alice'), await signedIn(world, 'bob')]
    const token = bob.jar.cookiesOf(new URL(world.at('/')).origin).get('__Host-gatehouse-session') ?? ''
    const search = async () => {
      const answer = await alice.background(world.at('/v1/users/find?q=bob'))
      return v.parse(found, answer.json()).map(({ email }) => email)
    }
    const isActive = async () => v.parse(answered, await (await introspect(world, token)).json()).active
    expect([await search(), await isActive()]).toEqual([['bob@example.org'], true])

    await world.admin.changeUser('bob', { enabled: false })
    expect(await search()).toEqual([])
    await world.gatehouse.runSchedule()
    // The lag of one second, and a round trip.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(await isActive()).toBe(false)
    expect((await bob.background(world.at(PATHS.me))).status).toBe(401)
    expect((await alice.background(world.at(PATHS.me))).status).toBe(200)

    await world.admin.changeUser('bob', { enabled: true })
    await world.gatehouse.runSchedule()
    await signedIn(world, 'bob')
  })

  it('or deleted there, is disabled here', async () => {
    await world.admin.changeUser('carol', { lastName: 'Carter', attributes: { tenant_id: ['example-org'] } })
    const carol = await signedIn(world, 'carol')
    const [account] = v.parse(
      v.array(v.object({ id: v.string() })),
      await world.admin.call('GET', '/users?exact=true&username=carol'),
    )
    await world.admin.call('DELETE', `/users/${account?.id}`)
    await world.gatehouse.runSchedule()
    expect((await carol.background(world.at(PATHS.me))).status).toBe(401)
    const { results } = await world.gatehouse.database
      .prepare("SELECT reason FROM audit WHERE event = 'user_disabled' ORDER BY id DESC LIMIT 1")
      .all()
    expect(results).toEqual([{ reason: 'gone_at_provider' }])
  })
})
