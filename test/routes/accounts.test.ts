/**
 * Who somebody is after a sign-in, by the settings of the provider: required claims, matching, and who is refused with nothing written.
 */
import { describe, expect, it } from 'vitest'
import { createScene, LOGIN, refusalOn, rowsOf, type Settings, signIn, whoIs } from './scene.ts'

type Person = Readonly<Record<string, unknown>> & { readonly sub: string }

/** A sign-in that is refused leaves no user, no session and no audit row that was not there before. */
async function refusedSignIn(person: Person, settings: Settings) {
  const scene = createScene(settings)
  scene.provider.setPerson(person)
  const before = [await rowsOf('users'), await rowsOf('sessions'), await rowsOf('audit')]
  const page = await scene.browser().open(LOGIN)
  expect([await rowsOf('users'), await rowsOf('sessions'), await rowsOf('audit')]).toEqual(before)
  return { scene, page, refusal: refusalOn(page, scene)?.detail }
}

describe('OIDC_USERINFO_ESSENTIAL_CLAIMS', () => {
  const settings = { OIDC_USERINFO_ESSENTIAL_CLAIMS: 'email,tenant_id,given_name' }

  it('lets in whoever has them all', async () => {
    const scene = createScene(settings)
    scene.provider.setPerson({ sub: 'alice', email: 'alice@example.org', tenant_id: 't', given_name: 'Alice' })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice', tenant_id: 't' })
  })

  it('refuses whoever lacks some; log and page name all of them, the log with the scope or mapper', async () => {
    const { page, refusal } = await refusedSignIn({ sub: 'alice', email: '', given_name: 'Alice' }, settings)
    expect(page.status).toBe(400)
    expect(page.text).toContain('Your account lacks something')
    expect(page.text).toContain('the missing claims are email, tenant_id.')
    expect(refusal).toMatchObject({
      code: 'claims_missing',
      missing: ['email', 'tenant_id'],
      fix: [expect.stringContaining('the scope email'), expect.stringContaining('tenant_id: ')],
    })
  })
})
