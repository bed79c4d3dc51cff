/**
 * Sessions that the provider does not confirm: which of its answers end one, after how many, and that a mistake signs no one out.
 */

import { describe, expect, it } from 'vitest'
import type { Site } from '../support/browser.ts'
import { PATHS } from '../support/paths.ts'
import {
  addApp,
  createScene,
  GATE,
  IDP,
  introspect,
  LOGIN,
  ME,
  type Network,
  OTHER_IDP,
  rowsOf,
  type Scene,
  SESSION_COOKIE,
  SETTINGS,
  type Settings,
  sessionTokenOf,
} from './scene.ts'

type Answer = () => Response

/** Refreshes are answered by `answer`, when there is one; everything else is the provider's own. */
function world(settings: Settings = {}) {
  const scene = createScene(settings)
  let answer: Answer | null = null
  let refreshes = 0
  const network: Network = async (url, init) => {
    const isRefresh = url === `${IDP}/token` && `${init?.body}`.includes('grant_type=refresh_token')
    if (isRefresh) refreshes += 1
    if (isRefresh && answer !== null) return answer()
    return (url.startsWith(OTHER_IDP) ? scene.other : scene.provider).fetch(url, init)
  }
  const gate = scene.isolate({}, network)
  return {
    ...scene,
    gate,
    refreshes: () => refreshes,
    answerWith(given: Answer | null) {
      answer = given
    },
  }
}

async function sessionOf(scene: Pick<Scene, 'browser'>, query = ''): Promise<string> {
  const browser = scene.browser()
  await browser.open(`${LOGIN}${query}`)
  const token = sessionTokenOf(browser)
  if (token === undefined) throw new Error('no one is signed in')
  return token
}

async function statusOf(gate: Site, token: string, url = ME, method = 'GET'): Promise<number> {
  return (
    await gate(
      new Request(url, { method, headers: { cookie: `${SESSION_COOKIE}=${token}`, 'sec-fetch-site': 'same-origin' } }),
    )
  ).status
}

const json = (body: unknown, status: number) => () => Response.json(body, { status })
const plain = (body: string | null, status: number, headers: HeadersInit = {}) => {
  return () => new Response(body, { status, headers })
}

const SUSPECTED: [string, Answer][] = [
  ['400 without a body', plain(null, 400)],
  ['400 invalid_request', json({ error: 'invalid_request' }, 400)],
  ['400 with an error of its own', json({ error: 'token_revoked' }, 400)],
  ['400 with a page', plain('<p>no</p>', 400, { 'content-type': 'text/html' })],
  ['400 with JSON that names no error', json({ message: 'no' }, 400)],
  ['400 with an error of null', json({ error: null }, 400)],
  ['401 without a body', plain(null, 401)],
  ['401 invalid_token in a header', plain(null, 401, { 'www-authenticate': 'Bearer error="invalid_token"' })],
  ['403 access_denied', json({ error: 'access_denied' }, 403)],
  ['404', plain('no such page', 404)],
  ['200 without a body', plain(null, 200)],
]

const OUTAGES: [string, Answer][] = [
  ['temporarily_unavailable', json({ error: 'temporarily_unavailable' }, 400)],
  ['server_error', json({ error: 'server_error' }, 400)],
  ['slow_down', json({ error: 'slow_down' }, 400)],
  ['use_dpop_nonce', json({ error: 'use_dpop_nonce' }, 400)],
  ['invalid_client', json({ error: 'invalid_client' }, 401)],
  ['invalid_client in a header', plain(null, 401, { 'www-authenticate': 'Basic error="invalid_client"' })],
  ['a question for our credentials', plain(null, 401, { 'www-authenticate': 'Basic realm="token"' })],
  ['unauthorized_client', json({ error: 'unauthorized_client' }, 400)],
  ['unsupported_grant_type', json({ error: 'unsupported_grant_type' }, 400)],
  ['429 without a body', plain(null, 429)],
  ['429 invalid_request', json({ error: 'invalid_request' }, 429)],
  ['500 without a body', plain(null, 500)],
  ['503 invalid_grant', json({ error: 'invalid_grant' }, 503)],
  [
    'no answer',
    () => {
      throw new TypeError('network connection lost')
    },
  ],
  ['200 with a page', plain('<p>hello</p>', 200, { 'content-type': 'text/html' })],
]

describe('a refresh that is refused with', () => {
  it.each(SUSPECTED)(
    '%s three times in a row ends the session, when another was refreshed meanwhile',
    async (_, answer) => {
      const { clock, gate, answerWith, ...scene } = world()
      const [withdrawn, other] = [await sessionOf(scene), await sessionOf(scene)]
      clock.advance(901)
      const statuses: number[] = []
      for (let attempt = 0; attempt < 3; attempt += 1) {
        answerWith(answer)
        statuses.push(await statusOf(gate, withdrawn))
        answerWith(null)
        if (attempt === 0) expect(await statusOf(gate, other)).toBe(200)
        clock.advance(30)
      }
      expect(statuses).toEqual([200, 200, 401])
      expect(await statusOf(gate, withdrawn)).toBe(401)
      expect(await statusOf(gate, other)).toBe(200)
      expect(await rowsOf('sessions')).toHaveLength(1)
      expect((await rowsOf('audit')).filter(({ event }) => event === 'sign_out')).toHaveLength(1)
      expect(scene.log.filter(({ event }) => event === 'session_unconfirmed')).toHaveLength(1)
    },
  )

  it.each(OUTAGES)('%s is an outage, however often and whoever else is confirmed', async (_, answer) => {
    const { clock, gate, answerWith, ...scene } = world({ OIDC_TIMEOUT: '1' })
    const [token, other] = [await sessionOf(scene), await sessionOf(scene)]
    clock.advance(901)
    for (let attempt = 0; attempt < 4; attempt += 1) {
      answerWith(answer)
      expect(await statusOf(gate, token)).toBe(200)
      answerWith(null)
      expect(await statusOf(gate, other)).toBe(200)
      clock.advance(901)
    }
  })

  it('invalid_grant ends the session at once', async () => {
    const { clock, gate, answerWith, ...scene } = world()
    const token = await sessionOf(scene)
    clock.advance(901)
    answerWith(json({ error: 'invalid_grant' }, 400))
    expect(await statusOf(gate, token)).toBe(401)
  })
})

describe('refusals that are no clear no', () => {
  const no = plain(null, 400)

  it('are an outage while no one else is confirmed: one mistake of the provider signs no one out', async () => {
    const { clock, gate, answerWith, ...scene } = world()
    const tokens = [await sessionOf(scene), await sessionOf(scene)]
    clock.advance(901)
    answerWith(no)
    for (let attempt = 0; attempt < 10; attempt += 1) {
      for (const token of tokens) expect(await statusOf(gate, token)).toBe(200)
      clock.advance(30)
    }
    answerWith(null)
    for (const token of tokens) expect(await statusOf(gate, token)).toBe(200)
    expect((await rowsOf('sessions')).map(({ doubts, doubted_at }) => [doubts, doubted_at])).toEqual([
      [0, null],
      [0, null],
    ])
  })

  it('end the session when someone has signed in since the first', async () => {
    const { clock, gate, answerWith, ...scene } = world()
    const token = await sessionOf(scene)
    clock.advance(901)
    answerWith(no)
    expect(await statusOf(gate, token)).toBe(200)
    clock.advance(30)
    await sessionOf(scene)
    expect(await statusOf(gate, token)).toBe(200)
    clock.advance(30)
    expect(await statusOf(gate, token)).toBe(401)
  })

  it('do not end it when someone signed in before the first, or at another provider', async () => {
    const several = {
      OIDC_PROVIDERS: JSON.stringify([{ id: 'partner', url: OTHER_IDP, client_id: SETTINGS.OIDC_RP_CLIENT_ID }]),
      OIDC_PROVIDERS_PARTNER_CLIENT_SECRET: SETTINGS.OIDC_RP_CLIENT_SECRET,
    }
    const { clock, gate, answerWith, ...scene } = world(several)
    const token = await sessionOf(scene, '?provider=default')
    clock.advance(270)
    await sessionOf(scene, '?provider=default')
    clock.advance(10)
    answerWith(no)
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await statusOf(gate, token)).toBe(200)
      clock.advance(30)
      await sessionOf(scene, '?provider=partner')
    }
  })

  it('do not end it when another was confirmed in the second of the first, but before it', async () => {
    const { clock, gate, answerWith, ...scene } = world()
    const [token, other] = [await sessionOf(scene), await sessionOf(scene)]
    clock.advance(901)
    expect(await statusOf(gate, other)).toBe(200)
    answerWith(no)
    for (let attempt = 0; attempt < 6; attempt += 1) {
      expect(await statusOf(gate, token)).toBe(200)
      clock.advance(30)
    }
  })

  it('do not end it when another was asked about before the first, and the rest of that took long', async () => {
    const { clock, gate, answerWith, ...scene } = world()
    const [token, other] = [await sessionOf(scene), await sessionOf(scene)]
    clock.advance(901)
    const handle = scene.provider.handle
    const slow = scene.isolate({}, async (url, init) => {
      if (url === `${IDP}/userinfo`) {
        clock.advance(2)
        answerWith(no)
        expect(await statusOf(gate, token)).toBe(200)
        clock.advance(2)
      }
      return handle(new Request(url, init))
    })
    expect(await statusOf(slow, other)).toBe(200)
    for (let attempt = 0; attempt < 6; attempt += 1) {
      clock.advance(30)
      expect(await statusOf(gate, token)).toBe(200)
    }
  })

  it('are not in a row when the provider was out of order in between', async () => {
    const { clock, gate, answerWith, ...scene } = world()
    const token = await sessionOf(scene)
    const statuses: number[] = []
    clock.advance(901)
    for (const answer of [no, no, plain(null, 503), no, no, no]) {
      answerWith(answer)
      statuses.push(await statusOf(gate, token))
      await sessionOf(scene)
      clock.advance(30)
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 401])
  })

  it('count once in 30 seconds, however often the session is used', async () => {
    const { clock, gate, answerWith, refreshes, ...scene } = world()
    const [token, other] = [await sessionOf(scene), await sessionOf(scene)]
    clock.advance(901)
    answerWith(no)
    expect(await statusOf(gate, token)).toBe(200)
    answerWith(null)
    expect(await statusOf(gate, other)).toBe(200)
    answerWith(no)
    const before = refreshes()
    for (let attempt = 0; attempt < 29; attempt += 1) {
      clock.advance(1)
      expect(await statusOf(gate, token)).toBe(200)
      expect(await statusOf(gate, token, `${GATE}${PATHS.sessionRefresh}`, 'POST')).toBe(200)
    }
    expect(refreshes()).toBe(before)
  })

  it('are forgotten when the provider confirms the session', async () => {
    const { clock, gate, answerWith, ...scene } = world()
    const [token, other] = [await sessionOf(scene), await sessionOf(scene)]
    for (const answer of [no, no, null, no, no, null]) {
      clock.advance(901)
      answerWith(null)
      expect(await statusOf(gate, other)).toBe(200)
      answerWith(answer)
      expect(await statusOf(gate, token)).toBe(200)
    }
  })

  it('end a session that only apps ask about', async () => {
    const { clock, gate, answerWith, ...scene } = world()
    const app = await addApp('app')
    const token = await sessionOf(scene)
    clock.advance(901)
    answerWith(no)
    const active: unknown[] = []
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const said = (await (await introspect(gate, token, app)).json()) as { active: unknown } // the test's subject
      active.push(said.active)
      clock.advance(30)
      await sessionOf(scene)
    }
    expect(active).toEqual([true, true, false])
  })
})

describe('GATEHOUSE_UNCONFIRMED_AGE', () => {
  const HOUR = { GATEHOUSE_UNCONFIRMED_AGE: '3600' }
  const down = plain(null, 503)

  /** Uses a session every ten minutes, and gives back after how many minutes it ended; `null`: it did not within so many. */
  async function minutesUntilEnd(settings: Settings, minutes: number, url = ME): Promise<number | null> {
    const { clock, gate, answerWith, ...scene } = world(settings)
    const token = await sessionOf(scene)
    answerWith(down)
    for (let passed = 0; passed <= minutes; passed += 10) {
      if ((await statusOf(gate, token, url)) === 401) return passed
      clock.advance(600)
    }
    return null
  }

  it('ends a session that the provider has not confirmed for longer', async () => {
    expect(await minutesUntilEnd(HOUR, 120)).toBe(60)
  })

  it('ends it at paths where the provider is not asked, and in the answer about the session', async () => {
    expect(await minutesUntilEnd({ ...HOUR, OIDC_EXEMPT_URLS: PATHS.me }, 120)).toBe(60)
    expect(await minutesUntilEnd(HOUR, 120, `${GATE}${PATHS.session}`)).toBe(60)
  })

  it('asks before it ends one, also at paths where the provider is not asked otherwise', async () => {
    const { clock, gate, refreshes, ...scene } = world({ ...HOUR, OIDC_EXEMPT_URLS: PATHS.me })
    const token = await sessionOf(scene)
    const asked: number[] = []
    for (let hour = 0; hour < 3; hour += 1) {
      clock.advance(3599)
      expect(await statusOf(gate, token)).toBe(200)
      asked.push(refreshes())
      clock.advance(1)
      expect(await statusOf(gate, token)).toBe(200)
      asked.push(refreshes())
    }
    expect(asked).toEqual([0, 1, 1, 2, 2, 3])
  })

  it('ends one that has no refresh token to be confirmed with', async () => {
    expect(await minutesUntilEnd({ ...HOUR, OIDC_STORE_REFRESH_TOKEN: 'false' }, 120)).toBe(60)
  })

  it('unset lets an outage sign no one out before SESSION_COOKIE_AGE', async () => {
    expect(await minutesUntilEnd({}, 700)).toBeNull()
  })

  it('lets a session go on that is confirmed again and again, or at once after a long pause', async () => {
    const { clock, gate, ...scene } = world(HOUR)
    const token = await sessionOf(scene)
    for (const minutes of [20, 20, 20, 20, 300]) {
      clock.advance(minutes * 60)
      expect(await statusOf(gate, token)).toBe(200)
    }
  })

  it('ends it for apps too, and bounds what they are told of its end', async () => {
    const { clock, gate, answerWith, ...scene } = world(HOUR)
    const app = await addApp('app')
    const token = await sessionOf(scene)
    const startedAt = Math.floor(clock.now() / 1000)
    expect(await (await introspect(gate, token, app)).json()).toMatchObject({ active: true, exp: startedAt + 3600 })
    answerWith(down)
    clock.advance(3600)
    expect(await (await introspect(gate, token, app)).json()).toEqual({ active: false })
    expect(await rowsOf('sessions')).toEqual([])
  })
})
