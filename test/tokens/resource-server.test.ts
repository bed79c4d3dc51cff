/**
 * Tokens as La Suite's resource server takes them (EXTERNAL_API_ENABLED): by scope and by who uses them, and for whom that rule holds.
 */
import { describe, expect, it } from 'vitest'
import type { App } from '../../src/accounts/apps.ts'
import { introspectionAnswer, type Verdict } from '../../src/tokens/access-token.ts'
import { check } from '../../src/tokens/check.ts'
import { json } from '../support/far-end.ts'
import { makeKey, sign } from '../support/keys.ts'
import { ANY_APP, createWorld, ISSUER, NOW } from '../support/token-world.ts'
import { BASE_URL, CLIENT_ID } from '../support/unit-world.ts'

const key = await makeKey('RS256', 'key-1')
const INTROSPECT = `${ISSUER}/introspect`

type Members = Readonly<Record<string, unknown>>

/** What a provider says of the token of another application of La Suite. */
const SAID: Members = {
  active: true,
  sub: 'alice',
  client_id: 'drive',
  scope: 'openid lasuite_meet lasuite_meet:rooms:list',
  exp: NOW + 300,
  token_type: 'Bearer',
}

async function judge(said: Members = {}, settings: Members = {}, app: App = ANY_APP): Promise<Verdict> {
  const world = createWorld({
    settings: { EXTERNAL_API_ENABLED: 'True', ...settings },
    metadata: { introspection_endpoint: INTROSPECT },
  })
  world.farEnd.on(INTROSPECT, () => json({ ...SAID, ...said }))
  return check('an-opaque-token-of-the-provider', app, world.ports)
}

/** The reason why not; `null`: the token is good. */
async function fault(said?: Members, settings?: Members, app?: App): Promise<string | null> {
  const verdict = await judge(said, settings, app)
  return verdict.active ? null : verdict.reason
}

describe('a token with one of OIDC_RS_SCOPES', () => {
  it('is good for whichever client it was issued, while no one says which may', async () => {
    expect(await fault()).toBe(null)
    expect(await fault({ scope: 'lasuite_visio' }, { OIDC_RS_SCOPES: 'lasuite_meet,lasuite_visio' })).toBe(null)
  })

  it.each<Members>([
    { scope: undefined },
    { scope: '' },
    { scope: 'openid' },
    { scope: 'lasuite_meet2' },
    { scope: 5 },
  ])('has it in its scope: %j', async (said) => {
    expect(await fault(said)).toContain('OIDC_RS_SCOPES')
  })

  it('is not good when it says nothing of its client', async () => {
    expect(await fault({ client_id: undefined })).toContain('OIDC_RS_AUDIENCE_CLAIM')
    expect(await fault({ client_id: '' })).toContain('OIDC_RS_AUDIENCE_CLAIM')
  })

  it('is good only for a client of GATEHOUSE_RS_ALLOWED_CLIENTS, where that is set', async () => {
    const settings = { GATEHOUSE_RS_ALLOWED_CLIENTS: 'docs, drive' }
    expect(await fault({}, settings)).toBe(null)
    expect(await fault({ client_id: 'other' }, settings)).toContain('GATEHOUSE_RS_ALLOWED_CLIENTS')
  })

  it('names its client by another claim, where OIDC_RS_AUDIENCE_CLAIM says so', async () => {
    const settings = { OIDC_RS_AUDIENCE_CLAIM: 'holder', GATEHOUSE_RS_ALLOWED_CLIENTS: 'docs' }
    expect(await fault({ holder: 'docs' }, settings)).toBe(null)
    expect(await fault({ holder: ['docs'] }, settings)).toContain('has no holder')
    expect(await fault({ client_id: 'docs' }, settings)).toContain('has no holder')
  })

  it('may name its client by a claim inside another', async () => {
    const settings = { OIDC_RS_AUDIENCE_CLAIM: 'https://corp.example/app.id', GATEHOUSE_RS_ALLOWED_CLIENTS: 'docs' }
    expect(await fault({ 'https://corp.example/app': { id: 'docs' } }, settings)).toBe(null)
    expect(await fault({ 'https://corp.example/app': { id: 'other' } }, settings)).toContain('RS_ALLOWED_CLIENTS')
  })

  it.each<[string, unknown, Members, boolean]>([
    ['us', [CLIENT_ID, 'x'], {}, true],
    ['someone else', 'x', {}, false],
    ['nobody', undefined, {}, false],
    ['the client that asks', 'asker', { OIDC_RS_CLIENT_ID: 'asker', OIDC_RS_CLIENT_SECRET: 's' }, true],
    ['the sign-in client only', CLIENT_ID, { OIDC_RS_CLIENT_ID: 'asker', OIDC_RS_CLIENT_SECRET: 's' }, false],
  ])('must be for us when OIDC_RS_AUDIENCE_CLAIM is aud: for %s', async (_, aud, settings, expected) => {
    expect((await fault({ aud }, { OIDC_RS_AUDIENCE_CLAIM: 'aud', ...settings })) === null).toBe(expected)
  })
})

it('a token that is meant for Gatehouse, and has no such scope, is not good', async () => {
  expect(await fault({ aud: BASE_URL, scope: 'openid' })).toContain('OIDC_RS_SCOPES')
})

it('an app with a policy of its own is served by that', async () => {
  const app = { ...ANY_APP, audiences: ['https://a.example'] }
  expect(await fault({ aud: 'https://a.example', scope: 'openid' }, {}, app)).toBe(null)
  expect(await fault({}, {}, app)).toBe('meant for another audience')
})

it('without EXTERNAL_API_ENABLED a scope is not enough', async () => {
  expect(await fault({}, { EXTERNAL_API_ENABLED: 'False' })).toBe('meant for another audience')
})

describe('an app is told the scopes', () => {
  const scopeFor = async (settings: Members, app?: App) => introspectionAnswer(await judge({}, settings, app)).scope

  it('as they are', async () => {
    expect(await scopeFor({})).toBe(SAID.scope)
  })

  it('without OIDC_RS_SCOPES_PREFIX', async () => {
    expect(await scopeFor({ OIDC_RS_SCOPES_PREFIX: 'lasuite_meet' })).toBe('openid lasuite_meet rooms:list')
  })

  it('as they are, when it has a policy of its own', async () => {
    const app = { ...ANY_APP, clients: ['drive'] }
    expect(await scopeFor({ OIDC_RS_SCOPES_PREFIX: 'lasuite_meet' }, app)).toBe(SAID.scope)
  })
})

it('a JWT of Keycloak is judged by the same rule', async () => {
  const world = createWorld({ keys: [key], settings: { EXTERNAL_API_ENABLED: 'True' } })
  const claims = { iss: ISSUER, sub: 'alice', azp: 'drive', typ: 'Bearer', exp: NOW + 300, aud: 'account' }
  const active = []
  for (const scope of ['openid lasuite_meet', 'openid']) {
    active.push((await check(await sign(key, { ...claims, scope }), ANY_APP, world.ports)).active)
  }
  expect(active).toEqual([true, false])
})
