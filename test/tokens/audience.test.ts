/**
 * For whom a token is while OpenTalk's settings are in use: the client rule for people, the role rule for programs, and what a refusal says.
 */
import { describe, expect, it } from 'vitest'
import type { App } from '../../src/accounts/apps.ts'
import { checkJwt } from '../../src/tokens/jwt.ts'
import { makeKey, sign } from '../support/keys.ts'
import { ANY_APP, createWorld, ISSUER, NOW } from '../support/token-world.ts'

const key = await makeKey('RS256', 'key-1')

type Settings = Readonly<Record<string, unknown>>

const OIDC = {
  oidc: {
    authority: ISSUER,
    frontend: { client_id: 'Frontend' },
    controller: { client_id: 'Controller', client_secret: 'secret' },
  },
}

const KEYCLOAK = {
  keycloak: { base_url: 'https://idp.example', realm: 'main', client_id: 'Controller', client_secret: 'secret' },
}

/** As a realm of OpenTalk issues it by default: for no one but the account console. */
const PERSON = {
  exp: NOW + 300,
  iat: NOW - 10,
  jti: 'token-1',
  iss: ISSUER,
  aud: 'account',
  sub: 'b5b5c3a2-alice',
  typ: 'Bearer',
  azp: 'Frontend',
  preferred_username: 'alice',
}

const RECORDER = {
  ...PERSON,
  sub: '9c1d-service',
  azp: 'Recorder',
  client_id: 'Recorder',
  preferred_username: 'service-account-recorder',
  realm_access: { roles: ['opentalk-recorder'] },
}

/** The reason why not; `null`: the token is good. */
async function fault(claims: Settings, settings: Settings = {}, app: App = ANY_APP): Promise<string | null> {
  const { ports } = createWorld({ keys: [key], settings })
  const verdict = await checkJwt(await sign(key, claims, { typ: 'JWT' }), app, ports)
  return verdict.active ? null : verdict.reason
}

describe('a token of a person is good', () => {
  it('when it is meant for the controller, whichever client it was issued to', async () => {
    const claims = { ...PERSON, azp: 'other', aud: ['account', 'Controller'] }
    expect(await fault(claims, KEYCLOAK)).toBe(null)
    expect(await fault(claims, OIDC)).toBe(null)
  })

  it('when the front end or the controller got it, for their tokens name no one as their audience', async () => {
    expect(await fault(PERSON, OIDC)).toBe(null)
    expect(await fault({ ...PERSON, aud: undefined }, OIDC)).toBe(null)
    expect(await fault({ ...PERSON, azp: 'Controller' }, OIDC)).toBe(null)
    expect(await fault({ ...PERSON, azp: 'Controller' }, KEYCLOAK)).toBe(null)
  })

  it('when its client is in GATEHOUSE_ALLOWED_CLIENTS, also without OpenTalk', async () => {
    const allowed = { GATEHOUSE_ALLOWED_CLIENTS: 'App Frontend' }
    expect(await fault(PERSON, { ...KEYCLOAK, ...allowed })).toBe(null)
    expect(await fault(PERSON, allowed)).toBe(null)
    expect(await fault(PERSON)).toBe('meant for another audience')
  })
})

describe('a token of a person is not good', () => {
  it('of any other client of the realm (O2), and the log says what fixes it', async () => {
    const reason = await fault({ ...PERSON, azp: 'Wiki' }, OIDC)
    expect(reason).toContain('issued to the client Wiki')
    expect(reason).toContain('Included Client Audience Controller')
    expect(reason).toContain('oidc.frontend.client_id')
    expect(reason).toContain('GATEHOUSE_ALLOWED_CLIENTS')
  })

  it('of the front end, where [keycloak] does not say which client that is', async () => {
    const reason = await fault(PERSON, KEYCLOAK)
    expect(reason).toContain('issued to the client Frontend')
    expect(reason).toContain('GATEHOUSE_ALLOWED_CLIENTS')
    expect(reason).not.toContain('oidc.frontend')
  })

  it('when it does not say whose it is', async () => {
    expect(await fault({ ...PERSON, azp: undefined }, OIDC)).toContain('(azp)')
  })

  it('for an app with a policy of its own, which stays as it is', async () => {
    const app = { ...ANY_APP, audiences: ['wiki'] }
    expect(await fault(PERSON, OIDC, app)).toBe('meant for another audience')
    expect(await fault({ ...PERSON, aud: 'wiki', azp: 'Wiki' }, OIDC, app)).toBe(null)
  })

  it('by having the role of a program', async () => {
    const claims = { ...PERSON, azp: 'Wiki', realm_access: { roles: ['opentalk-recorder'] } }
    expect(await fault(claims, OIDC)).toContain('meant for another audience')
  })
})

describe('a token of a program is good', () => {
  it.each(['opentalk-recorder', 'opentalk-call-in', 'OpenTalk-Recorder'])('with the role %s', async (role) => {
    expect(await fault({ ...RECORDER, realm_access: { roles: ['x', role] } }, OIDC)).toBe(null)
  })

  it('with a role that the settings add', async () => {
    const claims = { ...RECORDER, realm_access: { roles: ['transcriber'] } }
    expect(await fault(claims, { ...OIDC, GATEHOUSE_SERVICE_ROLES: 'Transcriber' })).toBe(null)
  })
})

describe('a token of a program is not good', () => {
  it('without a role (O10), which the log names', async () => {
    const reason = await fault({ ...RECORDER, realm_access: { roles: ['offline_access'] } }, OIDC)
    expect(reason).toContain('Recorder')
    expect(reason).toContain('opentalk-call-in, opentalk-recorder')
    expect(await fault({ ...RECORDER, realm_access: undefined }, OIDC)).toBe(reason)
  })

  it('because of its role, where OpenTalk is not in use', async () => {
    expect(await fault(RECORDER)).toBe('meant for another audience')
  })

  it('when GATEHOUSE_SERVICE_CLIENTS names others, whatever it is meant for', async () => {
    const others = { GATEHOUSE_SERVICE_CLIENTS: 'CallIn' }
    expect(await fault(RECORDER, { ...OIDC, ...others })).toContain('GATEHOUSE_SERVICE_CLIENTS')
    expect(await fault({ ...RECORDER, aud: 'gatehouse' }, others)).toContain('GATEHOUSE_SERVICE_CLIENTS')
    expect(await fault(RECORDER, { ...OIDC, GATEHOUSE_SERVICE_CLIENTS: 'CallIn Recorder' })).toBe(null)
  })
})

describe('tenant and tariff', () => {
  async function told(claims: Settings, settings: Settings, app = ANY_APP) {
    const { ports } = createWorld({ keys: [key], settings })
    const verdict = await checkJwt(await sign(key, claims, { typ: 'JWT' }), app, ports)
    return verdict.active ? verdict.claims : verdict.reason
  }
  const external = {
    tenants: { assignment: 'by_external_tenant_id' },
    tariffs: { assignment: 'by_external_tariff_id' },
  }

  it('are those of the settings', async () => {
    expect(await told(PERSON, OIDC)).toMatchObject({
      tenant_id: 'OpenTalkDefaultTenant',
      tariff_id: 'OpenTalkDefaultTariff',
      tariff_status: 'default',
    })
  })

  it('are those of the token, when the settings say so', async () => {
    const claims = { ...PERSON, tenant_id: 'tenant-1', tariff_id: 'gold' }
    expect(await told(claims, { ...OIDC, ...external })).toMatchObject({ tenant_id: 'tenant-1', tariff_id: 'gold' })
    expect(await told(PERSON, { ...OIDC, ...external })).not.toHaveProperty('tenant_id')
  })

  it('are those of the token without OpenTalk', async () => {
    const claims = { ...PERSON, aud: 'gatehouse', tenant_id: 'x' }
    expect(await told(claims, {})).toMatchObject({ tenant_id: 'x' })
  })

  it('are not told of a program, nor to an app that may not have them', async () => {
    expect(await told(RECORDER, OIDC)).not.toHaveProperty('tenant_id')
    expect(await told(PERSON, OIDC, { ...ANY_APP, claims: ['email', 'profile', 'groups'] })).not.toHaveProperty(
      'tenant_id',
    )
  })
})
