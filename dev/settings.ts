/**
 * Works out the settings of the development environment from `.dev.vars`, wrangler.toml and the ports; starts nothing.
 */
import { randomBytes } from 'node:crypto'
import { appendFile, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { Complaint } from './complaint.ts'
import { DEFAULT_PORTS, readPort } from './ports.ts'
import type { RelyingParty } from './provider/clients.ts'
import { GATEHOUSE_ADMINISTRATOR } from './provider/people.ts'

/** The folder of the project. */
export const ROOT = join(import.meta.dirname, '..')

/** Whoever sets one of these, in `.dev.vars` or in wrangler.toml, has a provider of their own. */
const OWN_PROVIDER = /^(?:OIDC_OP_|OIDC_PROVIDERS$|OPENTALK_CTRL_(?:KEYCLOAK|OIDC)__|(?:keycloak|oidc)$)/
/** Settings of a provider, and OpenTalk's tables, which say where one is too. */
const OF_PROVIDER =
  /^(?:OIDC_(?:OP|RP|PROVIDERS)|OPENTALK_CTRL_(?:KEYCLOAK|OIDC|USER_SEARCH|ENDPOINTS)__|(?:keycloak|oidc|user_search|endpoints)$)/

/** Settings that name people and groups of a provider; the embedded one has others. */
const OF_PEOPLE = /^GATEHOUSE_ADMIN(?:S|_GROUPS)$/

const SECRET_BYTES = 32

type Values = Readonly<Record<string, string>>

export interface DevSettings {
  readonly port: number
  readonly idpPort: number
  /** Where the browser finds Gatehouse. */
  readonly baseUrl: string
  /** The embedded provider's issuer, whether it is used or not. */
  readonly issuer: string
  readonly hasEmbeddedProvider: boolean
  readonly relyingParty: RelyingParty
  /** What the Worker is given on the command line; `.dev.vars` wins, so nothing of it is in here. */
  readonly vars: Values
  /** All that the Worker will see. */
  readonly all: Readonly<Record<string, unknown>>
}

/** The settings for these ports. `published` is `[vars]` of wrangler.toml, which is written for the deployed Worker. */
export function devSettings(
  ports: { port: number; idpPort: number },
  devVars: Values,
  published: Readonly<Record<string, unknown>> = {},
): DevSettings {
  const { port, idpPort } = ports
  // The deployed Worker's provider is not this one: what was overridden for it must not apply here.
  const hasEmbeddedProvider = !hasOwnProvider(devVars)
  const theirs = Object.keys(published).filter(
    (name) => OF_PROVIDER.test(name) || (hasEmbeddedProvider && OF_PEOPLE.test(name)),
  )
  const cleared: Values = Object.fromEntries(theirs.map((name) => [name, '']))
  const issuer = `http://127.0.0.1:${idpPort}`
  const embedded = {
    OIDC_OP_URL: issuer,
    OIDC_RP_CLIENT_ID: 'gatehouse',
    OIDC_RP_SCOPES: 'openid profile email phone',
    GATEHOUSE_ADMINS: `default:${GATEHOUSE_ADMINISTRATOR.subject}`,
  }
  const ours: Values = { BASE_URL: `http://localhost:${port}`, ...(hasEmbeddedProvider ? embedded : {}) }
  const vars = Object.fromEntries(
    Object.entries({ ...cleared, ...ours }).filter(([name]) => devVars[name] === undefined),
  )
  const values: Values = { ...ours, ...devVars }
  const baseUrl = (values.BASE_URL ?? '').replace(/\/$/, '')
  return {
    ...ports,
    baseUrl,
    issuer,
    hasEmbeddedProvider,
    relyingParty: {
      clientId: values.OIDC_RP_CLIENT_ID ?? '',
      clientSecret: devVars.OIDC_RP_CLIENT_SECRET ?? '',
      baseUrl,
    },
    vars,
    all: { ...published, ...cleared, ...values },
  }
}

/** What `.dev.vars` says; empty if there is no such file. */
export async function readDevVars(root: string): Promise<Record<string, string>> {
  const text = await readIfPresent(join(root, '.dev.vars'))
  const entries = Object.entries(parseEnv(text ?? ''))
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** Whether `.dev.vars` names a provider, so that the embedded one is not started. */
export function hasOwnProvider(devVars: Readonly<Record<string, unknown>>): boolean {
  return providerSetting(devVars) !== undefined
}

/** One line that says why the provider in wrangler.toml is not used here; undefined if it names none. */
export function passedOverProvider(
  published: Readonly<Record<string, unknown>>,
  { hasEmbeddedProvider }: Pick<DevSettings, 'hasEmbeddedProvider'>,
): string | undefined {
  const name = providerSetting(published)
  if (name === undefined) return undefined
  const used = hasEmbeddedProvider
    ? 'wrangler.toml has the settings of the deployed Gatehouse. To use that provider on this machine, put its settings into .dev.vars, as its page in docs/providers/ shows.'
    : 'the provider of .dev.vars takes its place.'
  return `The provider in wrangler.toml (${name}) is not used here: ${used}`
}

/** The first setting that says which provider it is. */
function providerSetting(values: Readonly<Record<string, unknown>>): string | undefined {
  return Object.entries(values).find(([name, value]) => OWN_PROVIDER.test(name) && value !== '')?.[0]
}

/**
 * Makes sure that `.dev.vars` has the secrets; what is in it stays as it is.
 *
 * @returns the names that were added
 */
export async function ensureSecrets(root: string): Promise<string[]> {
  const path = join(root, '.dev.vars')
  const present = await readDevVars(root)
  // The secret of a provider of one's own is that provider's to give.
  const needed = hasOwnProvider(present) ? ['GATEHOUSE_SECRET'] : ['GATEHOUSE_SECRET', 'OIDC_RP_CLIENT_SECRET']
  const missing = needed.filter((name) => !present[name])
  if (missing.length === 0) return []
  const text = (await readIfPresent(path)) ?? ''
  const lines = missing.map((name) => `${name}=${randomBytes(SECRET_BYTES).toString('base64url')}\n`)
  const separator = text === '' || text.endsWith('\n') ? '' : '\n'
  await appendFile(path, separator + lines.join(''), { mode: 0o600 })
  await chmod(path, 0o600)
  return missing
}

/** The ports of `npm run dev`: the environment's, else those it runs on now, else the usual ones. */
export async function currentPorts(root: string, env: NodeJS.ProcessEnv): Promise<{ port: number; idpPort: number }> {
  const running = await readRunning(root)
  return {
    port: readPort('PORT', env, running.port ?? DEFAULT_PORTS.PORT),
    idpPort: readPort('IDP_PORT', env, running.idpPort ?? DEFAULT_PORTS.IDP_PORT),
  }
}

/** Tells the other commands which ports are in use. */
export async function writeRunning(root: string, ports: { port: number; idpPort: number }): Promise<void> {
  await mkdir(join(root, '.wrangler'), { recursive: true })
  await writeFile(join(root, '.wrangler', 'dev.json'), `${JSON.stringify(ports)}\n`)
}

/** Takes that back. */
export async function forgetRunning(root: string): Promise<void> {
  await rm(join(root, '.wrangler', 'dev.json'), { force: true })
}

async function readRunning(root: string): Promise<{ port?: number; idpPort?: number }> {
  const text = await readIfPresent(join(root, '.wrangler', 'dev.json'))
  if (text === undefined) return {}
  try {
    const value: { port?: unknown; idpPort?: unknown } = JSON.parse(text)
    const { port, idpPort } = value
    return { ...(typeof port === 'number' && { port }), ...(typeof idpPort === 'number' && { idpPort }) }
  } catch {
    // Half written, or from another version: the usual ports are as good a guess as any.
    return {}
  }
}

/** The file's text, or undefined if there is no such file. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new Complaint(`${path} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}
