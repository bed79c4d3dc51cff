/**
 * Gatehouse and the embedded provider together, as a journey needs them, each on a port of its own, with one app registered.
 */

import { createHash, randomBytes } from 'node:crypto'
import { type ProviderOptions, type RunningProvider, startProvider } from '../../dev/provider/provider.ts'
import type { ClaimSet } from '../../src/accounts/apps.ts'
import { freePort, type GatehouseOptions, type RunningGatehouse, startGatehouse } from './gatehouse.ts'
import { PATHS } from './paths.ts'

/** Gatehouse with one app. */
export interface Served {
  readonly gatehouse: RunningGatehouse
  /** The credential of the app, as an Authorization header. */
  readonly appAuthorization: string
}

export interface Installation extends Served {
  readonly provider: RunningProvider
  readonly client: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string }
  stop(): Promise<void>
}

export interface InstallationOptions {
  readonly script: string
  readonly settings?: GatehouseOptions['settings']
  readonly caller?: GatehouseOptions['caller']
  readonly inspectorPort?: number
  readonly provider?: Partial<ProviderOptions>
}

export async function startInstallation({
  script,
  settings,
  caller,
  inspectorPort,
  provider: providerOptions,
}: InstallationOptions): Promise<Installation> {
  const port = await freePort()
  const client = { clientId: 'gatehouse', clientSecret: randomBytes(24).toString('base64url') }
  const relyingParty = { ...client, baseUrl: `http://localhost:${port}` }
  const provider = await startProvider({ port: 0, relyingParty, ...providerOptions })
  const served = await startWithApp({
    port,
    script,
    ...(caller === undefined ? {} : { caller }),
    ...(inspectorPort === undefined ? {} : { inspectorPort }),
    settings: {
      OIDC_OP_URL: provider.issuer,
      OIDC_RP_CLIENT_ID: client.clientId,
      OIDC_RP_CLIENT_SECRET: client.clientSecret,
      OIDC_RP_SCOPES: 'openid profile email phone',
      ...settings,
    },
  })
  return {
    ...served,
    provider,
    client: { issuer: provider.issuer, ...client },
    async stop() {
      await Promise.all([served.gatehouse.stop(), provider.stop()])
    },
  }
}

/** Starts Gatehouse with a secret of its own, and registers one app. */
export async function startWithApp(options: GatehouseOptions): Promise<Served> {
  const settings = { GATEHOUSE_SECRET: randomBytes(32).toString('base64url'), ...options.settings }
  const gatehouse = await startGatehouse({ ...options, settings })
  return { gatehouse, appAuthorization: await registerApp(gatehouse, { clientId: 'app' }) }
}

export interface RegisteredApp {
  readonly clientId: string
  /** Whose tokens are meant for it. */
  readonly clients?: readonly string[]
  readonly claims?: readonly ClaimSet[]
}

/** Registers one more app, which may ask about sessions; gives back its credential as an Authorization header. */
export async function registerApp(
  gatehouse: RunningGatehouse,
  { clientId, clients = [], claims = ['tenant'] }: RegisteredApp,
): Promise<string> {
  const secret = randomBytes(32).toString('base64url')
  const hash = createHash('sha256').update(secret).digest('base64url')
  await gatehouse.query(
    `INSERT INTO apps (client_id, name, secret_hash, clients, sessions, claims, created_at)
     VALUES ('${clientId}', '${clientId}', '${hash}', '${JSON.stringify(clients)}', 1, '${JSON.stringify(claims)}', 0)`,
  )
  return `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`
}

/** Asks for the verdict on a token, as an app does. */
export function introspect({ gatehouse, appAuthorization }: Served, token: string): Promise<Response> {
  return fetch(`${gatehouse.baseUrl}${PATHS.introspect}`, {
    method: 'POST',
    headers: { authorization: appAuthorization },
    body: new URLSearchParams({ token }),
  })
}
