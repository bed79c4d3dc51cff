/**
 * `npm run doctor` as a developer runs it: with the settings of a folder, the local database, and a provider that runs or does not.
 */
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyMigrations, queryD1 } from '../../dev/d1.ts'
import { createDiagnosisText } from '../../dev/doctor-text.ts'
import { startNode } from '../../dev/processes.ts'
import { type RunningProvider, startProvider } from '../../dev/provider/provider.ts'
import { ROOT } from '../../dev/settings.ts'
import type { Check } from '../../src/diagnosis/check.ts'

const COMMAND_MS = 60_000
const SECRETS = { GATEHOUSE_SECRET: 'g'.repeat(43), OIDC_RP_CLIENT_SECRET: 'c'.repeat(43) }

let root: string
let provider: RunningProvider

beforeAll(async () => {
  // A checkout of its own, so that no one's .dev.vars and database are in the way.
  root = await mkdtemp(join(tmpdir(), 'gatehouse-doctor-'))
  for (const name of ['dev', 'src', 'migrations', 'wrangler.toml', 'package.json']) {
    await cp(join(ROOT, name), join(root, name), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  await mkdir(join(root, '.wrangler'))
  await applyMigrations({ root, remote: false })
  const baseUrl = 'http://localhost:8787'
  const clientSecret = SECRETS.OIDC_RP_CLIENT_SECRET
  provider = await startProvider({ port: 0, relyingParty: { clientId: 'gatehouse', clientSecret, baseUrl } })
}, COMMAND_MS)
afterAll(async () => {
  await provider?.stop()
  await rm(root, { recursive: true })
})

async function doctor(settings: Readonly<Record<string, string>>, ...args: string[]) {
  return await doctorWith({}, settings, ...args)
}

/** With something in the environment too, as an operator hands over a secret. */
async function doctorWith(
  environment: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>>,
  ...args: string[]
) {
  const lines = Object.entries({ ...SECRETS, ...settings }).map(([name, value]) => `${name}=${value}\n`)
  await writeFile(join(root, '.dev.vars'), lines.join(''))
  const { child, ended } = startNode([join(root, 'dev', 'doctor.ts'), ...args], {
    cwd: root,
    env: { ...process.env, PORT: '8787', IDP_PORT: String(provider.port), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes')
  const [stdout, stderr, { code }] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { stdout, stderr, code }
}

describe('npm run doctor', () => {
  it('finds nothing wrong with the embedded provider, and ends with status 0', { timeout: COMMAND_MS }, async () => {
    const { stdout, stderr, code } = await doctor({})
    expect(stdout).toContain('Nothing is wrong that can be seen')
    expect(stdout).toContain('Redirect URI              http://localhost:8787/api/v1.0/callback/')
    expect(stdout).toContain('✓ pass  Database (D1) migrated')
    expect(stdout).not.toContain('\u001b[')
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  })

  it('names what is wrong, and ends with status 1', { timeout: COMMAND_MS }, async () => {
    const { stdout, code } = await doctor({ OIDC_RP_CLIENT_SECRET: 'another-secret' })
    expect(stdout).toContain('✗ fail  Client secret or key accepted')
    expect(stdout).toMatch(/What to do: .*OIDC_RP_CLIENT_SECRET/)
    expect(stdout).toContain('1 check fails')
    expect(stdout).not.toContain('another-secret')
    expect(code).toBe(1)
  })

  it('lists every problem of the settings, and ends with status 1', { timeout: COMMAND_MS }, async () => {
    const { stdout, code } = await doctor({ GATEHOUSE_SECRET: 'short', OIDC_RP_SIGN_ALGO: 'none' })
    expect(stdout).toContain('GATEHOUSE_SECRET needs 32 characters')
    expect(stdout).toContain('OIDC_RP_SIGN_ALGO must be one of')
    expect(code).toBe(1)
  })

  it('says how to start the embedded provider when it does not run', { timeout: COMMAND_MS }, async () => {
    const { stop, port } = await startProvider({
      port: 0,
      relyingParty: { clientId: 'x', clientSecret: 'x', baseUrl: 'http://localhost:1' },
    })
    await stop()
    await writeFile(
      join(root, '.dev.vars'),
      Object.entries(SECRETS)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
    const { child, ended } = startNode([join(root, 'dev', 'doctor.ts')], {
      cwd: root,
      env: { ...process.env, IDP_PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (child.stdout === null) throw new Error('no pipe')
    const [stdout, { code }] = await Promise.all([text(child.stdout), ended])
    expect(stdout).toContain(`The embedded provider is not running at http://127.0.0.1:${port}.`)
    expect(stdout).toContain('npm run dev')
    expect(code).toBe(1)
  })

  it('speaks JSON, with the refused sign-ins of the local database', { timeout: COMMAND_MS }, async () => {
    await queryD1(
      { root, remote: false },
      "INSERT INTO refusals (at, provider, reference, code, reason) VALUES (1700000000, 'default', 'abc', 'clock_skew', 'the clocks differ')",
    )
    const { stdout, code } = await doctor({}, '--json')
    const report = JSON.parse(stdout) as { healthy: boolean; checks: Check[] } // the answer is the test's subject
    expect(report.healthy).toBe(false)
    expect(report.checks.filter(({ result }) => result === 'fail')).toMatchObject([
      {
        id: 'refused-sign-in',
        provider: 'default',
        seen: expect.stringContaining('2023-11-14 22:13 UTC, reference abc: clock_skew'),
      },
    ])
    expect(code).toBe(1)
  })

  it('knows its options', { timeout: COMMAND_MS }, async () => {
    expect(await doctor({}, '--help')).toMatchObject({
      stdout: expect.stringMatching(/^Usage: npm run doctor/),
      code: 0,
    })
    const unknown = await doctor({}, '--provider', 'nobody')
    expect(unknown).toMatchObject({ stderr: 'There is no provider "nobody". There are: default.\n', code: 1 })
    expect(await doctor({}, '--all')).toMatchObject({
      stderr: expect.stringContaining('Usage: npm run doctor'),
      code: 1,
    })
  })
})

describe('npm run doctor -- --deployed', () => {
  let original: string
  beforeAll(async () => {
    original = await readFile(join(root, 'wrangler.toml'), 'utf8')
    const vars = `[vars]
BASE_URL = "http://localhost:8787"
OIDC_OP_URL = "${provider.issuer}"
OIDC_RP_CLIENT_ID = "gatehouse"
`
    await writeFile(join(root, 'wrangler.toml'), original.replace('[vars]\n', vars))
  })
  afterAll(() => writeFile(join(root, 'wrangler.toml'), original))

  it('looks at the settings of wrangler.toml, with a secret of the environment', { timeout: COMMAND_MS }, async () => {
    const { stdout, stderr, code } = await doctorWith(
      { OIDC_RP_CLIENT_SECRET: SECRETS.OIDC_RP_CLIENT_SECRET },
      { BASE_URL: 'http://localhost:1', OIDC_RP_CLIENT_SECRET: 'made for another' },
      '--deployed',
    )
    expect(stdout).toMatch(/^Looking at \[vars\] of wrangler\.toml\./)
    expect(stdout).toContain('✓ pass  Client secret or key accepted')
    expect(stdout).toContain('Redirect URI              http://localhost:8787/api/v1.0/callback/')
    expect(stdout).not.toContain('Database (D1)')
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  })

  it('asks for the secret, and does not take that of the embedded provider for it', {
    timeout: COMMAND_MS,
  }, async () => {
    const { stdout, stderr, code } = await doctor({}, '--deployed')
    expect(stderr).toMatch(/^OIDC_RP_CLIENT_SECRET: not in your environment/)
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
  })

  it('takes a secret of .dev.vars where that has a provider of its own', { timeout: COMMAND_MS }, async () => {
    const { stdout, code } = await doctor(
      { OIDC_OP_URL: provider.issuer, OIDC_RP_CLIENT_SECRET: 'another-secret' },
      '--deployed',
    )
    expect(stdout).toContain('✗ fail  Client secret or key accepted')
    expect(code).toBe(1)
  })

  it('is what the command without it points to', { timeout: COMMAND_MS }, async () => {
    const { stdout } = await doctor({})
    expect(stdout).toMatch(
      /^Looking at what npm run dev runs, with the embedded provider\..*npm run doctor -- --deployed\n/,
    )
  })
})

describe('the text', () => {
  const check = (id: Check['id'], more: Partial<Check>): Check => ({
    id,
    provider: null,
    title: id,
    result: 'cannot tell',
    seen: 'Not asked.',
    fix: '',
    copy: [],
    ...more,
  })

  it('has one row for checks in a row that say the same', () => {
    const shown = createDiagnosisText(false)([check('keys', {}), check('clock', {}), check('pkce', { result: 'pass' })])
    expect(shown).toContain('? cannot tell  keys, clock\n')
    expect(shown).toContain('✓ pass  pkce\n')
  })

  it('is coloured for a terminal alone', () => {
    expect(createDiagnosisText(true)([check('keys', { result: 'fail' })])).toContain('\u001b[31m✗ fail')
    expect(createDiagnosisText(false)([check('keys', { result: 'fail' })])).not.toContain('\u001b[')
  })
})
