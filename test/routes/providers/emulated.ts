/**
 * Gatehouse on real storage and one emulated provider, with what tests of all of them do.
 */
import type { Browser, Visit } from '../../support/browser.ts'
import { CLIENT, type EmulatedProvider, emulate, type Manners } from '../../support/emulations/provider.ts'
import { sign, type TestKey } from '../../support/keys.ts'
import { BACK_CHANNEL, createClock, createStage, LOGIN, LOGOUT, type Settings, type Stage } from '../scene.ts'

export interface EmulatedScene extends Stage {
  readonly provider: EmulatedProvider
}

const OWN = {
  BASE_URL: 'https://gate.example.com',
  GATEHOUSE_SECRET: 'a-sealing-secret-that-no-log-may-show',
  OIDC_RP_CLIENT_ID: CLIENT.id,
  OIDC_RP_CLIENT_SECRET: CLIENT.secret,
  FRONTEND_IS_SILENT_LOGIN_ENABLED: 'false',
}

/** @param settings where the provider is, and what else is set */
export function emulatedScene(manners: Manners, settings: Settings): EmulatedScene {
  const clock = createClock()
  const provider = emulate(manners, clock.now)
  const sites = Object.fromEntries(provider.origins.map((origin) => [origin, provider.handle]))
  const fetch = (url: string, init?: RequestInit) => provider.handle(new Request(url, init))
  return { provider, ...createStage({ clock, fetch, sites, settings: { ...OWN, ...settings } }) }
}

/** Asks to be signed in, and goes wherever that leads. */
export function tryToSignIn(browser: Browser, query = ''): Promise<Visit> {
  return browser.open(`${LOGIN}${query}`)
}

/** Presses the button of the sign-out page; where that leads at the provider is in its `signOuts`. */
export async function signOut(browser: Browser): Promise<Visit> {
  return browser.submit(browser.formOf(await browser.open(LOGOUT)))
}

/** The latest authorization request. @throws Error when there was none */
export function lastAsked({ asked }: EmulatedProvider): URLSearchParams {
  const last = asked.at(-1)
  if (!last) throw new Error('no one was sent to the provider')
  return last
}

/** Sends a logout token of the provider, with these claims beside those that all have, and this header. */
export async function sendLogoutToken(
  { clock, gate, provider }: EmulatedScene,
  key: TestKey,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = { typ: 'logout+jwt' },
): Promise<Response> {
  const now = Math.floor(clock.now() / 1000)
  const all = {
    iss: provider.document.issuer,
    aud: CLIENT.id,
    iat: now,
    exp: now + 120,
    jti: crypto.randomUUID(),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    ...claims,
  }
  const body = new URLSearchParams({ logout_token: await sign(key, all, header) })
  return gate(new Request(BACK_CHANNEL, { method: 'POST', body }))
}
