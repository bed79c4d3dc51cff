/**
 * The built Worker with the hostile provider as its only one, and browsers that reach both over real HTTP.
 */

import { randomBytes } from 'node:crypto'
import { type Browser, createBrowser, type Visit } from './browser.ts'
import { freePort, type RunningGatehouse, startGatehouse } from './gatehouse.ts'
import type { Offers } from './hostile/provider.ts'
import { type HostileServer, startHostileServer } from './hostile-server.ts'
import { overHttp } from './over-http.ts'
import { PATHS } from './paths.ts'

export interface Attacked {
  readonly gatehouse: RunningGatehouse
  readonly provider: HostileServer
  /** A browser that no one has used yet. */
  browser(): Browser
  /** The address of a path of Gatehouse. */
  at(path: string): string
  /** No one has ever signed in, and the provider is honest again. What the Worker knows of it (metadata, keys) stays. */
  startOver(): Promise<void>
  stop(): Promise<void>
}

export interface AttackedOptions {
  readonly script: string
  readonly settings?: Readonly<Record<string, string>>
  /** What the provider offers; addresses of ours are added when they are asked for. */
  readonly offers?: Offers
  readonly tells?: 'back channel' | 'front channel'
}

export const SESSION_COOKIE = '__Host-gatehouse-session'

/** Every kind of character that makes trouble when it is not encoded. */
const CLIENT_SECRET = `s+e/c:r=e%t&-_.~${randomBytes(24).toString('base64url')}`
const TABLES = ['sessions', 'users', 'audit', 'spent_logins', 'spent_logout_tokens']

export async function startAttacked({ script, settings, offers, tells }: AttackedOptions): Promise<Attacked> {
  const port = await freePort()
  const baseUrl = `http://localhost:${port}`
  const client = { clientId: 'gatehouse', clientSecret: CLIENT_SECRET }
  const provider = await startHostileServer({
    ...client,
    offers: {
      postLogoutRedirectUri: `${baseUrl}${PATHS.logoutCallback}`,
      ...(tells === 'back channel' ? { backchannelLogoutUri: `${baseUrl}${PATHS.backchannelLogout}` } : {}),
      ...(tells === 'front channel' ? { frontchannelLogoutUri: `${baseUrl}${PATHS.frontchannelLogout}` } : {}),
      ...offers,
    },
  })
  const gatehouse = await startGatehouse({
    port,
    script,
    settings: {
      GATEHOUSE_SECRET: randomBytes(32).toString('base64url'),
      OIDC_OP_URL: provider.issuer,
      OIDC_RP_CLIENT_ID: client.clientId,
      OIDC_RP_CLIENT_SECRET: client.clientSecret,
      OIDC_RP_SCOPES: 'openid email profile',
      ...settings,
    },
  })
  return {
    gatehouse,
    provider,
    browser: () => createBrowser({ [baseUrl]: overHttp, [provider.issuer]: overHttp }, Date.now),
    at: (path) => `${baseUrl}${path}`,
    async startOver() {
      for (const table of TABLES) await gatehouse.query(`DELETE FROM ${table}`)
      provider.reset()
    },
    async stop() {
      await Promise.all([gatehouse.stop(), provider.stop()])
    },
  }
}

/** Goes to the provider and back; submits the form of a provider that answers by form, as its script would. */
export async function signIn({ at, provider }: Attacked, browser: Browser, query = ''): Promise<Visit> {
  const visit = await browser.open(at(`${PATHS.login}${query}`))
  return visit.url.startsWith(provider.issuer) && visit.status === 200 ? browser.submit(browser.formOf(visit)) : visit
}

/** Who is signed in, as an application on the same host sees it; `null`: no one. */
export async function whoIs({ at }: Attacked, browser: Browser): Promise<Readonly<Record<string, unknown>> | null> {
  const { status, text } = await browser.background(at(PATHS.me))
  return status === 200 ? JSON.parse(text) : null
}

/** Presses the button of the sign-out page; gives back where that ends. */
export async function signOut({ at }: Attacked, browser: Browser): Promise<Visit> {
  return browser.submit(browser.formOf(await browser.open(at(PATHS.logout))))
}
