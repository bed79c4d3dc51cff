/**
 * What is pushed by SCIM, in D1: a sign-in that a push overtakes, and what triggers keep in step.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { PushedUser, UserAttributes } from '../../src/accounts/scim/resources.ts'
import type { LogEntry } from '../../src/log.ts'
import { createPushedGroups } from '../../src/store/scim/groups.ts'
import { createPushedUsers } from '../../src/store/scim/users.ts'
import { createSessions } from '../../src/store/sessions.ts'
import { ISSUER, NOW, noLog, signIn, stillClock } from './signing-in.ts'

const KEY = 'default ext-alice'
const CONTEXT = { reference: 'a-push' }

function pushed(changed: Partial<UserAttributes> = {}, id = 'scim-1'): PushedUser {
  const attributes = {
    userName: 'Alice',
    externalId: 'ext-alice',
    active: true,
    displayName: undefined,
    name: undefined,
    emails: undefined,
    ...changed,
  }
  return { id, providerId: 'default', attributes, createdAt: NOW, modifiedAt: NOW }
}

const stores = () => ({
  users: createPushedUsers(env.DB, stillClock(), noLog),
  groups: createPushedGroups(env.DB),
  sessions: createSessions(env.DB, stillClock(), noLog),
})

const rows = async (sql: string) => (await env.DB.prepare(sql).all()).results
const accounts = () => rows('SELECT subject, scim_key, scim_groups, disabled_by FROM users')

describe('a sign-in of a pushed user', () => {
  it('has no effect but an account that is disabled, if the provider has deactivated them since it was looked at', async () => {
    const log: LogEntry[] = []
    const { users } = stores()
    await users.save(pushed({ active: false }), null, null, CONTEXT)
    const sessions = createSessions(env.DB, stillClock(), (entry) => log.push(entry))
    expect(await sessions.begin(signIn({ scimKey: KEY }))).toBe('disabled')
    expect(await rows('SELECT * FROM sessions')).toEqual([])
    expect(await accounts()).toMatchObject([{ scim_key: KEY, disabled_by: 'provider' }])
    expect(log.map(({ detail }) => detail?.audit_event)).toEqual(['sign_in', 'user_disabled'])
  })

  it('leaves the other accounts of the provider as they are', async () => {
    const { users, sessions } = stores()
    await sessions.begin(signIn({ subject: 'bob', scimKey: 'default ext-bob', tokenHash: 'of bob' }))
    await users.save(pushed({ active: false }), null, null, CONTEXT)
    await sessions.begin(signIn({ scimKey: KEY }))
    expect(await rows('SELECT token_hash FROM sessions')).toEqual([{ token_hash: 'of bob' }])
  })

  it('of another provider that pushes nothing takes the key and the groups away', async () => {
    const { users, groups, sessions } = stores()
    await users.save(pushed(), null, null, CONTEXT)
    const place = { id: 'g', providerId: 'default', createdAt: NOW, modifiedAt: NOW, members: null }
    await groups.save({ ...place, attributes: { displayName: 'Staff', externalId: undefined } }, null, [
      { do: 'add', ids: ['scim-1'] },
    ])
    await sessions.begin(signIn({ scimKey: KEY }))
    expect(await accounts()).toMatchObject([{ scim_key: KEY, scim_groups: '["Staff"]' }])
    await sessions.begin(signIn({ tokenHash: 'another' }))
    expect(await accounts()).toMatchObject([{ scim_key: null, scim_groups: '[]' }])
  })
})

describe('the groups of an account', () => {
  const group = {
    id: 'g',
    providerId: 'default',
    createdAt: NOW,
    modifiedAt: NOW,
    members: null,
    attributes: { displayName: 'Staff', externalId: 'of the provider' },
  }

  it('are those of the pushed user while it has this key and is there', async () => {
    const { users, groups, sessions } = stores()
    await users.save(pushed(), null, null, CONTEXT)
    await groups.save(group, null, [{ do: 'add', ids: ['scim-1'] }])
    await sessions.begin(signIn({ scimKey: KEY }))
    await sessions.begin(signIn({ subject: 'bob', scimKey: 'default ext-bob', tokenHash: 'of bob' }))
    const names = async () => (await accounts()).map(({ scim_groups }) => scim_groups)
    expect(await names()).toEqual(['["Staff"]', '[]'])
    const renamed = pushed({ externalId: 'ext-bob' })
    await users.save(renamed, pushed(), null, CONTEXT)
    expect(await names()).toEqual(['[]', '["Staff"]'])
    await users.remove(renamed, CONTEXT)
    expect(await names()).toEqual(['[]', '[]'])
  })

  it('are changed neither in name nor in members by who has seen an earlier name of a group', async () => {
    const { users, groups } = stores()
    await users.save(pushed(), null, null, CONTEXT)
    await groups.save(group, null, [])
    const renamed = { ...group, attributes: { ...group.attributes, displayName: 'Team' } }
    expect(await groups.save(renamed, group, [])).toBe('saved')
    expect(await groups.save(group, group, [{ do: 'add', ids: ['scim-1'] }])).toBe('changed')
    expect(await groups.withMembers([renamed])).toMatchObject([{ members: [] }])
    expect((await groups.withId('default', 'g'))?.attributes.displayName).toBe('Team')
    expect(await groups.save(renamed, renamed, [{ do: 'add', ids: ['scim-1'] }])).toBe('saved')
    expect(await groups.withMembers([renamed])).toMatchObject([{ members: ['scim-1'] }])
  })

  it('are kept by the other account of the same pushed user when one is deleted', async () => {
    const { users, sessions } = stores()
    await users.save(pushed(), null, null, CONTEXT)
    await sessions.begin(signIn({ scimKey: KEY }))
    await sessions.begin(signIn({ subject: 'again', scimKey: KEY, tokenHash: 'again' }))
    await env.DB.exec(`DELETE FROM users WHERE subject = 'again'`)
    expect(await users.withId('default', 'scim-1')).not.toBeNull()
    await env.DB.exec(`DELETE FROM users WHERE subject = 'alice'`)
    expect(await users.withId('default', 'scim-1')).toBeNull()
  })
})

describe('a pushed user', () => {
  it('is the account of the issuer whose subject is the externalId, at once', async () => {
    const { users, sessions } = stores()
    await sessions.begin(signIn({ subject: 'ext-alice' }))
    await users.save(pushed(), null, 'https://another.example', CONTEXT)
    expect(await accounts()).toMatchObject([{ scim_key: null }])
    await users.save(pushed({ active: false }), pushed(), ISSUER, CONTEXT)
    expect(await accounts()).toMatchObject([{ scim_key: KEY, disabled_by: 'provider' }])
  })

  it('is not changed by who has seen an earlier version of it', async () => {
    const { users } = stores()
    await users.save(pushed(), null, null, CONTEXT)
    expect(await users.save(pushed({ active: false }), pushed(), null, CONTEXT)).toBe('saved')
    expect(await users.save(pushed({ displayName: 'A' }), pushed(), null, CONTEXT)).toBe('changed')
    expect(await users.save(pushed({ displayName: 'A' }), pushed({}, 'scim-2'), null, CONTEXT)).toBe('changed')
    expect(await users.save(pushed({}, 'scim-2'), pushed({}, 'scim-2'), null, CONTEXT)).toBe('gone')
    expect((await users.withId('default', 'scim-1'))?.attributes).toEqual({
      userName: 'Alice',
      externalId: 'ext-alice',
      active: false,
    })
  })

  it('stays disabled here when it is pushed as active and was disabled by an administrator', async () => {
    const { users, sessions } = stores()
    await users.save(pushed(), null, null, CONTEXT)
    await sessions.begin(signIn({ scimKey: KEY }))
    await env.DB.exec('UPDATE users SET disabled_at = 1')
    await users.save(pushed({ displayName: 'A' }), pushed(), null, CONTEXT)
    expect(await rows('SELECT disabled_at FROM users')).toEqual([{ disabled_at: 1 }])
  })
})
