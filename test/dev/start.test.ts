/**
 * `npm run dev` as a newcomer runs it: the embedded provider, and a wrangler.toml that names another provider.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stop } from '../../dev/processes.ts'
import { DevVisitor, makeCheckout, type RunningDev, startDev } from '../support/dev-checkout.ts'

const START_MS = 120_000
const DEPLOYED = `[vars]
BASE_URL = "https://login.example.org"
OIDC_OP_URL = "https://id.example.org"
OIDC_RP_CLIENT_ID = "gatehouse"
GATEHOUSE_ADMINS = "default:somebody-else"
`

let root: string
let dev: RunningDev

beforeAll(async () => {
  root = await makeCheckout()
  const path = join(root, 'wrangler.toml')
  await writeFile(path, (await readFile(path, 'utf8')).replace('[vars]\n', DEPLOYED))
  dev = await startDev(root)
}, START_MS)

afterAll(async () => {
  await stop(dev.started)
  await rm(root, { recursive: true, force: true })
})

describe('npm run dev', () => {
  it('says in one line that the provider of wrangler.toml is not used here, and why', () => {
    const lines = `${dev.shown.stdout}${dev.shown.stderr}`.split('\n').filter((line) => line.includes('wrangler.toml'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/OIDC_OP_URL.* not used here.*\.dev\.vars.*docs\/providers\//)
  })

  it('makes alice an administrator of Gatehouse, and bob none', async () => {
    const [alice, bob] = [new DevVisitor(dev.baseUrl), new DevVisitor(dev.baseUrl)]
    await alice.signIn('alice')
    await bob.signIn('bob')
    expect((await alice.visit('/admin/diagnosis/')).status).toBe(200)
    expect((await bob.visit('/admin/diagnosis/')).status).toBe(403)
  })

  it('ends with a sentence, and no stack trace, when npm ci takes its dependencies away', async () => {
    const before = dev.shown.stderr
    const folder = join(root, 'node_modules')
    await Promise.all((await readdir(folder)).map((name) => rm(join(folder, name), { recursive: true, force: true })))
    const { code } = await dev.started.ended
    expect(dev.shown.stderr.slice(before.length)).toBe(
      'The dependencies in node_modules were removed (npm ci does that), so everything ends. Start again with: npm run dev\n',
    )
    expect(code).toBe(1)
  })
})
