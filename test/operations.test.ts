/**
 * docs/operations.md: what an operator copies from it works, and what it names is there.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { loadConfig } from '../src/config/load.ts'
import { en } from '../src/pages/messages/en.ts'
import { PATHS } from '../src/routes/paths.ts'
import { VARIABLES } from './support/variables.ts'

const page = readFileSync('docs/operations.md', 'utf8')
const toml = readFileSync('wrangler.toml', 'utf8')

/** What stands beneath a heading. */
function section(heading: string): string {
  const [, rest = ''] = page.split(`\n## ${heading}\n`)
  return rest.split('\n## ')[0] ?? ''
}

function block(heading: string): string {
  return /```toml\n([\s\S]*?)```/.exec(section(heading))?.[1] ?? ''
}

/** As wrangler reads it. */
function configOf(text: string, env?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  try {
    const config = join(folder, 'wrangler.toml')
    writeFileSync(config, text)
    return unstable_readConfig({ config, ...(env === undefined ? {} : { env }) }, { hideWarnings: true })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

it('the domain is set, and the address under workers.dev closed, by the lines above the first bracket', () => {
  const config = configOf(`${block('Domain')}${toml}`)
  expect(config).toMatchObject({
    name: 'gatehouse',
    workers_dev: false,
    preview_urls: false,
    routes: [{ pattern: 'login.example.org', custom_domain: true }],
    triggers: { crons: ['*/15 * * * *'] },
  })
})

it('staging has a name, a database and settings of its own, and the cron trigger of production', () => {
  const config = configOf(`${toml}\n${block('Staging')}`, 'staging')
  expect(config).toMatchObject({
    name: 'gatehouse-staging',
    workers_dev: false,
    d1_databases: [{ binding: 'DB', database_name: 'gatehouse-staging', migrations_dir: 'migrations' }],
    kv_namespaces: [{ binding: 'KV' }],
    triggers: { crons: ['*/15 * * * *'] },
    observability: configOf(toml).observability,
  })
  const secrets = { GATEHOUSE_SECRET: 'a-secret-of-a-test'.repeat(2), OIDC_RP_CLIENT_SECRET: 'another' }
  expect(loadConfig({ ...config.vars, ...secrets }).warnings).toEqual([])
})

describe('monitoring', () => {
  const rows = [...section('Monitoring').matchAll(/^\| (`.+?) \|.*$/gm)].map(([, cell = '']) => cell)
  const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '')

  it('names only events that are written to the log', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => readFileSync(join('src', path), 'utf8'))
      .join('\n')
    const events = new Set([...sources.matchAll(/(?:event: |orNull\()'(\w+)'/g)].map(([, event]) => event))
    const named = rows.filter((cell) => !cell.startsWith('`/')).flatMap((cell) => quoted(cell.split(' with ')[0] ?? ''))
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((event) => event !== 'event' && !events.has(event))).toEqual([])
  })

  it('names only codes that a refusal can have', () => {
    const named = rows.flatMap((cell) =>
      cell.includes(' with `code` ') ? quoted(cell.split(' with `code` ')[1] ?? '') : [],
    )
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((code) => !Object.hasOwn(en.failures, code))).toEqual([])
  })

  it('asks only addresses that there are', () => {
    const named = rows.filter((cell) => cell.startsWith('`/')).flatMap(quoted)
    expect(named).toEqual([PATHS.ping, PATHS.ready])
  })
})

it('only settings are named that there are', () => {
  const named = [...page.matchAll(/\b(?:OIDC|GATEHOUSE|SESSION)_[A-Z_]*[A-Z]\b/g)].map(([name]) => name)
  expect(named.filter((name) => !Object.hasOwn(VARIABLES, name))).toEqual([])
})
