/**
 * SCIM as Microsoft Entra speaks it: its own letter cases, booleans as text, and paths in the place of names.
 *
 * @see https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups
 * @see https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility
 */
import { describe, expect, it } from 'vitest'
import { createPushingScene, GROUP, patch, pushGroup, pushUser, USER } from './pushing.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const OID = '0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef'

const NEWCOMER = {
  schemas: [USER, ENTERPRISE],
  externalId: OID,
  userName: 'Test_User_ab6490ee@testuser.com',
  active: true,
  displayName: 'Test User',
  emails: [{ primary: true, type: 'work', value: 'Test_User_fd0ea19b@testuser.com' }],
  meta: { resourceType: 'User' },
  name: { formatted: 'givenName familyName', familyName: 'familyName', givenName: 'givenName' },
  roles: [],
  [ENTERPRISE]: { department: 'Sales' },
}

const filter = (text: string) => `?filter=${encodeURIComponent(text)}`

describe('a connection test of Entra', () => {
  it('is answered by an empty list', async () => {
    const { push } = createPushingScene()
    const { status, headers, body } = await push('GET', `/Users${filter(`userName eq "${crypto.randomUUID()}"`)}`)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/scim+json')
    expect(body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 0,
      startIndex: 1,
      itemsPerPage: 0,
      Resources: [],
    })
  })
})

describe('a user of Entra', () => {
  it('is created once, and found by userName in any letter case and by externalId', async () => {
    const { push } = createPushingScene()
    const created = await push('POST', '/Users', NEWCOMER)
    expect(created.status).toBe(201)
    const { schemas: _, roles: _roles, [ENTERPRISE]: _extension, meta: _meta, ...kept } = NEWCOMER
    const location = `https://gate.example.com/scim/v2/Users/${created.body.id}`
    expect(created.body).toMatchObject({ schemas: [USER], ...kept, meta: { resourceType: 'User', location } })
    expect(Object.keys(created.body)).not.toContain(ENTERPRISE)
    expect(created.headers.get('location')).toBe(location)
    for (const path of [`/Users/${created.body.id}`, `/Users/${created.body.id}/`]) {
      expect(await push('GET', path)).toMatchObject({ status: 200, body: created.body })
    }
    for (const text of [
      'userName eq "test_user_AB6490ee@testuser.com"',
      `externalId eq "${OID}"`,
      `${USER}:userName eq "Test_User_ab6490ee@testuser.com" and active eq true`,
      'emails[type eq "work"].value eq "Test_User_fd0ea19b@testuser.com"',
    ]) {
      expect((await push('GET', `/Users${filter(text)}`)).body, text).toMatchObject({
        totalResults: 1,
        Resources: [{ id: created.body.id }],
      })
    }
    const other = { ...NEWCOMER, externalId: 'another', userName: NEWCOMER.userName.toUpperCase() }
    for (const again of [NEWCOMER, other, { ...NEWCOMER, userName: 'another' }]) {
      const { status, body } = await push('POST', '/Users', again)
      expect(status).toBe(409)
      expect(body).toMatchObject({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '409',
        scimType: 'uniqueness',
        detail: expect.stringMatching(/userName or externalId \(reference [0-9a-z]{10}\)/),
      })
    }
    expect((await push('GET', '/Users')).body.totalResults).toBe(1)
  })

  it.each([
    [{ op: 'Replace', path: 'active', value: false }],
    [{ op: 'Replace', path: 'active', value: 'False' }],
    [{ op: 'replace', value: { active: 'False' } }],
    [{ op: 'Add', path: 'active', value: 'false' }],
    [{ op: 'replace', path: `${USER}:active`, value: false }],
    [{ op: 'replace', value: { [`${USER}:active`]: false } }],
    [{ op: 'replace', path: 'Active', value: 'FALSE' }],
  ])('is deactivated by %j', async (operation) => {
    const { push } = createPushingScene()
    const id = await pushUser(push, OID)
    const { status, body } = await push('PATCH', `/Users/${id}`, patch(operation))
    expect([status, body.active]).toEqual([200, false])
    expect((await push('GET', `/Users/${id}`)).body.active).toBe(false)
    const back = await push('PATCH', `/Users/${id}`, patch({ op: 'Replace', path: 'active', value: 'True' }))
    expect(back.body.active).toBe(true)
  })

  it('is changed by paths, and by names that are paths', async () => {
    const { push } = createPushingScene()
    const { body } = await push('POST', '/Users', NEWCOMER)
    const paths = patch(
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'updated@microsoft.com' },
      { op: 'Replace', path: 'name.familyName', value: 'updatedFamilyName' },
      { op: 'Add', path: `${ENTERPRISE}:department`, value: 'Marketing' },
      { op: 'Add', path: 'manager', value: [{ $ref: 'https://x', value: 'y' }] },
      { op: 'Remove', path: 'displayName' },
    )
    const changed = await push('PATCH', `/Users/${body.id}`, paths)
    expect(changed.status).toBe(200)
    expect(changed.body).toMatchObject({
      emails: [{ primary: true, type: 'work', value: 'updated@microsoft.com' }],
      name: { formatted: 'givenName familyName', familyName: 'updatedFamilyName', givenName: 'givenName' },
    })
    expect(changed.body).not.toHaveProperty('displayName')
    const named = patch({
      op: 'replace',
      value: { 'name.givenName': 'Ann', 'emails[type eq "work"].value': 'ann@corp.example', displayName: 'Ann A.' },
    })
    expect((await push('PATCH', `/Users/${body.id}`, named)).body).toMatchObject({
      displayName: 'Ann A.',
      name: { familyName: 'updatedFamilyName', givenName: 'Ann' },
      emails: [{ type: 'work', value: 'ann@corp.example' }],
    })
    const added = patch({ op: 'Add', path: 'emails[type eq "home"].value', value: 'ann@home.example' })
    expect((await push('PATCH', `/Users/${body.id}`, added)).body.emails).toEqual([
      { value: 'ann@corp.example', type: 'work', primary: true },
      { value: 'ann@home.example', type: 'home' },
    ])
  })

  it('is deleted, and unknown then', async () => {
    const { push } = createPushingScene()
    const id = await pushUser(push, OID)
    expect(await push('DELETE', `/Users/${id}`)).toMatchObject({ status: 204, body: {} })
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', NEWCOMER],
      ['PATCH', patch({ op: 'replace', path: 'active', value: true })],
      ['DELETE', undefined],
    ] as const) {
      const answer = await push(method, `/Users/${id}`, body)
      expect(answer.status, method).toBe(404)
      expect(answer.body).toMatchObject({ status: '404', detail: expect.stringContaining('no such resource') })
    }
  })
})

describe('a group of Entra', () => {
  const NEW_GROUP = {
    schemas: [GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
    externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
    displayName: 'Readers',
    members: [],
    meta: { resourceType: 'Group' },
  }

  it('is created, and found without its members', async () => {
    const { push } = createPushingScene()
    const { status, body } = await push('POST', '/Groups', NEW_GROUP)
    expect(status).toBe(201)
    expect(body).toMatchObject({ schemas: [GROUP], displayName: 'Readers', members: [] })
    const found = await push(
      'GET',
      `/Groups?excludedAttributes=members&filter=${encodeURIComponent('displayName eq "readers"')}`,
    )
    expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id: body.id, displayName: 'Readers' }] })
    expect((found.body.Resources as object[])[0]).not.toHaveProperty('members')
    expect(await push('POST', '/Groups', NEW_GROUP)).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } })
  })

  it('gets and loses members by their values', async () => {
    const { push } = createPushingScene()
    const [ann, bob] = [await pushUser(push, 'ann'), await pushUser(push, 'bob')]
    const id = await pushGroup(push, 'Readers')
    const values = [ann, bob].map((value) => ({ $ref: null, value }))
    expect(await push('PATCH', `/Groups/${id}`, patch({ op: 'Add', path: 'members', value: values }))).toMatchObject({
      status: 204,
    })
    expect((await push('GET', `/Groups/${id}`)).body.members).toEqual(
      expect.arrayContaining([
        {
          value: ann,
          type: 'User',
          $ref: `https://gate.example.com/scim/v2/Users/${ann}`,
        },
      ]),
    )
    const isMember = async (user: string) =>
      (await push('GET', `/Groups${filter(`id eq "${id}" and members eq "${user}"`)}`)).body.totalResults
    expect([await isMember(ann), await isMember(bob), await isMember('nobody')]).toEqual([1, 1, 0])
    await push('PATCH', `/Groups/${id}`, patch({ op: 'Remove', path: 'members', value: [{ $ref: null, value: ann }] }))
    expect([await isMember(ann), await isMember(bob)]).toEqual([0, 1])
    await push('PATCH', `/Groups/${id}`, patch({ op: 'Replace', path: 'displayName', value: 'Writers' }))
    expect((await push('GET', `/Groups/${id}`)).body).toMatchObject({
      displayName: 'Writers',
      members: [{ value: bob }],
    })
    await push('PATCH', `/Groups/${id}`, patch({ op: 'Remove', path: 'members' }))
    expect((await push('GET', `/Groups/${id}`)).body.members).toEqual([])
    expect((await push('DELETE', `/Groups/${id}`)).status).toBe(204)
    expect((await push('GET', `/Groups/${id}`)).status).toBe(404)
  })
})
