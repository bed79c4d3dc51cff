/**
 * Gatehouse with a realm of its own in a real Keycloak, and browsers that reach both; a test file takes one.
 */
import { inject } from 'vitest'
import { type Browser, createBrowser, type Visit } from '../../support/browser.ts'
import { freePort } from '../../support/gatehouse.ts'
import { type Served, startWithApp } from '../../support/installation.ts'
import { overHttp } from '../../support/over-http.ts'
import type { KeycloakAddress, KeycloakPath } from './keycloak.ts'
import { GATEHOUSE_CLIENT, makeRealm, passwordOf, type Realm } from './realm.ts'

export interface World extends Served {
  readonly issuer: string
  /** A browser that nobody has used yet. */
  browser(): Browser
  /** The address of a path of Gatehouse. */
  at(path: string): string
  stop(): Promise<void>
}

export interface KeycloakWorld extends World {
  readonly keycloak: KeycloakAddress
  readonly admin: Realm['admin']
}

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
    keycloak,
    admin,
    async stop() {
      await Promise.all([served.gatehouse.stop(), admin.remove()])
    },
  }
}

/** What every provider's world has. */
export function worldOf(served: Served, issuer: string): Omit<World, 'stop'> {
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

/** Begins a sign-in at Gatehouse, and fills in the provider's own page; gives back where that ends. */
export async function signIn({ at }: World, browser: Browser, username: string, query = ''): Promise<Visit> {
  const page = await browser.open(at(`/api/v1.0/authenticate/${query}`))
  return page.url.startsWith(at('/')) ? page : submitPassword(browser, page, username)
}

/** Fills in the page of Keycloak that asks for name and password. */
export function submitPassword(
  browser: Browser,
  page: Visit,
  username: string,
  password = passwordOf(username),
): Promise<Visit> {
  const form = browser.formOf(page)
  return browser.submit({ ...form, fields: { ...form.fields, username, password } })
}
