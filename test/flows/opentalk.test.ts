/**
 * The `[keycloak]` block of OpenTalk's own documentation, pasted under `[vars]` of wrangler.toml, signs somebody in.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { publishedVars } from '../../dev/configuration-check.ts'
import { freePort, type RunningGatehouse, startGatehouse } from '../support/gatehouse.ts'
import { type HostileServer, startHostileServer } from '../support/hostile-server.ts'

const SECRET = randomBytes(24).toString('base64url')

let provider: HostileServer
let gatehouse: RunningGatehouse | undefined
let folder: string

beforeEach(async () => {
  provider = await startHostileServer({ clientId: 'Controller', clientSecret: SECRET, path: '/auth/realms/MyRealm' })
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-opentalk-'))
})

afterEach(async () => {
  await Promise.all([provider.stop(), gatehouse?.stop(), rm(folder, { recursive: true })])
})

/** The block as it stands in the documentation, with this provider's host and secret in place of those. */
async function seedBlock(): Promise<string> {
  const block = await readFile('test/seeds/opentalk-keycloak.toml', 'utf8')
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
  const start = await fetch(`${running.baseUrl}/api/v1.0/authenticate/`, { redirect: 'manual' })
  const consent = await fetch(start.headers.get('location') ?? '', { redirect: 'manual' })
  const answer = await fetch(consent.headers.get('location') ?? '', {
    redirect: 'manual',
    headers: { cookie: cookiesOf(start) },
  })
  const me = await fetch(`${running.baseUrl}/api/v1.0/users/me/`, { headers: { cookie: cookiesOf(answer) } })
  return me.json()
}

function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}

describe('the [keycloak] block of the documentation signs somebody in', () => {
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

it('an [oidc] block signs somebody in, with the client of the controller', async () => {
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
