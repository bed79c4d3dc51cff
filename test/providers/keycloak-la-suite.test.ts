/**
 * The environment that La Suite Meet's page shows for Keycloak, at a real one: it names no issuer, and signs someone in.
 */

import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { freePort } from '../support/gatehouse.ts'
import { type Served, startWithApp } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'
import { GATEHOUSE_CLIENT, makeRealm, passwordOf, type Realm } from './support/realm.ts'
import { keycloakAt, worldOf } from './support/world.ts'

const { keycloak: missing } = inject('missing')

/** The block as it stands on the page, but for the host and the secret. */
async function pastedAt(baseUrl: string): Promise<Record<string, string>> {
  const block = (await readFile('test/fixtures/la-suite/keycloak.env', 'utf8'))
    .replaceAll('https://keycloak.example.com', baseUrl)
    .replace('<client-secret-from-keycloak>', GATEHOUSE_CLIENT.clientSecret)
  return Object.fromEntries(Object.entries(parseEnv(block)).map(([name, value = '']) => [name, value]))
}

describe.skipIf(missing !== null)('the environment for Keycloak of La Suite’s page, at a real Keycloak', () => {
  let realm: Realm | undefined
  let served: Served | undefined
  beforeAll(async () => {
    const keycloak = await keycloakAt('')
    const port = await freePort()
    realm = await makeRealm(keycloak, `http://localhost:${port}`, 'meet')
    await realm.admin.changeClient(GATEHOUSE_CLIENT.clientId, { clientId: 'meet' })
    served = await startWithApp({ port, script: inject('workerScript'), settings: await pastedAt(keycloak.baseUrl) })
  })
  afterAll(async () => {
    await Promise.all([served?.gatehouse.stop(), realm?.admin.remove()])
  })

  it('finds the issuer by the endpoints, and signs someone in', async () => {
    if (!served || !realm) throw new Error('the set-up did not come to its end')
    const { browser: newBrowser, at } = worldOf(served, realm.issuer)
    const browser = newBrowser()
    const form = browser.formOf(await browser.open(at(PATHS.login)))
    const fields = { ...form.fields, username: 'alice', password: passwordOf('alice') }
    await browser.submit({ ...form, fields })
    expect((await browser.background(at(PATHS.me))).json()).toMatchObject({
      issuer: realm.issuer,
      email: 'alice@example.org',
      full_name: 'Alice Archer',
    })
  })
})
