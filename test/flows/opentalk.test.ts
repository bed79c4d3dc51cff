/**
 * The `[keycloak]` block of OpenTalk's own documentation, pasted under `[vars]` of wrangler.toml, signs someone in; the tables beside it
 * say what must be known of people.
 */

import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { publishedVars } from '../../dev/configuration-check.ts'
import { freePort, type RunningGatehouse, startGatehouse } from '../support/gatehouse.ts'
import { type HostileServer, startHostileServer } from '../support/hostile-server.ts'
import { PATHS } from '../support/paths.ts'

const SECRET = randomBytes(24).toString('base64url')

const ALICE = { sub: 'alice', email: 'alice@example.org', given_name: 'Alice', family_name: 'Archer' }

let provider: HostileServer
let gatehouse: RunningGatehouse | undefined
let folder: string

beforeEach(async () => {
  provider = await startHostileServer({ clientId: 'Controller', clientSecret: SECRET, path: '/auth/realms/MyRealm' })
  provider.setPerson(ALICE)
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-opentalk-'))
})

afterEach(async () => {
  await Promise.all([provider.stop(), gatehouse?.stop(), rm(folder, { recursive: true })])
})

/** The block as it stands in the documentation, with this provider's host and secret in place of those. */
async function seedBlock(): Promise<string> {
  const block = await readFile('test/fixtures/opentalk-keycloak.toml', 'utf8')
  return block
    .replace('localhost:8080', new URL(provider.issuer).host)
    .replace('c64c5854-3f02-4728-a617-bbe98ec42b8f', SECRET)
}

/** What wrangler makes of a file with these lines. */
async function asWranglerReads(lines: string): Promise<Readonly<Record<string, unknown>>> {
  await writeFile(join(folder, 'wrangler.toml'), `name = "gatehouse"\n${lines}`)
  return publishedVars(folder)
}

/** Who is signed in after a visit to the provider and back. */
async function whoSignsIn(settings: Readonly<Record<string, unknown>>): Promise<unknown> {
  const script = inject('workerScript')
  const secret = { GATEHOUSE_SECRET: randomBytes(32).toString('base64url') }
  const running = await startGatehouse({ script, port: await freePort(), settings: { ...secret, ...settings } })
  gatehouse = running
  const start = await fetch(`${running.baseUrl}${PATHS.login}`, { redirect: 'manual' })
  const consent = await fetch(start.headers.get('location') ?? '', { redirect: 'manual' })
  const answer = await fetch(consent.headers.get('location') ?? '', {
    redirect: 'manual',
    headers: { cookie: cookiesOf(start) },
  })
  const me = await fetch(`${running.baseUrl}${PATHS.me}`, { headers: { cookie: cookiesOf(answer) } })
  return me.json()
}

function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}

describe('the [keycloak] block of the documentation signs someone in', () => {
  it('pasted into wrangler.toml as [vars.keycloak]', async () => {
    const vars = await asWranglerReads((await seedBlock()).replace('[keycloak]', '[vars.keycloak]'))
    expect(vars.keycloak).toMatchObject({ realm: 'MyRealm' })
    expect(await whoSignsIn(vars)).toMatchObject({ sub: 'alice', issuer: provider.issuer })
  })

  it('as JSON in one variable', async () => {
    const { keycloak } = await asWranglerReads((await seedBlock()).replace('[keycloak]', '[vars.keycloak]'))
    expect(await whoSignsIn({ keycloak: JSON.stringify(keycloak) })).toMatchObject({ sub: 'alice' })
  })

  it('as variables of OpenTalk', async () => {
    const block = await seedBlock()
    const variables = [...block.matchAll(/^(\w+) = "(.*)"$/gm)].map(([, key = '', value = '']) => [
      `OPENTALK_CTRL_KEYCLOAK__${key.toUpperCase()}`,
      value,
    ])
    expect(variables).toHaveLength(4)
    expect(await whoSignsIn(Object.fromEntries(variables))).toMatchObject({ sub: 'alice' })
  })
})

it('an [oidc] block signs someone in, with the client of the controller', async () => {
  const vars = await asWranglerReads(`
[vars.oidc]
authority = "${provider.issuer}"

[vars.oidc.frontend]
client_id = "Frontend"

[vars.oidc.controller]
client_id = "Controller"
client_secret = "${SECRET}"
`)
  expect(await whoSignsIn(vars)).toMatchObject({ sub: 'alice', issuer: provider.issuer })
})

describe('[tenants] and [tariffs]', () => {
  const block = async () => (await seedBlock()).replace('[keycloak]', '[vars.keycloak]')
  const TABLES = `
[vars.tenants]
assignment = "by_external_tenant_id"

[vars.tariffs]
assignment = "by_external_tariff_id"

[vars.tariffs.status_mapping]
downgraded_tariff_name = "Free"
default = ["new"]
paid = ["paid"]
downgraded = ["late"]
`

  it('say which tenant and tariff everybody has, whatever the provider says', async () => {
    provider.setPerson({ ...ALICE, tenant_id: 'other', tariff_id: 'other' })
    const vars = await asWranglerReads(`${await block()}\n[vars.tenants]\nstatic_tenant_id = "us"\n`)
    expect(await whoSignsIn(vars)).toMatchObject({
      tenant_id: 'us',
      tariff_id: 'OpenTalkDefaultTariff',
      tariff_status: 'default',
    })
  })

  it('may leave it to the provider', async () => {
    provider.setPerson({ ...ALICE, tenant_id: 'tenant-1', tariff_id: 'gold', tariff_status: 'late' })
    const vars = await asWranglerReads(`${await block()}\n${TABLES}`)
    expect(await whoSignsIn(vars)).toMatchObject({
      tenant_id: 'tenant-1',
      tariff_id: 'Free',
      tariff_status: 'downgraded',
    })
  })

  it('refuse whoever comes without, and the log names every claim that is missing and what brings it (O9, O11)', async () => {
    provider.setPerson({ sub: 'alice', email: 'alice@example.org', given_name: 'Alice' })
    await whoSignsIn(await asWranglerReads(`${await block()}\n${TABLES}`))
    const line = await vi.waitUntil(() => gatehouse?.log.find((one) => one.includes('"refused"')))
    expect(JSON.parse(line)).toMatchObject({
      code: 'claims_missing',
      missing: ['family_name', 'tenant_id', 'tariff_id', 'tariff_status'],
      fix: expect.arrayContaining([expect.stringMatching(/^tenant_id: a mapper of type User Attribute/)]),
    })
  })

  it('take a status that no one knows for default, and the log says so', async () => {
    provider.setPerson({ ...ALICE, tenant_id: 'tenant-1', tariff_id: 'gold', tariff_status: 'Late' })
    const vars = await asWranglerReads(`${await block()}\n${TABLES}`)
    expect(await whoSignsIn(vars)).toMatchObject({ tariff_id: 'gold', tariff_status: 'default' })
    await vi.waitUntil(() => gatehouse?.log.some((one) => one.includes('tariff_status_unknown')))
  })
})
