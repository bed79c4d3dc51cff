/**
 * `npm run user:export`, `user:disable`, `user:enable` and `user:delete` as an operator runs them, on a local database with three people.
 */
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyMigrations, queryD1 } from '../../dev/d1.ts'
import { startNode } from '../../dev/processes.ts'
import { ROOT } from '../../dev/settings.ts'

const COMMAND_MS = 60_000
const PEOPLE = `
INSERT INTO users (id, issuer, subject, email, given_name, x_grp, created_at, updated_at, last_login_at) VALUES
  ('u-alice', 'https://id.example.org', 'a1', 'alice@example.org', 'Alice', '["staff"]', 1700000000, 1700000000, 1700000000),
  ('u-bob', 'https://id.example.org', 'b1', 'shared@example.org', 'Bob', '[]', 1700000000, 1700000000, 1700000000),
  ('u-bob-2', 'https://other.example.org', 'b1', 'shared@example.org', 'Bob', '[]', 1700000000, 1700000000, 1700000000);
INSERT INTO sessions (token_hash, user_id, created_at, expires_at, last_seen_at, id_token_iat, sealed_tokens) VALUES
  ('hash-1', 'u-alice', 1700000000, 4000000000, 1700000000, 1700000000, 'sealed-1'),
  ('hash-2', 'u-alice', 1700000000, 4000000000, 1700000000, 1700000000, 'sealed-2'),
  ('hash-3', 'u-bob', 1700000000, 4000000000, 1700000000, 1700000000, 'sealed-3');
INSERT INTO scim_users (id, provider, scim_key, user_name, active, resource, created_at, modified_at) VALUES
  ('scim-1', 'default', 'default a1', 'alice', 1, '{"userName":"alice"}', 1700000000, 1700000000),
  ('scim-2', 'default', 'default b1', 'bob', 1, '{"userName":"bob"}', 1700000000, 1700000000);
UPDATE users SET scim_key = 'default a1' WHERE id = 'u-alice';
UPDATE sessions SET brought_groups = '["staff"]' WHERE user_id = 'u-alice';
INSERT INTO audit (at, event, user_id, reference) VALUES
  (1700000000, 'sign_in', 'u-alice', 'ref-1'), (1700000000, 'sign_in', 'u-bob', 'ref-2');`

let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gatehouse-users-'))
  for (const name of ['dev', 'src', 'migrations', 'wrangler.toml', 'package.json'])
    await cp(join(ROOT, name), join(root, name), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  await applyMigrations({ root, remote: false })
  await ask(PEOPLE)
}, COMMAND_MS)

afterAll(() => rm(root, { recursive: true, force: true }))

const ask = (sql: string) => queryD1({ root, remote: false }, sql)

async function run(
  script: 'user-export.ts' | 'user-delete.ts' | 'user-disable.ts' | 'user-enable.ts',
  ...args: string[]
) {
  const { child, ended } = startNode([join(root, 'dev', script), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes')
  const [stdout, stderr, { code }] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { stdout, stderr, code }
}

describe('a person', { timeout: COMMAND_MS }, () => {
  it.each([
    { args: [], problem: 'Name the person in one way' },
    { args: ['--issuer', 'https://id.example.org'], problem: 'Name the person in one way' },
    { args: ['--id', 'u-alice', '--email', 'alice@example.org'], problem: 'Name the person in one way' },
    { args: ['--id', 'u-bob', '--id', 'u-alice'], problem: '--id is there more than once.' },
    { args: ['--id', 'u-nobody'], problem: 'There is no such person in the local database (--remote' },
    { args: ['--issuer', 'https://other.example.org', '--subject', 'a1'], problem: 'There is no such person' },
    { args: ['--email', "x' OR '1'='1"], problem: 'There is no such person' },
  ])('who is not named by $args is not exported', async ({ args, problem }) => {
    const { stdout, stderr, code } = await run('user-export.ts', ...args)
    expect(stderr).toContain(problem)
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
  })

  it('whose address another has too is named by neither of them', async () => {
    const { stderr, code } = await run('user-delete.ts', '--email', 'shared@example.org', '--yes')
    expect(stderr).toBe(`More than one person has this address. Choose one by its id:
  --id u-bob   (b1 at https://id.example.org)
  --id u-bob-2   (b1 at https://other.example.org)
`)
    expect(code).toBe(1)
    expect(await ask('SELECT COUNT(*) AS count FROM users')).toEqual([[{ count: 3 }]])
  })
})

describe('npm run user:export', { timeout: COMMAND_MS }, () => {
  it('prints row, sessions, audit and what was pushed of a person, found by address whatever its letters, and no key', async () => {
    const { stdout, stderr, code } = await run('user-export.ts', '--email', 'Alice@Example.org')
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(JSON.parse(stdout)).toMatchObject({
      user: { id: 'u-alice', email: 'alice@example.org', x_grp: ['staff'], created_at: '2023-11-14T22:13:20.000Z' },
      pushed: [{ id: 'scim-1', resource: { userName: 'alice' }, modified_at: '2023-11-14T22:13:20.000Z' }],
      sessions: [{ user_id: 'u-alice', provider: 'default', brought_groups: ['staff'] }, { user_id: 'u-alice' }],
      audit: [{ at: '2023-11-14T22:13:20.000Z', event: 'sign_in', reference: 'ref-1' }],
    })
    expect(stdout).not.toMatch(/sealed|hash-|bob/)
  })
})

describe('npm run user:disable and user:enable', { timeout: COMMAND_MS }, () => {
  const disabled = async () => {
    const [rows] = await ask('SELECT id, disabled_at FROM users WHERE disabled_at IS NOT NULL')
    return rows?.map(({ id }) => id)
  }

  it('ends every session of a person and no one else’s, notes it in the audit, and takes it back', async () => {
    const done = await run('user-disable.ts', '--id', 'u-bob')
    expect({ stderr: done.stderr, code: done.code }).toEqual({ stderr: '', code: 0 })
    expect(done.stdout).toContain('Disabled. Sessions that ended: 1.')
    expect(await disabled()).toEqual(['u-bob'])
    expect(await ask('SELECT user_id FROM sessions')).toEqual([[{ user_id: 'u-alice' }, { user_id: 'u-alice' }]])
    const again = await run('user-disable.ts', '--id', 'u-bob')
    expect(again).toMatchObject({ code: 1, stderr: 'This person is disabled already. Nothing was changed.\n' })
    const undone = await run('user-enable.ts', '--id', 'u-bob')
    expect({ stderr: undone.stderr, code: undone.code }).toEqual({ stderr: '', code: 0 })
    expect(await disabled()).toEqual([])
    expect((await run('user-enable.ts', '--id', 'u-bob')).stderr).toContain('This person is not disabled.')
    const [audit] = await ask("SELECT event, user_id, reference FROM audit WHERE event LIKE 'user_%' ORDER BY id")
    expect(audit).toEqual([
      { event: 'user_disabled', user_id: 'u-bob', reference: expect.stringMatching(/^\w{10}$/) },
      { event: 'user_enabled', user_id: 'u-bob', reference: expect.stringMatching(/^\w{10}$/) },
    ])
    await ask(
      `DELETE FROM audit WHERE event LIKE 'user_%';
       INSERT INTO sessions (token_hash, user_id, created_at, expires_at, last_seen_at, id_token_iat, sealed_tokens)
       VALUES ('hash-3', 'u-bob', 1700000000, 4000000000, 1700000000, 1700000000, 'sealed-3')`,
    )
  })
})

describe('npm run user:delete', { timeout: COMMAND_MS }, () => {
  it('shows who it is and deletes no one without --yes where no one can answer', async () => {
    const { stdout, stderr, code } = await run('user-delete.ts', '--id', 'u-alice')
    expect(stdout).toMatch(/^email +alice@example\.org$/m)
    expect({ stderr, code }).toEqual({
      stderr: 'Nothing was deleted. To delete without being asked, add --yes.\n',
      code: 1,
    })
    expect(await ask("SELECT COUNT(*) AS count FROM sessions WHERE user_id = 'u-alice'")).toEqual([[{ count: 2 }]])
  })

  it('erases a person with every session, and leaves the audit without a name and everybody else as they were', async () => {
    const { stdout, stderr, code } = await run(
      'user-delete.ts',
      ...['--issuer', 'https://id.example.org', '--subject', 'a1', '--yes'],
    )
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    const [, reference] = /user_deleted, reference (\w+)\.$/m.exec(stdout) ?? []
    expect(stdout).toContain('Sessions that ended: 2. Audit rows that stay, without a name: 1.')
    expect(
      await ask('SELECT id FROM users; SELECT user_id FROM sessions; SELECT event, user_id, reference FROM audit'),
    ).toEqual([
      [{ id: 'u-bob' }, { id: 'u-bob-2' }],
      [{ user_id: 'u-bob' }],
      [
        { event: 'sign_in', user_id: null, reference: 'ref-1' },
        { event: 'sign_in', user_id: 'u-bob', reference: 'ref-2' },
        { event: 'user_deleted', user_id: null, reference },
      ],
    ])
    expect(await run('user-delete.ts', '--id', 'u-alice', '--yes')).toMatchObject({ code: 1 })
  })
})
