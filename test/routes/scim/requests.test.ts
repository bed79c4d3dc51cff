/**
 * Requests of SCIM that are refused: without the right token, for what another provider has pushed, or because they cannot be understood.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { createScene, SETTINGS } from '../scene.ts'
import { createPushingScene, GROUP, PATCH, patch, pushGroup, pushTo, pushUser, SCIM, TOKEN, USER } from './pushing.ts'

const OTHER_TOKEN = 'another-scim-token-of-more-than-32-characters'
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'

const TWO = {
  OIDC_PROVIDERS: JSON.stringify([
    {
      id: 'other',
      type: 'generic',
      url: 'https://other-idp.example',
      client_id: 'gatehouse',
      client_secret: 'x'.repeat(40),
    },
  ]),
  OIDC_PROVIDERS_OTHER_SCIM_TOKEN: OTHER_TOKEN,
}

describe('a request without the token of a provider', () => {
  it.each([
    ['no token', null, 'Bearer realm="scim"', 'as a bearer token'],
    ['an unknown token', 'x'.repeat(40), 'Bearer realm="scim", error="invalid_token"', 'is not that of'],
    ['a part of the token', TOKEN.slice(0, -1), 'Bearer realm="scim", error="invalid_token"', 'is not that of'],
  ])('is refused with 401, wherever it goes (%s)', async (_, token, challenge, sentence) => {
    const scene = createScene(SCIM)
    const push = pushTo(scene.gate, token)
    const paths = [
      '/Users',
      '/Groups',
      '/Users/x',
      '/Groups/x',
      '/ServiceProviderConfig',
      '/Schemas',
      '/ResourceTypes',
      '/Schemas/x',
    ]
    for (const path of paths) {
      const { status, headers, body } = await push('GET', path)
      expect([status, headers.get('www-authenticate'), headers.get('content-type')], path).toEqual([
        401,
        challenge,
        'application/scim+json',
      ])
      expect(body).toEqual({ schemas: [ERROR], status: '401', detail: expect.stringContaining(sentence) })
    }
    const user = { schemas: [USER], externalId: 'ann', userName: 'ann' }
    for (const [method, path, sent] of [
      ['POST', '/Users', user],
      ['PUT', '/Users/x', user],
      ['PATCH', '/Users/x', patch({ op: 'replace', path: 'active', value: false })],
      ['DELETE', '/Users/x', undefined],
      ['POST', '/Groups', { schemas: [GROUP], displayName: 'x' }],
      ['PUT', '/Groups/x', { schemas: [GROUP], displayName: 'x' }],
      ['PATCH', '/Groups/x', patch({ op: 'remove', path: 'members' })],
      ['DELETE', '/Groups/x', undefined],
    ] as const) {
      expect((await push(method, path, sent)).status, `${method} ${path}`).toBe(401)
    }
    expect(JSON.stringify(scene.log)).not.toContain(TOKEN.slice(0, -1))
  })

  it('is answered that SCIM is off where no provider has one', async () => {
    const { status, body } = await pushTo(createScene().gate)('GET', '/Users')
    expect([status, body.detail]).toEqual([404, expect.stringContaining('GATEHOUSE_SCIM_TOKEN')])
  })

  it('is let in by the old and by the new token while it is being changed', async () => {
    const { gate } = createScene({ GATEHOUSE_SCIM_TOKEN: `${TOKEN} ${OTHER_TOKEN}` })
    for (const token of [TOKEN, OTHER_TOKEN]) expect((await pushTo(gate, token)('GET', '/Users')).status).toBe(200)
  })
})

describe('two providers', () => {
  it('see and change what they have pushed themselves, and nothing of each other', async () => {
    const { gate } = createScene({ ...SCIM, ...TWO })
    const [one, other] = [pushTo(gate), pushTo(gate, OTHER_TOKEN)]
    const id = await pushUser(one, 'ann')
    const group = await pushGroup(one, 'Staff', [id])
    expect((await other('GET', '/Users')).body.totalResults).toBe(0)
    expect((await other('GET', '/Groups')).body.totalResults).toBe(0)
    expect((await other('GET', `/Users?filter=${encodeURIComponent(`id eq "${id}"`)}`)).body.totalResults).toBe(0)
    for (const path of [`/Users/${id}`, `/Groups/${group}`]) {
      expect((await other('GET', path)).status).toBe(404)
      expect((await other('DELETE', path)).status).toBe(404)
    }
    const theirs = await pushUser(other, 'ann')
    const foreign = await pushGroup(other, 'Staff', [id, theirs])
    expect((await other('GET', `/Groups/${foreign}`)).body.members).toMatchObject([{ value: theirs }])
    expect((await one('GET', `/Groups/${group}`)).body.members).toMatchObject([{ value: id }])
  })

  it('cannot have the same token', () => {
    const env = { ...SETTINGS, ...SCIM, ...TWO, OIDC_PROVIDERS_OTHER_SCIM_TOKEN: TOKEN }
    expect(() => loadConfig(env)).toThrow(/OIDC_PROVIDERS_OTHER_SCIM_TOKEN is also that of another provider/)
  })
})

describe('a request that cannot be understood', () => {
  const user = { schemas: [USER], externalId: 'bob', userName: 'bob' }

  it.each([
    ['POST', '/Users', '{"userName":', 400, 'invalidSyntax'],
    ['POST', '/Users', [user], 400, 'invalidSyntax'],
    ['POST', '/Users', { ...user, userName: undefined }, 400, 'invalidValue'],
    ['POST', '/Users', { ...user, userName: ' ' }, 400, 'invalidValue'],
    ['POST', '/Users', { ...user, userName: 'x'.repeat(501) }, 400, 'invalidValue'],
    ['POST', '/Users', { ...user, externalId: undefined }, 400, 'invalidValue'],
    ['POST', '/Users', { ...user, externalId: 'x'.repeat(256) }, 400, 'invalidValue'],
    ['POST', '/Users', { ...user, externalId: '\ud800' }, 400, 'invalidValue'],
    ['POST', '/Users', { ...user, displayName: '\udc00' }, 400, 'invalidValue'],
    ['POST', '/Users', { ...user, active: 'perhaps' }, 400, 'invalidValue'],
    ['POST', '/Users', { ...user, emails: 'bob@corp.example' }, 400, 'invalidValue'],
    ['POST', '/Users', { ...user, name: 'Bob' }, 400, 'invalidValue'],
    ['PATCH', '/Users/ID', { schemas: [PATCH] }, 400, 'invalidSyntax'],
    ['PATCH', '/Users/ID', patch(), 400, 'invalidSyntax'],
    ['PATCH', '/Users/ID', patch({ op: 'move', path: 'active', value: true }), 400, 'invalidSyntax'],
    ['PATCH', '/Users/ID', patch({ op: 'remove' }), 400, 'noTarget'],
    ['PATCH', '/Users/ID', patch({ op: 'replace', path: 'active' }), 400, 'invalidValue'],
    ['PATCH', '/Users/ID', patch({ op: 'replace', value: 'x' }), 400, 'invalidValue'],
    ['PATCH', '/Users/ID', patch({ op: 'replace', path: 'active', value: { a: 1 } }), 400, 'invalidValue'],
    ['PATCH', '/Users/ID', patch({ op: 'remove', path: 'userName' }), 400, 'invalidValue'],
    ['PATCH', '/Users/ID', patch({ op: 'replace', path: 'emails[', value: 'x' }), 400, 'invalidPath'],
    ['PATCH', '/Users/ID', patch({ op: 'replace', path: 'emails[type xx "w"].value', value: 'x' }), 400, 'invalidPath'],
    ['PATCH', '/Users/ID', patch({ op: 'replace', path: 'emails[type sw "w"].value', value: 'x' }), 400, 'noTarget'],
    ['GET', '/Users?filter=userName%20is%20%22x%22', undefined, 400, 'invalidFilter'],
    ['GET', '/Users?filter=', undefined, 400, 'invalidFilter'],
    ['GET', '/Users?filter=((((', undefined, 400, 'invalidFilter'],
    ['POST', '/Groups', { schemas: [GROUP] }, 400, 'invalidValue'],
    ['POST', '/Groups', { schemas: [GROUP], displayName: 'x', members: 'y' }, 400, 'invalidValue'],
    ['POST', '/Groups', { schemas: [GROUP], displayName: 'x', members: [{ display: 'y' }] }, 400, 'invalidValue'],
    ['PATCH', '/Groups/GID', patch({ op: 'remove', path: 'members[display eq "x"]' }), 400, 'invalidPath'],
    [
      'PATCH',
      '/Groups/GID',
      patch({ op: 'replace', path: 'members[value eq "x"].value', value: 'y' }),
      400,
      'invalidPath',
    ],
    ['GET', '/Groups?filter=members%20eq%20%22x%22', undefined, 400, 'invalidFilter'],
    ['GET', '/Nothing', undefined, 404, undefined],
    ['GET', '/Users/x/y', undefined, 404, undefined],
    ['POST', '/Bulk', {}, 404, undefined],
    ['DELETE', '/Users', undefined, 405, undefined],
    ['POST', '/Groups/x', {}, 405, undefined],
    ['PUT', '/Schemas', {}, 405, undefined],
  ])('is refused, and nothing changes (%s %s %j)', async (method, path, body, status, scimType) => {
    const { push } = createPushingScene()
    const id = await pushUser(push, 'ann')
    const group = await pushGroup(push, 'Staff', [id])
    const state = async () => [(await push('GET', '/Users')).body, (await push('GET', '/Groups')).body]
    const before = await state()
    const answer = await push(method, path.replace('GID', group).replace('ID', id), body)
    expect(answer.body).toMatchObject({
      schemas: [ERROR],
      status: String(status),
      detail: expect.stringMatching(/reference/),
    })
    expect([answer.status, answer.body.scimType]).toEqual([status, scimType])
    expect(answer.headers.get('content-type')).toBe('application/scim+json')
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/GET, HEAD/)
    expect(await state()).toEqual(before)
  })

  it('is refused when it is no JSON by its type, or longer than a group can be', async () => {
    const { push } = createPushingScene()
    expect((await push('POST', '/Users', user, { 'content-type': 'text/plain' })).status).toBe(400)
    expect((await push('POST', '/Users', user, { 'content-type': 'application/json' })).status).toBe(201)
    const long = { schemas: [GROUP], displayName: 'x', members: [{ value: 'y'.repeat(4 * 1024 * 1024) }] }
    expect((await push('POST', '/Groups', long)).status).toBe(413)
    const members = Array.from({ length: 50_001 }, (_, index) => ({
      value: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    }))
    expect((await push('POST', '/Groups', { schemas: [GROUP], displayName: 'x', members })).status).toBe(413)
    const most = { schemas: [GROUP], displayName: 'x', members: members.slice(1) }
    expect((await push('POST', '/Groups', most)).body).toMatchObject({ displayName: 'x', members: [] })
    const foreign = [{ value: 'z'.repeat(1_000_000) }, { value: 'y'.repeat(1_000_000) }, { value: 'x'.repeat(500_000) }]
    expect((await push('POST', '/Groups', { schemas: [GROUP], displayName: 'y', members: foreign })).status).toBe(201)
  })

  it('is refused when a group would have too many members with those that it has', async () => {
    const { push } = createPushingScene()
    const id = await pushUser(push, 'ann')
    const group = await pushGroup(push, 'Staff')
    const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)'
    await env.DB.batch([
      env.DB.prepare(`INSERT INTO scim_users (id, provider, scim_key, user_name, active, resource, created_at, modified_at)
        ${numbers} SELECT 'id-' || i, 'default', 'default s' || i, 'u' || i, 1, '{}', 0, 0 FROM n`),
      env.DB.prepare(`INSERT INTO scim_members (group_id, user_id) ${numbers} SELECT ?1, 'id-' || i FROM n`).bind(
        group,
      ),
    ])
    const add = patch({ op: 'add', path: 'members', value: [{ value: id }] })
    expect((await push('PATCH', `/Groups/${group}`, add)).status).toBe(413)
    const { body } = await push('GET', `/Groups/${group}`)
    expect((body.members as object[]).length).toBe(50_000)
    await pushGroup(push, 'Trainees', [id])
    expect((await push('GET', '/Groups')).body).toMatchObject({ totalResults: 2, itemsPerPage: 1 })
  })

  it.each(['__proto__.polluted', 'constructor.prototype.polluted', 'name.__proto__.polluted', '__proto__'])(
    'leaves the objects of the Worker as they are (%s)',
    async (path) => {
      const { push } = createPushingScene()
      const id = await pushUser(push, 'ann')
      for (const operation of [
        { op: 'add', path, value: { polluted: 'yes' } },
        { op: 'replace', value: JSON.parse(`{"${path}": {"polluted": "yes"}}`) },
      ]) {
        expect([200, 400]).toContain((await push('PATCH', `/Users/${id}`, patch(operation))).status)
        expect(({} as { polluted?: string }).polluted).toBeUndefined()
      }
    },
  )

  it('is answered with 503 when the database does not answer', async () => {
    const { push } = createPushingScene()
    await env.DB.prepare('DROP TABLE scim_members').run()
    const { status, headers, body } = await push('GET', '/Groups/x')
    expect(status).toBe(404)
    await env.DB.prepare('DROP TABLE scim_groups').run()
    const broken = await push('GET', '/Groups/x')
    expect([broken.status, broken.body.status, broken.headers.get('retry-after')]).toEqual([503, '503', '10'])
    expect([headers.get('cache-control'), body.status]).toEqual(['no-store', '404'])
  })
})

describe('a push', () => {
  it('is a line in the log with the reference, and without a name', async () => {
    const scene = createPushingScene()
    const id = await pushUser(scene.push, 'ann')
    await pushGroup(scene.push, 'Staff', [id])
    const lines = scene.log.filter(({ event }) => event === 'scim')
    expect(lines.map(({ detail }) => detail)).toEqual([
      { provider: 'default', method: 'POST', user: id },
      { provider: 'default', method: 'POST', group: expect.any(String), members: 1 },
    ])
    expect(lines.every(({ ref }) => /^[0-9a-z]{10}$/.test(ref ?? ''))).toBe(true)
    expect(JSON.stringify(lines)).not.toContain('corp.example')
  })
})
