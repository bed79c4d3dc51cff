/**
 * What someone may do, as apps are told it: in users/me, about a session, about a person's token and about a program's.
 */
import { describe, expect, it } from 'vitest'
import { addApp, createScene, introspect, ME, sessionTokenOf, signIn } from './scene.ts'

const SETTINGS = {
  GATEHOUSE_USER_PERMISSIONS: 'rooms:join',
  GATEHOUSE_GROUP_PERMISSIONS: '{"staff": "rooms:create rooms:moderate"}',
}

async function told(scene: ReturnType<typeof createScene>, token: string): Promise<unknown> {
  const app = await addApp('api', { audiences: ['api'] })
  return (await introspect(scene.gate, token, app)).json()
}

describe('a person', () => {
  it('has in users/me and in an answer about the session what everyone has and what their groups have', async () => {
    const scene = createScene(SETTINGS)
    scene.provider.setPerson({ sub: 'alice', x_grp: ['staff'] })
    const browser = scene.browser()
    await signIn(browser)
    const expected = { permissions: ['rooms:join', 'rooms:create', 'rooms:moderate'] }
    expect((await browser.background(ME)).json()).toMatchObject(expected)
    expect(await told(scene, sessionTokenOf(browser) ?? '')).toMatchObject({ active: true, ...expected })
  })

  it('has what their roles have, in users/me and in an answer about the session, and nothing for a role that is for programs', async () => {
    const scene = createScene({
      ...SETTINGS,
      GATEHOUSE_ROLE_PERMISSIONS: '{"editor": "pages:edit", "opentalk-recorder": "x"}',
    })
    scene.provider.setPerson({ sub: 'alice', realm_access: { roles: ['editor', 'opentalk-recorder'] } })
    const browser = scene.browser()
    await signIn(browser)
    const expected = { roles: ['editor', 'opentalk-recorder'], permissions: ['rooms:join', 'pages:edit'] }
    expect((await browser.background(ME)).json()).toMatchObject(expected)
    expect(await told(scene, sessionTokenOf(browser) ?? '')).toMatchObject({ active: true, ...expected })
    scene.provider.changePerson({ sub: 'alice' })
    scene.clock.advance(901)
    expect((await browser.background(ME)).json()).toMatchObject({ roles: null, permissions: ['rooms:join'] })
  })

  it('has from an access token what its groups have, and nothing for a role that is for programs', async () => {
    const scene = createScene(SETTINGS)
    const token = await scene.provider.signAccessToken({
      aud: 'api',
      groups: ['staff'],
      realm_access: { roles: ['opentalk-recorder'] },
    })
    expect(await told(scene, token)).toMatchObject({
      principal: 'user',
      permissions: ['rooms:join', 'rooms:create', 'rooms:moderate'],
    })
  })
})

describe('a program', () => {
  it.each([
    ['opentalk-recorder', ['rooms:join', 'rooms:record']],
    ['opentalk-call-in', ['rooms:join']],
    ['another', []],
  ])('with the role %s has what the role has, without a name or an address', async (role, permissions) => {
    const scene = createScene({ OIDC_OP_TYPE: 'keycloak' })
    const token = await scene.provider.signAccessToken({
      aud: 'api',
      sub: 'service-account',
      client_id: 'Recorder',
      azp: 'Recorder',
      preferred_username: 'service-account-recorder',
      realm_access: { roles: [role] },
    })
    expect(await told(scene, token)).toMatchObject({ principal: 'service', permissions })
  })
})
