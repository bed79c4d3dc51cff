/**
 * Access tokens of a real Keycloak, judged by Gatehouse and by Keycloak itself.
 */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { introspect, registerApp } from '../support/installation.ts'
import { proves } from '../support/proofs.ts'
import { accessTokenOf, askProvider, serviceToken, tokenFor } from './support/tokens.ts'
import { type KeycloakWorld, startWithKeycloak } from './support/world.ts'

const { keycloak: missing } = inject('missing')
const RECORDER = { clientId: 'Recorder', clientSecret: 'recorder-secret-of-the-tests' }

describe.skipIf(missing !== null).each(['', '/auth'] as const)('Keycloak at the path "%s"', (path) => {
  let world: KeycloakWorld
  /** May ask about the tokens of the recorder. */
  let recorderApp: string
  beforeAll(async () => {
    world = await startWithKeycloak(path)
    recorderApp = await registerApp(world.gatehouse, { clientId: 'meet', clients: [RECORDER.clientId] })
  })
  afterAll(() => world?.stop())

  const askGatehouse = async (token: string, appAuthorization = world.appAuthorization) =>
    (await introspect({ ...world, appAuthorization }, token)).json()

  describe('an access token of a person', () => {
    it('is what Keycloak says it is', proves('real', 'keycloak', 'introspection'), async () => {
      const token = await accessTokenOf(world, 'alice')
      const told = await askProvider(world, token)
      expect(told).toMatchObject({ active: true, username: 'alice', client_id: 'gatehouse' })
      const { active, iss, sub, aud, exp, iat, jti, scope, client_id, username, acr } = told
      const same = { active, iss, sub, aud, exp, iat, jti, scope, client_id, username, acr }
      expect(await askGatehouse(token)).toMatchObject({ ...same, principal: 'user', token_type: 'Bearer' })
    })

    it(
      'without the audience mapper is not active for either',
      proves('real', 'keycloak', 'introspection'),
      async () => {
        const mapper = await world.admin.removeMapper('gatehouse', 'audience')
        const token = await accessTokenOf(world, 'alice')
        expect(await askProvider(world, token)).toEqual({ active: false })
        expect(await askGatehouse(token)).toEqual({ active: false })
        await world.admin.addMapper('gatehouse', mapper)
        expect(await askProvider(world, await accessTokenOf(world, 'alice'))).toMatchObject({ active: true })
      },
    )

    it('who is called like the account of a program belongs to a person', async () => {
      const username = 'service-account-frontend'
      await world.admin.call('POST', '/users', {
        username,
        enabled: true,
        email: 'somebody@corp.example',
        firstName: 'Some',
        lastName: 'Body',
        credentials: [{ type: 'password', value: 'somebody-password', temporary: false }],
      })
      const token = await tokenFor(world, {
        grant_type: 'password',
        client_id: 'Frontend',
        username,
        password: 'somebody-password',
        scope: 'openid profile',
      })
      const app = await registerApp(world.gatehouse, { clientId: 'wiki', clients: ['Frontend'] })
      expect(decodeJwt(token)).toMatchObject({ azp: 'Frontend', preferred_username: username })
      expect(await askGatehouse(token, app)).toMatchObject({ active: true, principal: 'user', username })
    })

    it('that names no one is not active', async () => {
      await world.admin.removeScope('gatehouse', 'basic')
      const token = await accessTokenOf(world, 'alice')
      await world.admin.addScope('gatehouse', 'basic')
      expect(decodeJwt(token)).not.toHaveProperty('sub')
      expect(await askGatehouse(token)).toEqual({ active: false })
    })

    it('of the type at+jwt is good as well', async () => {
      await world.admin.changeClient('gatehouse', { attributes: { 'access.token.header.type.rfc9068': 'true' } })
      const token = await accessTokenOf(world, 'alice')
      await world.admin.changeClient('gatehouse', { attributes: { 'access.token.header.type.rfc9068': 'false' } })
      expect(decodeProtectedHeader(token).typ).toBe('at+jwt')
      expect(await askGatehouse(token)).toMatchObject({ active: true, client_id: 'gatehouse', principal: 'user' })
    })

    it('stays good when another key signs, and the new key is known at once', async () => {
      const old = await accessTokenOf(world, 'alice')
      expect(await askGatehouse(old)).toMatchObject({ active: true })
      await world.admin.rotateKeys()
      expect(await askGatehouse(await accessTokenOf(world, 'alice'))).toMatchObject({ active: true })
      expect(await askGatehouse(old)).toMatchObject({ active: true })
    })

    it('whose last three characters are changed is not active', async () => {
      const token = await accessTokenOf(world, 'alice')
      expect(await askGatehouse(`${token.slice(0, -3)}AAA`)).toEqual({ active: false })
    })
  })

  describe('an access token of a program', () => {
    it('belongs to a service, with its role', async () => {
      expect(await askGatehouse(await serviceToken(world, RECORDER), recorderApp)).toMatchObject({
        active: true,
        principal: 'service',
        roles: expect.arrayContaining(['opentalk-recorder']),
        client_id: 'Recorder',
      })
    })

    it.each(['basic', 'profile'])('belongs to a service without the scope %s as well', async (scope) => {
      await world.admin.removeScope('Recorder', scope)
      const verdict = await askGatehouse(await serviceToken(world, RECORDER), recorderApp)
      await world.admin.addScope('Recorder', scope)
      expect(verdict).toMatchObject({ active: true, principal: 'service' })
    })

    it('belongs to a service when it is a lightweight one', async () => {
      const lightweight = 'client.use.lightweight.access.token.enabled'
      await world.admin.changeClient('Recorder', { attributes: { [lightweight]: 'true' } })
      const token = await serviceToken(world, RECORDER)
      await world.admin.changeClient('Recorder', { attributes: { [lightweight]: 'false' } })
      expect(await askGatehouse(token, recorderApp)).toMatchObject({ active: true, principal: 'service' })
    })
  })
})
