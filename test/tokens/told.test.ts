/**
 * What an app is told of a good token has the types of RFC 7662, in whatever types the provider writes it.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { introspectionAnswer } from '../../src/tokens/access-token.ts'
import { check } from '../../src/tokens/check.ts'
import { json } from '../support/far-end.ts'
import { makeKey, sign, type TestKey } from '../support/keys.ts'
import { ANY_APP, createWorld, ISSUER, NOW } from '../support/token-world.ts'
import { BASE_URL } from '../support/unit-world.ts'

type Members = Readonly<Record<string, unknown>>

const INTROSPECT = `${ISSUER}/introspect`
const GOOD = { iss: ISSUER, aud: BASE_URL, exp: NOW + 300, iat: NOW - 10, jti: 'j', client_id: 'meet', sub: '5c0c' }

let key: TestKey
beforeAll(async () => {
  key = await makeKey('RS256', 'key-1')
})

async function ofJwt(claims: Members, settings: Members = { OIDC_OP_TYPE: 'generic' }): Promise<Members> {
  const { ports } = createWorld({ keys: [key], settings })
  return introspectionAnswer(await check(await sign(key, { ...GOOD, ...claims }, { typ: 'at+jwt' }), ANY_APP, ports))
}

async function ofAnswer(said: Members): Promise<Members> {
  const world = createWorld({
    settings: { OIDC_OP_TYPE: 'generic' },
    metadata: { introspection_endpoint: INTROSPECT },
  })
  world.farEnd.on(INTROSPECT, () => json({ ...GOOD, active: true, token_type: 'Bearer', ...said }))
  return introspectionAnswer(await check('an-opaque-token-of-the-provider', ANY_APP, world.ports))
}

describe.each([
  ['JWT', ofJwt],
  ['opaque token', ofAnswer],
] as const)('of a good %s', (_, told) => {
  it.each<[Members, string | undefined]>([
    [{ scope: 'read write' }, 'read write'],
    [{ scope: ['read', 'write'] }, 'read write'],
    [{ scp: ['read', 'write'] }, 'read write'],
    [{ scp: 'read write' }, 'read write'],
    [{ scope: 'read', scp: ['write'] }, 'read'],
    [{ scope: '', scp: ['write'] }, 'write'],
    [{ scope: ['read', 5, null, ''] }, 'read'],
    [{ scope: [] }, undefined],
    [{ scope: 5 }, undefined],
    [{ scope: { read: true } }, undefined],
  ])('the scope of %j is %j', async (claims, scope) => {
    const answer = await told(claims)
    expect(answer.active).toBe(true)
    expect(answer.scope).toBe(scope)
    expect('scope' in answer).toBe(scope !== undefined)
  })

  it('times are whole seconds, and the end is never later than it was', async () => {
    const answer = await told({ exp: NOW + 300.9, iat: NOW - 10.5, nbf: NOW - 10.5, auth_time: NOW - 20.5 })
    expect(answer).toMatchObject({ exp: NOW + 300, iat: NOW - 11, nbf: NOW - 11, auth_time: NOW - 21 })
  })

  it.each(['0', 0, null, 'yesterday', {}])('an auth_time of %j is not told', async (auth_time) => {
    const answer = await told({ auth_time })
    expect(answer.active).toBe(true)
    expect(answer).not.toHaveProperty('auth_time')
  })

  it('who acts for whom, and what was authorized, is passed on', async () => {
    const further = { act: { sub: 'admin' }, authorization_details: [{ type: 'account', actions: ['read'] }] }
    expect(await told(further)).toMatchObject(further)
  })

  it.each<Members>([{ act: 'admin' }, { authorization_details: 'x' }, { acr: 5 }, { act: ['admin'] }])(
    'what has another type is not told: %j',
    async (claims) => {
      const answer = await told(claims)
      expect(answer.active).toBe(true)
      for (const name of Object.keys(claims)) expect(answer).not.toHaveProperty(name)
    },
  )

  it('the type is DPoP when it is bound to a key, and Bearer when it is not, or to a certificate', async () => {
    expect(await told({ cnf: { jkt: 'x' } })).toMatchObject({ token_type: 'DPoP', cnf: { jkt: 'x' } })
    expect(await told({ cnf: { 'x5t#S256': 'x' } })).toMatchObject({ token_type: 'Bearer' })
    expect(await told({})).toMatchObject({ token_type: 'Bearer' })
  })

  it.each([null, 'x', 5, [], { jkt: 5 }, { jkt: null }])(
    'a binding that cannot be read refuses it: %j',
    async (cnf) => {
      expect(await told({ cnf })).toEqual({ active: false })
    },
  )

  it('roles are told as a list where there is one, and left out where there is none', async () => {
    expect(await told({ roles: ['editor'] })).toMatchObject({ roles: ['editor'] })
    expect(await told({ realm_access: { roles: [] } })).toMatchObject({ roles: [] })
    expect(await told({})).not.toHaveProperty('roles')
    expect(await told({ roles: 'editor' })).not.toHaveProperty('roles')
  })
})

it('an opaque token that is called a DPoP token is one, also when the provider does not tell its key', async () => {
  expect(await ofAnswer({ token_type: 'DPoP' })).toMatchObject({ token_type: 'DPoP' })
})

it('a scope in a list counts for La Suite’s resource server, and loses its prefix', async () => {
  const settings = {
    OIDC_OP_TYPE: 'generic',
    EXTERNAL_API_ENABLED: 'True',
    OIDC_RS_SCOPES_PREFIX: 'lasuite_meet',
  }
  expect(await ofJwt({ scp: ['lasuite_meet', 'lasuite_meet:rooms:list'] }, settings)).toMatchObject({
    scope: 'lasuite_meet rooms:list',
  })
})
