/**
 * Keys that are not known, seen from outside: what an app, a provider that signs out and a person are told, and who is asked (A57, A122).
 */
import { describe, expect, it } from 'vitest'
import {
  addApp,
  answerOf,
  BACK_CHANNEL,
  type Credential,
  createScene,
  introspect,
  LOGIN,
  refusalOn,
  type Scene,
  signIn,
} from './scene.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

async function createKnown(): Promise<{ scene: Scene; app: Credential }> {
  const scene = createScene()
  const app = await addApp('api', { audiences: ['api'] })
  const answer = await introspect(scene.gate, await scene.provider.signAccessToken(), app)
  expect(await answer.json()).toMatchObject({ active: true })
  scene.clock.advance(60)
  scene.provider.reset()
  return { scene, app }
}

const keyOfNobody = (kid: string) => ({ header: { kid }, fault: 'sig-by-stranger' as const })

/** A logout token with nothing wrong about it but its key. */
function logoutTokenOf({ provider, clock }: Scene, kid: string): Promise<string> {
  const now = Math.floor(clock.now() / 1000)
  const claims = { aud: 'gatehouse', iat: now, exp: now + 120, jti: kid, sid: 'sid', events: { [EVENT]: {} } }
  return provider.signAccessToken(claims, { header: { kid, typ: 'logout+jwt' }, fault: 'sig-by-stranger' })
}

async function sendLogoutToken(scene: Scene, kid: string): Promise<Response> {
  const body = new URLSearchParams({ logout_token: await logoutTokenOf(scene, kid) })
  return scene.gate(new Request(BACK_CHANNEL, { method: 'POST', body }))
}

describe('a token check', () => {
  it.each<[name: string, claims: (now: number) => Record<string, unknown>]>([
    ['has expired', (now) => ({ iat: now - 600, exp: now - 300 })],
    ['is for another audience', () => ({ aud: 'another' })],
    ['is not valid yet', (now) => ({ nbf: now + 600 })],
  ])('of a token that %s says inactive whatever its key is, and asks no one', async (_, claims) => {
    const { scene, app } = await createKnown()
    for (let count = 0; count < 10; count++) {
      const bent = claims(Math.floor(scene.clock.now() / 1000))
      const token = await scene.provider.signAccessToken(bent, keyOfNobody(`retired-${count}`))
      expect(await (await introspect(scene.gate, token, app)).json()).toEqual({ active: false })
    }
    expect(scene.provider.journal).toEqual([])
  })

  it('of a token that has expired says inactive also in an isolate that cannot have any keys', async () => {
    const scene = createScene()
    const app = await addApp('api', { audiences: ['api'] })
    scene.provider.setFault('down')
    const token = await scene.provider.signAccessToken({ exp: 1 })
    expect(await (await introspect(scene.gate, token, app)).json()).toEqual({ active: false })
  })

  it('tells nothing good, and no reason, of a token with good claims whose signature is a stranger’s', async () => {
    const { scene, app } = await createKnown()
    const forged = await scene.provider.signAccessToken({}, { fault: 'sig-by-stranger' })
    const expired = await scene.provider.signAccessToken({ exp: 1 }, { fault: 'sig-by-stranger' })
    const answers = [await introspect(scene.gate, forged, app), await introspect(scene.gate, expired, app)]
    const [first, second] = await Promise.all(
      answers.map(async (answer) => [answer.status, [...answer.headers.keys()], await answer.text()]),
    )
    expect(first).toEqual(second)
  })

  it('of four junk tokens in a row says inactive, and logs no error', async () => {
    const { scene, app } = await createKnown()
    for (let count = 0; count < 4; count++) {
      const token = await scene.provider.signAccessToken({}, keyOfNobody(`junk-${count}`))
      expect(await (await introspect(scene.gate, token, app)).json()).toEqual({ active: false })
    }
    expect(scene.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('of a token whose key no one may look for yet is 503 with a time to come back, and a sentence that blames no one', async () => {
    const { scene, app } = await createKnown()
    for (let count = 0; count < 5; count++) {
      await introspect(scene.gate, await scene.provider.signAccessToken({}, keyOfNobody(`junk-${count}`)), app)
    }
    const token = await scene.provider.signAccessToken({}, keyOfNobody('one-more'))
    const answer = await introspect(scene.gate, token, app)
    const body = await answer.text()
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
    expect(JSON.parse(body)).toMatchObject({ error: 'temporarily_unavailable' })
    expect(body).not.toMatch(/reached|does not answer/)
    expect(scene.log.filter(({ level }) => level === 'error')).toEqual([])
    scene.clock.advance(2)
    expect(await (await introspect(scene.gate, token, app)).json()).toEqual({ active: false })
  })
})

describe('forged logout tokens', () => {
  it('keep no one from signing in after a change of keys', async () => {
    const scene = createScene()
    await signIn(scene.browser())
    for (let count = 0; count < 10; count++) await sendLogoutToken(scene, `junk-${count}`)
    scene.provider.rotateKeys()
    await signIn(scene.browser())
    scene.provider.rotateKeys()
    await signIn(scene.browser())
  })

  it('are refused, and beyond what may be looked for answered with 503 and a time to come back', async () => {
    const scene = createScene()
    await signIn(scene.browser())
    const statuses: number[] = []
    for (let count = 0; count < 7; count++) statuses.push((await sendLogoutToken(scene, `junk-${count}`)).status)
    expect(statuses).toEqual([400, 400, 400, 400, 400, 503, 503])
    const last = await sendLogoutToken(scene, 'the-last')
    expect(last.headers.get('retry-after')).toBe('2')
    expect(await last.text()).not.toMatch(/reached|does not answer/)
  })
})

describe('a sign-in', () => {
  it('is good though the provider changes its keys for each of five in a row', async () => {
    const scene = createScene()
    await signIn(scene.browser())
    for (let count = 0; count < 5; count++) {
      scene.provider.rotateKeys()
      await signIn(scene.browser())
    }
  })

  it('looks at the keys once, when its start has asked for them to see whether the provider is there', async () => {
    const scene = createScene()
    await signIn(scene.browser())
    scene.clock.advance(60)
    scene.provider.reset()
    scene.provider.rotateKeys()
    await signIn(scene.browser())
    expect(scene.provider.count('/jwks')).toBe(1)
  })

  it('starts although the keys cannot be used, as long as the provider answers', async () => {
    const scene = createScene()
    await signIn(scene.browser())
    scene.clock.advance(60)
    scene.provider.setFault('jwks-500')
    expect((await scene.browser().open(LOGIN, { stopBefore: '/authorize' })).next).toContain('/authorize')
  })

  it('that could not be checked in time says so, and never that the provider does not answer', async () => {
    const scene = createScene({ OIDC_TIMEOUT: '1' })
    await signIn(scene.browser())
    for (let count = 0; count < 5; count++) {
      scene.provider.rotateKeys()
      await signIn(scene.browser())
    }
    // The clock stands still, so nothing may be asked for again, ever.
    const browser = scene.browser()
    const callback = await answerOf(browser)
    scene.provider.rotateKeys()
    scene.provider.setFault('signing-key-rotation-just-before-signing')
    const page = await browser.open(callback)
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)])
    expect(refusalOn(page, scene)?.detail).toMatchObject({ code: 'temporarily_unavailable' })
    expect(page.text).not.toMatch(/cannot be reached|does not answer/)
  })
})
