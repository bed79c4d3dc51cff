/**
 * What the documents say of settings, storage and addresses is what the code does.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { settingsDocument } from '../dev/settings-document.ts'
import { settings } from '../src/config/env.ts'
import type { Setting } from '../src/config/setting.ts'
import { PATHS } from '../src/routes/paths.ts'

const read = (path: string) => readFileSync(path, 'utf8')

describe('settings', () => {
  it('docs/settings.md is what npm run docs writes', () => {
    expect(read('docs/settings.md')).toBe(settingsDocument())
  })

  it('.dev.vars.example names the secrets, those that few need as comments, and nothing that is no setting', () => {
    const named = [...read('.dev.vars.example').matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name)
    const secret = Object.entries<Setting<unknown>>(settings).filter(([, setting]) => setting.secret)
    expect(named).toEqual(secret.map(([name]) => name))
  })

  it('wrangler.toml sets nothing that is no setting, and no secret', () => {
    const [, vars = ''] = /^\[vars\]$([\s\S]*?)^\[/m.exec(read('wrangler.toml')) ?? []
    const named = [...vars.matchAll(/^([A-Z_]+) *=/gm)].map(([, name]) => name ?? '')
    const allowed = Object.entries<Setting<unknown>>(settings).filter(([, setting]) => !setting.secret)
    expect(allowed.map(([name]) => name)).toEqual(expect.arrayContaining(named))
  })
})

describe('storage', () => {
  const sql = readdirSync('migrations')
    .map((name) => read(join('migrations', name)))
    .join('\n')
  const added = [...sql.matchAll(/ALTER TABLE (\w+) ADD COLUMN (\w+) (?:TEXT|INTEGER|BLOB|REAL)/g)]
  const tables = [...sql.matchAll(/CREATE TABLE (\w+) \(([\s\S]*?)\n\) STRICT;/g)].map(([, name = '', body = '']) => ({
    name,
    columns: [
      ...[...body.matchAll(/^ {2}([a-z_]+) (?:TEXT|INTEGER|BLOB|REAL)/gm)].map(([, column]) => column ?? ''),
      ...added.filter(([, table]) => table === name).map(([, , column]) => column ?? ''),
    ],
  }))
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

describe('the README', () => {
  it('has every address of the Worker in its table', () => {
    for (const path of Object.values(PATHS)) expect(read('README.md')).toContain(`\`${path}\``)
  })

  it('names only commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> } // our own file
    const named = [...read('README.md').matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name]) => name)
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
