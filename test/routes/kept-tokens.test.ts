/**
 * What a session keeps of the provider, and under which secret, by La Suite's settings; told by what the provider gets at sign-out.
 */
import { describe, expect, it } from 'vitest'
import { createBrowser } from '../support/browser.ts'
import { createScene, GATE, rowsOf, type Scene, SETTINGS, type Settings, signIn, signOut, whoIs } from './scene.ts'

const OLD = 'the-secret-key-of-a-django-of-old-times-and-more'
const KEY = 'a-key-for-the-stored-tokens-and-for-nothing-else'

/** Signs in, changes the settings of Gatehouse, and signs out: the parameters that the provider gets. */
async function hintAfter(scene: Scene, changed?: Settings): Promise<string | null> {
  const browser = scene.browser()
  await signIn(browser)
  const later = changed === undefined ? scene.gate : scene.isolate(changed)
  const same = createBrowser({ [GATE]: later }, scene.clock.now)
  same.jar.take(
    new URL(GATE),
    [...browser.jar.cookiesOf(GATE)].map(([name, value]) => `${name}=${value}; Path=/; Secure`),
  )
  const { next } = await signOut(same, '*')
  return new URL(next ?? '').searchParams.get('id_token_hint')
}

describe('OIDC_STORE_ID_TOKEN', () => {
  it('keeps the ID token for the provider, unless it is off', async () => {
    expect(await hintAfter(createScene())).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(await hintAfter(createScene({ OIDC_STORE_ID_TOKEN: 'False' }))).toBeNull()
  })

  it('switched off later, sends none of those that were kept', async () => {
    expect(await hintAfter(createScene(), { OIDC_STORE_ID_TOKEN: 'False' })).toBeNull()
  })

  it('switched on later, sends nothing that has lost its signature', async () => {
    expect(await hintAfter(createScene({ OIDC_STORE_ID_TOKEN: 'False' }), { OIDC_STORE_ID_TOKEN: 'True' })).toBeNull()
  })

  it('off does not keep a session from being refreshed', async () => {
    const scene = createScene({ OIDC_STORE_ID_TOKEN: 'False' })
    const browser = scene.browser()
    await signIn(browser)
    scene.clock.advance(901)
    expect(await whoIs(browser)).toMatchObject({ sub: expect.any(String) })
    const [session] = await rowsOf('sessions')
    expect(session?.refreshed_at).not.toBeNull()
  })
})

describe('the secret of the stored tokens', () => {
  it('is OIDC_STORE_REFRESH_TOKEN_KEY, while there is one, and no other then', async () => {
    const withKey = { OIDC_STORE_REFRESH_TOKEN_KEY: KEY }
    const changed = { GATEHOUSE_SECRET: `${OLD} ${SETTINGS.GATEHOUSE_SECRET}` }
    expect(await hintAfter(createScene(withKey), changed)).not.toBeNull()
    expect(await hintAfter(createScene(withKey), { OIDC_STORE_REFRESH_TOKEN_KEY: '' })).toBeNull()
  })

  it('may become OIDC_STORE_REFRESH_TOKEN_KEY while people are signed in', async () => {
    expect(await hintAfter(createScene(), { OIDC_STORE_REFRESH_TOKEN_KEY: KEY })).not.toBeNull()
  })

  it('is DJANGO_SECRET_KEY without GATEHOUSE_SECRET, and opens what it has sealed beside it', async () => {
    const scene = createScene({ GATEHOUSE_SECRET: '', DJANGO_SECRET_KEY: OLD })
    expect(await hintAfter(scene, { GATEHOUSE_SECRET: SETTINGS.GATEHOUSE_SECRET })).not.toBeNull()
  })

  it('is GATEHOUSE_SECRET beside DJANGO_SECRET_KEY', async () => {
    expect(await hintAfter(createScene({ DJANGO_SECRET_KEY: OLD }), { DJANGO_SECRET_KEY: '' })).not.toBeNull()
  })
})
