/**
 * Who someone is after a sign-in, by the settings of the provider: required claims, matching, and who is refused with nothing written.
 */
import { describe, expect, it } from 'vitest'
import { createScene, GATE, LOGIN, referenceOn, refusalOn, rowsOf, type Settings, signIn, whoIs } from './scene.ts'

type Person = Readonly<Record<string, unknown>> & { readonly sub: string }

/** A sign-in that is refused leaves no user and no session that was not there before, and in the audit that it was refused. */
async function refusedSignIn(person: Person, settings: Settings) {
  const scene = createScene(settings)
  scene.provider.setPerson(person)
  const before = [await rowsOf('users'), await rowsOf('sessions'), await rowsOf('audit')]
  const page = await scene.browser().open(LOGIN)
  const [audited, ...others] = (await rowsOf('audit')).reverse()
  expect([await rowsOf('users'), await rowsOf('sessions'), others.reverse()]).toEqual(before)
  expect(audited).toMatchObject({ event: 'sign_in_refused', reference: referenceOn(page) })
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

describe('claims that cannot be read or never come', () => {
  const OF_GROUPS = { OIDC_USERINFO_GROUPS_CLAIM: 'realm_access.roles' }
  const linesOf = ({ log }: { log: readonly { event: string }[] }) =>
    log.filter(({ event }) => event === 'claims_unread')

  it('are told once for each sign-in, and not at refreshes', async () => {
    const scene = createScene(OF_GROUPS)
    scene.provider.setPerson({ sub: 'alice', realm_access: { roles: 5 }, email: ['alice@corp.example'] })
    const browser = scene.browser()
    await signIn(browser)
    scene.clock.advance(901)
    expect(await whoIs(browser)).toMatchObject({ email: null, x_grp: [] })
    expect(linesOf(scene)).toMatchObject([
      {
        level: 'warn',
        detail: {
          provider: 'default',
          unreadable: ['email is a list and must be a text', expect.stringContaining('realm_access.roles is a number')],
        },
      },
    ])
    expect(JSON.stringify(scene.log)).not.toContain('alice@corp.example')
  })

  it('are told without alarm when they are only absent', async () => {
    const scene = createScene(OF_GROUPS)
    scene.provider.setPerson({ sub: 'alice' })
    await signIn(scene.browser())
    expect(linesOf(scene)).toMatchObject([
      { level: 'info', detail: { absent: ['realm_access.roles'], unreadable: [] } },
    ])
  })

  it('make no line when all is well', async () => {
    const scene = createScene(OF_GROUPS)
    scene.provider.setPerson({ sub: 'alice', realm_access: { roles: { admin: { '1': 'corp.example' } } } })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ x_grp: ['admin'] })
    expect(linesOf(scene)).toEqual([])
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

const ENTRA_BY_SUB = { OIDC_OP_TYPE: 'entra', GATEHOUSE_SUBJECT_CLAIM: 'sub' }

describe('that an e-mail address is verified', () => {
  it.each([
    ['the same address', 'alice@corp.example', true],
    ['another address', 'boss@corp.example', null],
  ])('is believed of the ID token when userinfo has %s', async (_, email, email_verified) => {
    const scene = createScene(ENTRA_BY_SUB)
    scene.provider.setPerson({ sub: 'alice', email }, { email: 'alice@corp.example', xms_edov: true })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ email, email_verified })
  })
})

describe('an e-mail address that the ID token calls not verified', () => {
  const email = 'alice@corp.example'

  it.each([
    ['is silent', {}],
    ['has it in capital letters', { email: 'Alice@CORP.example' }],
    ['has it with blanks around', { email: ` ${email}\n` }],
    ['has another address', { email: 'boss@corp.example' }],
    ['has no address and says yes', { email_verified: true }],
    ['says yes of the same address', { email: 'Alice@corp.example', email_verified: true }],
  ])('stays so when userinfo %s', async (_, userinfo) => {
    for (const no of [false, 'False', 0, '']) {
      const scene = createScene()
      scene.provider.setPerson({ sub: 'alice', ...userinfo }, { email, email_verified: no })
      const browser = scene.browser()
      await signIn(browser)
      expect(await whoIs(browser)).toMatchObject({ email_verified: false })
    }
  })

  it('stays so by the word of Microsoft, too', async () => {
    const scene = createScene(ENTRA_BY_SUB)
    scene.provider.setPerson({ sub: 'alice', email: 'Alice@corp.example' }, { email, xms_edov: '0' })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ email_verified: false })
  })

  it('is verified when userinfo says so of another address', async () => {
    const scene = createScene()
    const userinfo = { sub: 'alice', email: 'boss@corp.example', email_verified: true }
    scene.provider.setPerson(userinfo, { email, email_verified: false })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ email: 'boss@corp.example', email_verified: true })
  })

  it('may be without an address: userinfo has one, and the no is not forgotten', async () => {
    const scene = createScene()
    scene.provider.setPerson({ sub: 'alice', email }, { email_verified: false })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ email, email_verified: false })
  })
})

it.each([false, 'False', '', 0])(
  'an empty or unclear word of userinfo (%j) is a no beside a yes of the ID token',
  async (no) => {
    const scene = createScene()
    const email = 'alice@corp.example'
    scene.provider.setPerson({ sub: 'alice', email, email_verified: no }, { email, email_verified: true })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ email_verified: false })
  },
)

it('groups that are elsewhere by the ID token are not none because userinfo has another claim elsewhere', async () => {
  const scene = createScene()
  scene.provider.setPerson(
    { sub: 'alice', _claim_names: { address: 'src2' } },
    { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example' } } },
  )
  const browser = scene.browser()
  await signIn(browser)
  expect(await whoIs(browser)).toMatchObject({ x_grp: null })
})

const ALICE = { sub: 'alice', email: 'alice@corp.example', email_verified: true }

/** Signs in someone who is not known by the subject, after Alice has; gives back whose account that was. */
async function newcomerAfterAlice(
  settings: Settings,
  newcomer: Record<string, unknown>,
  known: Record<string, unknown> = {},
) {
  const scene = createScene(settings)
  scene.provider.setPerson({ ...ALICE, ...known })
  await signIn(scene.browser())
  scene.provider.setPerson({ ...ALICE, sub: 'newcomer', ...newcomer })
  const browser = scene.browser()
  await signIn(browser)
  const { sub } = (await whoIs(browser)) ?? {}
  return { sub, users: (await rowsOf('users')).length, log: scene.log }
}

describe('OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION', () => {
  const on = { OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION: 'true' }
  const trusting = { ...on, GATEHOUSE_TRUST_ABSENT_EMAIL_VERIFIED: 'true' }

  it.each([
    ['off, verified', {}, {}, 'newcomer'],
    ['off, the word that is absent trusted', { GATEHOUSE_TRUST_ABSENT_EMAIL_VERIFIED: 'true' }, {}, 'newcomer'],
    ['on, verified', on, {}, 'alice'],
    ['on, verified as Google once wrote it', on, { email_verified: 'true' }, 'alice'],
    ['on, in other letters', on, { email: 'Alice@CORP.example' }, 'alice'],
    ['on, not verified', on, { email_verified: false }, 'newcomer'],
    ['on, not said', on, { email_verified: null }, 'newcomer'],
    ['on and trusting, not verified', trusting, { email_verified: false }, 'newcomer'],
    ['on and trusting, not said', trusting, { email_verified: null }, 'alice'],
    ['on and trusting, said with a capital letter not to be', trusting, { email_verified: 'False' }, 'newcomer'],
    ['on and trusting, a zero', trusting, { email_verified: 0 }, 'newcomer'],
    ['on and trusting, a no in a list', trusting, { email_verified: [false] }, 'newcomer'],
    ['on and trusting, an empty object', trusting, { email_verified: {} }, 'newcomer'],
    ['on and trusting, an empty text', trusting, { email_verified: '' }, 'newcomer'],
    ['on and trusting, a word', trusting, { email_verified: 'no' }, 'newcomer'],
    ['on, with a blank behind', on, { email: 'alice@corp.example ' }, 'newcomer'],
    ['on, with a line end behind', on, { email: 'alice@corp.example\n' }, 'newcomer'],
    ['on and trusting, with a blank before', trusting, { email: ' alice@corp.example' }, 'newcomer'],
    ['on, a Cyrillic o', on, { email: 'alice@c\u043erp.example' }, 'newcomer'],
    ['on, a fullwidth @', on, { email: 'alice\uff20corp.example' }, 'newcomer'],
    ['on, no address', on, { email: null }, 'newcomer'],
  ])('%s', async (_, settings, newcomer, sub) => {
    const found = await newcomerAfterAlice(settings, newcomer)
    expect(found).toMatchObject({ sub, users: sub === 'alice' ? 1 : 2 })
    const last = found.log.findLast(({ event }) => event === 'sign_in')
    expect(last?.detail?.by_email).toBe(sub === 'alice')
  })

  it('a Kelvin sign is no k', async () => {
    const known = { email: 'alice@korp.example' }
    expect(await newcomerAfterAlice(on, { email: 'alice@\u212Aorp.example' }, known)).toMatchObject({ sub: 'newcomer' })
  })

  it('an account that someone made with an address of another person, unverified, is not given to that person', async () => {
    expect(await newcomerAfterAlice(on, {}, { email_verified: false })).toMatchObject({ sub: 'newcomer', users: 2 })
  })

  it('xms_edov of Microsoft counts as verified, for both', async () => {
    const entra = { ...on, OIDC_OP_TYPE: 'entra', GATEHOUSE_SUBJECT_CLAIM: 'sub' }
    const said = { email_verified: null, xms_edov: '1' }
    expect(await newcomerAfterAlice(entra, said, said)).toMatchObject({ sub: 'alice', users: 1 })
  })

  it('more than one account is refused, with a page that tells nothing of them', async () => {
    const scene = createScene()
    for (const sub of ['alice', 'alice-2']) {
      scene.provider.setPerson({ ...ALICE, sub })
      await signIn(scene.browser())
    }
    const { page, refusal } = await refusedSignIn({ ...ALICE, sub: 'newcomer' }, on)
    expect([page.status, refusal?.code]).toEqual([403, 'email_conflict'])
    expect(page.text).toContain('We cannot tell which account is yours')
    expect(page.text).not.toContain('corp.example')
    expect(JSON.stringify(refusal)).not.toContain('corp.example')
  })

  it('with OIDC_USER_SUB_FIELD_IMMUTABLE off the account gets the new subject', async () => {
    const settings = { ...on, OIDC_USER_SUB_FIELD_IMMUTABLE: 'false' }
    expect(await newcomerAfterAlice(settings, {})).toMatchObject({ sub: 'newcomer', users: 1 })
  })
})

describe('OIDC_CREATE_USER off', () => {
  const off = { OIDC_CREATE_USER: 'false' }

  it('refuses whoever is not known, with a page that says what to do', async () => {
    const { page, refusal } = await refusedSignIn(ALICE, off)
    expect([page.status, refusal?.code]).toEqual([403, 'account_unknown'])
    expect(page.text).toContain('You have no account here')
  })

  it('keeps the session of this browser when someone else is refused in it', async () => {
    const scene = createScene()
    const browser = scene.browser()
    scene.provider.setPerson(ALICE)
    await signIn(browser)
    const strict = createScene(off)
    strict.provider.setPerson({ sub: 'newcomer' })
    const other = strict.browser()
    for (const [name, value] of browser.jar.cookiesOf(GATE)) other.jar.put(GATE, name, value)
    await other.open(LOGIN)
    expect(await whoIs(other)).toMatchObject({ sub: 'alice' })
  })

  it('lets in whoever is known', async () => {
    const scene = createScene()
    scene.provider.setPerson(ALICE)
    await signIn(scene.browser())
    const strict = createScene(off)
    strict.provider.setPerson({ ...ALICE, given_name: 'Alicia' })
    const browser = strict.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice', given_name: 'Alicia' })
  })
})

describe('GATEHOUSE_SUBJECT_CLAIM', () => {
  it('is what people are known by: the same oid with another sub is the same person', async () => {
    const scene = createScene({ OIDC_OP_TYPE: 'entra' })
    for (const sub of ['pairwise-1', 'pairwise-2']) {
      scene.provider.setPerson({ sub }, { oid: 'aaaaaaaa-0000-4000-8000-000000000001' })
      const browser = scene.browser()
      await signIn(browser)
      expect(await whoIs(browser)).toMatchObject({ sub: 'aaaaaaaa-0000-4000-8000-000000000001' })
    }
    expect(await rowsOf('users')).toHaveLength(1)
    expect(new Set((await rowsOf('sessions')).map(({ sub_hash }) => sub_hash)).size).toBe(2)
  })

  it.each([[undefined], [null], [''], [' '], [5], ['x'.repeat(256)], ['\ud800']])(
    'must be there and be text of 1 to 255 characters: %j is refused',
    async (employee) => {
      const person = { sub: 'alice', employee }
      const { refusal } = await refusedSignIn(person, { GATEHOUSE_SUBJECT_CLAIM: 'employee' })
      expect(refusal).toMatchObject({ code: 'claims_missing', missing: ['employee'] })
    },
  )

  it.each([
    'auth0|5f7c8ec7c33c6c004bbafe82',
    'google-oauth2|103547991597142817347',
    'CgcyMzQyNzQ5EgZnaXRodWI=',
    'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
    'https://corp.example/people/42?x=1#me',
    'CN=Älice O’Neil,OU=Straße;DROP TABLE users --',
    'a/b+c=d%20e\\f"g<h>',
    '🚪'.repeat(127),
    'x'.repeat(255),
  ])('a sub may have any characters: %s', async (sub) => {
    const scene = createScene()
    scene.provider.setPerson({ sub })
    const browser = scene.browser()
    await signIn(browser)
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub })
    expect(await rowsOf('users')).toHaveLength(1)
  })
})
