/**
 * JWT access tokens as providers really make them: each is active for an app that it is meant for, and no other token of the same provider.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../src/accounts/apps.ts'
import { introspectionAnswer } from '../../src/tokens/access-token.ts'
import { check } from '../../src/tokens/check.ts'
import { quirksOf } from '../../src/vendors/vendors.ts'
import { json } from '../support/far-end.ts'
import { makeKey, sign, type TestKey } from '../support/keys.ts'
import { ANY_APP, createWorld, ISSUER, NOW } from '../support/token-world.ts'
import { CLIENT_ID } from '../support/unit-world.ts'

type Members = Readonly<Record<string, unknown>>

const LIFE = { iss: ISSUER, iat: NOW - 10, exp: NOW + 300 }
const LOGOUT = { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }
const AS_JWT = { typ: 'JWT' }

let key: TestKey
beforeAll(async () => {
  key = await makeKey('RS256', 'key-1')
})

/** One form of access token, and the other tokens of the same provider. */
interface Shape {
  readonly settings: Members
  readonly header: Members
  readonly token: Members
  /** Who may ask about it. */
  readonly app: Partial<App>
  /** What that app is told beside what is in the token. */
  readonly told: Members
  readonly others: Readonly<Record<string, Members>>
}

/** ID tokens of a provider: of a sign-in, of a refresh, and with whatever an operator may have added to it. */
function idTokens(claims: Members, added: Members = {}): Readonly<Record<string, Members>> {
  const own = { ...LIFE, aud: 'meet', sub: 'alice', ...claims }
  return {
    'an ID token': { ...own, nonce: 'n', at_hash: 'h', sid: 's', auth_time: NOW - 20 },
    'an ID token of a refresh': own,
    'an ID token with a client': { ...own, azp: 'meet', nonce: 'n' },
    'an ID token with what the access token has': { ...own, ...added, nonce: 'n' },
    'an ID token with its hash and what the access token has': { ...own, ...added, at_hash: 'h' },
    'a logout token': { ...own, ...LOGOUT, jti: 'j', sid: 's' },
    'a logout token with what the access token has': { ...own, ...added, ...LOGOUT },
  }
}

const API = 'https://api.example'

const SHAPES: Readonly<Record<string, Shape>> = {
  'Auth0, for a person': {
    settings: { OIDC_OP_TYPE: 'auth0' },
    header: AS_JWT,
    token: {
      ...LIFE,
      sub: 'auth0|507f1f77',
      aud: [API, `${ISSUER}/userinfo`],
      azp: 'meet',
      scope: 'openid profile read:x',
      permissions: ['read:x'],
    },
    app: { audiences: [API] },
    told: { principal: 'user', client_id: 'meet', scope: 'openid profile read:x', sub: 'auth0|507f1f77' },
    others: {
      ...idTokens({ nickname: 'alice' }, { azp: 'meet', scope: 'openid', gty: 'password' }),
      'an ID token of a refresh with what the access token has': {
        ...LIFE,
        sub: 'auth0|507f1f77',
        aud: 'meet',
        azp: 'meet',
        scope: 'openid',
      },
    },
  },
  'Auth0, for a program': {
    settings: { OIDC_OP_TYPE: 'auth0' },
    header: AS_JWT,
    token: { ...LIFE, sub: 'worker@clients', aud: API, azp: 'worker', gty: 'client-credentials' },
    app: { audiences: [API] },
    told: { principal: 'service', client_id: 'worker' },
    others: {},
  },
  'authentik, without scope': {
    settings: { OIDC_OP_TYPE: 'authentik' },
    header: AS_JWT,
    token: {
      ...LIFE,
      sub: 'h',
      aud: 'meet',
      azp: 'meet',
      uid: 'random',
      acr: 'goauthentik.io/providers/oauth2/default',
      auth_time: NOW - 20,
      sid: 's',
      preferred_username: 'alice',
    },
    app: { clients: ['meet'] },
    told: { principal: 'user', client_id: 'meet' },
    others: {
      'an ID token': { ...LIFE, sub: 'h', aud: 'meet', nonce: 'n', at_hash: 'h', sid: 's' },
      'an ID token with claims of a scope mapping': {
        ...LIFE,
        sub: 'h',
        aud: 'meet',
        at_hash: 'h',
        uid: 'a',
        azp: 'meet',
      },
      'an ID token with a scope by a mapping': { ...LIFE, sub: 'h', aud: 'meet', nonce: 'n', scope: 'staff' },
      'an ID token with the user’s name in LDAP': { ...LIFE, sub: 'h', aud: 'meet', uid: 'alice' },
      'a logout token': { ...LIFE, ...LOGOUT, sub: 'h', aud: 'meet', jti: 'j', sid: 's' },
    },
  },
  'Keycloak with DPoP': {
    settings: { OIDC_OP_TYPE: 'keycloak' },
    header: AS_JWT,
    token: {
      ...LIFE,
      jti: 'onrtac:1',
      typ: 'DPoP',
      azp: 'meet',
      sub: '5c0c',
      sid: 's',
      aud: API,
      scope: 'openid',
      cnf: { jkt: 'thumbprint' },
      realm_access: { roles: ['editor'] },
    },
    app: { audiences: [API] },
    told: { principal: 'user', token_type: 'DPoP', cnf: { jkt: 'thumbprint' }, roles: ['editor'] },
    others: Object.fromEntries(
      ['ID', 'Refresh', 'Offline', 'Logout', 'dpop', 'DPoP'].map((typ) => [
        `a token of type ${typ} that is not bound`,
        { ...LIFE, jti: 'onrtac:1', azp: 'meet', sub: '5c0c', aud: API, typ },
      ]),
    ),
  },
  'Duende, for a program': {
    settings: { OIDC_OP_TYPE: 'generic' },
    header: { typ: 'at+jwt' },
    token: { ...LIFE, nbf: NOW - 10, aud: API, client_id: 'worker', jti: '8D1B', scope: ['api1', 'api2'] },
    app: { audiences: [API] },
    told: { principal: 'service', client_id: 'worker', scope: 'api1 api2' },
    others: {},
  },
  'Okta, for a person': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'okta' },
    header: {},
    token: {
      ...LIFE,
      ver: 1,
      jti: 'AT.1',
      aud: API,
      cid: 'meet',
      uid: '00u1',
      scp: ['openid', 'read'],
      sub: 'alice@corp.example',
      auth_time: NOW - 20,
    },
    app: { audiences: [API] },
    told: { principal: 'user', client_id: 'meet', scope: 'openid read' },
    others: {
      ...idTokens({ ver: 1, jti: 'ID.1', amr: ['pwd'], idp: '00o1' }, { cid: 'meet', scp: ['openid'] }),
      'an ID token of a refresh with what the access token has': {
        ...LIFE,
        sub: 'alice',
        aud: 'meet',
        cid: 'meet',
        scp: ['openid'],
      },
    },
  },
  'Okta, for a program': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'okta' },
    header: {},
    token: { ...LIFE, ver: 1, jti: 'AT.2', aud: API, cid: 'worker', scp: ['read'], sub: 'worker' },
    app: { audiences: [API] },
    told: { principal: 'service', client_id: 'worker', scope: 'read' },
    others: {},
  },
  'Cognito, for a person': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'cognito' },
    header: {},
    token: {
      ...LIFE,
      sub: '5c0c',
      token_use: 'access',
      client_id: 'meet',
      username: 'alice',
      scope: 'openid email',
      auth_time: NOW - 20,
      version: 2,
      jti: 'j',
    },
    app: { clients: ['meet'] },
    told: { principal: 'user', client_id: 'meet', username: 'alice', scope: 'openid email' },
    others: idTokens({ token_use: 'id', 'cognito:username': 'alice' }, { client_id: 'meet', scope: 'openid' }),
  },
  'Cognito, for a program': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'cognito' },
    header: {},
    token: { ...LIFE, sub: 'worker', token_use: 'access', client_id: 'worker', scope: 'api/read', auth_time: NOW - 20 },
    app: { clients: ['worker'] },
    told: { principal: 'service', client_id: 'worker', scope: 'api/read' },
    others: {},
  },
  'Zitadel, for a person': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'zitadel' },
    header: {},
    token: {
      ...LIFE,
      nbf: NOW - 10,
      sub: '2456',
      aud: ['meet', 'project-1'],
      client_id: 'meet',
      jti: 'V2_1',
      'urn:zitadel:iam:org:project:roles': { editor: { 1: 'corp.example' } },
    },
    app: { audiences: ['project-1'] },
    told: { client_id: 'meet', roles: ['editor'] },
    others: {
      ...idTokens({ client_id: 'meet', azp: 'meet', auth_time: NOW - 20, amr: ['pwd'] }, { jti: 'V2_1', nbf: NOW }),
      'an ID token of a refresh with what the access token has': {
        ...LIFE,
        sub: '2456',
        aud: 'meet',
        client_id: 'meet',
        jti: 'V2_1',
        auth_time: NOW - 20,
      },
      'an ID token that says nothing of how someone signed in': {
        ...LIFE,
        sub: '2456',
        aud: 'meet',
        azp: 'meet',
        client_id: 'meet',
        jti: 'V2_1',
      },
    },
  },
  'Hydra, for a person': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'hydra' },
    header: AS_JWT,
    token: {
      ...LIFE,
      nbf: NOW - 10,
      sub: '5c0c',
      aud: [API],
      client_id: 'meet',
      ext: {},
      jti: 'j',
      scp: ['openid', 'x'],
    },
    app: { audiences: [API] },
    told: { principal: 'user', client_id: 'meet', scope: 'openid x' },
    others: {
      ...idTokens({ rat: NOW - 20 }, { client_id: 'meet', scp: ['openid'] }),
      'an ID token of a refresh with what the access token has': {
        ...LIFE,
        sub: '5c0c',
        aud: ['meet', API],
        client_id: 'meet',
        scp: ['openid'],
      },
      'an ID token to which the page for consent has added another client': {
        ...LIFE,
        sub: '5c0c',
        aud: ['meet'],
        client_id: 'other',
        scope: 'openid',
        rat: NOW - 20,
      },
    },
  },
  'Hydra, for a program without an audience': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'hydra' },
    header: AS_JWT,
    token: { ...LIFE, sub: 'worker', aud: [], client_id: 'worker', jti: 'j', scp: ['x'], ext: {} },
    app: { clients: ['worker'] },
    told: { principal: 'service', client_id: 'worker' },
    others: {},
  },
  'FusionAuth, for a person': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'fusionauth' },
    header: { typ: 'JWT', gty: ['authorization_code'] },
    token: {
      ...LIFE,
      sub: '5c0c',
      aud: 'meet',
      applicationId: 'meet',
      tty: 'at',
      gty: ['authorization_code'],
      scope: 'openid offline_access',
      roles: ['patient'],
      sid: 's',
      jti: 'j',
    },
    app: { clients: ['meet'] },
    told: { principal: 'user', client_id: 'meet', roles: ['patient'], scope: 'openid offline_access' },
    others: {
      ...idTokens({ tty: 'id', applicationId: 'meet', roles: ['patient'] }, { tty: 'at' }),
      'an ID token of an older version': { ...LIFE, sub: '5c0c', aud: 'meet', applicationId: 'meet', scope: 'openid' },
    },
  },
  'FusionAuth, for a person who is not registered for the application': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'fusionauth' },
    header: AS_JWT,
    token: { ...LIFE, sub: '5c0c', aud: 'meet', tty: 'at', gty: ['authorization_code', 'refresh_token'], jti: 'j' },
    app: { clients: ['meet'] },
    told: { principal: 'user', client_id: 'meet' },
    others: {},
  },
  'FusionAuth, for a program': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'fusionauth' },
    header: AS_JWT,
    token: { ...LIFE, sub: 'entity-1', aud: API, tty: 'at', gty: ['client_credentials'], jti: 'j' },
    app: { audiences: [API] },
    told: { principal: 'service', sub: 'entity-1' },
    others: {},
  },
  'Pocket ID, for a person': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'pocket-id' },
    header: AS_JWT,
    token: { ...LIFE, sub: '5c0c', aud: ['meet'], type: 'oauth-access-token', jti: 'j' },
    app: { clients: ['meet'] },
    told: { principal: 'user', client_id: 'meet' },
    others: {
      ...idTokens({ type: 'id-token' }, { type: 'oauth-access-token' }),
      'a refresh token': { ...LIFE, sub: '5c0c', aud: ['meet'], type: 'refresh-token', rt: 'x' },
      'a session of Pocket ID itself': { ...LIFE, sub: '5c0c', aud: ['meet'], type: 'access-token', isAdmin: true },
    },
  },
  'Pocket ID, for a program': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'pocket-id' },
    header: AS_JWT,
    token: { ...LIFE, sub: 'client-worker', aud: ['worker'], type: 'oauth-access-token' },
    app: { clients: ['worker'] },
    told: { principal: 'service', client_id: 'worker' },
    others: {},
  },
  'Pocket ID, for a program and an API': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'pocket-id' },
    header: AS_JWT,
    token: { ...LIFE, sub: 'client-worker', aud: [API], type: 'oauth-access-token' },
    app: { audiences: [API] },
    told: { principal: 'service', client_id: 'worker' },
    others: {},
  },
  'Pocket ID 2, for a person': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'pocket-id' },
    header: AS_JWT,
    token: { ...LIFE, sub: '5c0c', aud: ['meet', ISSUER], jti: 'j', scp: ['openid', 'email'], scope: 'openid email' },
    app: { clients: ['meet'] },
    told: { principal: 'user', client_id: 'meet', scope: 'openid email' },
    others: idTokens(
      { type: 'id-token', jti: 'j', rat: NOW - 20, auth_time: NOW - 20 },
      { scp: ['openid'], scope: 'openid' },
    ),
  },
  'Pocket ID 2, for a program and an API': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'pocket-id' },
    header: AS_JWT,
    token: { ...LIFE, sub: 'client-worker', aud: [API], jti: 'j', scp: ['read'], scope: 'read' },
    app: { audiences: [API] },
    told: { principal: 'service', client_id: 'worker', scope: 'read' },
    others: {},
  },
  'Kubernetes, for a service account': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'kubernetes' },
    header: {},
    token: {
      ...LIFE,
      nbf: NOW - 10,
      aud: [API],
      jti: 'j',
      sub: 'system:serviceaccount:jobs:mailer',
      'kubernetes.io': {
        namespace: 'jobs',
        serviceaccount: { name: 'mailer', uid: 'u' },
        pod: { name: 'p', uid: 'u' },
      },
    },
    app: { audiences: [API] },
    told: { principal: 'service', client_id: 'system:serviceaccount:jobs:mailer' },
    others: {
      'a token of someone else': {
        ...LIFE,
        aud: [API],
        sub: 'system:serviceaccount:jobs:admin',
        'kubernetes.io': { namespace: 'jobs', serviceaccount: { name: 'mailer' } },
      },
      'a token without an account': { ...LIFE, aud: [API], sub: 'alice', 'kubernetes.io': {} },
      ...idTokens({}),
    },
  },
  'Cloudflare Access, for a person': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'cloudflare-access' },
    header: {},
    token: {
      ...LIFE,
      nbf: NOW - 10,
      aud: ['32eafc76'],
      type: 'app',
      sub: '7335d417',
      email: 'alice@corp.example',
      identity_nonce: 'x',
      country: 'DE',
    },
    app: { audiences: ['32eafc76'] },
    told: { principal: 'user', sub: '7335d417' },
    others: {
      'the token of the organisation': { ...LIFE, aud: ['32eafc76'], type: 'org', sub: '7335d417' },
      ...idTokens({ aud: '32eafc76' }, { type: 'app' }),
    },
  },
  'Cloudflare Access, for a program': {
    settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'cloudflare-access' },
    header: {},
    token: { ...LIFE, aud: ['32eafc76'], type: 'app', sub: '', common_name: 'e367.access' },
    app: { audiences: ['32eafc76'] },
    told: { principal: 'service', client_id: 'e367.access' },
    others: {},
  },
}

/** The forms that are those of a type of provider as well. */
const TYPES = ['okta', 'cognito', 'zitadel']

const rows = Object.entries(SHAPES).flatMap(([name, shape]) => {
  const form = String(shape.settings.OIDC_OP_ACCESS_TOKEN_FORM)
  const ofType = { ...shape, name: `${name}, by its type`, settings: { OIDC_OP_TYPE: form } }
  return TYPES.includes(form) ? [{ name, ...shape }, ofType] : [{ name, ...shape }]
})
/** Everybody's audience and client, so that nothing but the kind of the token can be what is wrong with it. */
const OPEN: App = { ...ANY_APP, audiences: ['meet', API, 'project-1', '32eafc76', CLIENT_ID], clients: ['meet'] }

function worldOf({ settings }: Pick<Shape, 'settings'>) {
  return createWorld({ keys: [key], settings: { OIDC_OP_TYPE: 'generic', ...settings } })
}

describe('an access token of', () => {
  it.each(rows)('$name is active, and told as any other', async ({ token, header, app, told, ...shape }) => {
    const { ports } = worldOf(shape)
    const answer = introspectionAnswer(await check(await sign(key, token, header), { ...ANY_APP, ...app }, ports))
    expect(answer).toMatchObject({ active: true, iss: ISSUER, exp: NOW + 300, ...told })
    if (!('principal' in told)) expect(answer).not.toHaveProperty('principal')
    if (!('roles' in told)) expect(answer).not.toHaveProperty('roles')
  })

  it.each(rows)('$name is not active for an app that it is not meant for', async ({ token, header, ...shape }) => {
    const { ports } = worldOf(shape)
    const app = { ...ANY_APP, audiences: ['https://other.example'], clients: ['other'] }
    const signed = await sign(key, token, header)
    expect(await check(signed, app, ports)).toMatchObject({ active: false })
    if ('aud' in token) return
    expect(await check(signed, ANY_APP, ports)).toMatchObject({
      active: false,
      hint: expect.stringContaining('GATEHOUSE_ALLOWED_CLIENTS'),
    })
  })
})

describe('no other token', () => {
  const all = rows.flatMap(({ name, others, ...shape }) =>
    Object.entries(others).map(([other, claims]) => ({ name: name.split(',')[0], other, claims, ...shape })),
  )

  it.each(all)('of $name is active: $other', async ({ claims, header, ...shape }) => {
    const { ports } = worldOf(shape)
    for (const kind of [header, {}, AS_JWT, { typ: 'logout+jwt' }]) {
      if (kind.typ === 'at+jwt') continue
      expect(await check(await sign(key, claims, kind), OPEN, ports)).toMatchObject({ active: false })
    }
  })
})

describe('whatever the type of provider, a token that calls itself a bearer token is not active', () => {
  const BEARER = { ...LIFE, jti: 'j', typ: 'Bearer', azp: 'meet', client_id: 'meet', aud: 'meet', sub: '5c0c' }
  const ID_TOKEN = { ...BEARER, nonce: 'n', at_hash: 'h' }

  it.each<[string, Members, Members]>([
    ['with the hash of an access token', ID_TOKEN, AS_JWT],
    ['with the hash of a code', { ...BEARER, c_hash: 'h' }, AS_JWT],
    ['with another use', { ...BEARER, token_use: 'id' }, AS_JWT],
    ['with events', { ...BEARER, ...LOGOUT }, AS_JWT],
    ['with the header of a logout token', BEARER, { typ: 'logout+jwt' }],
    ['with the header of another kind', BEARER, { typ: 'application/secevent+jwt' }],
    ['with the header of an access token, and events', { ...BEARER, ...LOGOUT }, { typ: 'at+jwt' }],
    ['bound to a key, with the hash of an access token', { ...ID_TOKEN, typ: 'DPoP', cnf: { jkt: 't' } }, AS_JWT],
  ])('%s', async (_, claims, header) => {
    for (const OIDC_OP_TYPE of ['generic', 'keycloak', 'authentik', 'dex', 'auth0', 'google', 'proconnect']) {
      const { ports } = worldOf({ settings: { OIDC_OP_TYPE } })
      expect(await check(await sign(key, claims, header), OPEN, ports)).toMatchObject({ active: false })
    }
  })

  it('but for one with a nonce, which Keycloak wrote into access tokens before version 25', async () => {
    const { ports } = worldOf({ settings: { OIDC_OP_TYPE: 'keycloak' } })
    const token = await sign(key, { ...BEARER, nonce: 'n' }, AS_JWT)
    expect(await check(token, OPEN, ports)).toMatchObject({ active: true })
  })
})

it('at Pocket ID, an API that a token is for does not pass for its client', async () => {
  const { ports } = worldOf({ settings: { OIDC_OP_ACCESS_TOKEN_FORM: 'pocket-id' } })
  const token = { ...LIFE, sub: '5c0c', aud: [API, ISSUER], jti: 'j', scp: ['openid', 'read'], scope: 'openid read' }
  const answer = introspectionAnswer(await check(await sign(key, token, AS_JWT), OPEN, ports))
  expect(answer).toMatchObject({ active: true, principal: 'user' })
  expect(answer).not.toHaveProperty('client_id')
})

describe('without the setting', () => {
  const formed = rows.filter(({ settings }) => 'OIDC_OP_ACCESS_TOKEN_FORM' in settings)

  it.each(formed)('an access token of $name is not active, and the log names it', async ({ token, header }) => {
    const { ports } = createWorld({ keys: [key], settings: { OIDC_OP_TYPE: 'generic' } })
    expect(await check(await sign(key, token, header), OPEN, ports)).toMatchObject({
      reason: 'not an access token',
      hint: expect.stringContaining('OIDC_OP_ACCESS_TOKEN_FORM'),
    })
  })

  it('one of another provider is not active either, and the log says which form was looked for', async () => {
    const { ports } = createWorld({
      keys: [key],
      settings: { OIDC_OP_TYPE: 'generic', OIDC_OP_ACCESS_TOKEN_FORM: 'cognito' },
    })
    const token = await sign(key, SHAPES['Okta, for a person']?.token ?? {}, {})
    expect(await check(token, OPEN, ports)).toMatchObject({ hint: expect.stringContaining('cognito') })
  })
})

describe('Entra ID', () => {
  const HOST = 'https://login.microsoftonline.com'
  const TENANT = '88888888-8888-8888-8888-888888888888'
  const OTHER = '99999999-9999-9999-9999-999999999999'
  const V1 = `https://sts.windows.net/${TENANT}/`
  const V2 = `${HOST}/${TENANT}/v2.0`
  const APP: App = { ...ANY_APP, audiences: ['api://wiki', 'wiki'], clients: [] }

  const OF_V2 = {
    iss: V2,
    aud: 'wiki',
    iat: NOW - 10,
    nbf: NOW - 10,
    exp: NOW + 300,
    azp: 'meet',
    azpacr: '1',
    name: 'Alice Archer',
    oid: 'object',
    preferred_username: 'alice@corp.example',
    scp: 'Pages.Read Pages.Write',
    sub: 'pairwise',
    tid: TENANT,
    uti: 'u',
    ver: '2.0',
  }
  const { azp: _, azpacr: __, ...shared } = OF_V2
  const OF_V1 = { ...shared, iss: V1, aud: 'api://wiki', appid: 'meet', appidacr: '1', ver: '1.0' }

  /** A tenant, or several behind one address, with the keys that are given by the tenant that they are for. */
  function entra(tenant: string, keys: Readonly<Record<string, TestKey>>, settings: Members = {}) {
    const issuer = `${HOST}/${tenant === 'organizations' ? '{tenantid}' : tenant}/v2.0`
    const world = createWorld({
      settings: { OIDC_OP_URL: undefined, OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: tenant, ...settings },
    })
    world.farEnd.on(`${HOST}/${tenant}/v2.0/.well-known/openid-configuration`, () =>
      json({
        issuer,
        authorization_endpoint: `${HOST}/${tenant}/oauth2/v2.0/authorize`,
        token_endpoint: `${HOST}/${tenant}/oauth2/v2.0/token`,
        jwks_uri: `${HOST}/${tenant}/discovery/v2.0/keys`,
      }),
    )
    world.farEnd.on(`${HOST}/${tenant}/discovery/v2.0/keys`, () =>
      json({ keys: Object.entries(keys).map(([id, { jwk }]) => ({ ...jwk, issuer: `${HOST}/${id}/v2.0` })) }),
    )
    return world
  }

  async function told(claims: Members, world = entra(TENANT, { '{tenantid}': key }), app = APP) {
    return introspectionAnswer(await check(await sign(key, claims, AS_JWT), app, world.ports))
  }

  it.each<[string, Members]>([
    ['version 2', OF_V2],
    ['version 1', OF_V1],
  ])('an access token of %s for one’s own API is active', async (_, claims) => {
    expect(await told(claims)).toMatchObject({
      active: true,
      iss: claims.iss,
      aud: claims.aud,
      client_id: 'meet',
      scope: 'Pages.Read Pages.Write',
      principal: 'user',
    })
  })

  it.each<[string, Members]>([
    ['version 2', { ...OF_V2, scp: undefined, roles: ['Pages.Read.All'], sub: 'object' }],
    ['version 1', { ...OF_V1, scp: undefined, roles: ['Pages.Read.All'], sub: 'object', idtyp: 'app' }],
  ])('one of a program, of %s, is active with its roles', async (_, claims) => {
    expect(await told(claims)).toMatchObject({
      active: true,
      client_id: 'meet',
      principal: 'service',
      roles: ['Pages.Read.All'],
    })
  })

  it('one for its own client says how that proved itself, and is active', async () => {
    expect(await told({ ...OF_V2, azp: 'wiki', azpacr: '0' })).toMatchObject({ active: true, client_id: 'wiki' })
  })

  it.each<[string, Members]>([
    ['neither scp nor roles', { scp: undefined }],
    ['roles that are none', { scp: undefined, roles: [] }],
    ['no client', { azp: undefined }],
    ['no version', { ver: undefined }],
    ['the client of the other version', { azp: undefined, appid: 'meet' }],
    ['a nonce', { nonce: 'n' }],
    ['another audience', { aud: '00000003-0000-0000-c000-000000000000' }],
  ])('a token with %s is not active', async (_, claims) => {
    expect(await told({ ...OF_V2, ...claims })).toEqual({ active: false })
  })

  it.each<[string, Members]>([
    ['of a sign-in', { nonce: 'n', sid: 's' }],
    ['of a refresh', {}],
    ['with app roles', { roles: ['admin'] }],
    ['with app roles and its own client', { roles: ['admin'], azp: 'wiki' }],
    ['with a scope and its own client', { scp: 'staff', azp: 'wiki' }],
    ['of version 1', { iss: V1, ver: '1.0', unique_name: 'alice', roles: ['admin'] }],
    ['of version 1 with its own client', { iss: V1, ver: '1.0', appid: 'wiki', roles: ['admin'] }],
  ])('an ID token %s is not active', async (_, claims) => {
    const idToken = { ...shared, scp: undefined, azp: undefined, aud: 'wiki', ...claims }
    expect(await told(idToken)).toEqual({ active: false })
  })

  it.each([
    `https://sts.windows.net/${OTHER}/`,
    `https://sts.windows.net/${TENANT}`,
    `https://sts.windows.net/${TENANT}/v2.0`,
    'https://sts.windows.net/{tenantid}/',
    'https://sts.windows.net//',
    `http://sts.windows.net/${TENANT}/`,
    `https://sts.windows.net.evil.example/${TENANT}/`,
    `https://sts.chinacloudapi.cn/${TENANT}/`,
  ])('an access token of %s is not active', async (iss) => {
    expect(await told({ ...OF_V1, iss })).toEqual({ active: false })
  })

  describe('behind one address for several tenants', () => {
    const settings = { OIDC_OP_ALLOWED_TENANTS: TENANT }
    const several = (keys: Readonly<Record<string, TestKey>>) => entra('organizations', keys, settings)
    const ofOther = { iss: `https://sts.windows.net/${OTHER}/`, tid: OTHER }

    it('one of a tenant that may come in is active, in both versions', async () => {
      expect(await told(OF_V1, several({ '{tenantid}': key }))).toMatchObject({ active: true })
      expect(await told(OF_V2, several({ '{tenantid}': key }))).toMatchObject({ active: true })
    })

    it('one of another tenant is not', async () => {
      expect(await told({ ...OF_V1, ...ofOther }, several({ '{tenantid}': key }))).toEqual({ active: false })
    })

    it('the tenant must be the one of the issuer', async () => {
      expect(await told({ ...OF_V1, tid: OTHER }, several({ '{tenantid}': key }))).toEqual({ active: false })
      expect(await told({ ...OF_V1, tid: undefined }, several({ '{tenantid}': key }))).toEqual({ active: false })
    })

    it('the key must be one for that tenant', async () => {
      expect(await told(OF_V1, several({ [TENANT]: key }))).toMatchObject({ active: true })
      expect(await told(OF_V1, several({ [OTHER]: key }))).toEqual({ active: false })
    })
  })

  it('the issuer of version 1 counts for no ID token', () => {
    const { isFrom } = quirksOf({ type: 'entra' })
    expect([isFrom({ iss: V1, tid: TENANT }, V2), isFrom({ iss: V1, tid: TENANT }, `${HOST}/{tenantid}/v2.0`)]).toEqual(
      [false, false],
    )
  })

  it('the issuer of version 1 counts for no logout token', async () => {
    const world = entra(TENANT, { '{tenantid}': key })
    expect(await world.ports.providers.issuing(V1)).toEqual([])
    expect(await world.ports.providers.issuingAccessTokens(V1)).toHaveLength(1)
    expect(await world.ports.providers.issuingAccessTokens(undefined)).toEqual([])
  })

  it('the log says what an access token would have', async () => {
    const world = entra(TENANT, { '{tenantid}': key })
    const verdict = await check(await sign(key, { ...OF_V2, scp: undefined }, AS_JWT), APP, world.ports)
    expect(verdict).toMatchObject({ reason: 'not an access token', hint: expect.stringContaining('scp') })
  })
})
