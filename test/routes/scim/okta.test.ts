/**
 * SCIM as Okta and authentik speak it: whole users by PUT, members by filters, and what they ask before.
 *
 * @see https://developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20
 * @see https://docs.goauthentik.io/add-secure-apps/providers/scim/
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { createPushingScene, GROUP, patch, pushGroup, pushUser, USER } from './pushing.ts'

const NEWCOMER = {
  schemas: [USER],
  userName: 'test.user@okta.local',
  name: { givenName: 'Test', familyName: 'User' },
  emails: [{ primary: true, value: 'test.user@okta.local', type: 'work' }],
  displayName: 'Test User',
  locale: 'en-US',
  externalId: '00ujl29u0le5T6Aj10h7',
  groups: [],
  password: '1mz050nq-a-password-that-no-one-keeps',
  active: true,
}

describe('a user of Okta', () => {
  it('is looked for, created without the password, and changed as a whole', async () => {
    const { push } = createPushingScene()
    const query = `?filter=${encodeURIComponent('userName eq "test.user@okta.local"')}&startIndex=1&count=100`
    expect((await push('GET', `/Users${query}`)).body).toMatchObject({ totalResults: 0, Resources: [] })
    const { status, body } = await push('POST', '/Users', NEWCOMER)
    expect(status).toBe(201)
    expect(JSON.stringify(body)).not.toContain('password')
    const { results } = await env.DB.prepare('SELECT * FROM scim_users').all()
    expect(JSON.stringify(results)).not.toContain('password')
    const whole = {
      schemas: [USER],
      id: body.id,
      userName: 'test.user@okta.local',
      name: { givenName: 'Another', middleName: 'Excited', familyName: 'User' },
      emails: [{ primary: true, value: 'test.user@okta.local', type: 'work' }],
      groups: [],
      meta: { resourceType: 'User' },
    }
    const changed = await push('PUT', `/Users/${body.id}`, whole)
    expect(changed.status).toBe(200)
    expect(changed.body).toMatchObject({
      id: body.id,
      externalId: NEWCOMER.externalId,
      active: true,
      name: { givenName: 'Another', familyName: 'User' },
    })
    expect(changed.body).not.toHaveProperty('displayName')
  })

  it('is deactivated without a path, and stays so when a PUT does not speak of it', async () => {
    const { push } = createPushingScene()
    const { body } = await push('POST', '/Users', NEWCOMER)
    const answer = await push('PATCH', `/Users/${body.id}`, patch({ op: 'replace', value: { active: false } }))
    expect(answer).toMatchObject({ status: 200, body: { active: false } })
    const { active: _, ...silent } = NEWCOMER
    expect((await push('PUT', `/Users/${body.id}`, silent)).body.active).toBe(false)
    expect((await push('PUT', `/Users/${body.id}`, NEWCOMER)).body.active).toBe(true)
  })

  it('is not given the name of another one', async () => {
    const { push } = createPushingScene()
    await pushUser(push, 'ann')
    const id = await pushUser(push, 'bob')
    const renamed = { schemas: [USER], userName: 'ANN@corp.example', externalId: 'bob', active: false }
    expect(await push('PUT', `/Users/${id}`, renamed)).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } })
    expect((await push('GET', `/Users/${id}`)).body).toMatchObject({ userName: 'bob@corp.example', active: true })
  })
})

describe('a list of users', () => {
  it.each([
    ['?startIndex=1&count=2', 1, ['a', 'b']],
    ['?startIndex=3&count=2', 3, ['c', 'd']],
    ['?startIndex=5&count=2', 5, ['e']],
    ['?startIndex=6&count=2', 6, []],
    ['?startIndex=0&count=1', 1, ['a']],
    ['?startIndex=-4&count=1', 1, ['a']],
    ['?count=0', 1, []],
    ['?count=-3', 1, []],
    ['?startIndex=x&count=y', 1, ['a', 'b', 'c', 'd', 'e']],
    ['?filter=active%20eq%20true&startIndex=2&count=3', 2, ['b', 'c', 'd']],
  ])('has the page that was asked for (%s)', async (query, startIndex, expected) => {
    const { push } = createPushingScene()
    for (const name of ['c', 'a', 'e', 'b', 'd']) await pushUser(push, name)
    const { body } = await push('GET', `/Users${query}`)
    expect(body).toMatchObject({ totalResults: 5, startIndex, itemsPerPage: expected.length })
    expect((body.Resources as { externalId: string }[]).map(({ externalId }) => externalId)).toEqual(expected)
  })

  it('is as long as a page may be', async () => {
    const { push } = createPushingScene()
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
      INSERT INTO scim_users (id, provider, scim_key, user_name, active, resource, created_at, modified_at)
      SELECT 'id-' || i, 'default', 'default s' || i, 'u' || i, 1, json_object('userName', 'u' || i, 'externalId', 's' || i), 0, 0 FROM n`,
    ).run()
    const { body } = await push('GET', '/Users?count=1000000')
    expect(body).toMatchObject({ totalResults: 1001, itemsPerPage: 200 })
    const refused = await push('GET', `/Users?filter=${encodeURIComponent('displayName co "x"')}`)
    expect(refused).toMatchObject({
      status: 400,
      body: { scimType: 'tooMany', detail: expect.stringContaining('userName') },
    })
    const found = await push('GET', `/Users?filter=${encodeURIComponent('userName eq "u1001" and displayName pr')}`)
    expect(found).toMatchObject({ status: 200, body: { totalResults: 0 } })
  })

  it('is the same for a search whose parameters are in the body', async () => {
    const { push } = createPushingScene()
    for (const name of ['a', 'b', 'c']) await pushUser(push, name)
    await pushGroup(push, 'Staff')
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest']
    const asked = {
      schemas,
      attributes: ['externalId'],
      filter: 'userName sw "B" or userName sw "c"',
      startIndex: 2,
      count: 5,
    }
    const { status, body } = await push('POST', '/Users/.search', asked)
    expect([status, body]).toMatchObject([200, { totalResults: 2, startIndex: 2, itemsPerPage: 1 }])
    expect(body.Resources).toEqual([expect.objectContaining({ externalId: 'c' })])
    expect((body.Resources as object[])[0]).not.toHaveProperty('userName')
    const groups = { schemas, excludedAttributes: ['members'] }
    expect((await push('POST', '/Groups/.search', groups)).body).toMatchObject({
      Resources: [{ displayName: 'Staff' }],
    })
    for (const wrong of [[], { count: 'x' }, { filter: 1 }]) {
      expect((await push('POST', '/Users/.search', wrong)).status).toBe(400)
    }
    expect((await push('GET', '/Users/.search')).status).toBe(405)
  })

  it('has the attributes that were asked for', async () => {
    const { push } = createPushingScene()
    const { body } = await push('POST', '/Users', NEWCOMER)
    const names = async (query: string) => Object.keys((await push('GET', `/Users/${body.id}${query}`)).body)
    expect(await names('?attributes=userName,NAME.givenName')).toEqual(['schemas', 'id', 'userName', 'name', 'meta'])
    expect(await names(`?excludedAttributes=${USER}:emails,name`)).toEqual([
      'schemas',
      'id',
      'userName',
      'externalId',
      'active',
      'displayName',
      'meta',
    ])
  })
})

describe('a group of Okta', () => {
  it('is pushed with its members, renamed, changed and deleted', async () => {
    const { push } = createPushingScene()
    const [ann, bob] = [await pushUser(push, 'ann'), await pushUser(push, 'bob')]
    const created = await push('POST', '/Groups', {
      schemas: [GROUP],
      displayName: 'Test SCIMv2',
      members: [{ value: ann, display: 'ann@corp.example' }],
    })
    expect(created).toMatchObject({ status: 201, body: { displayName: 'Test SCIMv2', members: [{ value: ann }] } })
    const path = `/Groups/${created.body.id}`
    await push('PATCH', path, patch({ op: 'replace', value: { id: created.body.id, displayName: 'Renamed' } }))
    await push(
      'PATCH',
      path,
      patch(
        { op: 'remove', path: `members[value eq "${ann}"]` },
        { op: 'add', path: 'members', value: [{ value: bob, display: 'bob@corp.example' }] },
      ),
    )
    expect((await push('GET', path)).body).toMatchObject({ displayName: 'Renamed', members: [{ value: bob }] })
    await push('PATCH', path, patch({ op: 'replace', path: 'members', value: [{ value: ann }, { value: 'nobody' }] }))
    expect((await push('GET', path)).body.members).toMatchObject([{ value: ann }])
    const whole = { schemas: [GROUP], displayName: 'Renamed', members: [{ value: bob }] }
    await push('PATCH', path, patch({ op: 'add', path: 'externalId', value: 'a group there' }))
    expect((await push('PUT', path, whole)).body).toMatchObject({
      externalId: 'a group there',
      members: [{ value: bob }],
    })
    expect((await push('DELETE', path)).status).toBe(204)
    expect((await push('GET', '/Groups')).body.totalResults).toBe(0)
  })

  it('is not given the name of another one, and then loses no member', async () => {
    const { push } = createPushingScene()
    const ann = await pushUser(push, 'ann')
    await pushGroup(push, 'Readers')
    const id = await pushGroup(push, 'Writers', [ann])
    const whole = { schemas: [GROUP], displayName: 'READERS', members: [] }
    expect((await push('PUT', `/Groups/${id}`, whole)).status).toBe(409)
    expect((await push('GET', `/Groups/${id}`)).body).toMatchObject({
      displayName: 'Writers',
      members: [{ value: ann }],
    })
  })
})

describe('changes of one group at the same time', () => {
  it('are all kept: a new name, and members who come and go', async () => {
    const { push } = createPushingScene()
    const ids = await Promise.all(['ann', 'bob', 'carol', 'dan'].map((name) => pushUser(push, name)))
    const id = await pushGroup(push, 'Staff', ids.slice(0, 1))
    const changes = [
      { op: 'replace', path: 'displayName', value: 'Team' },
      ...ids.slice(1).map((value) => ({ op: 'add', path: 'members', value: [{ value }] })),
      { op: 'remove', path: 'members', value: [{ value: ids[0] }] },
      { op: 'add', path: 'externalId', value: 'there' },
    ]
    const answers = await Promise.all(changes.map((change) => push('PATCH', `/Groups/${id}`, patch(change))))
    expect(answers.map(({ status }) => status)).toEqual(changes.map(() => 204))
    const { body } = await push('GET', `/Groups/${id}`)
    expect(body).toMatchObject({ displayName: 'Team', externalId: 'there' })
    expect((body.members as { value: string }[]).map(({ value }) => value).toSorted()).toEqual(ids.slice(1).toSorted())
  })
})

describe('a client such as authentik', () => {
  it('is told what can be done before it begins', async () => {
    const { push } = createPushingScene()
    expect((await push('GET', '/ServiceProviderConfig')).body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false },
      filter: { supported: true, maxResults: 200 },
      etag: { supported: false },
      authenticationSchemes: [{ type: 'oauthbearertoken' }],
    })
    const types = (await push('GET', '/ResourceTypes')).body.Resources as { id: string; endpoint: string }[]
    expect(types.map(({ id, endpoint }) => [id, endpoint])).toEqual([
      ['User', '/Users'],
      ['Group', '/Groups'],
    ])
    const schemas = (await push('GET', '/Schemas')).body.Resources as { id: string }[]
    expect(schemas.map(({ id }) => id)).toEqual([USER, GROUP])
    for (const path of [`/Schemas/${USER}`, '/ResourceTypes/Group']) expect((await push('GET', path)).status).toBe(200)
    expect((await push('GET', '/Schemas/urn:none')).status).toBe(404)
  })

  it('adds and removes members by PATCH, and reads the group again', async () => {
    const { push } = createPushingScene()
    const [ann, bob] = [await pushUser(push, 'ann'), await pushUser(push, 'bob')]
    const id = await pushGroup(push, 'authentik Users', [ann])
    await push('PATCH', `/Groups/${id}`, patch({ op: 'add', path: 'members', value: [{ value: bob }] }))
    await push('PATCH', `/Groups/${id}`, patch({ op: 'remove', path: 'members', value: [{ value: ann }] }))
    expect((await push('GET', `/Groups/${id}`)).body.members).toMatchObject([{ value: bob }])
  })

  it('changes a group without a path, and adds each member by an operation of its own', async () => {
    const { push } = createPushingScene()
    const ids = await Promise.all(Array.from({ length: 30 }, (_, index) => pushUser(push, `user-${index}`)))
    const id = await pushGroup(push, 'authentik Users')
    const whole = { schemas: [GROUP], id, displayName: 'authentik Admins', externalId: 'a-primary-key' }
    expect((await push('PATCH', `/Groups/${id}`, patch({ op: 'replace', path: null, value: whole }))).status).toBe(204)
    const replaced = [ids, ids.slice(3, 4)].map((some) => ({
      op: 'replace',
      path: 'members',
      value: some.map((value) => ({ value })),
    }))
    await push('PATCH', `/Groups/${id}`, patch(...replaced))
    expect((await push('GET', `/Groups/${id}`)).body.members).toMatchObject([{ value: ids[3] }])
    await push('PATCH', `/Groups/${id}`, patch({ op: 'remove', path: 'members' }))
    const changes = [
      ...ids.map((value) => ({ op: 'add', path: 'members', value: [{ value }] })),
      ...ids.slice(1).map((value) => ({ op: 'remove', path: 'members', value: [{ value }] })),
      ...ids.slice(2, 3).map((value) => ({ op: 'add', path: 'members', value: [{ value }] })),
    ]
    await push('PATCH', `/Groups/${id}`, patch(...changes))
    const { body } = await push('GET', `/Groups?filter=${encodeURIComponent('externalId eq "a-primary-key"')}`)
    const [group] = body.Resources as { displayName: string; members: { value: string }[] }[]
    expect(group?.displayName).toBe('authentik Admins')
    expect(group?.members.map(({ value }) => value).toSorted()).toEqual([ids[0], ids[2]].toSorted())
  })

  it.each(['/Groups?startIndex=2&count=1', '/Groups?startIndex=2&count=1&excludedAttributes=members'])(
    'pages through the groups (%s)',
    async (path) => {
      const { push } = createPushingScene()
      for (const name of ['B', 'a', 'C']) await pushGroup(push, name)
      const { body } = await push('GET', path)
      expect(body).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 1, Resources: [{ displayName: 'B' }] })
    },
  )
})
