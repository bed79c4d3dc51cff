/**
 * Who is found: among those who have signed in, at the provider, or both; and how close a text is.
 */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { describeFound, findPeople, type UserStore } from '../../src/accounts/directory.ts'
import { closeness, folded, searchTextOf } from '../../src/accounts/identity.ts'
import type { User } from '../../src/accounts/users.ts'
import type { FoundUser } from '../../src/vendors/keycloak/user-search.ts'
import { ALICE } from '../support/people.ts'

const CIRCLE = { issuer: ALICE.issuer, tenant: null, hasDisabled: false }

const user = (subject: string, more: Partial<User> = {}): User => ({
  ...ALICE,
  id: `account-of-${subject}`,
  subject,
  full_name: subject,
  given_name: null,
  family_name: null,
  nickname: null,
  email: `${subject}@corp.example`,
  ...more,
})

const atProvider = (subject: string | null, email: string | null = null): FoundUser => ({
  subject,
  email,
  given_name: 'Given',
  family_name: null,
})

/** Everybody who has signed in, those of them whose account is disabled, and everybody at the provider. */
function ports(here: readonly User[], there: readonly FoundUser[] = [], disabled: readonly User[] = []) {
  const asked: { text: string; tenant: string | null; limit: number }[] = []
  const users: UserStore = {
    withId: async (id) => here.find((user) => user.id === id) ?? null,
    candidates: async () => here,
    withSubjects: async (subjects) =>
      here
        .filter(({ subject }) => subjects.includes(subject))
        .map((user) => ({ user, isDisabled: disabled.includes(user) })),
  }
  return {
    asked,
    users,
    async findUsers(request: (typeof asked)[number]) {
      asked.push(request)
      return there
    },
  }
}

describe('among those who have signed in', () => {
  it('whoever has exactly the text comes first, then by its beginning, then its middle, then nearly', async () => {
    const here = ['marina', 'ana-maria', 'mario', 'maria', 'mariana'].map((name) => user(name))
    const found = await findPeople('María', 'from_database', CIRCLE, ports(here))
    expect(found.map((one) => one.user?.subject)).toEqual(['maria', 'mariana', 'ana-maria', 'marina', 'mario'])
  })

  it('no one is found by what is not nearly theirs', async () => {
    expect(await findPeople('bob', 'from_database', CIRCLE, ports([user('alice')]))).toEqual([])
  })

  it('the provider is not asked', async () => {
    const { asked, ...rest } = ports([], [atProvider('alice')])
    expect([await findPeople('alice', 'from_database', CIRCLE, rest), asked]).toEqual([[], []])
  })
})

describe('a search by a text that unfolds', () => {
  // One letter of Unicode that is 18 letters long once it is folded.
  const ligature = '\uFDFA'

  it('compares no more letters than a claim may have, neither of the text nor of a name', () => {
    expect(folded(ligature.repeat(100))).toHaveLength(500)
    const lines = (searchTextOf(user('x', { full_name: ligature.repeat(500), email: null })) ?? '').split('\n')
    expect(lines.map((line) => line.length)).toEqual([500])
  })

  it('still finds who is called so', async () => {
    const here = [user('x', { full_name: ligature.repeat(30) })]
    expect(await findPeople(ligature.repeat(30), 'from_database', CIRCLE, ports(here))).toHaveLength(1)
  })

  it('finds no one when nothing is left of it, rather than everybody', async () => {
    const store = ports([user('alice'), user('bob')])
    expect(await findPeople('\u0301\u0301\u0301', 'from_database', CIRCLE, store)).toEqual([])
  })

  it('does not take a name with a letter beyond the first plane for nearly any other', () => {
    expect(closeness('maria', '𝒜𝒜𝒜 𝒜𝒜𝒜𝒜𝒜')).toBe(null)
    expect(closeness('xyz', '字𠀀')).toBe(null)
  })
})

describe('at the provider', () => {
  it('those who have signed in here come first, the others as strangers', async () => {
    const there = [atProvider('x'), atProvider('alice'), atProvider(null)]
    const found = await findPeople('corp', 'from_user_search_backend', CIRCLE, ports([user('alice')], there))
    expect(found.map((one) => one.user?.subject ?? null)).toEqual(['alice', null, null])
  })

  it('no one is found whose account here is disabled, not even as a stranger', async () => {
    const [bob, alice] = [user('bob'), user('alice')]
    const there = [atProvider('alice'), atProvider('bob')]
    const found = await findPeople('corp', 'from_user_search_backend', CIRCLE, ports([alice, bob], there, [bob]))
    expect(found.map((one) => one.user?.subject)).toEqual(['alice'])
  })

  it('gets the text as it was typed, and the tenant', async () => {
    const { asked, ...rest } = ports([])
    await findPeople('id:*"alice"', 'from_user_search_backend', { ...CIRCLE, tenant: 't-1' }, rest)
    expect(asked).toEqual([{ text: 'id:*"alice"', tenant: 't-1', limit: 20 }])
  })
})

describe('at both', () => {
  it('no one comes twice, and 20 at most', async () => {
    const here = Array.from({ length: 15 }, (_, index) => user(`anna-${index}`))
    const there = [...here.map(({ subject }) => atProvider(subject)), ...here.map(() => atProvider(null))]
    const found = await findPeople('anna', 'from_both', CIRCLE, ports(here, there))
    expect(found).toHaveLength(20)
    expect(new Set(found.flatMap((one) => one.user?.id ?? [])).size).toBe(15)
  })
})

describe('a text', () => {
  it.each([
    ['ÉMILIE', 'emilie'],
    ['Łukasz', 'łukasz'],
    ['ﬁnn', 'finn'],
  ])('%s is folded to %s', (text, plain) => {
    expect(folded(text)).toBe(plain)
  })

  it('finds by full name, the names that make it up, nickname and address', () => {
    const all = {
      full_name: 'Dr Anna Ek',
      given_name: 'Anna',
      family_name: 'Ek',
      nickname: 'Änn',
      email: 'a@b.example',
    }
    expect(searchTextOf(all)).toBe('dr anna ek\nanna ek\nann\na@b.example')
    expect(searchTextOf({ full_name: null, given_name: null, family_name: null, nickname: null, email: null })).toBe(
      null,
    )
  })

  it('may be two letters off in a word, and not three', () => {
    const of = (wanted: string) => closeness(wanted, 'anna meyer\nanna.meyer@corp.example')
    expect(['anna meyer', 'anna', 'meyer', 'maier', 'schmidt'].map(of)).toEqual([0, 1, 2, 3, null])
  })
})

describe('what an application of OpenTalk is told', () => {
  it('calls no one by an e-mail address', async () => {
    const nickname = 'Alice@corp.example'
    const registered = { user: { ...ALICE, nickname, given_name: nickname, family_name: nickname } }
    const names = { firstname: '', lastname: '', display_name: ALICE.full_name }
    expect(await describeFound(registered, undefined)).toMatchObject(names)
    const unregistered = { subject: null, email: null, given_name: nickname, family_name: 'Dupont' }
    expect(await describeFound({ user: null, unregistered }, undefined)).toMatchObject({
      firstname: '',
      lastname: 'Dupont',
    })
  })

  it('of someone who has signed in here', async () => {
    expect(await describeFound({ user: ALICE }, undefined)).toEqual({
      kind: 'registered',
      id: ALICE.id,
      email: 'alice@corp.example',
      title: '',
      firstname: 'Alice',
      lastname: 'Dupont',
      display_name: 'Ali',
      avatar_url: 'https://idp.example/alice.png',
    })
    expect(await describeFound({ user: { ...ALICE, nickname: null, picture: null } }, undefined)).toMatchObject({
      display_name: ALICE.full_name,
      avatar_url: '',
    })
  })

  it('of someone whom the provider alone knows', async () => {
    expect(await describeFound({ user: null, unregistered: atProvider('x', 'x@corp.example') }, undefined)).toEqual({
      kind: 'unregistered',
      email: 'x@corp.example',
      firstname: 'Given',
      lastname: '',
      avatar_url: '',
    })
  })

  it('of the picture of someone who has none, when the settings say where pictures are', async () => {
    const hash = createHash('sha256').update('alice@corp.example').digest('hex')
    const url = 'https://pictures.example/'
    const pictures = [
      { user: { ...ALICE, picture: null } },
      { user: ALICE },
      { user: null, unregistered: atProvider('x') },
    ]
    const shown = await Promise.all(pictures.map(async (one) => (await describeFound(one, url)).avatar_url))
    expect(shown).toEqual([`${url}${hash}`, ALICE.picture, ''])
  })
})
