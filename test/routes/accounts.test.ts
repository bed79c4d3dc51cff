/**
 * Who somebody is after a sign-in, by the settings of the provider: required claims, matching, and who is refused with nothing written.
 */
import { describe, expect, it } from 'vitest'
import { createScene, GATE, LOGIN, refusalOn, rowsOf, type Settings, signIn, whoIs } from './scene.ts'

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

describe('more groups than fit into a token', () => {
  const many = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example/x' } } }

  it('are unknown, which is neither none nor what was known before, and the log has the fix', async () => {
    const scene = createScene()
    const browser = scene.browser()
    scene.provider.setPerson({ sub: 'alice', groups: ['staff'] })
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ x_grp: ['staff'] })
    expect(scene.log.filter(({ event }) => event === 'groups_unknown')).toEqual([])
    scene.provider.setPerson({ sub: 'alice' }, many)
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ x_grp: null })
    expect(scene.log.find(({ event }) => event === 'groups_unknown')).toMatchObject({
      level: 'warn',
      detail: { fix: expect.stringContaining('Groups assigned to the application') },
    })
  })
})

describe('ProConnect', () => {
  it('has its own words for the family name, the organisation, the identity provider and the roles', async () => {
    const scene = createScene({ OIDC_OP_TYPE: 'proconnect' })
    scene.provider.setPerson({
      sub: 'alice',
      given_name: 'Alice',
      usual_name: 'Dupont',
      email: 'alice@corp.example',
      siret: '13002526500013',
      idp_id: 'b6048e95-bb13-4345-9e01-a0c8a0bea1f5',
      roles: ['agent_public'],
    })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({
      full_name: 'Alice Dupont',
      family_name: 'Dupont',
      email_verified: null,
      siret: '13002526500013',
      idp_id: 'b6048e95-bb13-4345-9e01-a0c8a0bea1f5',
      x_grp: ['agent_public'],
    })
  })
})

describe('what people are called', () => {
  it('is made of the configured claims, and follows them at the next sign-in', async () => {
    const scene = createScene({
      OIDC_USERINFO_FULLNAME_FIELDS: 'family_name,given_name',
      OIDC_USERINFO_SHORTNAME_FIELD: 'nickname',
    })
    const browser = scene.browser()
    scene.provider.setPerson({ sub: 'alice', given_name: 'Alice', family_name: 'Archer', nickname: 'Al' })
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ full_name: 'Archer Alice', short_name: 'Al' })
    expect((await browser.open(`${GATE}/`)).text).toContain('Hello, Archer Alice')
    scene.provider.setPerson({ sub: 'alice', given_name: 'Alice', family_name: 'Baker', nickname: 'Al' })
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ full_name: 'Baker Alice' })
  })
})

describe('that an e-mail address is verified', () => {
  it.each([
    ['the same address', 'alice@corp.example', true],
    ['another address', 'boss@corp.example', null],
  ])('is believed of the ID token when userinfo has %s', async (_, email, email_verified) => {
    const scene = createScene({ OIDC_OP_TYPE: 'entra', GATEHOUSE_SUBJECT_CLAIM: 'sub' })
    scene.provider.setPerson({ sub: 'alice', email }, { email: 'alice@corp.example', xms_edov: true })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ email, email_verified })
  })
})
