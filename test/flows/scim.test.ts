/**
 * A provider that pushes with a client library of SCIM from npm, through the built Worker: who joins, who leaves, and who is in which group.
 */
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { PEOPLE } from '../../dev/provider/people.ts'
import { type Installation, introspect, startInstallation } from '../support/installation.ts'
import { Visitor } from '../support/visitor.ts'

/** What is used of the library, which has no types. */
interface Library {
  readonly Constants: { readonly SCIM_MEDIA_TYPE: string }
  readonly Resource: new (data: unknown) => Resource
}
interface Resource {
  id(): string
  get(path: string): unknown
  set(path: string, value: unknown): void
  toJSON(): string
}
interface PatchBuilder {
  patchRequest(...operations: readonly object[]): string
  addOperation(path: string, value: unknown): object
  removeOperation(path: string): object
  replaceOperation(path: string | null, value: unknown): object
}

const require = createRequire(import.meta.url)
const { Constants, Resource } = require('@braveulysses/scim2') as Library // it has no types
const Patch = require('@braveulysses/scim2/dist/Patch.js') as PatchBuilder // as above

const LAG_SECONDS = 1
const TOKEN = 'a-token-of-the-journey-with-32-characters'
const bob = PEOPLE.find(({ username }) => username === 'bob')

describe('through the built Worker, a SCIM client', () => {
  let installation: Installation
  beforeAll(async () => {
    const settings = {
      GATEHOUSE_SCIM_TOKEN: TOKEN,
      OIDC_CREATE_USER: 'false',
      REVOCATION_LAG_SECONDS: String(LAG_SECONDS),
      GATEHOUSE_GROUP_PERMISSIONS: JSON.stringify({ Archivists: 'rooms:archive' }),
    }
    installation = await startInstallation({ script: inject('workerScript'), settings })
  })
  afterAll(() => installation?.stop())

  async function send(method: string, path: string, body?: string): Promise<Resource> {
    const response = await fetch(`${installation.gatehouse.baseUrl}/scim/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': Constants.SCIM_MEDIA_TYPE },
      ...(body === undefined ? {} : { body }),
    })
    expect(response.headers.get('content-type') ?? Constants.SCIM_MEDIA_TYPE).toBe(Constants.SCIM_MEDIA_TYPE)
    return new Resource(response.status === 204 ? {} : await response.json())
  }

  it('lets someone in, gives and takes a permission by a group, and shuts them out', async () => {
    expect((await new Visitor(installation).signIn('bob')).status).toBe(403)
    const wanted = new Resource({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'bob' })
    wanted.set('externalId', bob?.subject)
    wanted.set('emails', [{ value: 'bob@example.org', type: 'work', primary: true }])
    const user = await send('POST', '/Users', wanted.toJSON())
    expect([user.get('userName'), user.get('active'), user.get('emails[type eq "work"]')]).toEqual([
      'bob',
      true,
      { value: 'bob@example.org', type: 'work', primary: true },
    ])
    const visitor = new Visitor(installation)
    await visitor.signIn('bob')
    expect((await visitor.whoAmI())?.permissions).not.toContain('rooms:archive')

    const group = await send('POST', '/Groups', new Resource({ displayName: 'Archivists' }).toJSON())
    const join = Patch.patchRequest(Patch.addOperation('members', [{ value: user.id() }]))
    await send('PATCH', `/Groups/${group.id()}`, join)
    expect((await visitor.whoAmI())?.permissions).toContain('rooms:archive')
    const leave = Patch.patchRequest(Patch.removeOperation(`members[value eq "${user.id()}"]`))
    await send('PATCH', `/Groups/${group.id()}`, leave)
    expect((await visitor.whoAmI())?.permissions).not.toContain('rooms:archive')

    user.set('displayName', 'Bob Baker')
    const changed = await send('PUT', `/Users/${user.id()}`, user.toJSON())
    expect([changed.get('displayName'), changed.get('externalId')]).toEqual(['Bob Baker', bob?.subject])
    const deactivated = await send(
      'PATCH',
      `/Users/${user.id()}`,
      Patch.patchRequest(Patch.replaceOperation(null, { active: false })),
    )
    expect(deactivated.get('active')).toBe(false)
    expect(await visitor.whoAmI()).toBeNull()
    await new Promise((resolve) => setTimeout(resolve, LAG_SECONDS * 1000 + 200))
    expect(await (await introspect(installation, visitor.sessionToken)).json()).toEqual({ active: false })
    expect((await new Visitor(installation).signIn('bob')).status).toBe(403)
    const list = await send('GET', '/Users?filter=active%20eq%20false&count=1')
    expect(list.get('Resources.0.id')).toBe(user.id())
    await send('DELETE', `/Users/${user.id()}`)
    expect((await send('GET', `/Users/${user.id()}`)).get('status')).toBe('404')
  })
})
