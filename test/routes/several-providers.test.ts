/**
 * Several providers at once: which one a browser is sent to, which one may answer where, and whose session it is afterwards.
 */

import { describe, expect, it } from 'vitest'
import type { Browser, Visit } from '../support/browser.ts'
import { PATHS } from '../support/paths.ts'
import {
  APP,
  addApp,
  answerOf,
  CALLBACK,
  createScene,
  GATE,
  IDP,
  introspect,
  LOGIN,
  LOGOUT,
  ME,
  OTHER_IDP,
  refusalOn,
  rowsOf,
  SETTINGS,
  sessionTokenOf,
  signOut,
  whoIs,
} from './scene.ts'

const OTHER_CALLBACK = `${CALLBACK}partner/`

const SEVERAL = {
  OIDC_PROVIDERS: JSON.stringify([
    { id: 'partner', name: 'Partner & Sons', url: OTHER_IDP, client_id: SETTINGS.OIDC_RP_CLIENT_ID },
  ]),
  OIDC_PROVIDERS_PARTNER_CLIENT_SECRET: SETTINGS.OIDC_RP_CLIENT_SECRET,
}

/** The links of a page, by what they say. */
function linksOn({ text, url }: Visit): Map<string, string> {
  const links = [...text.matchAll(/<a[^>]*href="([^"]*)"[^>]*>\s*([^<]*?)\s*<\/a>/g)]
  return new Map(
    links.map(([, href = '', name = '']) => [
      name.replaceAll('&amp;', '&'),
      new URL(href.replaceAll('&amp;', '&'), url).href,
    ]),
  )
}

async function signInWith(browser: Browser, id: string): Promise<Visit> {
  return browser.open(`${LOGIN}?provider=${id}`)
}

describe('with one provider', () => {
  it('no one is asked', async () => {
    const { next } = await createScene().browser().open(LOGIN, { stopBefore: '*' })
    expect(next).toMatch(/^https:\/\/idp\.example\/authorize\?/)
  })

  it('the start page offers no other way, and nothing is remembered', async () => {
    const browser = createScene().browser()
    expect((await browser.open(`${GATE}/`)).text).not.toContain('another way')
    await browser.open(LOGIN)
    expect([...browser.jar.cookiesOf(GATE).keys()]).toEqual(['__Host-gatehouse-session'])
  })
})

describe('with several providers', () => {
  it('a browser that says nothing is asked, in the order of the settings', async () => {
    const page = await createScene(SEVERAL).browser().open(LOGIN)
    expect(page.status).toBe(200)
    const [choices = ''] = page.text.split('<footer>')
    expect([...linksOn({ ...page, text: choices }).keys()]).toEqual([IDP.slice(8), 'Partner & Sons'])
  })

  it('what else was asked for is still asked for after the choice', async () => {
    const { browser } = createScene({ ...SEVERAL, OIDC_REDIRECT_ALLOWED_HOSTS: 'app.example.com' })
    const visitor = browser()
    const wanted = new URLSearchParams({ returnTo: `${APP}/room?a=b&c=d`, login_hint: 'a+b@example.org' })
    const links = linksOn(await visitor.open(`${LOGIN}?${wanted}`))
    const { path, url } = await visitor.open(links.get('Partner & Sons') ?? '')
    expect(url).toBe(`${APP}/room?a=b&c=d`)
    const request = path.find((address) => address.startsWith(`${OTHER_IDP}/authorize`)) ?? ''
    expect(new URL(request).searchParams.get('login_hint')).toBe('a+b@example.org')
  })

  it.each([
    ['default', IDP, CALLBACK],
    ['partner', OTHER_IDP, OTHER_CALLBACK],
  ])('?provider=%s leads to %s, which answers at %s', async (id, issuer, callback) => {
    const { next } = await createScene(SEVERAL).browser().open(`${LOGIN}?provider=${id}`, { stopBefore: '*' })
    const request = new URL(next ?? '')
    expect(request.origin).toBe(issuer)
    expect(request.searchParams.get('redirect_uri')).toBe(callback)
  })

  it('an unknown ?provider= is refused with 400', async () => {
    const scene = createScene(SEVERAL)
    const page = await scene.browser().open(`${LOGIN}?provider=evil`)
    expect(page.status).toBe(400)
    expect(refusalOn(page, scene)?.detail).toMatchObject({ providers: ['default', 'partner'] })
  })

  it('the provider of a sign-in that worked is used the next time without asking', async () => {
    const browser = createScene(SEVERAL).browser()
    await signInWith(browser, 'partner')
    const { next } = await browser.open(LOGIN, { stopBefore: '*' })
    expect(next).toContain(`${OTHER_IDP}/authorize`)
  })

  it('one that did not work is not remembered', async () => {
    const scene = createScene(SEVERAL)
    const browser = scene.browser()
    scene.other.setFault('access-denied')
    await signInWith(browser, 'partner')
    expect((await browser.open(LOGIN)).text).toContain('Partner &amp; Sons')
  })

  it('the start page leads to the choice, also when one is remembered', async () => {
    const browser = createScene(SEVERAL).browser()
    await signInWith(browser, 'partner')
    await signOut(browser, '*')
    const links = linksOn(await browser.open(`${GATE}/`))
    expect([...linksOn(await browser.open(links.get('Sign in another way') ?? '')).keys()]).toContain('Partner & Sons')
  })

  it('a remembered provider that is gone is forgotten', async () => {
    const scene = createScene(SEVERAL)
    const browser = scene.browser()
    await signInWith(browser, 'partner')
    const cookie = [...browser.jar.cookiesOf(GATE)].map(([name, value]) => `${name}=${value}`).join('; ')
    const third = { ...SEVERAL, OIDC_PROVIDERS: SEVERAL.OIDC_PROVIDERS.replace('"partner"', '"third"') }
    const changed = scene.isolate({ ...third, OIDC_PROVIDERS_THIRD_CLIENT_SECRET: SETTINGS.OIDC_RP_CLIENT_SECRET })
    const answer = await changed(new Request(LOGIN, { headers: { cookie } }))
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('How do you want to sign in?')
  })

  it('a silent sign-in asks no one which one: it goes on signed out', async () => {
    const { url, path } = await createScene(SEVERAL).browser().open(`${LOGIN}?silent=true&returnTo=/`)
    expect(url).toBe(`${GATE}/`)
    expect(path.filter((address) => !address.startsWith(GATE))).toEqual([])
  })

  it('an answer at the callback of another provider is refused, and signs no one in (RFC 9700 section 4.4)', async () => {
    const scene = createScene(SEVERAL)
    const browser = scene.browser()
    const answer = await answerOf(browser, '?provider=default')
    const page = await browser.open(answer.replace(CALLBACK, OTHER_CALLBACK))
    expect(page.status).toBe(400)
    expect(refusalOn(page, scene)?.detail).toMatchObject({ asked: 'default', answered: 'partner' })
    expect(scene.other.journal).toEqual([])
    expect(await rowsOf('sessions')).toEqual([])
  })

  it('people of two providers with the same subject are two people', async () => {
    const { browser } = createScene(SEVERAL)
    const [one, two] = [browser(), browser()]
    await signInWith(one, 'default')
    await signInWith(two, 'partner')
    const people = [await whoIs(one), await whoIs(two)]
    expect(people.map((person) => [person?.issuer, person?.sub])).toEqual([
      [IDP, 'alice'],
      [OTHER_IDP, 'alice'],
    ])
    expect(people[0]?.id).not.toBe(people[1]?.id)
  })

  it('signing out leads to the provider of the session', async () => {
    const browser = createScene(SEVERAL).browser()
    await signInWith(browser, 'partner')
    expect((await signOut(browser, '*')).next).toContain(OTHER_IDP)
  })

  it('a logout token of one provider ends its own sessions alone', async () => {
    const scene = createScene(SEVERAL)
    const [one, two] = [scene.browser(), scene.browser()]
    await signInWith(one, 'default')
    await signInWith(two, 'partner')
    const logoutToken = await scene.other.signAccessToken(
      { aud: SETTINGS.OIDC_RP_CLIENT_ID, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
      { header: { typ: 'logout+jwt' } },
    )
    const body = new URLSearchParams({ logout_token: logoutToken })
    const answer = await scene.gate(new Request(`${GATE}${PATHS.backchannelLogout}`, { method: 'POST', body }))
    expect(answer.status).toBe(200)
    expect([(await one.background(ME)).status, (await two.background(ME)).status]).toEqual([200, 401])
  })

  it('access tokens of both are judged, each by the keys of its issuer', async () => {
    const scene = createScene(SEVERAL)
    const app = await addApp('app')
    for (const provider of [scene.provider, scene.other]) {
      const good = await provider.signAccessToken({ aud: GATE })
      expect(await (await introspect(scene.gate, good, app)).json()).toMatchObject({
        active: true,
        iss: provider.issuer,
      })
    }
    const forged = await scene.other.signAccessToken({ aud: GATE, iss: IDP })
    expect(await (await introspect(scene.gate, forged, app)).json()).toEqual({ active: false })
  })

  it('a session of a provider that is gone is good for no one', async () => {
    const scene = createScene(SEVERAL)
    const browser = scene.browser()
    const app = await addApp('app')
    await signInWith(browser, 'partner')
    const token = sessionTokenOf(browser) ?? ''
    const without = scene.isolate({ OIDC_PROVIDERS: '', OIDC_PROVIDERS_PARTNER_CLIENT_SECRET: '' })
    expect(await (await introspect(without, token, app)).json()).toEqual({ active: false })
    const cookie = `__Host-gatehouse-session=${token}`
    expect((await without(new Request(ME, { headers: { cookie } }))).status).toBe(401)
  })

  it('the tokens of a session go to no other provider that was given its id', async () => {
    const scene = createScene(SEVERAL)
    const [browser, other] = [scene.browser(), scene.browser()]
    await signInWith(browser, 'partner')
    await signInWith(other, 'partner')
    const [table] = JSON.parse(SEVERAL.OIDC_PROVIDERS)
    const endpoints = { revocation_endpoint: `${IDP}/revoke`, logout_endpoint: `${IDP}/logout` }
    const moved = scene.isolate({ OIDC_PROVIDERS: JSON.stringify([{ ...table, url: IDP, ...endpoints }]) })
    const asks = (visitor: Browser, url: string, init: RequestInit = {}) => {
      const cookie = `__Host-gatehouse-session=${sessionTokenOf(visitor)}`
      return moved(new Request(url, { ...init, headers: { cookie, 'sec-fetch-site': 'same-origin' } }))
    }
    for (const method of ['GET', 'POST']) {
      const signedOut = await asks(other, LOGOUT, { method })
      expect(signedOut.headers.get('location')).toBe(`${GATE}/`)
    }
    expect((await asks(browser, ME)).status).toBe(401)
    scene.clock.advance(3600)
    expect((await asks(browser, ME)).status).toBe(401)
    expect([scene.provider.count('/token'), scene.provider.count('/revoke')]).toEqual([0, 0])
  })
})
