/**
 * A provider that is not where the settings say, or out of order: everybody learns the same of it, also who comes a moment later.
 */
import { describe, expect, it } from 'vitest'
import { createHostileProvider } from '../support/hostile/provider.ts'
import { createClock, createStage, IDP, LOGIN, refusalOn, rowsOf, SETTINGS } from './scene.ts'

/** A Gatehouse whose discovery document is answered by someone else. */
function createWorld(discovery: () => Response) {
  const clock = createClock()
  const { OIDC_RP_CLIENT_ID: clientId, OIDC_RP_CLIENT_SECRET: clientSecret } = SETTINGS
  const provider = createHostileProvider({ issuer: IDP, clientId, clientSecret, now: clock.now })
  let asked = 0
  const stage = createStage({
    clock,
    async fetch(url, init) {
      if (!url.endsWith('/.well-known/openid-configuration')) return provider.fetch(url, init)
      asked += 1
      return discovery()
    },
    sites: { [IDP]: provider.handle },
    settings: SETTINGS,
  })
  return { ...stage, asked: () => asked }
}

describe('an issuer that answers 404', () => {
  const notFound = () => new Response('<h1>Not found</h1>', { status: 404, headers: { 'content-type': 'text/html' } })

  it.each([
    ['en', 'Sign-in is not set up correctly', 'a minute'],
    ['fr', 'La connexion n’est pas configurée correctement', 'une minute'],
    ['de', 'Die Anmeldung ist nicht richtig eingerichtet', 'Minute'],
  ])('is told to people in %s as a fault of the settings', async (language, title, no) => {
    const page = await createWorld(notFound)
      .browser()
      .open(LOGIN, { headers: { 'accept-language': language } })
    expect(page.status).toBe(502)
    expect(page.text).toContain(title)
    expect(page.text).not.toContain(no)
  })

  it('keeps its first cause for whoever comes while it is not asked again', async () => {
    const world = createWorld(notFound)
    const visits = [await world.browser().open(LOGIN), await world.browser().open(LOGIN)]
    const [first, second] = visits.map((page) => refusalOn(page, world)?.detail)
    expect(visits.map(({ text }) => text.includes('not set up correctly'))).toEqual([true, true])
    expect(second).toMatchObject({
      code: 'provider_error',
      provider_status: 404,
      causes: [`GatehouseError [provider_error]: ${first?.reason}`],
    })
    expect(second?.url).toBe(first?.url)
  })

  it('is not shown to a visitor who wanted to be signed in without being asked', async () => {
    const world = createWorld(notFound)
    const page = await world.browser().open(`${LOGIN}?silent=true`)
    expect([page.status, new URL(page.url).pathname]).toEqual([200, '/'])
  })
})

it('an issuer of another name is told to people as a fault of the settings', async () => {
  const page = await createWorld(() => Response.json({ ...METADATA, issuer: 'https://other.example' }))
    .browser()
    .open(LOGIN)
  expect(page.text).toContain('Sign-in is not set up correctly')
})

it.each<[string, Readonly<Record<string, unknown>>]>([
  ['names no endpoint for tokens', { token_endpoint: undefined }],
  ['has an endpoint without https', { token_endpoint: 'http://idp.example/token' }],
  ['offers PKCE without S256', { code_challenge_methods_supported: ['plain'] }],
])('an issuer that %s is told to people as a fault of the settings', async (_, change) => {
  const page = await createWorld(() => Response.json({ ...METADATA, issuer: IDP, ...change }))
    .browser()
    .open(LOGIN)
  expect(page.text).toContain('Sign-in is not set up correctly')
})

const METADATA = {
  authorization_endpoint: `${IDP}/authorize`,
  token_endpoint: `${IDP}/token`,
  jwks_uri: `${IDP}/jwks`,
}

it.each([
  ['answers 500', () => new Response('no', { status: 500 })],
  ['asks for a pause', () => new Response('no', { status: 429 })],
])('a provider that %s is no fault of the settings, and keeps its first cause', async (_, discovery) => {
  const world = createWorld(discovery)
  const visits = [await world.browser().open(LOGIN), await world.browser().open(LOGIN)]
  const [first, second] = visits.map((page) => refusalOn(page, world)?.detail)
  expect(visits.map(({ text }) => text.includes('not set up correctly'))).toEqual([false, false])
  expect(second?.causes).toEqual([`GatehouseError [${first?.code}]: ${first?.reason}`])
})

it('the row of a refusal while the provider is not asked again says why', async () => {
  const world = createWorld(() => {
    throw new TypeError('Network connection lost.')
  })
  const visits = [await world.browser().open(LOGIN), await world.browser().open(LOGIN)]
  const [first, second] = visits.map((page) => refusalOn(page, world)?.detail)
  expect(first).toMatchObject({ code: 'provider_unreachable', causes: ['TypeError: Network connection lost.'] })
  expect(second?.causes).toEqual([
    'GatehouseError [provider_unreachable]: the provider cannot be reached',
    'TypeError: Network connection lost.',
  ])
  expect(await rowsOf('refusals')).toMatchObject([{ reason: expect.stringContaining('cannot be reached') }])
})
