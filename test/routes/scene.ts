/**
 * Gatehouse on real storage, its provider, and browsers that can reach both; the clock stands still until a test moves it.
 */

import { env } from 'cloudflare:workers'
import type { ClaimSet } from '../../src/accounts/apps.ts'
import { createHandler } from '../../src/app.ts'
import { sha256 } from '../../src/crypto.ts'
import { createDeps, type Deps } from '../../src/deps.ts'
import type { LogEntry } from '../../src/log.ts'
import { type Browser, createBrowser, type Site, type Visit } from '../support/browser.ts'
import { createHostileProvider, type HostileProvider } from '../support/hostile/provider.ts'
import { PATHS } from '../support/paths.ts'

export const GATE = 'https://gate.example.com'
export const IDP = 'https://idp.example'
/** An application on another host. */
export const APP = 'https://app.example.com'
export const EVIL = 'https://evil.example'
/** A second provider, where the settings name one. */
export const OTHER_IDP = 'https://other-idp.example'

export const LOGIN = `${GATE}${PATHS.login}`
export const CALLBACK = `${GATE}${PATHS.callback}`
export const LOGOUT = `${GATE}${PATHS.logout}`
export const LOGOUT_CALLBACK = `${GATE}${PATHS.logoutCallback}`
export const BACK_CHANNEL = `${GATE}${PATHS.backchannelLogout}`
export const FRONT_CHANNEL = `${GATE}${PATHS.frontchannelLogout}`
export const ME = `${GATE}${PATHS.me}`
export const INTROSPECT = `${GATE}${PATHS.introspect}`

export const SESSION_COOKIE = '__Host-gatehouse-session'
const ATTEMPT_COOKIE = /^__Host-gatehouse-login-/

export const SETTINGS = {
  BASE_URL: GATE,
  GATEHOUSE_SECRET: 'a-sealing-secret-that-no-log-may-show',
  OIDC_OP_URL: IDP,
  OIDC_RP_CLIENT_ID: 'gatehouse',
  OIDC_RP_CLIENT_SECRET: 'a-client-secret-that-no-log-may-show',
  // The provider knows everybody here, so the start page would show no one who is signed out.
  FRONTEND_IS_SILENT_LOGIN_ENABLED: 'false',
}

export type Settings = Readonly<Record<string, string>>

export interface Scene {
  readonly provider: HostileProvider
  /** At OTHER_IDP; known to Gatehouse by settings alone. */
  readonly other: HostileProvider
  readonly clock: TestClock
  /** Every line that any isolate has logged. */
  readonly log: readonly LogEntry[]
  readonly gate: Site
  /** What an isolate has that serves other Workers. */
  deps(): Deps
  /** A browser that no one has used yet. @param own headers of each of its requests */
  browser(own?: Readonly<Record<string, string>>): Browser
  /** A browser whose Gatehouse is another isolate. @param before the same browser, at the first isolate */
  browserAt(gate: Site, before?: Browser): Browser
  /** Another isolate: the same storage, empty memory, and other settings and another network if need be. */
  isolate(settings?: Settings, network?: Network): Site
}

export interface TestClock {
  now(): number
  readonly aheadSeconds: number
  sleep(milliseconds: number): Promise<void>
  advance(seconds: number): void
}

export function createScene(settings: Settings = {}): Scene {
  const clock = createClock()
  const { OIDC_RP_CLIENT_ID: clientId, OIDC_RP_CLIENT_SECRET: clientSecret } = SETTINGS
  const provider = createHostileProvider({ issuer: IDP, clientId, clientSecret, now: clock.now })
  const other = createHostileProvider({ issuer: OTHER_IDP, clientId, clientSecret, now: clock.now })
  const fetch = (url: string, init?: RequestInit) => (url.startsWith(OTHER_IDP) ? other : provider).fetch(url, init)
  const sites = { [IDP]: provider.handle, [OTHER_IDP]: other.handle, [APP]: showAnything }
  return { provider, other, ...createStage({ clock, fetch, sites, settings: { ...SETTINGS, ...settings } }) }
}

/** A scene in which someone has signed in before; until then Gatehouse begins nothing silently. The journal is empty again. */
export async function createSettledScene(settings: Settings = {}): Promise<Scene> {
  const scene = createScene(settings)
  await signIn(scene.browser())
  scene.provider.reset()
  return scene
}

/** What every scene has, whoever is the provider. */
export type Stage = Omit<Scene, 'provider' | 'other'>

/** The network as Gatehouse sees it. */
export type Network = (url: string, init?: RequestInit) => Promise<Response>

export interface StageOptions {
  readonly clock: TestClock
  readonly fetch: Network
  /** What a browser can reach beside Gatehouse. */
  readonly sites: Readonly<Record<string, Site>>
  readonly settings: Settings
}

/** Only the bindings: a developer's own .dev.vars is in `env`, too. */
const { KV, DB, GUEST_RATE_LIMIT } = env
const BINDINGS = { KV, DB, GUEST_RATE_LIMIT }

export function createStage({ clock, fetch, sites, settings }: StageOptions): Stage {
  const log: LogEntry[] = []
  const depsOf = (all: Parameters<typeof createDeps>[0], network: Network) =>
    createDeps(all, { fetch: network, clock, log: (entry) => log.push(entry) })
  const isolate = (changed: Settings = {}, network: Network = fetch): Site => {
    const all = { ...BINDINGS, ...settings, ...changed }
    const handle = createHandler(depsOf(all, network))
    return (request) => handle(request, () => {})
  }
  const gate = isolate()
  const deps = () => depsOf({ ...BINDINGS, ...settings }, fetch)
  const browser = (own = {}) => createBrowser({ [GATE]: gate, ...sites }, clock.now, own)
  const browserAt = (other: Site, before?: Browser) =>
    createBrowser({ [GATE]: other, ...sites }, clock.now, {}, before?.jar)
  return { clock, log, gate, deps, browser, browserAt, isolate }
}

export function createClock(): TestClock {
  let time = Date.now()
  return {
    now: () => time,
    get aheadSeconds() {
      return Math.round((time - Date.now()) / 1000)
    },
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    advance(seconds) {
      time += seconds * 1000
    },
  }
}

const showAnything: Site = async () => new Response('an application')

/** Signs in as the person whom the provider has chosen. @throws Error when that does not work */
export async function signIn(browser: Browser): Promise<Visit> {
  const visit = await browser.open(LOGIN)
  if (visit.url !== `${GATE}/`)
    throw new Error(`the sign-in ended with ${visit.status} ${/<title>(.*?)</.exec(visit.text)?.[1]}`)
  return visit
}

/** Starts a sign-in, lets the provider answer, and gives back the address of the callback without visiting it. */
export async function answerOf(browser: Browser, query = ''): Promise<string> {
  const visit = await browser.open(`${LOGIN}${query}`, { stopBefore: new URL(CALLBACK).pathname })
  if (visit.next === null) throw new Error(`the provider sent no one back from ${visit.url}`)
  return visit.next
}

/** Presses the button of the sign-out page. */
export async function signOut(browser: Browser, stopBefore?: string): Promise<Visit> {
  const form = browser.formOf(await browser.open(LOGOUT))
  return browser.submit(stopBefore === undefined ? form : { ...form, stopBefore })
}

/** Who is signed in, as an application on the same host sees it; `null`: no one. */
export async function whoIs(browser: Browser): Promise<Record<string, unknown> | null> {
  const { status, text } = await browser.background(ME)
  return status === 200 ? JSON.parse(text) : null
}

export function sessionTokenOf(browser: Browser): string | undefined {
  return browser.jar.cookiesOf(GATE).get(SESSION_COOKIE)
}

export function attemptsOf(browser: Browser): [name: string, value: string][] {
  return [...browser.jar.cookiesOf(GATE)].filter(([name]) => ATTEMPT_COOKIE.test(name))
}

type Table = 'recent_endings' | 'refusals' | 'users' | 'sessions' | 'spent_logins' | 'audit' | 'apps' | 'signing_keys'

export async function rowsOf(table: Table): Promise<Record<string, unknown>[]> {
  return (await env.DB.prepare(`SELECT * FROM ${table}`).all()).results
}

/** The reference number that a page shows. */
export function referenceOn({ text }: { text: string }): string {
  return /Reference: ([0-9a-z]{10})/.exec(text)?.[1] ?? 'no reference on the page'
}

/** The log line of the refusal that a page speaks of. */
export function refusalOn(page: { text: string }, { log }: Pick<Scene, 'log'>): LogEntry | undefined {
  return log.find(({ event, ref }) => event === 'refused' && ref === referenceOn(page))
}

export interface Credential {
  readonly clientId: string
  readonly secret: string
}

/** Makes an app that may ask about tokens. */
export async function addApp(
  clientId: string,
  policy: { audiences?: string[]; clients?: string[]; hasSessions?: boolean; claims?: readonly ClaimSet[] } = {},
): Promise<Credential> {
  const secret = `secret-of-${clientId}`
  await env.DB.prepare(
    'INSERT INTO apps (client_id, name, secret_hash, audiences, clients, sessions, claims, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0)',
  )
    .bind(
      clientId,
      `App ${clientId}`,
      await sha256(secret),
      JSON.stringify(policy.audiences ?? []),
      JSON.stringify(policy.clients ?? []),
      Number(policy.hasSessions ?? true),
      JSON.stringify(policy.claims ?? ['tenant']),
    )
    .run()
  return { clientId, secret }
}

/** Asks whether a token is good. */
export function introspect(gate: Site, token: string, { clientId, secret }: Credential): Promise<Response> {
  const body = new URLSearchParams({ token, client_id: clientId, client_secret: secret })
  return gate(new Request(INTROSPECT, { method: 'POST', body }))
}
