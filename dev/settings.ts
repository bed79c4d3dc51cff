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

/** The folder of the project. */
export const ROOT = join(import.meta.dirname, '..')

const SECRETS = ['GATEHOUSE_SECRET', 'OIDC_RP_CLIENT_SECRET'] as const
const SECRET_BYTES = 32

type Values = Readonly<Record<string, string>>

export interface DevSettings {
  readonly port: number
  readonly idpPort: number
  /** Where the browser finds Gatehouse. */
  readonly baseUrl: string
  /** The issuer: the embedded provider's, or the one that `.dev.vars` names. */
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
  const theirs = Object.keys(published).filter((name) => /^OIDC_(OP|RP)_/.test(name))
  const cleared: Values = Object.fromEntries(theirs.map((name) => [name, '']))
  const ours = {
    BASE_URL: `http://localhost:${port}`,
    OIDC_OP_URL: `http://127.0.0.1:${idpPort}`,
    OIDC_RP_CLIENT_ID: 'gatehouse',
    OIDC_RP_SCOPES: 'openid profile email phone',
  }
  const vars = Object.fromEntries(
    Object.entries({ ...cleared, ...ours }).filter(([name]) => devVars[name] === undefined),
  )
  const values = { ...ours, ...devVars }
  const baseUrl = values.BASE_URL.replace(/\/$/, '')
  return {
    ...ports,
    baseUrl,
    issuer: values.OIDC_OP_URL,
    hasEmbeddedProvider: devVars.OIDC_OP_URL === undefined,
    relyingParty: { clientId: values.OIDC_RP_CLIENT_ID, clientSecret: devVars.OIDC_RP_CLIENT_SECRET ?? '', baseUrl },
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

/**
 * Makes sure that `.dev.vars` has the secrets; what is in it stays as it is.
 *
 * @returns the names that were added
 */
export async function ensureSecrets(root: string): Promise<string[]> {
  const path = join(root, '.dev.vars')
  const present = await readDevVars(root)
  const missing = SECRETS.filter((name) => !present[name])
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
