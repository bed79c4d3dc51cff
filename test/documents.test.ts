/**
 * What the documents say of settings, storage and addresses is what the code does.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { settingsDocuments } from '../dev/settings-document.ts'
import { createApp } from '../src/app.ts'
import { ownSettings } from '../src/config/schema/gatehouse.ts'
import type { Setting } from '../src/config/schema/setting.ts'
import { createDeps } from '../src/deps.ts'
import { PATHS } from '../src/routes/paths.ts'
import { PATHS as GIVEN_PATHS } from './support/paths.ts'
import { VARIABLES } from './support/variables.ts'

const read = (path: string) => readFileSync(path, 'utf8')

describe('settings', () => {
  it.each(Object.entries(settingsDocuments()))('%s is what npm run docs writes', (path, page) => {
    expect(read(path)).toBe(page)
  })

  it('each is described on one of the pages', () => {
    const pages = Object.values(settingsDocuments()).join('')
    expect(Object.keys(VARIABLES).filter((name) => !pages.includes(`| \`${name}\` |`))).toEqual([])
  })

  it('.dev.vars.example names the secrets, those that few need as comments, and nothing that is no setting', () => {
    const named = [...read('.dev.vars.example').matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name)
    const secret = Object.entries<Setting<unknown>>(VARIABLES).filter(([, setting]) => setting.secret)
    expect(named).toEqual(secret.map(([name]) => name))
  })

  it('wrangler.toml sets nothing that is no setting, and no secret', () => {
    const [, vars = ''] = /^\[vars\]$([\s\S]*?)^\[/m.exec(read('wrangler.toml')) ?? []
    const named = [...vars.matchAll(/^([A-Z_]+) *=/gm)].map(([, name]) => name ?? '')
    const allowed = Object.entries<Setting<unknown>>(VARIABLES).filter(([, setting]) => !setting.secret)
    expect(allowed.map(([name]) => name)).toEqual(expect.arrayContaining(named))
  })
})

describe('files', () => {
  const files = (folder: string, ending: RegExp) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => join(folder, path))
      .filter((path) => ending.test(path))
  const sources = files('src', /\.tsx?$/)

  it('that a document names are there', () => {
    const pages = ['README.md', 'SECURITY.md', ...files('docs', /\.md$/)]
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/\b(?:src|test|dev|bench)\/[\w./-]+\.tsx?\b/g)].map(([path]) => ({ page, path })),
    )
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter(({ path }) => !existsSync(path))).toEqual([])
  })

  it('that a comment names are there', () => {
    const named = sources.flatMap((source) =>
      [...read(source).matchAll(/`((?:[\w-]+\/)*[\w-]+\.tsx?)`/g)].map(([, path]) => ({ source, path })),
    )
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter(({ path }) => !sources.some((one) => one.endsWith(`/${path}`)))).toEqual([])
  })
})

describe('storage', () => {
  const sql = readdirSync('migrations')
    .map((name) => read(join('migrations', name)))
    .join('\n')
  const added = [...sql.matchAll(/ALTER TABLE (\w+) ADD COLUMN (\w+) (?:TEXT|INTEGER|BLOB|REAL)/g)]
  const tables = [...sql.matchAll(/CREATE TABLE (\w+) \(([\s\S]*?)\n\) STRICT(?:, WITHOUT ROWID)?;/g)].map(
    ([, name = '', body = '']) => ({
      name,
      columns: [
        ...[...body.matchAll(/^ {2}([a-z_]+) (?:TEXT|INTEGER|BLOB|REAL)/gm)].map(([, column]) => column ?? ''),
        ...added.filter(([, table]) => table === name).map(([, , column]) => column ?? ''),
      ],
    }),
  )
  const sections = new Map(
    read('docs/storage.md')
      .split(/^### /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')).replaceAll('`', '').trim(), section]),
  )

  it('every table is STRICT', () => {
    expect(tables).toHaveLength([...sql.matchAll(/CREATE TABLE/g)].length)
  })

  it.each(tables)('docs/storage.md describes every column of $name, and no other', ({ name, columns }) => {
    const described = [...(sections.get(name) ?? '').matchAll(/^\| `(\w+)` \|/gm)].map(([, column]) => column)
    expect(described).toEqual(columns)
  })

  it('docs/storage.md describes no table that is not there', () => {
    expect([...sections.keys()]).toEqual(tables.map(({ name }) => name))
  })
})

describe('personal data', () => {
  const [, rest = ''] = read('docs/operations.md').split('\n## Personal data\n')
  const rows = new Map(
    [...(rest.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` \| (.+) \| (.+) \|$/gm)].map(
      ([, table = '', what, life]) => [table, { what, life }],
    ),
  )

  it('docs/operations.md says of every table what it has about people, and for how long', () => {
    const sql = readdirSync('migrations').map((name) => read(join('migrations', name)))
    const tables = [...sql.join('\n').matchAll(/CREATE TABLE (\w+)/g)].map(([, name]) => name)
    expect([...rows.keys()].sort()).toEqual(tables.sort())
  })

  it('docs/operations.md has the days for which the purge keeps rows', () => {
    const kept = [...read('src/store/purge.ts').matchAll(/table: '(\w+)'.*keptSeconds: (\d+) \* 86_400/g)]
    expect(kept.length).toBeGreaterThan(0)
    for (const [, table = '', days] of kept) expect(rows.get(table)?.life).toContain(`${days} days`)
    expect(rows.get('audit')?.life).toContain(`AUDIT_RETENTION_DAYS (${ownSettings.auditRetentionDays.default})`)
  })
})

describe('SECURITY.md', () => {
  const [, rest = ''] = read('SECURITY.md').split('\n## Paths to rate limit\n')
  const rows = [...(rest.split('\n## ')[0] ?? '').matchAll(/^\| `([^`]+)` \| `([^`]+)` \|/gm)]

  it('names every path that the Worker answers at, with its final slash and without', () => {
    const settings = {
      BASE_URL: 'https://gate.example.com',
      GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
      OIDC_OP_URL: 'https://idp.example',
      OIDC_RP_CLIENT_ID: 'gatehouse',
      OIDC_PROVIDERS: JSON.stringify([{ id: 'id', url: 'https://two.example', client_id: 'gatehouse' }]),
      OIDC_PROVIDERS_ID_CLIENT_SECRET: 'client-secret',
      OIDC_RP_CLIENT_SECRET: 'client-secret',
    }
    const app = createApp(createDeps({ ...settings, DB: {} as never, KV: {} as never })) // no one asks for anything
    const answered = app.routes.map(({ path }) => path).filter((path) => !path.endsWith('*'))
    const bare = answered.map((path) => path.replace(/(?!^)\/$/, '').replace(':id', 'id'))
    const forms = bare.flatMap((path) => (path === '/' ? [path] : [path, `${path}/`]))
    const named = rows.flatMap(([, path = '', other = '']) => [path, other]).map((path) => path.replace(/[<>]/g, ''))
    expect([...new Set(named)].sort()).toEqual([...new Set(forms)].sort())
  })

  it('names each path first as it is in the README', () => {
    const first = rows.map(([, path]) => path)
    expect(first).toEqual(expect.arrayContaining(Object.values(PATHS)))
  })
})

describe('the README', () => {
  it('has every address of the Worker in its table', () => {
    for (const path of Object.values(PATHS)) expect(read('README.md')).toContain(`\`${path}\``)
  })

  it.each(['README.md', 'docs/operations.md'])('%s names only commands that exist', (document) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> } // our own file
    const named = [...read(document).matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name]) => name)
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named))
  })
})

const documents = [
  'README.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

it.each(documents)('every link of %s to a file of ours leads somewhere', (document) => {
  const targets = [...read(document).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(
    ([, target]) => target ?? '',
  )
  expect(targets.filter((target) => !existsSync(join(dirname(document), target)))).toEqual([])
})

it.each(documents)('every link of %s to a heading of ours leads somewhere', (document) => {
  const targets = [...read(document).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)]
  const lost = targets.filter(([, path = '', anchor = '']) => {
    const target = path === '' ? document : join(dirname(document), path)
    return !anchorsOf(read(target)).includes(anchor)
  })
  expect(lost.map(([link]) => link)).toEqual([])
})

/** As GitHub makes them of headings. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

describe('threats', () => {
  const [, table = ''] = /^\| threat \|.*\n\|[-|]+\|\n([\s\S]*?)\n\n/m.exec(read('SECURITY.md')) ?? []
  const rows = table.split('\n').map((row) => row.split(' | '))

  it('SECURITY.md has a table of them', () => {
    expect(rows.length).toBeGreaterThan(40)
  })

  it.each(rows)('SECURITY.md names tests that exist for %s', (_threat, _defence, ...tests) => {
    const named = [...tests.join().matchAll(/`(test\/[\w/.-]+\.test\.ts)`/g)].map(([, path = '']) => path)
    expect(named).not.toEqual([])
    expect(named.filter((path) => !existsSync(path))).toEqual([])
  })
})

it('the paths that apps and providers have been given are still those of the routes', () => {
  expect(PATHS).toMatchObject(GIVEN_PATHS)
})
