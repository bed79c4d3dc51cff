/**
 * Claims in the shapes that providers really send: by a path, as a map, as objects, as JSON in text, and with an entry that is odd.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { claimAt, namesIn } from '../../src/claims/claim-values.ts'

const NAMESPACE = 'https://corp.example/claims'

describe('a claim', () => {
  it.each([
    ['by its name', 'groups', { groups: ['a'] }],
    ['by a path', 'realm_access.roles', { realm_access: { roles: ['a'] } }],
    ['by a longer path', 'resource_access.gatehouse.roles', { resource_access: { gatehouse: { roles: ['a'] } } }],
    ['of a client with a dot', 'resource_access.my.app.roles', { resource_access: { 'my.app': { roles: ['a'] } } }],
    ['by a URL', `${NAMESPACE}/roles`, { [`${NAMESPACE}/roles`]: ['a'] }],
    ['inside a URL', `${NAMESPACE}.roles`, { [NAMESPACE]: { roles: ['a'] } }],
    ['inside a URL with a final slash', `${NAMESPACE}/.roles`, { [`${NAMESPACE}/`]: { roles: ['a'] } }],
    ['by a URN', 'urn:zitadel:iam:org:project:roles', { 'urn:zitadel:iam:org:project:roles': ['a'] }],
    ['inside JSON in text', 'app_metadata.roles', { app_metadata: '{"roles":["a"]}' }],
    ['by its whole name first', 'a.b', { 'a.b': ['a'], a: { b: ['other'] } }],
    ['by the longest name next', 'a.b.c', { 'a.b': { c: ['a'] }, a: { 'b.c': ['other'] } }],
    ['behind a dead end', 'a.b.c', { 'a.b': { x: 1 }, a: { b: { c: ['a'] } } }],
    ['behind a name that is null', 'a.b', { 'a.b': null, a: { b: ['a'] } }],
  ])('is found %s', (_, name, claims) => {
    expect(claimAt(claims, name)).toEqual(['a'])
  })

  it.each([
    ['realm_access.roles', {}],
    ['realm_access.roles', { realm_access: null }],
    ['realm_access.roles', { realm_access: ['roles'] }],
    ['realm_access.roles', { realm_access: 'roles' }],
    ['realm_access.roles', { realm_access: { Roles: [] } }],
    ['realm_access.', { realm_access: { roles: ['a'] } }],
    ['.roles', { roles: ['a'] }],
    ['a..b', { a: { b: 1 } }],
    ['groups.0', { groups: ['a'] }],
    ['groups.length', { groups: ['a'] }],
    ['constructor.name', {}],
    ['__proto__.polluted', {}],
    ['toString', {}],
    ['text.length', { text: 'abc' }],
    ['', { a: 1 }],
  ])('%j is not in %j', (name, claims) => {
    expect(claimAt(claims, name)).toBeUndefined()
  })
})

describe('names are read', () => {
  it.each([
    ['from a text', 'staff', ['staff']],
    ['from a text with a comma, which separates nothing', 'staff,admin', ['staff,admin']],
    ['from a list', ['a', 'b', 'a'], ['a', 'b']],
    ['from a map', { admin: { '1': 'corp.example' }, staff: {} }, ['admin', 'staff']],
    ['from a map of yes and no', { admin: false, staff: true, guest: null }, ['staff']],
    ['from a list of maps', [{ admin: { '1': 'corp.example' } }, { staff: {} }], ['admin', 'staff']],
    ['from objects', [{ groupId: 'a', groupName: 'A' }, { groupId: 'b' }], ['a', 'b']],
    ['from objects with an id and a name, by the id', [{ id: 'a', name: 'Everybody' }], ['a']],
    ['from objects as SCIM has them', [{ value: 'a', display: 'A', $ref: 'https://x.example/a' }], ['a']],
    ['from objects with one member', [{ authority: 'ROLE_ADMIN' }, { role: 'b' }], ['ROLE_ADMIN', 'b']],
    ['from one object', { groupId: 'a', groupName: 'A' }, ['a']],
    ['from JSON in text', '["a", "b"]', ['a', 'b']],
    ['from a map in text', ' {"admin": {"1": "corp.example"}}', ['admin']],
    ['from objects in text', '[{"groupId": "a"}]', ['a']],
    ['from a text that only begins like JSON', '[staff] one', ['[staff] one']],
    ['from nothing', [], []],
    ['from an empty text', '', []],
    ['from an empty map', {}, []],
    ['from null', null, []],
    ['from silence', undefined, []],
    ['and blanks in them are theirs', ['Domain Admins', ' a'], ['Domain Admins', ' a']],
    ['without empty ones', ['', 'a'], ['a']],
    ['exactly inside a list', ['["a"]', '{"b":{}}'], ['["a"]', '{"b":{}}']],
  ])('%s', (_, value, names) => {
    expect(namesIn(value)).toEqual({ names, isComplete: true })
  })

  it.each([
    ['a null', ['staff', null], ['staff']],
    ['a number', [5, 'staff'], ['staff']],
    ['a list', ['staff', ['admin']], ['staff']],
    ['an object with nothing to go by', ['staff', { display: 'Admins', level: 'x' }], ['staff']],
    ['an object whose id is empty', ['staff', { id: '', name: '' }], ['staff']],
    ['a number in a map', { staff: {}, admin: 5 }, ['staff']],
  ])('of what can be read beside %s, and it is known that this is not all', (_, value, names) => {
    expect(namesIn(value)).toEqual({ names, isComplete: false })
  })

  it.each([
    5,
    0,
    true,
    false,
    [5],
    [['staff']],
    { roles: ['admin'] },
    { roles: ['admin'], verify_caller: true },
    { gatehouse: { roles: ['admin'] }, account: { roles: ['view'] } },
    { first: 'x', second: 'y' },
    { viewer: 'admin' },
    '{"viewer":"admin"}',
    '["staff", "adm',
    '[{"groupId": "staff"}',
    ' {"admin": {',
    { admin: 'false' },
    { '0': 'admin' },
    '[5]',
    '{"roles":["admin"]}',
  ])('from %j: none, and it is known that this is not all', (value) => {
    expect(namesIn(value)).toEqual({ names: [], isComplete: false })
  })

  it('whatever comes, as texts of which none is empty and none comes twice', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { names } = namesIn(value)
        expect(names.every((name) => typeof name === 'string' && name !== '')).toBe(true)
        expect(new Set(names).size).toBe(names.length)
      }),
    )
  })
})
