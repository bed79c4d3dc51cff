/**
 * Whether a token belongs to a person or to a program, by the rules of each vendor, and what follows where nothing tells.
 */
import { base64url } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { introspectionAnswer } from '../../src/tokens/access-token.ts'
import { check } from '../../src/tokens/check.ts'
import { json } from '../support/far-end.ts'
import { makeKey, sign, type TestKey } from '../support/keys.ts'
import { ANY_APP, createWorld, ISSUER, NOW } from '../support/token-world.ts'
import { BASE_URL, CLIENT_ID } from '../support/unit-world.ts'

type Members = Readonly<Record<string, unknown>>

const INTROSPECT = `${ISSUER}/introspect`

let key: TestKey
beforeAll(async () => {
  key = await makeKey('RS256', 'key-1')
})

const LIFE = { iss: ISSUER, aud: BASE_URL, exp: NOW + 300, iat: NOW - 10 }
const PROFILED = { ...LIFE, jti: 'token-1', client_id: 'meet', sub: 'alice' }

/** What an app is told of a JWT. */
async function toldOfJwt(claims: Members, settings: Members = {}, header: Members = { typ: 'at+jwt' }) {
  const { ports } = createWorld({ keys: [key], settings })
  return introspectionAnswer(await check(await sign(key, claims, header), ANY_APP, ports))
}

/** What an app is told of an opaque token of which the provider says this. */
async function toldOfOpaque(said: Members, settings: Members = {}) {
  const world = createWorld({ settings, metadata: { introspection_endpoint: INTROSPECT } })
  world.farEnd.on(INTROSPECT, () => json({ ...LIFE, active: true, token_type: 'Bearer', ...said }))
  return introspectionAnswer(await check('an-opaque-token-of-the-provider', ANY_APP, world.ports))
}

const service = { active: true, principal: 'service' }
const user = { active: true, principal: 'user' }

/** Good, and neither the one nor the other. */
function expectUnknown(told: Members): void {
  expect(told).toMatchObject({ active: true })
  expect(told).not.toHaveProperty('principal')
}

describe.each(['generic', 'auth0', 'keycloak', 'dex'])(
  'by the standards, at a provider of type %s,',
  (OIDC_OP_TYPE) => {
    const told = (more: Members) => toldOfJwt({ ...PROFILED, ...more }, { OIDC_OP_TYPE })

    it('a signed at+jwt with a client and no subject is a program’s, as Duende writes it', async () => {
      const answer = await told({ sub: undefined, scope: 'api1' })
      expect(answer).toMatchObject(service)
      expect(answer).not.toHaveProperty('sub')
    })

    it.each<Members>([{ auth_time: 0 }, { auth_time: null }, { sid: '' }, { sid: null }])(
      'a JWT whose subject is its client is a program’s also with %j, which says nothing',
      async (empty) => {
        expect(await told({ sub: 'meet', ...empty })).toMatchObject(service)
      },
    )

    it('a subject that is empty is no one’s', async () => {
      expect(await told({ sub: '' })).toEqual({ active: false })
    })

    it('a JWT whose subject is its client is a program’s', async () => {
      expect(await told({ sub: 'meet' })).toMatchObject(service)
    })

    it.each<Members>([{ sid: 's' }, { auth_time: NOW - 20 }])(
      'a JWT whose subject is its client, and that says %j, tells nothing: people may be called like a client',
      async (mark) => {
        const answer = await told({ sub: 'meet', ...mark })
        expect(answer).toMatchObject({ active: true })
        expect(answer.principal).not.toBe('service')
      },
    )

    it('an answer without a subject tells nothing: Doorkeeper gives it for people and programs alike', async () => {
      expectUnknown(await toldOfOpaque({ client_id: 'meet', scope: 'read' }, { OIDC_OP_TYPE }))
    })
  },
)

it('an answer without a client tells nothing, unless it names a person', async () => {
  expectUnknown(await toldOfOpaque({ sub: '5c0c' }))
  expect(await toldOfOpaque({ sub: '5c0c', username: 'alice' })).toMatchObject(user)
})

it.each<Members>([{ sid: 's' }, { preferred_username: 'alice' }, { username: 'alice' }])(
  'at+jwt of a person without sub is refused (AT8): %j',
  async (mark) => {
    for (const OIDC_OP_TYPE of ['keycloak', 'generic', 'auth0']) {
      const { ports } = createWorld({ keys: [key], settings: { OIDC_OP_TYPE } })
      const token = await sign(key, { ...PROFILED, sub: undefined, ...mark }, { typ: 'at+jwt' })
      expect(await check(token, ANY_APP, ports)).toMatchObject({ reason: 'no sub' })
    }
  },
)

describe('at Auth0', () => {
  const auth0 = { OIDC_OP_TYPE: 'auth0' }
  const program = { client_id: undefined, azp: 'meet', sub: 'meet@clients', gty: 'client-credentials' }

  it.each<Members>([program, { ...program, gty: undefined }, { client_id: 'meet', sub: 'meet@clients' }])(
    'a subject that is a client and @clients is a program’s: %j',
    async (claims) => {
      expect(await toldOfOpaque(claims, auth0)).toMatchObject(service)
      expect(await toldOfJwt({ ...PROFILED, ...claims, client_id: 'meet' }, auth0)).toMatchObject(service)
    },
  )

  it.each(['auth0|507f1f77', 'oauth2|x|meet@clients', 'google-oauth2|1', 'email|alice@clients'])(
    'the subject %j is a person',
    async (sub) => {
      expect(await toldOfJwt({ ...PROFILED, sub }, auth0)).toMatchObject(user)
    },
  )

  it('a person’s subject with the grant of programs tells nothing', async () => {
    expectUnknown(await toldOfJwt({ ...PROFILED, sub: 'auth0|507f1f77', gty: 'client-credentials' }, auth0))
  })
})

it('a program of an Auth0 that was not given its type passes for no person', async () => {
  for (const claims of [{ sub: 'meet@clients' }, { sub: 'x', gty: 'client-credentials' }]) {
    expectUnknown(await toldOfJwt({ ...PROFILED, ...claims }, { OIDC_OP_TYPE: 'generic' }))
  }
})

it.each<Members>([{ preferred_username: 'meet' }, { email: 'meet@corp.example' }])(
  'whose subject is a client, and who has %j, may be a person who is called so',
  async (mark) => {
    expectUnknown(await toldOfJwt({ ...PROFILED, sub: 'meet', ...mark }, { OIDC_OP_TYPE: 'generic' }))
  },
)

it('a user name or subject of another vendor’s programs makes no one a program where people choose it', async () => {
  const names = ['service-account-meet', 'ak-meet-client_credentials']
  for (const preferred_username of names) {
    expect(await toldOfJwt({ ...PROFILED, preferred_username }, { OIDC_OP_TYPE: 'generic' })).toMatchObject(user)
    expect(await toldOfJwt({ ...PROFILED, preferred_username }, { OIDC_OP_TYPE: 'auth0' })).toMatchObject(user)
  }
  expect(await toldOfJwt({ ...PROFILED, sub: 'other@clients' }, { OIDC_OP_TYPE: 'generic' })).toMatchObject(user)
})

describe('at authentik', () => {
  const authentik = { OIDC_OP_TYPE: 'authentik' }
  const claims = {
    ...PROFILED,
    client_id: undefined,
    jti: undefined,
    azp: 'meet',
    uid: 'u',
    auth_time: NOW,
    scope: 'openid',
  }
  const told = (more: Members) => toldOfJwt({ ...claims, ...more }, authentik, {})
  const PROGRAM = 'ak-Provider for meet-client_credentials'

  it('the account that it makes for a provider is a program', async () => {
    expect(await told({ preferred_username: PROGRAM })).toMatchObject(service)
    expect(await toldOfOpaque({ sub: 'h', client_id: 'meet', username: PROGRAM }, authentik)).toMatchObject(service)
  })

  it.each<Members>([{ sid: 's' }, { amr: ['pwd'] }])(
    'who is called so and has signed in, %j, is a person',
    async (mark) => {
      expect(await told({ preferred_username: PROGRAM, ...mark })).toMatchObject(user)
    },
  )

  it('an answer that names who asks is still about the client of the token', async () => {
    const said = { sub: 'h', aud: 'wiki', client_id: CLIENT_ID, username: 'alice' }
    const world = createWorld({ settings: authentik, metadata: { introspection_endpoint: INTROSPECT } })
    world.farEnd.on(INTROSPECT, () => json({ ...LIFE, active: true, token_type: 'Bearer', ...said }))
    const ask = (clients: string[]) =>
      check('an-opaque-token-of-the-provider', { ...ANY_APP, clients }, world.ports).then(introspectionAnswer)
    expect(await ask(['wiki'])).toMatchObject({ ...user, client_id: 'wiki' })
    expect(await ask([CLIENT_ID])).toEqual({ active: false })
  })

  it.each(['alice', 'ak', 'client_credentials', 'bak-x-client_credentials'])('%j is a person', async (name) => {
    expect(await told({ preferred_username: name })).toMatchObject(user)
  })

  it.each(['bot', 'Provider for meet-system:serviceaccount:ci'])(
    'an account like any other, %j, that signed in as its token was made tells nothing: an app password does so too',
    async (name) => {
      expectUnknown(await told({ preferred_username: name, auth_time: claims.iat }))
    },
  )

  it('a person who is called like a program and signed in before the token was made is a person', async () => {
    expect(await told({ preferred_username: PROGRAM, auth_time: claims.iat - 3600 })).toMatchObject(user)
  })

  it('a token without user name and session tells nothing, and one of another issuer’s program neither', async () => {
    expectUnknown(await told({}))
    expectUnknown(await told({ preferred_username: 'ak-meet-5f0c' }))
    expect(await told({ sid: 's' })).toMatchObject(user)
  })
})

describe('at Keycloak', () => {
  const keycloak = { OIDC_OP_TYPE: 'keycloak' }
  const claims = { ...LIFE, typ: 'Bearer', sub: '5c0c', azp: 'Meet', jti: '7f1c' }
  const PROGRAM = 'service-account-meet'
  const told = (more: Members) => toldOfJwt({ ...claims, ...more }, keycloak, { typ: 'JWT' })

  it('service-account-<client> is a program', async () => {
    expect(await told({ preferred_username: PROGRAM })).toMatchObject(service)
  })

  it.each<Members>([
    { sid: 's' },
    { auth_time: NOW - 20 },
    { jti: 'onrtac:7f1c' },
    { jti: 'onrtro:7f1c' },
    { jti: 'onltdg:7f1c' },
    { jti: 'onrtrt:7f1c', sid: 's' },
    { jti: 'onrtte:7f1c', sid: 's', client_id: 'Meet' },
  ])('who is called so is a person when the token says %j', async (mark) => {
    expect(await told({ preferred_username: PROGRAM, ...mark })).toMatchObject(user)
  })

  it.each<Members>([
    { jti: 'onltac:7f1c', sid: 's' },
    { jti: 'onrtrt:7f1c', sid: 's', auth_time: NOW - 20 },
    { jti: 'onrtrt:7f1c', sid: 's', preferred_username: 'alice' },
  ])('a token that says how someone signed in, or who, is a person’s: %j', async (more) => {
    expect(await told(more)).toMatchObject(user)
  })

  it('service-account-<client> is a person when the token of an old Keycloak has a session_state', async () => {
    expect(await told({ preferred_username: PROGRAM, jti: '7f1c', session_state: 's' })).toMatchObject(user)
  })

  it('a token of a program whose auth_time is 0, as old Keycloaks write it, is a program’s', async () => {
    expect(await told({ preferred_username: PROGRAM, auth_time: 0 })).toMatchObject(service)
  })

  it.each<Members>([
    {},
    { sid: 's' },
    { auth_time: NOW },
    { preferred_username: PROGRAM, sid: 's' },
    { preferred_username: 'x' },
  ])('a token that was got by client credentials is a program’s, also with %j', async (more) => {
    expect(await told({ jti: 'trrtcc:7f1c', ...more })).toMatchObject(service)
    expect(await toldOfOpaque({ ...claims, jti: 'onrtcc:7f1c', client_id: 'Meet', ...more }, keycloak)).toMatchObject(
      service,
    )
  })

  it.each<[string, Members]>([
    ['has neither name nor grant', {}],
    [
      'was exchanged, by a program or by someone who is called like one',
      { preferred_username: PROGRAM, jti: 'trrtte:7f1c' },
    ],
    ['belongs to the program of another client', { preferred_username: 'service-account-other' }],
    [
      'has the session of a program that may refresh',
      { preferred_username: PROGRAM, jti: 'onrtrt:7f1c', sid: 's', clientAddress: '10.0.0.1' },
    ],
    ['has such a session, and no name', { jti: 'onrtrt:7f1c', sid: 's', clientAddress: '10.0.0.1' }],
    [
      'is lightweight and was refreshed, which looks the same for people and programs',
      { jti: 'onltrt:7f1c', sid: 's' },
    ],
    ['is lightweight and was exchanged', { jti: 'onltte:7f1c', sid: 's' }],
    ['is lightweight and of a Keycloak before 26', { jti: '7f1c', sid: 's' }],
    [
      'has such a session of another program, for which it was exchanged',
      { preferred_username: 'service-account-other', jti: 'onrtte:7f1c', sid: 's', clientAddress: '10.0.0.1' },
    ],
  ])('a token that %s tells nothing', async (_, more) => {
    expectUnknown(await told(more))
  })
})

describe('at Entra ID', () => {
  const told = (more: Members) =>
    toldOfOpaque({ sub: 'pairwise', oid: 'object', azp: 'meet', ...more }, { OIDC_OP_TYPE: 'entra' })

  it.each<Members>([{ idtyp: 'app' }, { roles: ['Read.All'], sub: 'object' }, { roles: ['Read.All'], oid: undefined }])(
    '%j is a program',
    async (claims) => {
      expect(await told(claims)).toMatchObject(service)
    },
  )

  it.each<Members>([
    { scp: 'read' },
    { scp: 'read', roles: ['admin'] },
    { scp: 'read', sub: 'object' },
    { idtyp: 'user' },
  ])('%j is a person', async (claims) => {
    expect(await told(claims)).toMatchObject(user)
  })

  it.each<Members>([{}, { roles: ['Read.All'] }, { idtyp: 'device' }])('%j tells nothing', async (claims) => {
    expectUnknown(await told(claims))
  })
})

describe('at Dex', () => {
  const subject = (userId: string, connectorId: string) => {
    const text = (tag: number, value: string) => [tag, value.length, ...new TextEncoder().encode(value)]
    return base64url.encode(new Uint8Array([...text(10, userId), ...(connectorId === '' ? [] : text(18, connectorId))]))
  }
  const told = (sub: string) => toldOfJwt({ ...LIFE, aud: 'gatehouse', sub }, { OIDC_OP_TYPE: 'dex' }, {})

  it('a subject at a connector is a person, who is told with the client', async () => {
    expect(await told(subject('alice', 'ldap'))).toMatchObject({ ...user, client_id: 'gatehouse' })
  })

  it('the client itself, at no connector, is a program', async () => {
    expect(await told(subject('gatehouse', ''))).toMatchObject(service)
  })

  it('someone who is called like the client tells nothing', async () => {
    expectUnknown(await told(subject('gatehouse', 'ldap')))
  })

  it.each(['a', 'alice', 'abcdefghi'])('a subject that is no encoding, %j, is a person', async (sub) => {
    expect(await told(sub)).toMatchObject(user)
  })
})

describe('while GATEHOUSE_SERVICE_CLIENTS names the programs', () => {
  const settings = { GATEHOUSE_SERVICE_CLIENTS: 'recorder' }

  it.each<[string, Members, Members]>([
    ['Auth0', { OIDC_OP_TYPE: 'auth0' }, { client_id: 'meet', sub: 'meet@clients' }],
    ['authentik', { OIDC_OP_TYPE: 'authentik' }, { client_id: 'meet', sub: 'h', username: 'ak-p-client_credentials' }],
    ['Entra ID', { OIDC_OP_TYPE: 'entra' }, { azp: 'meet', sub: 'o', oid: 'o', roles: ['x'] }],
    ['Doorkeeper', { OIDC_OP_TYPE: 'generic' }, { client_id: 'meet' }],
    ['someone who names no client', { OIDC_OP_TYPE: 'generic' }, { sub: '5c0c' }],
  ])('a program of %s that is not among them is refused, and also what may be one', async (_, type, said) => {
    expect(await toldOfOpaque(said, type)).toMatchObject({ active: true })
    expect(await toldOfOpaque(said, { ...type, ...settings })).toEqual({ active: false })
  })

  it('one that is among them is good, also where nothing tells that it is one', async () => {
    expectUnknown(await toldOfOpaque({ client_id: 'recorder' }, settings))
    expect(await toldOfOpaque({ client_id: 'recorder', sub: 'recorder' }, settings)).toMatchObject(service)
  })

  it('people come as before', async () => {
    expect(await toldOfOpaque({ client_id: 'meet', sub: '5c0c', username: 'alice' }, settings)).toMatchObject(user)
  })

  it('the log says that nothing tells', async () => {
    const world = createWorld({ settings, metadata: { introspection_endpoint: INTROSPECT } })
    world.farEnd.on(INTROSPECT, () => json({ ...LIFE, active: true, token_type: 'Bearer', client_id: 'meet' }))
    expect(await check('an-opaque-token-of-the-provider', ANY_APP, world.ports)).toMatchObject({
      reason: expect.stringMatching(/nothing tells.*meet.*GATEHOUSE_SERVICE_CLIENTS/),
    })
  })
})
