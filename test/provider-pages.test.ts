/**
 * docs/providers/ has a page for each type of provider, and what an operator copies from a page works: addresses, settings, secrets.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { devSettings } from '../dev/settings.ts'
import { registeredAddresses } from '../src/config/addresses.ts'
import { tableKey } from '../src/config/dialects/tables/sources.ts'
import { loadConfig } from '../src/config/load.ts'
import { en } from '../src/pages/messages/en.ts'
import { PATHS } from '../src/routes/paths.ts'
import { VENDORS } from '../src/vendors/vendors.ts'
import { VARIABLES } from './support/variables.ts'

const FOLDER = 'docs/providers'
const ORIGIN = 'https://login.example.org'
/** Settings that the pages speak of before they are there. */
const ANNOUNCED = [
  'OIDC_OP_HOSTED_DOMAINS',
  'OIDC_OP_ALLOWED_TENANTS',
  'OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION',
  'GATEHOUSE_TRUST_ABSENT_EMAIL_VERIFIED',
].filter((name) => !Object.hasOwn(VARIABLES, name))

const read = (page: string) => readFileSync(join(FOLDER, page), 'utf8')
const pages = readdirSync(FOLDER)
const types = Object.keys(VENDORS)
const overview = read('README.md')

it('every type of provider has a page, and there is no other page', () => {
  expect([...pages].sort()).toEqual(['README.md', ...types.map((type) => `${type}.md`)].sort())
})

describe.each(types)('docs/providers/%s.md', (type) => {
  const page = read(`${type}.md`)
  const [, title = ''] = /^# (.+)$/m.exec(page) ?? []

  it('has the headings that all pages have, in their order', () => {
    expect([...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      title,
      `At ${type === 'generic' ? 'the provider' : title}`,
      'At Gatehouse',
      'Try it',
      'Try it on your machine',
      'What works',
      'What its errors mean',
      'Good to know',
    ])
  })

  it('says in a table what each error means', () => {
    const [, errors = ''] = page.split('## What its errors mean')
    expect(errors).toContain('| what you see | why | what to do |\n|---|---|---|\n| ')
  })

  it('has a block of flat settings that can be pasted, with the secret of the command below it', () => {
    const [flat] = pasted(page)
    const { config, warnings } = load(flat)
    expect(config.providers.map((provider) => provider.type)).toEqual([type])
    expect(warnings).toEqual([])
  })

  it('has a table of the same provider that can be pasted, with the secret of the command below it', () => {
    const [flat, table] = pasted(page)
    const { config, warnings } = load({ ...table, toml: `[vars]\nBASE_URL = "${ORIGIN}"\n${table.toml}` })
    const { id, name } = config.providers[0]
    expect(config.providers).toEqual([{ ...load(flat).config.providers[0], id, name }])
    expect(warnings).toEqual([])
  })

  it('has a block for .dev.vars, with which npm run dev uses the same provider', () => {
    const section = sectionOf(page, 'Try it on your machine')
    const [, block = ''] = /```ini\n([\s\S]*?)```/.exec(section) ?? []
    const devVars = Object.fromEntries(Object.entries(parseEnv(block)).map(([name, value]) => [name, value ?? '']))
    const { all, hasEmbeddedProvider } = devSettings({ port: 8787, idpPort: 9797 }, devVars)
    const { config, warnings } = loadConfig({ ...all, GATEHOUSE_SECRET: 'a-secret-of-a-test'.repeat(2) })
    const [flat] = pasted(page)
    expect(config.providers).toEqual([
      {
        ...load(flat).config.providers[0],
        clientId: devVars.OIDC_RP_CLIENT_ID,
        clientSecret: devVars.OIDC_RP_CLIENT_SECRET,
        addresses: registeredAddresses({ baseUrl: config.baseUrl }),
      },
    ])
    expect([hasEmbeddedProvider, warnings]).toEqual([false, []])
  })

  it('says which addresses of your machine to register', () => {
    const section = sectionOf(page, 'Try it on your machine')
    const named = new Set(
      [...section.matchAll(/`(http:\/\/localhost:8787\/api\/[^`]*)`/g)].map(([, address]) => address),
    )
    const paths = registered(type).filter((path) =>
      [PATHS.callback, PATHS.logoutCallback].some((known) => known === path),
    )
    expect(named).toEqual(new Set(paths.map((path) => `http://localhost:8787${path}`)))
  })

  it('has the addresses to register that this provider asks for', () => {
    const [, steps = ''] = page.split(/^## .+$/m)
    expect(new Set(addressesIn(steps))).toEqual(new Set(registered(type).map((path) => `${ORIGIN}${path}`)))
  })

  it('names the callback of a provider that is not the first by the id of its own table', () => {
    const [, id] = /^id = "(.+)"$/m.exec(page) ?? []
    expect(page).toContain(`${ORIGIN}${PATHS.callback}${id}/`)
  })
})

describe.each(pages)('docs/providers/%s', (page) => {
  const text = read(page)

  it('names only addresses of Gatehouse that there are, to the final slash', () => {
    const known = Object.values(PATHS).map((path) => `${ORIGIN}${path}`)
    const callbacks = [...text.matchAll(/^id = "(.+)"$/gm)].map(([, id]) => `${ORIGIN}${PATHS.callback}${id}/`)
    const named = addressesIn(text)
    expect(named.filter((address) => !known.includes(address) && !callbacks.includes(address))).toEqual([])
  })

  it('names only settings that there are', () => {
    const known = [...Object.keys(VARIABLES), ...ANNOUNCED]
    const named = [...text.matchAll(/\b(?:OIDC|GATEHOUSE|LOGIN|LOGOUT)_[A-Z_]*[A-Z]\b/g)].map(([name]) => name)
    const ofTables = /^OIDC_PROVIDERS(?:_[A-Z]+_(?:CLIENT_SECRET|PRIVATE_KEY|DECRYPTION_KEY))?$/
    expect(named.filter((name) => !known.includes(name) && !ofTables.test(name))).toEqual([])
  })
})

describe('docs/providers/README.md', () => {
  it('leads to every page', () => {
    for (const type of types) expect(overview).toContain(`[${type}.md](${type}.md)`)
  })

  it.each([PATHS.callback, PATHS.logoutCallback, PATHS.backchannelLogout, PATHS.frontchannelLogout])(
    'has %s among the addresses to register',
    (path) => expect(overview).toMatch(new RegExp(`^\\| .* URI \\| .*\`${ORIGIN}${path}\``, 'm')),
  )

  it('has settings that can be pasted, for one provider and for several', () => {
    const [one, several] = pasted(overview)
    expect(load(one).config.providers).toHaveLength(1)
    expect(load(several).config.providers.map(({ id }) => id)).toEqual(['staff', 'partners'])
  })

  it('explains every code of a refusal', () => {
    const explained = rowsOf(overview, '| `code` |').flatMap(([cell = '']) => cell.match(/`\w+`/g) ?? [])
    expect(explained).toEqual(expect.arrayContaining(Object.keys(en.failures).map((code) => `\`${code}\``)))
  })

  it('explains every event of the log', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path) && !path.includes('messages'))
      .map((path) => readFileSync(join('src', path), 'utf8'))
      .join('\n')
    const events = [...sources.matchAll(/(?:event: |orNull\()'(\w+)'/g)].map(([, event]) => `\`${event}\``)
    expect(events.length).toBeGreaterThan(10)
    const explained = rowsOf(overview, '| `event` |').flatMap(([cell = '']) => cell.match(/`\w+`/g) ?? [])
    expect(explained).toEqual(expect.arrayContaining(events))
  })

  it('has a place for the table of features', () => {
    expect(overview).toMatch(/^<!-- features: written by npm run docs:providers -->\n[\s\S]*^<!-- \/features -->$/m)
  })
})

/** What stands beneath a heading. */
function sectionOf(page: string, heading: string): string {
  const [, rest = ''] = page.split(`\n## ${heading}\n`)
  return rest.split('\n## ')[0] ?? ''
}

interface Pasted {
  readonly toml: string
  /** The names of the secrets that the next commands store. */
  readonly secrets: readonly string[]
}

/** The two blocks of settings, each with the commands that follow it. */
function pasted(page: string): [Pasted, Pasted] {
  const [first, second] = [...page.matchAll(/```toml\n([\s\S]*?)```[\s\S]*?```sh\n([\s\S]*?)```/g)].map(
    ([, toml = '', commands = '']) => ({
      toml,
      secrets: [...commands.matchAll(/^npx wrangler secret put (\w+)/gm)].map(([, name = '']) => name),
    }),
  )
  if (!first || !second) throw new Error('the page lacks a block of settings')
  return [first, second]
}

/** Reads settings as Wrangler does, and then as the Worker does. */
function load({ toml, secrets }: Pasted) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  const config = join(folder, 'wrangler.toml')
  try {
    writeFileSync(config, toml.split('\n').filter(isThere).join('\n'))
    const { vars } = unstable_readConfig({ config }, { hideWarnings: true })
    const stored = ['GATEHOUSE_SECRET', ...secrets].map((name) => [name, 'a-secret-of-a-test'.repeat(2)])
    return loadConfig({ ...vars, ...Object.fromEntries(stored) })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function isThere(line: string): boolean {
  return !ANNOUNCED.some((name) => line.startsWith(`${name} =`) || line.startsWith(`${tableKey(name)} =`))
}

function addressesIn(text: string): string[] {
  return [...text.matchAll(/https:\/\/login\.example\.org\/[\w./-]*/g)].map(([address]) => address)
}

/** What each provider can be told. @see the discovery document of each */
function registered(type: string): readonly string[] {
  const { callback, logoutCallback, backchannelLogout, frontchannelLogout } = PATHS
  switch (type) {
    case 'dex':
    case 'google':
    case 'gitlab':
      return [callback]
    case 'cognito':
    case 'proconnect':
      return [callback, logoutCallback]
    case 'entra':
    case 'okta':
      return [callback, logoutCallback, frontchannelLogout]
    case 'generic':
      return [callback, logoutCallback, backchannelLogout, frontchannelLogout]
    default:
      return [callback, logoutCallback, backchannelLogout]
  }
}

/** The cells of a table that begins with this head. */
function rowsOf(page: string, head: string): string[][] {
  const [, body = ''] = page.split(`\n${head}`)
  const [table = ''] = body.split('\n\n')
  return table
    .split('\n')
    .slice(2)
    .map((row) => row.split('|').slice(1))
}
