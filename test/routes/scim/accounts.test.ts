/**
 * What a provider pushes by SCIM does to people here: who is shut out at once, who may come in for the first time, and which groups count.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { createRpcService } from '../../../src/rpc.ts'
import { PATHS } from '../../support/paths.ts'
import {
  addApp,
  GATE,
  introspect,
  LOGIN,
  referenceOn,
  refusalOn,
  rowsOf,
  type Settings,
  sessionTokenOf,
  signIn,
  whoIs,
} from '../scene.ts'
import { ACTIVATE, createPushingScene, DEACTIVATE, patch, pushGroup, pushUser, USER } from './pushing.ts'

/** Of the revocation feed. */
const LAG_SECONDS = 5
const ANN = { sub: 'ann', oid: 'oid-of-ann', email: 'ann@corp.example', email_verified: true, name: 'Ann Archer' }
const INVITED = { OIDC_CREATE_USER: 'false' }
const BY_OID = { GATEHOUSE_SCIM_EXTERNAL_ID_CLAIM: 'oid' }

function sceneOf(person: typeof ANN, settings: Settings = {}) {
  const scene = createPushingScene(settings)
  scene.provider.setPerson(person)
  return scene
}

async function audited(): Promise<readonly unknown[]> {
  return (await rowsOf('audit'))
    .filter(({ event }) => event !== 'sign_in')
    .map(({ event, reason, actor_id }) => [event, reason, actor_id])
}

describe('someone whom the provider deactivates', () => {
  it.each([
    ['by PATCH', {}, 'ann'],
    ['by PATCH, known by another claim than the subject', BY_OID, 'oid-of-ann'],
  ])(
    'is shut out at once, also of tokens within the lag, and let in again when activated (%s)',
    async (_, settings, externalId) => {
      const scene = sceneOf(ANN, settings)
      const id = await pushUser(scene.push, externalId)
      const ann = scene.browser()
      await signIn(ann)
      const token = sessionTokenOf(ann) ?? ''
      const app = await addApp('meet')
      const service = createRpcService(scene.deps(), { app: 'App meet' })
      expect(await service.check(token)).toMatchObject({ active: true })
      await scene.push('PATCH', `/Users/${id}`, DEACTIVATE)
      expect(await whoIs(ann)).toBeNull()
      scene.clock.advance(LAG_SECONDS)
      expect(await service.check(token)).toEqual({ active: false })
      expect(await (await introspect(scene.gate, token, app)).json()).toEqual({ active: false })
      const page = await scene.browser().open(LOGIN)
      expect([page.status, page.text.includes('Your account here is disabled')]).toEqual([403, true])
      expect(refusalOn(page, scene)?.detail).toMatchObject({
        code: 'account_disabled',
        reason_code: 'inactive_at_provider',
        fix: expect.stringContaining('GATEHOUSE_SCIM_TOKEN'),
      })
      await scene.push('PATCH', `/Users/${id}`, ACTIVATE)
      await signIn(scene.browser())
      expect(await audited()).toEqual([
        ['user_disabled', 'disabled_at_provider', null],
        ['sign_in_refused', 'inactive_at_provider', null],
        ['user_enabled', null, null],
      ])
    },
  )

  it('is shut out when they signed in before the provider began to push', async () => {
    const scene = sceneOf(ANN)
    const ann = scene.browser()
    await signIn(ann)
    await pushUser(scene.push, 'ann', { active: false })
    expect(await whoIs(ann)).toBeNull()
  })

  it('is shut out when the provider removes them, until it pushes them again', async () => {
    const scene = sceneOf(ANN)
    const id = await pushUser(scene.push, 'ann')
    const ann = scene.browser()
    await signIn(ann)
    await scene.push('DELETE', `/Users/${id}`)
    expect(await whoIs(ann)).toBeNull()
    expect((await scene.browser().open(LOGIN)).status).toBe(403)
    await pushUser(scene.push, 'ann')
    await signIn(scene.browser())
    expect(await audited()).toEqual([
      ['user_disabled', 'gone_at_provider', null],
      ['sign_in_refused', 'disabled_here', null],
      ['user_enabled', null, null],
    ])
    expect(await rowsOf('users')).toHaveLength(1)
  })

  it('is shut out under the former externalId', async () => {
    const scene = sceneOf(ANN)
    const id = await pushUser(scene.push, 'ann')
    const ann = scene.browser()
    await signIn(ann)
    await scene.push('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'externalId', value: 'bob' }))
    expect(await whoIs(ann)).toBeNull()
  })

  it('is not let in again by the provider if an administrator has disabled them', async () => {
    const scene = sceneOf(ANN)
    const id = await pushUser(scene.push, 'ann')
    await signIn(scene.browser())
    await env.DB.prepare('UPDATE users SET disabled_at = 1').run()
    await scene.push('PATCH', `/Users/${id}`, DEACTIVATE)
    await scene.push('PATCH', `/Users/${id}`, ACTIVATE)
    expect((await scene.browser().open(LOGIN)).status).toBe(403)
  })

  it('is shut out although another change of theirs comes at the same time', async () => {
    const scene = sceneOf(ANN)
    const id = await pushUser(scene.push, 'ann')
    await signIn(scene.browser())
    const renames = ['A', 'B', 'C'].map((value) =>
      scene.push('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'displayName', value })),
    )
    const answers = await Promise.all([scene.push('PATCH', `/Users/${id}`, DEACTIVATE), ...renames])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect((await scene.push('GET', `/Users/${id}`)).body).toMatchObject({
      active: false,
      displayName: expect.stringMatching(/^[ABC]$/),
    })
    expect((await rowsOf('users'))[0]?.disabled_by).toBe('provider')
  })
})

describe('someone who has not signed in yet', () => {
  it('gets an account if the provider has pushed them, although no one else does', async () => {
    const scene = sceneOf(ANN, INVITED)
    expect((await scene.browser().open(LOGIN)).status).toBe(403)
    await pushUser(scene.push, 'ann')
    const ann = scene.browser()
    await signIn(ann)
    expect(await whoIs(ann)).toMatchObject({ sub: 'ann', email: 'ann@corp.example', full_name: 'Ann Archer' })
  })

  it('is matched by the claim that equals externalId, and never by the address', async () => {
    const scene = sceneOf(ANN, { ...INVITED, ...BY_OID })
    await pushUser(scene.push, 'someone-else', { userName: ANN.email, emails: [{ value: ANN.email, primary: true }] })
    await pushUser(scene.push, 'ann', { userName: 'y' })
    expect((await scene.browser().open(LOGIN)).status).toBe(403)
    await pushUser(scene.push, ANN.oid, { userName: 'x' })
    await signIn(scene.browser())
  })

  it('is refused, and nothing is written, if the provider has pushed them as inactive', async () => {
    const scene = sceneOf(ANN)
    await pushUser(scene.push, 'ann', { active: false })
    expect((await scene.browser().open(LOGIN)).status).toBe(403)
    expect([await rowsOf('users'), await rowsOf('sessions')]).toEqual([[], []])
  })

  it('is refused if the provider does not send the claim', async () => {
    const { oid: _, ...unnamed } = ANN
    const scene = createPushingScene(BY_OID)
    scene.provider.setPerson(unnamed)
    const page = await scene.browser().open(LOGIN)
    expect(page.status).toBe(400)
    expect(refusalOn(page, scene)?.detail).toMatchObject({ code: 'claims_missing', missing: ['oid'] })
  })
})

describe('a group that is pushed', () => {
  const POLICY = {
    GATEHOUSE_GROUP_PERMISSIONS: JSON.stringify({ Recorders: 'rooms:archive' }),
    GATEHOUSE_ALLOWED_GROUPS: 'Staff',
  }

  it('lets someone in, counts beside those of the claims, and no longer when they leave it', async () => {
    const scene = sceneOf({ ...ANN, ...{ groups: ['of-the-claim'] } }, POLICY)
    const id = await pushUser(scene.push, 'ann')
    expect((await scene.browser().open(LOGIN)).status).toBe(403)
    const staff = await pushGroup(scene.push, 'Staff', [id])
    const ann = scene.browser()
    await signIn(ann)
    expect(await whoIs(ann)).toMatchObject({ x_grp: ['of-the-claim', 'Staff'] })
    const recorders = await pushGroup(scene.push, 'Recorders', [id])
    const me = await whoIs(ann)
    expect(me?.x_grp).toEqual(['of-the-claim', 'Recorders', 'Staff'])
    expect(me?.permissions).toContain('rooms:archive')
    const service = createRpcService(scene.deps(), {
      app: (await addApp('meet', { claims: ['groups'] })) && 'App meet',
    })
    const token = sessionTokenOf(ann) ?? ''
    expect(await service.check(token)).toMatchObject({ groups: ['of-the-claim', 'Recorders', 'Staff'] })
    await scene.push('PATCH', `/Groups/${recorders}`, patch({ op: 'remove', path: `members[value eq "${id}"]` }))
    scene.clock.advance(LAG_SECONDS)
    expect(await service.check(token)).toMatchObject({ groups: ['of-the-claim', 'Staff'] })
    await scene.push('PATCH', `/Groups/${staff}`, patch({ op: 'replace', path: 'displayName', value: 'Guests' }))
    expect(await whoIs(ann)).toBeNull()
  })

  it('makes no one an administrator', async () => {
    const scene = sceneOf(ANN, { GATEHOUSE_ADMIN_GROUPS: 'default:Administrators' })
    const id = await pushUser(scene.push, 'ann')
    await pushGroup(scene.push, 'Administrators', [id])
    const ann = scene.browser()
    await signIn(ann)
    expect((await ann.open(`${GATE}${PATHS.admin}`)).status).toBe(403)
  })

  it('no longer counts after a sign-in when the provider pushes no more', async () => {
    const scene = sceneOf(ANN)
    const id = await pushUser(scene.push, 'ann')
    await pushGroup(scene.push, 'Staff', [id])
    await signIn(scene.browser())
    const browser = scene.browserAt(scene.isolate({ GATEHOUSE_SCIM_TOKEN: '' }))
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ x_grp: [] })
  })
})

describe('what is pushed', () => {
  const ADMIN = { ...ANN, sub: 'root', name: 'Root' }
  const SETTINGS_OF_ADMIN = { GATEHOUSE_ADMINS: 'default:root' }

  it('is in the file of the person, and named as the source of their groups', async () => {
    const scene = sceneOf(ANN)
    await pushUser(scene.push, 'ann', { displayName: 'Ann at work' })
    await pushUser(scene.push, 'bob')
    const ann = scene.browser()
    await signIn(ann)
    const file = JSON.parse((await ann.open(`${GATE}${PATHS.accountData}`)).text)
    expect(file.pushed).toEqual({
      userName: 'ann@corp.example',
      externalId: 'ann',
      active: true,
      displayName: 'Ann at work',
    })
    expect((await ann.open(`${GATE}${PATHS.account}`)).text).toContain('x_grp, groups, SCIM')
  })

  it('tells an administrator why someone cannot get in, with an account or without', async () => {
    const scene = sceneOf(ADMIN, SETTINGS_OF_ADMIN)
    const admin = scene.browser()
    await signIn(admin)
    scene.provider.setPerson(ANN)
    const id = await pushUser(scene.push, 'ann')
    await signIn(scene.browser())
    await scene.push('PATCH', `/Users/${id}`, DEACTIVATE)
    await pushUser(scene.push, 'bob', { active: false })
    scene.provider.setPerson({ ...ANN, sub: 'bob' })
    const refused = await scene.browser().open(LOGIN)
    const found = await admin.open(`${GATE}${PATHS.adminUsers}?q=${referenceOn(refused)}`)
    expect(found.text).toMatch(
      /pushed by SCIM that the person is not active.*What to do:<\/strong> [^<]*GATEHOUSE_SCIM_TOKEN/s,
    )
    const account = (await rowsOf('users')).find(({ subject }) => subject === 'ann')
    const { text } = await admin.open(`${GATE}${PATHS.adminUser}?id=${account?.id}`)
    expect(text).toMatch(/If this person signed in now.*disabled or gone at the provider.*next push by SCIM/s)
    expect(text).toContain('Pushed by SCIM as ann@corp.example (externalId ann), not active.')
  })
})

describe('a person who is deleted here', () => {
  it('is forgotten as a pushed user, too, and pushed anew by the provider', async () => {
    const scene = sceneOf(ANN)
    const id = await pushUser(scene.push, 'ann')
    await pushGroup(scene.push, 'Staff', [id])
    await signIn(scene.browser())
    const [row] = await rowsOf('users')
    await scene.deps().people.changes.erase(String(row?.id), { reference: 'r' })
    expect((await scene.push('GET', `/Users/${id}`)).status).toBe(404)
    expect((await env.DB.prepare('SELECT * FROM scim_members').all()).results).toEqual([])
    const again = { schemas: [USER], externalId: 'ann', userName: 'ann@corp.example' }
    expect((await scene.push('POST', '/Users', again)).status).toBe(201)
  })
})
