/**
 * Sign-in, token check and sign-out over real HTTP: the built Worker, a real provider, and someone with a browser.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { accessTokenOf } from '../../dev/sign-in.ts'
import { type Installation, introspect, startInstallation } from '../support/installation.ts'
import { Visitor } from '../support/visitor.ts'

let installation: Installation
beforeAll(async () => {
  installation = await startInstallation({ script: inject('workerScript') })
})
afterAll(() => installation.stop())

describe('a sign-in', () => {
  it('leads to the wanted page of this host', async () => {
    const response = await new Visitor(installation).signIn('bob', '?returnTo=/room?x=1')
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe(`${installation.gatehouse.baseUrl}/room?x=1`)
  })

  it('puts every claim of the provider into the row of the user', async () => {
    await new Visitor(installation).signIn('alice')
    const [row] = await installation.gatehouse.query("SELECT * FROM users WHERE preferred_username = 'alice'")
    expect(row).toMatchObject({
      issuer: installation.provider.issuer,
      email: 'alice@example.org',
      email_verified: 1,
      given_name: 'Alice',
      family_name: 'Archer',
      nickname: 'Ali',
      tenant_id: 'example-org',
      tariff_id: 'premium',
      tariff_status: 'paid',
      phone_number: '+493023125001',
      x_grp: '["administrators","staff"]',
    })
  })

  it('works for someone without a family name', async () => {
    const carol = new Visitor(installation)
    await carol.signIn('carol')
    expect(await carol.whoAmI()).toMatchObject({ preferred_username: 'carol', family_name: null })
  })

  it('makes a second row for no one who was here before', async () => {
    await new Visitor(installation).signIn('bob')
    await new Visitor(installation).signIn('bob')
    expect(await installation.gatehouse.query("SELECT id FROM users WHERE preferred_username = 'bob'")).toHaveLength(1)
  })

  it('is known to another isolate at once', async () => {
    const bob = new Visitor(installation)
    await bob.signIn('bob')
    expect(await bob.whoAmI('second')).toMatchObject({ preferred_username: 'bob' })
  })

  it('begun twice in two tabs ends in each with its own page', async () => {
    const visitor = new Visitor(installation)
    const first = await visitor.answerFor('bob', '?returnTo=/a')
    const second = await visitor.answerFor('bob', '?returnTo=/b')
    const locations = [await visitor.visit(first), await visitor.visit(second)].map(({ headers }) =>
      headers.get('location'),
    )
    expect(locations).toEqual([`${installation.gatehouse.baseUrl}/a`, `${installation.gatehouse.baseUrl}/b`])
  })

  it('whose callback is loaded again goes on to the start page', async () => {
    const visitor = new Visitor(installation)
    const callback = await visitor.answerFor('bob', '?returnTo=/a')
    await visitor.visit(callback)
    const again = await visitor.visit(callback)
    expect([again.status, again.headers.get('location')]).toEqual([302, `${installation.gatehouse.baseUrl}/`])
    expect(await visitor.whoAmI()).not.toBeNull()
  })

  it('whose answer comes fifty times at once, to two isolates, redeems the code once', async () => {
    const visitor = new Visitor(installation)
    const callback = await visitor.answerFor('bob')
    const cookies = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const before = installation.provider.journal.count('/token')
    const { baseUrl } = installation.gatehouse
    const init = { headers: { cookie: cookies }, redirect: 'manual' as const }
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        index % 2 === 0 ? fetch(`${baseUrl}${callback}`, init) : installation.gatehouse.askOther(callback, init),
      ),
    )
    expect(installation.provider.journal.count('/token') - before).toBe(1)
    expect(answers.filter(({ status }) => status === 302)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(49)
  })
})

describe('a token check', () => {
  it('says of a person’s access token that it is good and whose it is', async () => {
    const token = await accessTokenOf('alice', installation.client)
    expect(await (await introspect(installation, token)).json()).toMatchObject({
      active: true,
      principal: 'user',
      username: 'alice',
      iss: installation.provider.issuer,
      aud: installation.gatehouse.baseUrl,
    })
  })

  it.each([
    ['recorder', 'opentalk-recorder'],
    ['call-in', 'opentalk-call-in'],
  ])('says of the token of %s that it is a service with the role %s', async (service, role) => {
    const token = await accessTokenOf(service, installation.client)
    expect(await (await introspect(installation, token)).json()).toMatchObject({
      active: true,
      principal: 'service',
      roles: [role],
    })
  })

  it('says of a session token whose it is, and within seconds of the sign-out nothing', async () => {
    const bob = new Visitor(installation)
    await bob.signIn('bob')
    const token = bob.sessionToken
    expect(await (await introspect(installation, token)).json()).toMatchObject({
      active: true,
      principal: 'user',
      username: 'bob',
    })
    await bob.signOut()
    const answer = async () => (await introspect(installation, token)).text()
    await expect.poll(answer, { timeout: 7000, interval: 500 }).toBe('{"active":false}')
  }, 10_000)
})

describe('a sign-out', () => {
  it('sends the browser on to the provider with a hint that the provider accepts', async () => {
    const bob = new Visitor(installation)
    await bob.signIn('bob')
    const response = await bob.signOut()
    expect(response.status).toBe(303)
    const page = await fetch(response.headers.get('location') ?? '')
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('/session/end/confirm')
  })

  it('counts in another isolate at once', async () => {
    const bob = new Visitor(installation)
    await bob.signIn('bob')
    const { sessionToken } = bob
    await bob.signOut()
    bob.cookies.set('__Host-gatehouse-session', sessionToken)
    expect(await bob.whoAmI('second')).toBeNull()
  })
})

it('a whole journey leaves nothing in the cache but metadata and keys', async () => {
  const visitor = new Visitor(installation)
  await visitor.signIn('alice')
  await visitor.signOut()
  const { issuer } = installation.provider
  expect([...(await installation.gatehouse.cacheKeys())].sort()).toEqual([
    `document/1/jwks ${issuer}/jwks`,
    `document/1/metadata ${issuer}`,
    // That a sign-in has worked with these settings.
    expect.stringMatching(/^sign-in\/1\/[\w-]{43}$/),
  ])
})
