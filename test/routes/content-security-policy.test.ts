/**
 * The content security policy of every page: which script it may run, where that may ask, and who may show the page in a frame.
 */

import { describe, expect, it } from 'vitest'
import { createUnconfiguredApp } from '../../src/app.ts'
import type { Visit } from '../support/browser.ts'
import { PATHS } from '../support/paths.ts'
import {
  createScene,
  FRONT_CHANNEL,
  GATE,
  IDP,
  LOGIN,
  LOGOUT,
  OTHER_IDP,
  type Scene,
  SETTINGS,
  type Settings,
  signIn,
  signOut,
} from './scene.ts'

const STRICT = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
const DIAGNOSIS = `${GATE}/admin/diagnosis/`
const TWO = {
  OIDC_PROVIDERS: JSON.stringify([{ id: 'partner', url: OTHER_IDP, client_id: SETTINGS.OIDC_RP_CLIENT_ID }]),
  OIDC_PROVIDERS_PARTNER_CLIENT_SECRET: SETTINGS.OIDC_RP_CLIENT_SECRET,
}

const policyOf = ({ headers }: Pick<Visit, 'headers'>) => headers.get('content-security-policy')

const scriptsOf = ({ text }: Visit) =>
  [...text.matchAll(/<script[^>]*>([^<]*)<\/script>/g)].map(([, script = '']) => script)

/** The policy of a page with one script. */
async function policyWith(script: string, connections = ''): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script))
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)))
  return `default-src 'none'; style-src 'self'; img-src 'self'; script-src 'sha256-${hash}';${connections} base-uri 'none'; frame-ancestors 'none'`
}

async function asAlice(scene: Scene, url: string): Promise<Visit> {
  const browser = scene.browser()
  await signIn(browser)
  return browser.open(url)
}

describe('a page without a script', () => {
  it.each<[string, Settings, (scene: Scene) => Promise<Visit>]>([
    ['the start page', {}, (scene) => scene.browser().open(GATE)],
    ['the start page of someone who is signed in', {}, (scene) => asAlice(scene, GATE)],
    [
      'the start page with the button of ProConnect',
      { FRONTEND_USE_PROCONNECT_BUTTON: 'true' },
      (scene) => scene.browser().open(GATE),
    ],
    ['the choice of providers', TWO, (scene) => scene.browser().open(LOGIN)],
    ['the question before signing out', {}, (scene) => asAlice(scene, LOGOUT)],
    ['the question before signing out everywhere', {}, (scene) => asAlice(scene, `${LOGOUT}?everywhere=1`)],
    ['a failure', {}, (scene) => scene.browser().open(`${GATE}${PATHS.callback}`)],
    ['an unknown page', {}, (scene) => scene.browser().open(`${GATE}/nowhere`)],
    ['the diagnosis', { GATEHOUSE_ADMINS: 'default:alice' }, (scene) => asAlice(scene, DIAGNOSIS)],
    ['the diagnosis for others', { GATEHOUSE_ADMINS: 'default:bob' }, (scene) => asAlice(scene, DIAGNOSIS)],
    [
      'with an external home, another page',
      { FRONTEND_EXTERNAL_HOME_URL: `${OTHER_IDP}/` },
      (scene) => scene.browser().open(`${GATE}/nowhere`),
    ],
    [
      'with an external home, the start page of someone who is signed in',
      { FRONTEND_EXTERNAL_HOME_URL: `${OTHER_IDP}/` },
      (scene) => asAlice(scene, GATE),
    ],
  ])('may run none, ask nothing and be framed by no one: %s', async (_, settings, visit) => {
    const page = await visit(createScene(settings))
    expect(page.headers.get('content-type')).toMatch(/^text\/html/)
    expect([policyOf(page), scriptsOf(page)]).toEqual([STRICT, []])
  })

  it('is also what a Gatehouse without settings shows', async () => {
    const answer = await createUnconfiguredApp(() => undefined).request(GATE)
    expect([answer.status, policyOf(answer)]).toEqual([503, STRICT])
  })
})

describe('a page with a script', () => {
  it('may run the one that submits the form of a sign-out, and ask nothing', async () => {
    const browser = createScene({ OIDC_OP_LOGOUT_USE_POST: 'true' }).browser()
    await signIn(browser)
    const page = await signOut(browser)
    const [script = '', ...more] = scriptsOf(page)
    expect([more, policyOf(page)]).toEqual([[], await policyWith(script)])
  })

  it.each([
    ['https://www.example.org/', 'https://www.example.org/'],
    ['https://www.example.org/home?a=1&b=2', 'https://www.example.org/home'],
    ['https://www.example.org:8443/a;b,c', 'https://www.example.org:8443/a%3Bb%2Cc'],
  ])('may run the one that asks for the home, and ask for that address alone: %s', async (home, allowed) => {
    const page = await createScene({ FRONTEND_EXTERNAL_HOME_URL: home }).browser().open(GATE)
    const [script = '', ...more] = scriptsOf(page)
    expect([more, policyOf(page)]).toEqual([[], await policyWith(script, ` connect-src ${allowed};`)])
  })
})

it('the page of front-channel logout may be framed by the provider alone, and runs nothing', async () => {
  const page = await createScene().browser().open(FRONT_CHANNEL)
  expect(policyOf(page)).toBe(STRICT.replace("frame-ancestors 'none'", `frame-ancestors ${IDP}`))
  expect(scriptsOf(page)).toEqual([])
})
