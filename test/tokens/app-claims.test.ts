/**
 * What an app is told of a person: the claims that it may have and no other, and our own id of the account, for every kind of token.
 */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type App, CLAIM_SETS, type ClaimSet } from '../../src/accounts/apps.ts'
import { newSessionToken } from '../../src/sessions/session.ts'
import { subHashOf } from '../../src/sessions/vault.ts'
import { introspectionAnswer } from '../../src/tokens/access-token.ts'
import { check } from '../../src/tokens/check.ts'
import { json } from '../support/far-end.ts'
import { makeKey, sign, type TestKey } from '../support/keys.ts'
import { ALICE, sessionOf } from '../support/people.ts'
import { ANY_APP, createWorld, ISSUER, NOW, type TokenWorld } from '../support/token-world.ts'
import { BASE_URL } from '../support/unit-world.ts'

type Members = Readonly<Record<string, unknown>>

const INTROSPECT = `${ISSUER}/introspect`
const TOKEN = {
  iss: ISSUER,
  aud: BASE_URL,
  exp: NOW + 300,
  iat: NOW,
  jti: 'j',
  client_id: 'meet',
  sub: 'alice-subject',
}
/** What the provider says of Alice in a token. */
const PERSON = {
  email: 'Alice@corp.example',
  email_verified: true,
  name: 'Dr Alice Dupont',
  given_name: 'Alice',
  family_name: 'Dupont',
  nickname: 'Ali',
  picture: 'https://idp.example/alice.png',
  locale: 'fr-FR',
  zoneinfo: 'Europe/Paris',
  groups: ['staff', 'admin'],
  tenant_id: 'tenant-1',
  tariff_id: 'tariff-1',
  tariff_status: 'paid',
  phone_number: '+33 1 23 45 67 89',
}
const TOLD: Readonly<Record<ClaimSet, Members>> = {
  email: { email: 'alice@corp.example', email_verified: true },
  profile: {
    name: 'Alice Dupont',
    given_name: 'Alice',
    family_name: 'Dupont',
    nickname: 'Ali',
    picture: 'https://idp.example/alice.png',
    locale: 'fr-FR',
    zoneinfo: 'Europe/Paris',
  },
  groups: { groups: ['staff', 'admin'] },
  tenant: { tenant_id: 'tenant-1', tariff_id: 'tariff-1', tariff_status: 'paid' },
}
/** Members that are about the token, which every app is told. */
const OF_TOKEN = [
  'active',
  'principal',
  'roles',
  'permissions',
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'jti',
  'client_id',
  'token_type',
  'username',
]

let key: TestKey
beforeAll(async () => {
  key = await makeKey('RS256', 'key-1')
})

function world(): TokenWorld {
  const made = createWorld({
    keys: [key],
    settings: { OIDC_OP_TYPE: 'generic', OIDC_RP_GROUPS_CLAIM: 'groups' },
    metadata: { introspection_endpoint: INTROSPECT },
  })
  made.farEnd.on(INTROSPECT, () => json({ ...TOKEN, ...PERSON, active: true, token_type: 'Bearer' }))
  return made
}

/** A token of each kind whose person is Alice. */
const KINDS: Readonly<Record<string, (world: TokenWorld) => Promise<string>>> = {
  session: async ({ sessions }) => {
    const { token, tokenHash } = await newSessionToken()
    sessions.set(tokenHash, sessionOf(tokenHash, NOW))
    return token
  },
  JWT: () => sign(key, { ...TOKEN, ...PERSON }, { typ: 'at+jwt' }),
  opaque: async () => 'an-opaque-token-of-the-provider',
}

async function told(token: string, app: Partial<App>, { ports }: TokenWorld): Promise<Members> {
  return introspectionAnswer(await check(token, { ...ANY_APP, ...app }, ports))
}

describe.each(Object.entries(KINDS))('an app that asks about a token (%s)', (_, issue) => {
  it.each(CLAIM_SETS)('and may have "%s" is told exactly that', async (set) => {
    const here = world()
    const token = await issue(here)
    const [bare, more] = [await told(token, { claims: [] }, here), await told(token, { claims: [set] }, here)]
    expect(bare).toMatchObject({ active: true, sub: 'alice-subject' })
    expect(more).toEqual({ ...bare, ...TOLD[set] })
  })

  it('is told nothing that it may not have, in whatever order apps ask', async () => {
    const here = world()
    const token = await issue(here)
    const apps = fc.array(fc.subarray([...CLAIM_SETS]), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(apps, async (asking) => {
        for (const claims of asking) {
          const allowed = [...OF_TOKEN, 'user_id', ...claims.flatMap((set) => Object.keys(TOLD[set]))]
          const answer = await told(token, { claims }, here)
          expect(answer.active).toBe(true)
          expect(Object.keys(answer).filter((member) => !allowed.includes(member))).toEqual([])
        }
      }),
      { numRuns: 30 },
    )
  })

  it('is told our own id of the person, until they are erased', async () => {
    const here = world()
    const token = await issue(here)
    await here.records.addAccount(ISSUER, 'alice-subject', ALICE.id)
    for (let time = 0; time < 2; time++) expect(await told(token, {}, here)).toMatchObject({ user_id: ALICE.id })
    here.records.removeAccount(ISSUER, 'alice-subject')
    here.sessions.clear()
    here.clock.advance(5)
    expect(await told(token, {}, here)).not.toHaveProperty('user_id')
  })
})

describe.each(['JWT', 'opaque'])('a token (%s) of a person who has not signed in here', (kind) => {
  it('has no user_id, and has it within the lag after they did', async () => {
    const here = world()
    const token = (await KINDS[kind]?.(here)) ?? ''
    for (let time = 0; time < 2; time++) expect(await told(token, {}, here)).not.toHaveProperty('user_id')
    await here.records.addAccount(ISSUER, 'alice-subject', ALICE.id)
    here.clock.advance(5)
    expect(await told(token, {}, here)).toMatchObject({ user_id: ALICE.id })
  })
})

describe.each(['JWT', 'opaque'])('a token (%s) of a person whose account is disabled here', (kind) => {
  it('is not good from the lag on, and good again from the lag on when the account is enabled', async () => {
    const here = world()
    const token = (await KINDS[kind]?.(here)) ?? ''
    await here.records.addAccount(ISSUER, 'alice-subject', ALICE.id)
    for (let time = 0; time < 2; time++) expect(await told(token, {}, here)).toMatchObject({ user_id: ALICE.id })
    for (const isDisabled of [true, false]) {
      here.records.setDisabled(ISSUER, 'alice-subject', isDisabled)
      here.clock.advance(5)
      for (let time = 0; time < 2; time++) expect(await told(token, {}, here)).toMatchObject({ active: !isDisabled })
    }
  })
})

it('a JWT that says nothing of groups does not say that there are none', async () => {
  const token = await sign(key, TOKEN, { typ: 'at+jwt' })
  expect(await told(token, { claims: CLAIM_SETS }, world())).not.toHaveProperty('groups')
})

it('a JWT of a program has no account and no person, whatever it calls itself', async () => {
  const here = createWorld({ keys: [key], settings: { OIDC_OP_TYPE: 'keycloak' } })
  const program = { preferred_username: 'service-account-bot', client_id: 'bot', azp: 'bot', scope: 'email profile' }
  const token = await sign(key, { ...TOKEN, ...PERSON, typ: 'Bearer', ...program }, { typ: 'JWT' })
  await here.records.addAccount(ISSUER, 'alice-subject', ALICE.id)
  const answer = await told(token, { claims: CLAIM_SETS }, here)
  expect(answer).toMatchObject({ active: true, principal: 'service' })
  expect(Object.keys(answer).filter((name) => name === 'user_id' || name in PERSON)).toEqual([])
})

it('an app that may not have the address is not told it as a name', async () => {
  const token = await sign(key, {
    ...TOKEN,
    email: 'a@corp.example',
    name: 'a@corp.example',
    nickname: 'A@corp.example',
  })
  expect(JSON.stringify(await told(token, { claims: ['profile'] }, world()))).not.toMatch(/a@corp/i)
})

describe('an app that may not ask about sessions', () => {
  it('is told that a session token is not active, and the store is not asked', async () => {
    const here = world()
    const token = await KINDS.session?.(here)
    const asked: string[] = []
    const sessions = {
      findWithFeed: async (tokenHash: string) => {
        asked.push(tokenHash)
        throw new Error('asked')
      },
    }
    const verdict = await check(token ?? '', { ...ANY_APP, hasSessions: false }, { ...here.ports, sessions })
    expect(verdict).toMatchObject({ active: false, hint: expect.stringContaining('npm run app:update') })
    expect(introspectionAnswer(verdict)).toEqual({ active: false })
    expect(asked).toEqual([])
  })

  it('is not told so because another app was told otherwise', async () => {
    const here = world()
    const token = (await KINDS.session?.(here)) ?? ''
    expect(await told(token, {}, here)).toMatchObject({ active: true })
    expect(await told(token, { hasSessions: false }, here)).toEqual({ active: false })
  })
})

it.each<[Partial<App>, unknown]>([
  [{}, 'app'],
  [{ audiences: ['https://api.example'] }, ['app', 'https://api.example']],
  [{ audiences: ['app', 'x'] }, ['app', 'x']],
  [{ audiences: ['app'] }, 'app'],
])('a session is meant for the app that asks, by its id and its audiences: %j', async (app, aud) => {
  const here = world()
  expect(await told((await KINDS.session?.(here)) ?? '', app, here)).toMatchObject({ active: true, aud })
})

describe('a token of Entra ID of version 1', () => {
  const tenant = '9188040d-6c67-4c5b-b112-36a304b66dad'
  const issuer = `https://login.microsoftonline.com/${tenant}/v2.0`
  const claims = {
    iss: `https://sts.windows.net/${tenant}/`,
    aud: BASE_URL,
    exp: NOW + 300,
    iat: NOW,
    sub: 's',
    ver: '1.0',
  }

  async function entra() {
    const here = createWorld({ keys: [key], issuer, settings: { OIDC_OP_TYPE: 'entra' } })
    return { here, token: await sign(key, { ...claims, appid: 'meet', appidacr: '1', scp: 'read' }, { typ: 'JWT' }) }
  }

  it('belongs to the account that sign-ins of version 2 have made', async () => {
    const { here, token } = await entra()
    await here.records.addAccount(issuer, 's', ALICE.id)
    expect(await told(token, {}, here)).toMatchObject({ active: true, user_id: ALICE.id })
  })

  it('is cut off by a logout token, which names the issuer as version 2 does', async () => {
    const { here, token } = await entra()
    expect(await told(token, {}, here)).toMatchObject({ active: true })
    here.records.cutOff({ name: `sub ${await subHashOf(issuer, 's')}`, issuedAt: NOW })
    here.clock.advance(5)
    expect(await told(token, {}, here)).toEqual({ active: false })
  })
})
