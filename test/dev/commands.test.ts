/**
 * The commands of the folder `dev`, run as a developer runs them, and the files that they write.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  claimSetsIn,
  createApp,
  endFormerSecret,
  ensureDemoApp,
  publicKeysIn,
  rotateSecret,
  updateApp,
} from '../../dev/apps.ts'
import { applyMigrations, queryD1 } from '../../dev/d1.ts'
import { requireFreePort } from '../../dev/ports.ts'
import { startNode } from '../../dev/processes.ts'
import { devSettings, ensureSecrets, ROOT, readDevVars } from '../../dev/settings.ts'
import { accessTokenOf } from '../../dev/sign-in.ts'
import { describeUsers, USERS_MAX } from '../../dev/user-list.ts'
import { workerOutput } from '../../dev/worker-output.ts'

const WRANGLER_MS = 60_000

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-dev-'))
})

afterEach(() => rm(folder, { recursive: true }))

/** A server on some port, to be in the way. */
async function occupyPort() {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { port, free: () => new Promise((resolve) => server.close(resolve)) }
}

async function run(script: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const { child, ended } = startNode([join(ROOT, 'dev', script), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes')
  const [stdout, stderr, { code }] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { stdout, stderr, code }
}

describe('--help', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> } // our own file
  const programs = Object.entries(scripts).flatMap(([name, line]) => {
    const [, path] = /^(?:exec )?node (\S+)/.exec(line) ?? []
    return path === undefined ? [] : [{ name, path }]
  })

  it.each(programs)('of npm run $name shows the usage, and nothing is done', async ({ name, path }) => {
    const { stdout, stderr, code } = await run(join('..', path), ['--help'])
    expect(stdout).toMatch(new RegExp(`^Usage: npm run (-s )?${name}\\b`))
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect((await run(join('..', path), ['-h'])).stdout).toBe(stdout)
  })

  it.each(programs)('is what npm run $name shows beneath an option that there is not', async ({ path }) => {
    const { stdout, stderr, code } = await run(join('..', path), ['--no-such-option'])
    expect(stderr).toMatch(/^Unknown option '--no-such-option'.*\nUsage: npm run /)
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
  })
})

describe('npm run bench:rotation', () => {
  it.each([
    { option: '--sign-ins', value: 'abc', usual: 200 },
    { option: '--browsers', value: '0', usual: 20 },
    { option: '--checks', value: '', usual: 20_000 },
    { option: '--checks', value: '1e9', usual: 20_000 },
    { option: '--every', value: '5s', usual: 5 },
    { option: '--every', value: '0.5', usual: 5 },
  ])('measures nothing for $option "$value", which is no whole number above 0', async ({ option, value, usual }) => {
    const { stdout, stderr, code } = await run('../bench/rotation.ts', [option, value])
    expect(stderr).toBe(`${option} must be a whole number above 0, but it is "${value}". Example: ${option} ${usual}\n`)
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
  })
})

describe('ports', () => {
  it('says in one sentence that a port is taken, and how to take another', async () => {
    const { port, free } = await occupyPort()
    await expect(requireFreePort('PORT', port)).rejects.toThrow(
      `Port ${port} is already in use. Stop what uses it, or choose another: PORT=${port + 1} npm run dev`,
    )
    await free()
    await expect(requireFreePort('PORT', port)).resolves.toBeUndefined()
  })

  it.each(['abc', '0', '65536', '-1', '80.5', '1e3'])(
    'ends npm run dev with one sentence for PORT=%s',
    async (PORT) => {
      const { stdout, stderr, code } = await run('start.ts', [], { PORT })
      expect(stderr).toBe(
        `PORT must be a number from 1 to 65535, but it is "${PORT}". Example: PORT=8788 npm run dev\n`,
      )
      expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
    },
  )
})

describe('.dev.vars', () => {
  it('gets fresh secrets once, for the owner only', async () => {
    expect(await ensureSecrets(folder)).toEqual(['GATEHOUSE_SECRET', 'OIDC_RP_CLIENT_SECRET'])
    const first = await readFile(join(folder, '.dev.vars'), 'utf8')
    expect(first).toMatch(/^GATEHOUSE_SECRET=[\w-]{43}\nOIDC_RP_CLIENT_SECRET=[\w-]{43}\n$/)
    expect((await stat(join(folder, '.dev.vars'))).mode & 0o777).toBe(0o600)
    expect(await ensureSecrets(folder)).toEqual([])
    expect(await readFile(join(folder, '.dev.vars'), 'utf8')).toBe(first)
  })

  it('keeps what is there, exactly', async () => {
    const mine = '# mine\nOIDC_RP_CLIENT_SECRET="of my own"\nOIDC_TIMEOUT=9'
    await writeFile(join(folder, '.dev.vars'), mine)
    expect(await ensureSecrets(folder)).toEqual(['GATEHOUSE_SECRET'])
    expect(await readFile(join(folder, '.dev.vars'), 'utf8')).toMatch(
      new RegExp(`^${mine}\nGATEHOUSE_SECRET=[\\w-]{43}\n$`),
    )
    expect(await readDevVars(folder)).toMatchObject({ OIDC_RP_CLIENT_SECRET: 'of my own', OIDC_TIMEOUT: '9' })
  })

  it('wins over what npm run dev would set, and over wrangler.toml', () => {
    const ports = { port: 8787, idpPort: 9797 }
    const own = devSettings(ports, { OIDC_OP_URL: 'https://id.example.org' }, { OIDC_TIMEOUT: '3' })
    expect(own.hasEmbeddedProvider).toBe(false)
    expect(own.vars).not.toHaveProperty('OIDC_OP_URL')
    expect(own.all).toMatchObject({ OIDC_OP_URL: 'https://id.example.org', OIDC_TIMEOUT: '3' })
  })

  it.each([
    ['OIDC_OP_URL', 'https://id.example.org'],
    ['OIDC_OP_TYPE', 'google'],
    ['OIDC_PROVIDERS', '[{"id":"work"}]'],
    ['OPENTALK_CTRL_KEYCLOAK__BASE_URL', 'https://id.example.org'],
  ])('names a provider of its own with %s, whose secret is not made up', async (name, value) => {
    const { hasEmbeddedProvider, vars } = devSettings({ port: 8787, idpPort: 9797 }, { [name]: value })
    expect([hasEmbeddedProvider, Object.keys(vars)]).toEqual([false, ['BASE_URL']])
    await writeFile(join(folder, '.dev.vars'), `${name}='${value}'\n`)
    expect(await ensureSecrets(folder)).toEqual(['GATEHOUSE_SECRET'])
  })

  it('leaves nothing of the deployed providers in the way of the embedded one', () => {
    const tables = { OIDC_PROVIDERS: [{ id: 'work' }], keycloak: { base_url: 'https://id.example.org' } }
    const published = { OIDC_OP_TOKEN_ENDPOINT: 'https://id.example.org/token', LOGIN_REDIRECT_URL: '/home', ...tables }
    const { vars, all } = devSettings({ port: 8787, idpPort: 9797 }, {}, published)
    expect(vars).toMatchObject({
      OIDC_OP_URL: 'http://127.0.0.1:9797',
      OIDC_OP_TOKEN_ENDPOINT: '',
      OIDC_PROVIDERS: '',
      keycloak: '',
    })
    expect(all).toMatchObject({ OIDC_OP_TOKEN_ENDPOINT: '', LOGIN_REDIRECT_URL: '/home' })
  })
})

describe('npm run token', () => {
  const credentials = { clientId: 'gatehouse', clientSecret: 'a-client-secret-for-tests' }

  it('says how to start the provider when it is not there', async () => {
    const { port, free } = await occupyPort()
    await free()
    await expect(accessTokenOf('alice', { issuer: `http://127.0.0.1:${port}`, ...credentials })).rejects.toThrow(
      `The embedded provider is not running at http://127.0.0.1:${port}. Start it with: npm run dev`,
    )
  })

  it('lists the names when it does not know one', async () => {
    await expect(accessTokenOf('mallory', { issuer: 'http://127.0.0.1:9797', ...credentials })).rejects.toThrow(
      'There is no "mallory". Known are: alice, bob, carol, recorder, call-in.',
    )
  })

  it('shows its usage when the name is missing', async () => {
    const { stdout, stderr, code } = await run('token.ts', [])
    expect(stderr).toMatch(/^Usage: npm run -s token -- NAME {3}\(for example: alice\)\n/)
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
  })
})

/** May ask about nothing but what is meant for Gatehouse, and is told nothing of a person. */
const PLAIN = {
  audiences: [],
  clients: [],
  hasSessions: false,
  claims: [],
  signedResponseAlg: 'RS256',
  jwks: null,
} as const

describe('npm run app:update', () => {
  it.each([[[]], [['--name', 'x']], [['--name', 'x', '--sessions', '--no-sessions']], [['--sessions']]])(
    'shows its usage for %j, which says nothing or too much',
    async (words) => {
      const { stderr, code } = await run('app-update.ts', words)
      expect(stderr).toMatch(/^Usage: npm run app:update -- --name NAME/)
      expect(code).toBe(1)
    },
  )

  it('names the claims that there are, and the algorithms', async () => {
    const claims = await run('app-update.ts', ['--name', 'x', '--claims', 'email,phone'])
    expect(claims.stderr).toBe(
      'There are no claims "phone". Choose from email, profile, groups, tenant, or write none.\n',
    )
    const algorithm = await run('app-update.ts', ['--name', 'x', '--signed-response-alg', 'none'])
    expect(algorithm.stderr).toBe('Answers are signed with RS256 or ES256, not with "none".\n')
  })
})

describe('npm run app:create', () => {
  it('shows its usage when the name is missing', async () => {
    const { stderr, code } = await run('app-create.ts', [])
    expect(stderr).toMatch(/^Usage: npm run app:create -- --name NAME/)
    expect(code).toBe(1)
  })

  it.each(['', ' x', 'x'.repeat(101), 'a\nb', 'a\u0000b', 'a\u0085b'])('refuses the name %j', async (name) => {
    const app = createApp({ root: folder, remote: false }, { ...PLAIN, name })
    await expect(app).rejects.toThrow(/^(The name of an app has|Names, audiences and clients have no control)/)
  })
})

describe('the local database', () => {
  let root: string

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'gatehouse-d1-'))
    await cp(join(ROOT, 'migrations'), join(root, 'migrations'), { recursive: true })
    await cp(join(ROOT, 'wrangler.toml'), join(root, 'wrangler.toml'))
    await applyMigrations({ root, remote: false })
  }, WRANGLER_MS)

  afterAll(() => rm(root, { recursive: true }))

  it('keeps the hash of an app secret, and a name that looks like SQL is a name', {
    timeout: WRANGLER_MS,
  }, async () => {
    const database = { root, remote: false }
    const name = `O'Brien "x"; DROP TABLE apps; --`
    const { clientId, secret } = await createApp(database, { ...PLAIN, name, audiences: ["it's"], clients: ['web'] })
    expect(clientId).toMatch(/^app_[\w-]{16}$/)
    expect(secret).toMatch(/^[\w-]{43}$/)
    const [rows] = await queryD1(database, 'SELECT * FROM apps')
    expect(rows).toEqual([
      {
        client_id: clientId,
        name,
        secret_hash: createHash('sha256').update(secret).digest('base64url'),
        audiences: `["it's"]`,
        clients: '["web"]',
        sessions: 0,
        claims: '[]',
        introspection_signed_response_alg: 'RS256',
        former_secret_hash: null,
        jwks: null,
        disabled_at: null,
        created_at: expect.any(Number),
      },
    ])
    await expect(createApp(database, { ...PLAIN, name: name.toLowerCase() })).rejects.toThrow(
      'There is already an app named',
    )
  })

  it('changes what an app may ask and is told, and nothing else of it', { timeout: WRANGLER_MS }, async () => {
    const database = { root, remote: false }
    await createApp(database, { ...PLAIN, name: 'Notes', audiences: ['a'] })
    const row = async () => (await queryD1(database, "SELECT * FROM apps WHERE name = 'Notes'"))[0]?.[0]
    const before = await row()
    const unchanged = { hasSessions: undefined, claims: undefined, signedResponseAlg: undefined }
    await updateApp(database, 'notes', { ...unchanged, hasSessions: true, claims: claimSetsIn('groups, email,groups') })
    expect(await row()).toEqual({ ...before, sessions: 1, claims: '["groups","email"]' })
    await updateApp(database, 'Notes', { ...unchanged, claims: claimSetsIn('none'), signedResponseAlg: 'ES256' })
    expect(await row()).toEqual({ ...before, sessions: 1, claims: '[]', introspection_signed_response_alg: 'ES256' })
    await expect(updateApp(database, 'None', { ...unchanged, hasSessions: true })).rejects.toThrow(
      'no app named "None"',
    )
  })

  it('gives an app a new secret, and keeps the former one until it is told otherwise', {
    timeout: WRANGLER_MS,
  }, async () => {
    const database = { root, remote: false }
    const hashes = async () =>
      (await queryD1(database, "SELECT secret_hash, former_secret_hash FROM apps WHERE name = 'Wiki'"))[0]?.[0]
    const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url')
    const first = await createApp(database, { ...PLAIN, name: 'Wiki' })
    const second = await rotateSecret(database, 'wiki')
    expect(second.clientId).toBe(first.clientId)
    expect(await hashes()).toEqual({ secret_hash: hashOf(second.secret), former_secret_hash: hashOf(first.secret) })
    await endFormerSecret(database, 'Wiki')
    expect(await hashes()).toEqual({ secret_hash: hashOf(second.secret), former_secret_hash: null })
    await expect(rotateSecret(database, 'None')).rejects.toThrow('There is no app named "None" that has a secret.')
  })

  it('keeps the public keys of an app that signs assertions, which has no secret to rotate', {
    timeout: WRANGLER_MS,
  }, async () => {
    const database = { root, remote: false }
    const jwks = publicKeysIn('{"keys":[{"kty":"EC","crv":"P-256","x":"x","y":"y"}]}')
    expect((await createApp(database, { ...PLAIN, name: 'Signer', jwks })).secret).toBe('')
    const [rows] = await queryD1(database, "SELECT secret_hash, jwks FROM apps WHERE name = 'Signer'")
    expect(rows).toEqual([{ secret_hash: '', jwks: JSON.stringify(jwks) }])
    await expect(rotateSecret(database, 'Signer')).rejects.toThrow('that has a secret')
  })

  it.each([
    ['{"keys":[{"kty":"EC","d":"private"}]}', 'private ones'],
    ['{"keys":[{"kty":"oct","k":"secret"}]}', 'private ones'],
    ['{"keys":[]}', 'are a JWK set'],
    ['{"keys":[5]}', 'are a JWK set'],
    ['[]', 'are a JWK set'],
    ['not JSON', 'are a JWK set'],
  ])('refuses the keys %s', (text, why) => {
    expect(() => publicKeysIn(text)).toThrow(why)
  })

  it('has one demo app, whose credential stays', { timeout: WRANGLER_MS }, async () => {
    const database = { root, remote: false }
    const first = await ensureDemoApp(database)
    expect(await ensureDemoApp(database)).toEqual(first)
    expect((await stat(join(root, '.wrangler', 'dev-app.json'))).mode & 0o777).toBe(0o600)
    await queryD1(database, "DELETE FROM apps WHERE name = 'demo'")
    await ensureDemoApp(database)
    const [rows] = await queryD1(database, "SELECT client_id FROM apps WHERE name = 'demo'")
    expect(rows).toEqual([{ client_id: first.clientId }])
  })

  it('says what is wrong when there is no table', { timeout: WRANGLER_MS }, async () => {
    await cp(join(ROOT, 'wrangler.toml'), join(folder, 'wrangler.toml'))
    const app = createApp({ root: folder, remote: false }, { ...PLAIN, name: 'x' })
    await expect(app).rejects.toThrow('The database has no table of apps yet. It is made by: npm run dev')
  })
})

describe('npm run users', () => {
  it('says how to sign in at Cloudflare when it cannot reach the deployed database', {
    timeout: WRANGLER_MS,
  }, async () => {
    const signedOut = { HOME: folder, XDG_CONFIG_HOME: folder, CLOUDFLARE_API_TOKEN: '' }
    const { stdout, stderr, code } = await run('users.ts', ['--remote'], signedOut)
    expect(stderr).toMatch(/^You are not signed in at Cloudflare\. Sign in with: npx wrangler login .*\n$/)
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
  })

  const row = {
    id: 'u1',
    email: 'x@example.org',
    email_verified: 0,
    x_grp: '["a","b"]',
    family_name: null,
    last_login_at: 0,
  }

  it('shows a block per user, absent claims as a dash, times as ISO', () => {
    const shown = describeUsers([row])
    expect(shown).toContain('family_name         –\n')
    expect(shown).toContain('email_verified      no\n')
    expect(shown).toContain('x_grp               a, b\n')
    expect(shown).toContain('last_login_at       1970-01-01T00:00:00.000Z\n')
    expect(shown).toMatch(/\n\n1 user$/)
  })

  it('tells groups that are not known from none', () => {
    expect(describeUsers([{ ...row, x_grp: 'null' }])).toContain('x_grp               not known\n')
    expect(describeUsers([{ ...row, x_grp: '[]' }])).toContain('x_grp               –\n')
  })

  it('says so when it does not show all', () => {
    const rows = Array.from({ length: USERS_MAX + 1 }, () => row)
    expect(describeUsers(rows)).toMatch(/\n\n1000 users \(the last to sign in; there are more\)$/)
    expect(describeUsers(rows.slice(1))).toMatch(/\n\n1000 users$/)
  })

  it('lets no claim command the terminal', () => {
    expect(describeUsers([{ ...row, name: 'x\u001b[2J\r' }])).toContain('name                x\u{fffd}[2J\u{fffd}\n')
  })
})

describe('what wrangler prints', () => {
  it('is reduced to warnings, errors and the console of the Worker', () => {
    let shown = ''
    const output = workerOutput({ out: (piece) => (shown += piece), err: (piece) => (shown += piece) })
    output.err('▲ Scheduled Workers are not automatically triggered\n\n  more\n\n\nA warning of note\n')
    output.out('banner\n[wrangler:info] Ready on http://127.0.0.1:1\n[wrangler:info] GET /ping 200 OK\nhel')
    output.out('lo\n⎔ Reloading\n')
    expect(shown).toBe('A warning of note\nhello\n')
  })

  it('is shown in full when the Worker never started', () => {
    let shown = ''
    const output = workerOutput({ out: () => {}, err: (piece) => (shown += piece) })
    output.err('Build failed\n')
    expect(shown).toBe('')
    output.finish()
    expect(shown).toBe('Build failed\n')
  })
})
