/**
 * Gatehouse with a realm of its own in a real Keycloak, and browsers that reach both; a test file takes one.
 */

import * as v from 'valibot'
import { inject } from 'vitest'
import { type Browser, createBrowser, type Visit } from '../../support/browser.ts'
import { freePort } from '../../support/gatehouse.ts'
import { textOf } from '../../support/html.ts'
import { type Served, startWithApp } from '../../support/installation.ts'
import { overHttp } from '../../support/over-http.ts'
import { PATHS } from '../../support/paths.ts'
import { DEX_PASSWORD, type Dex, startDex } from './dex.ts'
import type { KeycloakAddress, KeycloakPath } from './keycloak.ts'
import { GATEHOUSE_CLIENT, makeRealm, passwordOf, type Realm } from './realm.ts'

export interface World extends Served {
  readonly issuer: string
  /** Fills in the provider's own pages; gives back where that ends. */
  logIn(browser: Browser, page: Visit, username: string, stopBefore?: string): Promise<Visit>
  /** A browser that no one has used yet. */
  browser(): Browser
  /** The address of a path of Gatehouse. */
  at(path: string): string
  stop(): Promise<void>
}

export interface KeycloakWorld extends World {
  readonly keycloak: KeycloakAddress
  readonly admin: Realm['admin']
}

export interface DexWorld extends World {
  readonly dex: Dex
}

/** Whom Dex's connector for tests signs in, without any page. */
export const DEX_MOCK_PERSON = 'kilgore'

type Settings = Readonly<Record<string, string>>

/**
 * @param settings of Gatehouse, on top of those that are right for the realm; a function learns the issuer
 */
export async function startWithKeycloak(
  path: KeycloakPath,
  settings: Settings | ((issuer: string) => Settings) = {},
): Promise<KeycloakWorld> {
  const keycloak = await keycloakAt(path)
  const port = await freePort()
  const baseUrl = `http://localhost:${port}`
  // Realms of two files must not meet: the port is this file's alone.
  const { issuer, admin } = await makeRealm(keycloak, baseUrl, `OPENTALK-${port}`)
  const served = await startWithApp({
    port,
    script: inject('workerScript'),
    settings: {
      OIDC_OP_URL: issuer,
      OIDC_RP_CLIENT_ID: GATEHOUSE_CLIENT.clientId,
      OIDC_RP_CLIENT_SECRET: GATEHOUSE_CLIENT.clientSecret,
      ...(typeof settings === 'function' ? settings(issuer) : settings),
    },
  })
  return {
    ...worldOf(served, issuer),
    logIn: (browser, page, username, stopBefore) => {
      const form = browser.formOf(page)
      const fields = { ...form.fields, username, password: passwordOf(username) }
      return browser.submit({ ...form, fields, ...(stopBefore === undefined ? {} : { stopBefore }) })
    },
    keycloak,
    admin,
    async stop() {
      await Promise.all([served.gatehouse.stop(), admin.remove()])
    },
  }
}

/**
 * @param settings of Gatehouse, on top of those that are right for Dex
 * @param configuration of Dex: members that replace those of the usual one
 */
export async function startWithDex(
  settings: Settings = {},
  configuration: Readonly<Record<string, unknown>> = {},
): Promise<DexWorld> {
  const port = await freePort()
  const dex = await startDex(`http://localhost:${port}${PATHS.callback}`, configuration)
  const served = await startWithApp({
    port,
    script: inject('workerScript'),
    settings: {
      OIDC_OP_URL: dex.issuer,
      OIDC_RP_CLIENT_ID: GATEHOUSE_CLIENT.clientId,
      OIDC_RP_CLIENT_SECRET: GATEHOUSE_CLIENT.clientSecret,
      ...settings,
    },
  })
  return {
    ...worldOf(served, dex.issuer),
    dex,
    async logIn(browser, page, username, stopBefore) {
      // The page offers the connectors as links: Dex's own passwords, and one that signs in a fixed person at once.
      const connector = username === DEX_MOCK_PERSON ? 'mock' : 'local'
      const link = browser.linksOf(page).find((one) => one.includes(`/auth/${connector}`))
      if (link === undefined) throw new Error(`no connector ${connector} at ${page.url}`)
      const options = { from: page.url, ...(stopBefore === undefined ? {} : { stopBefore }) }
      const next = await browser.open(link, options)
      if (connector === 'mock') return next
      const form = browser.formOf(next)
      const fields = { login: `${username}@example.org`, password: DEX_PASSWORD }
      return browser.submit({ ...form, ...options, from: next.url, fields })
    },
    async stop() {
      await Promise.all([served.gatehouse.stop(), dex.stop()])
    },
  }
}

/** What every provider's world has. */
export function worldOf(served: Served, issuer: string): Omit<World, 'logIn' | 'stop'> {
  const { baseUrl } = served.gatehouse
  return {
    ...served,
    issuer,
    browser: () => createBrowser({ [baseUrl]: overHttp, [new URL(issuer).origin]: overHttp }, Date.now),
    at: (at) => `${baseUrl}${at}`,
  }
}

/** The Keycloak that this run has for the path; the first who asks waits for its start. */
export async function keycloakAt(path: KeycloakPath): Promise<KeycloakAddress> {
  const response = await fetch(`${inject('keycloakDesk')}${path}`)
  if (!response.ok) throw new Error(`Keycloak did not start: ${await response.text()}`)
  return (await response.json()) as KeycloakAddress // setup.ts writes exactly this
}

/** Begins a sign-in at Gatehouse, and fills in the provider's own pages if it asks; gives back where that ends. */
export async function signIn(world: World, browser: Browser, username: string, query = ''): Promise<Visit> {
  const page = await browser.open(world.at(`${PATHS.login}${query}`))
  const isAsked = page.status === 200 && !page.url.startsWith(world.at('/'))
  return isAsked ? world.logIn(browser, page, username) : page
}

/** Someone who has just signed in. */
export async function signedIn(world: World, username: string): Promise<Browser> {
  const browser = world.browser()
  const { url, text } = await signIn(world, browser, username)
  if ((await whoIs(world, browser)) === null) throw new Error(`the sign-in ended at ${url}: ${textOf(text)}`)
  return browser
}

/** Who is signed in, as an application on the same host sees it; `null`: no one. */
export async function whoIs({ at }: World, browser: Browser): Promise<Readonly<Record<string, unknown>> | null> {
  const { status, json } = await browser.background(at(PATHS.me))
  if (status === 401) return null
  if (status === 200) return v.parse(v.looseObject({}), json())
  throw new Error(`users/me answered ${status}`)
}

/** Presses the button of the sign-out page; gives back where that ends. */
export async function signOut({ at }: World, browser: Browser): Promise<Visit> {
  return browser.submit(browser.formOf(await browser.open(at(PATHS.logout))))
}
