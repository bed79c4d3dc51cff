/**
 * A real Keycloak asked about its own access tokens: the audience that it demands since 26.6.2, what it has revoked, and lightweight tokens.
 */

import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { introspect } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'
import { passwordOf } from './support/realm.ts'
import { type KeycloakWorld, startWithKeycloak } from './support/world.ts'

const { keycloak: missing } = inject('missing')

/** An access token of someone, through OpenTalk's public client. */
async function tokenOf(username: string, { issuer }: KeycloakWorld): Promise<string> {
  const response = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: 'Frontend',
      username,
      password: passwordOf(username),
      scope: 'openid profile email',
    }),
  })
  const answer: unknown = await response.json()
  if (typeof answer === 'object' && answer !== null && 'access_token' in answer) return String(answer.access_token)
  throw new Error(`no token: ${response.status}`)
}

async function start(settings: Readonly<Record<string, string>>): Promise<KeycloakWorld> {
  const world = await startWithKeycloak('', settings)
  await world.gatehouse.query(`UPDATE apps SET clients = '["Frontend"]'`)
  return world
}

const audienceMapper = (clientId: string) => ({
  name: `audience ${clientId}`,
  protocolMapper: 'oidc-audience-mapper',
  config: {
    'included.client.audience': clientId,
    'access.token.claim': 'true',
    'introspection.token.claim': 'true',
    'lightweight.claim': 'false',
  },
})

const answerOn = async (world: KeycloakWorld, token: string): Promise<unknown> =>
  (await introspect(world, token)).json()

/** What an isolate says that has not asked yet. */
async function answerElsewhere({ gatehouse, appAuthorization }: KeycloakWorld, token: string): Promise<unknown> {
  const response = await gatehouse.askOther(PATHS.introspect, {
    method: 'POST',
    headers: { authorization: appAuthorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token }).toString(),
  })
  return response.json()
}

describe.skipIf(missing !== null)('a JWT that Keycloak is asked about', () => {
  let world: KeycloakWorld
  beforeAll(async () => {
    world = await start({ OIDC_OP_INTROSPECT_JWT: 'true' })
  })
  afterAll(() => world?.stop())

  it('without us in its audience is not active, and the log names the mapper', async () => {
    const token = await tokenOf('alice', world)
    expect(decodeJwt(token).aud).not.toContain('gatehouse')
    expect(await answerOn(world, token)).toEqual({ active: false })
    expect(world.gatehouse.log.join()).toMatch(/26\.6\.2.*mapper of type Audience with gatehouse/)
  })

  describe('with the mapper', () => {
    beforeAll(() => world.admin.addMapper('Frontend', audienceMapper('gatehouse')))

    it('is active, with what is in it', async () => {
      const token = await tokenOf('alice', world)
      const { sub, exp } = decodeJwt(token)
      expect(await answerOn(world, token)).toMatchObject({
        active: true,
        sub,
        exp,
        client_id: 'Frontend',
        username: 'alice',
        token_type: 'Bearer',
        principal: 'user',
      })
    })

    it('is not active when its person was signed out at Keycloak, though it has not expired', async () => {
      const token = await tokenOf('bob', world)
      expect(await answerOn(world, token)).toMatchObject({ active: true })
      await world.admin.signOut('bob')
      expect(await answerElsewhere(world, token)).toEqual({ active: false })
      expect(world.gatehouse.log.join()).toContain('verified here, and not active at the provider')
    })

    it('is active also as a lightweight token, with what Keycloak says beside it', async () => {
      await world.admin.changeClient('Frontend', {
        attributes: { 'client.use.lightweight.access.token.enabled': 'true' },
      })
      const token = await tokenOf('alice', world)
      const { sub, preferred_username } = decodeJwt(token)
      expect([sub, preferred_username]).toEqual([undefined, undefined])
      expect(await answerOn(world, token)).toMatchObject({
        active: true,
        sub: expect.any(String),
        username: 'alice',
        principal: 'user',
      })
    })
  })
})

describe.skipIf(missing !== null)('another client that asks Keycloak', () => {
  let world: KeycloakWorld
  beforeAll(async () => {
    world = await start({
      OIDC_OP_INTROSPECT_JWT: 'true',
      OIDC_RS_CLIENT_ID: 'Controller',
      OIDC_RS_CLIENT_SECRET: 'controller-secret-of-the-tests',
    })
  })
  afterAll(() => world?.stop())

  it('must be the audience itself', async () => {
    await world.admin.addMapper('Frontend', audienceMapper('gatehouse'))
    expect(await answerOn(world, await tokenOf('alice', world))).toEqual({ active: false })
    expect(world.gatehouse.log.join()).toContain('mapper of type Audience with Controller')
    await world.admin.addMapper('Frontend', audienceMapper('Controller'))
    expect(await answerOn(world, await tokenOf('alice', world))).toMatchObject({ active: true, username: 'alice' })
  })
})

it.skipIf(missing !== null)(
  'a client with a wrong secret gets no verdict, and the log says which settings to compare',
  async () => {
    const world = await start({
      OIDC_OP_INTROSPECT_JWT: 'true',
      OIDC_RS_CLIENT_ID: 'Controller',
      OIDC_RS_CLIENT_SECRET: 'MARKER-wrong',
    })
    try {
      const response = await introspect(world, await tokenOf('alice', world))
      expect([response.status, response.headers.has('retry-after')]).toEqual([503, true])
      expect(world.gatehouse.log.join()).toContain('OIDC_RS_CLIENT_SECRET')
      expect(world.gatehouse.log.join()).not.toContain('MARKER')
    } finally {
      await world.stop()
    }
  },
)
