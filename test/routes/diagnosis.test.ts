/**
 * GET /admin/diagnosis/: for administrators alone, as a page and as JSON, and not more often than providers can bear.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Check } from '../../src/diagnosis/check.ts'
import {
  CALLBACK,
  createScene,
  GATE,
  LOGIN,
  referenceOn,
  rowsOf,
  type Scene,
  SETTINGS,
  signIn,
  whoIs,
} from './scene.ts'

const DIAGNOSIS = `${GATE}/admin/diagnosis/`
const ADMIN = { GATEHOUSE_ADMINS: 'default:alice' }

interface Report {
  readonly healthy: boolean
  readonly looked_at: string
  readonly checks: readonly Check[]
}

async function report(scene: Scene, query = ''): Promise<Report> {
  const browser = scene.browser()
  await signIn(browser)
  const answer = await browser.open(`${DIAGNOSIS}?format=json${query}`)
  expect(answer.status).toBe(200)
  return answer.json() as Report // the answer is the test's subject
}

describe('who is not signed in', () => {
  it('signs in first and comes back', async () => {
    const scene = createScene(ADMIN)
    const visit = await scene.browser().open(DIAGNOSIS)
    expect(visit.path[1]).toBe(`${LOGIN}?returnTo=%2Fadmin%2Fdiagnosis%2F`)
    expect(visit.url).toBe(DIAGNOSIS)
    expect(visit.status).toBe(200)
  })

  it('is told so as a program', async () => {
    const scene = createScene(ADMIN)
    for (const request of [
      new Request(`${DIAGNOSIS}?format=json`),
      new Request(DIAGNOSIS, { headers: { accept: 'application/json' } }),
    ]) {
      const answer = await scene.gate(request)
      expect(answer.status).toBe(401)
      expect(await answer.json()).toMatchObject({ error: 'login_required' })
    }
    expect(scene.provider.journal).toEqual([])
  })

  it('does not become someone by a header', async () => {
    const scene = createScene(ADMIN)
    const headers = {
      'x-auth-request-email': 'alice@example.org',
      'cf-access-authenticated-user-email': 'alice@example.org',
    }
    expect((await scene.gate(new Request(DIAGNOSIS, { headers }))).status).toBe(302)
  })
})

describe('who is signed in and no administrator', () => {
  it.each([
    ['no one is named', {}],
    ['someone else is', { GATEHOUSE_ADMINS: 'default:bob' }],
    ['by the address, which makes no one one', { GATEHOUSE_ADMINS: 'default:alice@example.org' }],
    ['at another provider', { GATEHOUSE_ADMINS: 'other:alice' }],
  ])('is refused, and told how to be named: %s', async (_, settings) => {
    const scene = createScene(settings)
    const browser = scene.browser()
    await signIn(browser)
    scene.provider.reset()
    const page = await browser.open(DIAGNOSIS)
    expect(page.status).toBe(403)
    expect(page.text).toContain('<code>default:alice</code>')
    const answer = await browser.open(`${DIAGNOSIS}?format=json`)
    expect(answer.status).toBe(403)
    expect(answer.json()).toMatchObject({ error: 'access_denied' })
    expect(scene.provider.journal).toEqual([])
  })

  it.each([
    ['the subject', ADMIN],
    ['a group', { GATEHOUSE_ADMIN_GROUPS: 'default:operators' }],
  ])('does not become one by the address of an administrator who is named by %s', async (_, named) => {
    const scene = createScene({ ...named, OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION: 'true' })
    const address = { email: 'alice@corp.example', email_verified: true }
    const alice = { ...address, sub: 'alice', x_grp: ['operators'] }
    const [own, stranger] = [scene.browser(), scene.browser()]
    scene.provider.setPerson(alice)
    await signIn(own)
    scene.provider.setPerson({ ...address, sub: 'newcomer' })
    await signIn(stranger)
    scene.provider.setPerson(alice)
    await signIn(own)
    expect(await whoIs(stranger)).toMatchObject({ sub: 'alice' })
    expect((await stranger.open(DIAGNOSIS)).status).toBe(403)
    expect((await own.open(DIAGNOSIS)).status).toBe(200)
  })

  it('is one by a group of the provider', async () => {
    const scene = createScene({ GATEHOUSE_ADMIN_GROUPS: 'default:operators' })
    scene.provider.setPerson({ sub: 'carol', x_grp: ['operators'] })
    const browser = scene.browser()
    await signIn(browser)
    expect((await browser.open(DIAGNOSIS)).status).toBe(200)
  })
})

describe('an administrator', () => {
  it('sees that everything is right', async () => {
    const scene = createScene(ADMIN)
    const { healthy, checks } = await report(scene)
    expect(checks.filter(({ result }) => result === 'fail')).toEqual([])
    expect(healthy).toBe(true)
    const passed = checks.filter(({ result }) => result === 'pass').map(({ id }) => id)
    expect(passed).toEqual(
      expect.arrayContaining([
        'settings',
        'base-url',
        'administrators',
        'database',
        'database-write',
        'cache',
        'discovery',
        'issuer',
        'keys',
        'redirect-uri',
      ]),
    )
  })

  it('sees what is wrong, in three languages around the rows', async () => {
    const scene = createScene(ADMIN)
    const browser = scene.browser()
    await signIn(browser)
    scene.provider.setFault('discovery-404')
    const titles = {
      en: 'One thing needs attention',
      de: 'Eine Sache braucht Aufmerksamkeit',
      fr: 'Un point demande votre attention',
    }
    for (const [language, title] of Object.entries(titles)) {
      const page = await browser.open(DIAGNOSIS, { headers: { 'accept-language': language } })
      expect(page.text).toContain(title)
      expect(page.text).toContain('Discovery document')
      expect(page.headers.get('cache-control')).toBe('no-store')
    }
  })

  it('makes an isolate look once in 20 seconds, however often the page is loaded', async () => {
    const scene = createScene(ADMIN)
    const browser = scene.browser()
    await signIn(browser)
    const first = await browser.open(`${DIAGNOSIS}?format=json`)
    scene.provider.reset()
    scene.clock.advance(19)
    expect((await browser.open(`${DIAGNOSIS}?format=json`)).text).toBe(first.text)
    expect(scene.provider.journal).toEqual([])
    scene.clock.advance(1)
    expect((await browser.open(`${DIAGNOSIS}?format=json`)).text).not.toBe(first.text)
    expect(scene.provider.journal.length).toBeGreaterThan(3)
  })

  it('and another at the same time get the same look', async () => {
    const scene = createScene(ADMIN)
    const browser = scene.browser()
    await signIn(browser)
    scene.provider.reset()
    const [one, other] = await Promise.all([
      browser.open(`${DIAGNOSIS}?format=json`),
      browser.open(`${DIAGNOSIS}?format=json`),
    ])
    expect(one.text).toBe(other.text)
    expect(scene.provider.count('/.well-known/openid-configuration')).toBe(1)
  })

  it('learns of a database that has not been migrated', async () => {
    const scene = createScene(ADMIN)
    await env.DB.exec('DROP TABLE refusals')
    await env.DB.exec("DELETE FROM d1_migrations WHERE name IN ('0005_refusals.sql', '0011_reasons.sql')")
    const { checks } = await report(scene)
    expect(checks.find(({ id }) => id === 'database')).toMatchObject({
      result: 'fail',
      seen: expect.stringContaining('0005_refusals.sql'),
      fix: expect.stringMatching(/^Run npx wrangler d1 migrations apply/),
    })
  })

  it('learns that a table has gone, and that applying the migrations does not bring it back', async () => {
    const scene = createScene(ADMIN)
    await env.DB.exec('DROP TABLE refusals')
    const { checks } = await report(scene)
    expect(checks.find(({ id }) => id === 'database')).toMatchObject({
      result: 'fail',
      seen: 'Missing: refusals, made by 0005_refusals.sql, 0011_reasons.sql.',
      fix: expect.stringContaining('does not bring back refusals'),
    })
  })

  it('sees no secret', async () => {
    const scene = createScene(ADMIN)
    const browser = scene.browser()
    await signIn(browser)
    const page = await browser.open(DIAGNOSIS)
    for (const secret of [SETTINGS.GATEHOUSE_SECRET, SETTINGS.OIDC_RP_CLIENT_SECRET, ...scene.provider.confidential]) {
      expect(page.text).not.toContain(secret)
    }
  })

  it('cannot ask for a provider that there is none of', async () => {
    const scene = createScene(ADMIN)
    const browser = scene.browser()
    await signIn(browser)
    expect((await browser.open(`${DIAGNOSIS}?provider=nobody`)).status).toBe(404)
    expect((await browser.open(`${DIAGNOSIS}?provider=default`)).status).toBe(200)
  })

  it('can only look', async () => {
    const scene = createScene(ADMIN)
    expect((await scene.gate(new Request(DIAGNOSIS, { method: 'POST' }))).status).toBe(405)
  })
})

describe('a refused sign-in', () => {
  it('is a row with its reason until someone has signed in', async () => {
    const scene = createScene(ADMIN)
    scene.provider.setFault('token-401')
    const refused = await scene.browser().open(LOGIN)
    expect(refused.status).toBe(502)
    scene.provider.setFault(null)
    const browser = scene.browser()
    scene.clock.advance(-1)
    await signIn(browser)
    const before = await browser.open(`${DIAGNOSIS}?format=json`)
    const row = (before.json() as Report).checks.find(({ id }) => id === 'refused-sign-in')
    expect(row).toMatchObject({ result: 'fail', provider: 'default' })
    expect(row?.seen).toContain(referenceOn(refused))
    expect(row?.seen).toContain('provider_error')
    scene.clock.advance(30)
    await signIn(scene.browser())
    const after = await browser.open(`${DIAGNOSIS}?format=json`)
    expect((after.json() as Report).checks.find(({ id }) => id === 'refused-sign-in')).toMatchObject({
      result: 'cannot tell',
      seen: expect.stringContaining('Since then'),
    })
  })

  it('is kept without token, code or claim', async () => {
    const scene = createScene(ADMIN)
    scene.provider.setFault('userinfo-invalid-sub')
    await scene.browser().open(LOGIN)
    const kept = JSON.stringify(await rowsOf('refusals'))
    expect(kept).toContain('default')
    for (const secret of scene.provider.confidential) expect(kept).not.toContain(secret)
    for (const claim of ['alice', 'Archer', '@']) expect(kept).not.toContain(claim)
  })

  it('that says nothing of settings is not kept: a callback of no one, an answer of another browser', async () => {
    const scene = createScene(ADMIN)
    await scene.gate(new Request(`${CALLBACK}?code=x&state=y`))
    await scene.gate(new Request(`${CALLBACK}?code=x&state=y&state=z`))
    await scene.gate(new Request(`${CALLBACK}?error=access_denied&state=y`))
    expect(await rowsOf('refusals')).toEqual([])
  })

  it('at its start is noted once a minute, for anyone can start', async () => {
    const scene = createScene(ADMIN)
    scene.provider.setFault('down')
    for (let visit = 0; visit < 5; visit += 1) await scene.gate(new Request(LOGIN))
    expect(await rowsOf('refusals')).toHaveLength(1)
    scene.clock.advance(60)
    await scene.gate(new Request(LOGIN))
    expect(await rowsOf('refusals')).toHaveLength(2)
  })

  it('is answered the same when it cannot be kept', async () => {
    const scene = createScene(ADMIN)
    scene.provider.setFault('token-401')
    await env.DB.exec('DROP TABLE refusals')
    const page = await scene.browser().open(LOGIN)
    expect(page.status).toBe(502)
    expect(scene.log.map(({ event }) => event)).toContain('refusal_not_kept')
  })
})
