/**
 * GET /api/v1.0/users/me/: what an application on the same host learns of the person.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { createScene, IDP, ME, rowsOf, signIn } from './scene.ts'

const ALICE = {
  sub: 'alice',
  email: 'Alice@Example.org',
  email_verified: true,
  given_name: 'Alice',
  family_name: 'Archer',
  name: 'Alice A. Archer',
  preferred_username: 'aarcher',
  nickname: 'Al',
  phone_number: '+49 30 1234',
  picture: 'https://cdn.example/alice.png',
  locale: 'de',
  zoneinfo: 'Europe/Berlin',
  tenant_id: 'example-org',
  tariff_id: 'basic',
  tariff_status: 'default',
  x_grp: ['staff', 'staff', 'CN=a,OU=b'],
}

describe('the signed-in person', () => {
  it('is described with every member, in the words of La Suite first', async () => {
    const scene = createScene()
    scene.provider.setPerson(ALICE)
    const browser = scene.browser()
    await signIn(browser)
    const answer = await browser.background(ME)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer.json()).toEqual({
      id: (await rowsOf('users'))[0]?.id,
      email: 'alice@example.org',
      full_name: 'Alice Archer',
      short_name: 'Alice',
      timezone: 'Europe/Berlin',
      language: 'de',
      issuer: IDP,
      sub: 'alice',
      email_verified: true,
      given_name: 'Alice',
      family_name: 'Archer',
      preferred_username: 'aarcher',
      nickname: 'Al',
      phone_number: '+49 30 1234',
      picture: 'https://cdn.example/alice.png',
      tenant_id: 'example-org',
      tariff_id: 'basic',
      tariff_status: 'default',
      x_grp: ['staff', 'CN=a,OU=b'],
      roles: null,
      siret: null,
      idp_id: null,
      permissions: ['rooms:join', 'rooms:create', 'rooms:record', 'rooms:moderate'],
    })
  })

  it('has every member also when the provider says nothing but the subject', async () => {
    const scene = createScene()
    scene.provider.setPerson({ sub: 'alice' })
    const browser = scene.browser()
    await signIn(browser)
    expect((await browser.background(ME)).json()).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: null,
      email_verified: null,
      full_name: null,
      short_name: null,
      timezone: 'UTC',
      language: null,
      x_grp: [],
      roles: null,
    })
  })

  it('is told without the final slash, too', async () => {
    const browser = createScene().browser()
    await signIn(browser)
    expect((await browser.background(ME.slice(0, -1))).json()).toMatchObject({ sub: 'alice' })
  })

  it('is told to no one else, so no cache may keep it (A36)', async () => {
    const browser = createScene().browser()
    await signIn(browser)
    const { headers } = await browser.background(ME)
    expect(headers.get('cache-control')).toContain('no-store')
    expect(headers.has('access-control-allow-origin')).toBe(false)
  })
})

describe('without a session', () => {
  it('the answer is 401 in JSON with a challenge that makes no browser ask for a password', async () => {
    const answer = await createScene().browser().background(ME)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe('Session')
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(answer.json()).toMatchObject({ error: 'login_required' })
  })

  it.each(['Bearer x', 'Basic %%%', 'Basic', 'Foo bar baz', 'Bearer '.padEnd(20_000)])(
    'the Authorization header %j lets no one in (A48)',
    async (authorization) => {
      const { gate } = createScene()
      expect((await gate(new Request(ME, { headers: { authorization } }))).status).toBe(401)
    },
  )

  it('identity headers let no one in (A130)', async () => {
    const { gate } = createScene()
    const headers = { 'x-auth-request-email': 'admin@corp.com', 'remote-user': 'admin', 'x-forwarded-user': 'admin' }
    expect((await gate(new Request(ME, { headers }))).status).toBe(401)
  })
})

it('other methods are refused in JSON, with the allowed ones', async () => {
  const { gate } = createScene()
  const response = await gate(new Request(ME, { method: 'POST' }))
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  expect(await response.json()).toMatchObject({ error: 'invalid_request' })
})

it('a database that does not answer signs no one out: 503 in JSON, with Retry-After', async () => {
  const browser = createScene().browser()
  await signIn(browser)
  await env.DB.exec('DROP TABLE sessions')
  const answer = await browser.background(ME)
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(answer.headers.getSetCookie()).toEqual([])
  expect(answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
})
