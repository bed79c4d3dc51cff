/**
 * The `[keycloak]` block of OpenTalk's documentation at a real Keycloak: it signs someone in, and says whose access tokens are good.
 */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { publishedVars } from '../../dev/configuration-check.ts'
import { freePort } from '../support/gatehouse.ts'
import { introspect, type Served, startWithApp } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'
import { makeRealm, passwordOf, type Realm } from './support/realm.ts'
import { serviceToken, tokenFor } from './support/tokens.ts'
import { keycloakAt, worldOf } from './support/world.ts'

const { keycloak: missing } = inject('missing')

/** The block as it stands in the documentation, but for the host, as wrangler reads it from `[vars]`. */
async function seedVars(host: string): Promise<Readonly<Record<string, unknown>>> {
  const block = (await readFile('test/fixtures/opentalk-keycloak.toml', 'utf8')).replace('localhost:8080', host)
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-opentalk-'))
  await writeFile(
    join(folder, 'wrangler.toml'),
    `name = "gatehouse"\n${block.replace('[keycloak]', '[vars.keycloak]')}`,
  )
  const vars = publishedVars(folder)
  await rm(folder, { recursive: true })
  return vars
}

describe.skipIf(missing !== null)('the [keycloak] block at a real Keycloak', () => {
  let realm: Realm | undefined
  let served: Served | undefined
  beforeAll(async () => {
    const keycloak = await keycloakAt('/auth')
    const port = await freePort()
    const vars = await seedVars(new URL(keycloak.baseUrl).host)
    const { client_secret: secret } = v.parse(v.looseObject({ client_secret: v.string() }), vars.keycloak)
    realm = await makeRealm(keycloak, `http://localhost:${port}`, 'MyRealm')
    await realm.admin.changeClient('Controller', { secret })
    served = await startWithApp({ port, script: inject('workerScript'), settings: vars })
  })
  afterAll(async () => {
    await Promise.all([served?.gatehouse.stop(), realm?.admin.remove()])
  })

  function running() {
    if (!served || !realm) throw new Error('the set-up did not come to its end')
    return { served, ...realm }
  }

  /** An access token that a client got for alice. */
  async function tokenOf(client: Readonly<Record<string, string>>): Promise<string> {
    const person = { username: 'alice', password: passwordOf('alice'), grant_type: 'password', scope: 'openid' }
    return tokenFor(running(), { ...person, ...client })
  }

  async function verdictOn(token: string): Promise<unknown> {
    return (await introspect(running().served, token)).json()
  }

  it('signs someone in, with OpenTalk’s tenant and tariff', async () => {
    const { issuer } = running()
    const { browser: newBrowser, at } = worldOf(running().served, issuer)
    const browser = newBrowser()
    const form = browser.formOf(await browser.open(at(PATHS.login)))
    await browser.submit({
      ...form,
      fields: { ...form.fields, username: 'alice', password: passwordOf('alice') },
    })
    expect((await browser.background(at(PATHS.me))).json()).toMatchObject({
      issuer,
      email: 'alice@example.org',
      tenant_id: 'OpenTalkDefaultTenant',
      tariff_id: 'OpenTalkDefaultTariff',
    })
  })

  it('takes the tokens of its own client, which are meant for no one but the account console', async () => {
    const { client_secret } = v.parse(
      v.looseObject({ client_secret: v.string() }),
      (await seedVars('localhost')).keycloak,
    )
    const verdict = await verdictOn(await tokenOf({ client_id: 'Controller', client_secret }))
    expect(verdict).toMatchObject({ active: true, principal: 'user', aud: 'account', client_id: 'Controller' })
  })

  it('takes those of another client with the mapper that the log asks for, and not without', async () => {
    const { admin } = running()
    expect(await verdictOn(await tokenOf({ client_id: 'Frontend' }))).toEqual({ active: false })
    const line = running().served.gatehouse.log.find((one) => one.includes('token_not_active'))
    expect(line).toContain('a mapper of type Audience with Included Client Audience Controller')
    await admin.addMapper('Frontend', {
      name: 'controller',
      protocolMapper: 'oidc-audience-mapper',
      config: { 'included.client.audience': 'Controller', 'access.token.claim': 'true' },
    })
    expect(await verdictOn(await tokenOf({ client_id: 'Frontend' }))).toMatchObject({ active: true })
  })

  it('takes the token of the recorder, by its role', async () => {
    const secret = 'recorder-secret-of-the-tests'
    const token = await serviceToken(running(), { clientId: 'Recorder', clientSecret: secret })
    expect(await verdictOn(token)).toMatchObject({
      active: true,
      principal: 'service',
      roles: expect.arrayContaining(['opentalk-recorder']),
    })
  })
})
