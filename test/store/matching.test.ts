/**
 * Whose account a sign-in gets: by the subject, by a verified address of the same issuer, a new one, or none, with nothing written.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Identity } from '../../src/accounts/person.ts'
import type { EmailMatch } from '../../src/accounts/provision.ts'
import { createSessions } from '../../src/store/sessions.ts'
import { ISSUER, identity, noLog, signIn, stillClock } from './signing-in.ts'

const EMAIL = 'alice@corp.example'
const BY_EMAIL: EmailMatch = { email: EMAIL, trustsAbsent: false, keepsSubject: true }
const VERIFIED = identity({ email: EMAIL, email_verified: true })

const sessions = () => createSessions(env.DB, stillClock(), noLog)

/** Someone who has signed in before, without any matching. */
async function known(subject: string, known: Partial<Identity> = VERIFIED, issuer = ISSUER): Promise<void> {
  await sessions().begin(signIn({ tokenHash: `of ${issuer} ${subject}`, subject, issuer, identity: identity(known) }))
}

const newcomer = (changed: Parameters<typeof signIn>[0] = {}) =>
  sessions().begin(signIn({ tokenHash: 'new', subject: 'newcomer', identity: VERIFIED, byEmail: BY_EMAIL, ...changed }))

async function subjectOfNew(): Promise<string | undefined> {
  return (await sessions().find('new'))?.user.subject
}

async function everything(): Promise<unknown> {
  const tables = ['users', 'sessions', 'audit']
  return Promise.all(tables.map(async (table) => (await env.DB.prepare(`SELECT * FROM ${table}`).all()).results))
}

describe('someone whose subject is not known', () => {
  it('gets the account of the same issuer that has their verified address', async () => {
    await known('alice')
    expect(await newcomer()).toBe('matched')
    expect(await subjectOfNew()).toBe('alice')
    expect((await env.DB.prepare('SELECT id FROM users').all()).results).toHaveLength(1)
  })

  it('leaves a row in the audit that says so, with the same reference', async () => {
    await known('alice')
    await newcomer({ reference: 'reference-2' })
    const rows = await env.DB.prepare("SELECT event, user_id FROM audit WHERE reference = 'reference-2'").all()
    const { id } = (await env.DB.prepare('SELECT id FROM users').first()) ?? {}
    expect(rows.results).toEqual([
      { event: 'email_match', user_id: id },
      { event: 'sign_in', user_id: id },
    ])
  })

  it('gets a new account when the address is no one’s', async () => {
    await known('bob', identity({ email: 'bob@corp.example', email_verified: true }))
    expect(await newcomer()).toBe('admitted')
    expect(await subjectOfNew()).toBe('newcomer')
  })

  it('never gets the account of another issuer, whatever its address (A62, A63)', async () => {
    await known('alice', VERIFIED, 'https://idp2.example')
    expect(await newcomer()).toBe('admitted')
    expect((await sessions().find('new'))?.user).toMatchObject({ issuer: ISSUER, subject: 'newcomer' })
  })

  it.each([
    ['not verified', false],
    ['not said to be verified', null],
  ])('never gets an account whose own address is %s: someone may lie in wait there', async (_, email_verified) => {
    await known('mallory', identity({ email: EMAIL, email_verified }))
    expect(await newcomer()).toBe('admitted')
    expect(await subjectOfNew()).toBe('newcomer')
  })

  it('gets an account of whose address nothing was said when that is trusted, and still none that is not verified', async () => {
    await known('alice', identity({ email: EMAIL, email_verified: null }))
    await known('mallory', identity({ email: EMAIL, email_verified: false }))
    const byEmail = { ...BY_EMAIL, trustsAbsent: true }
    expect(await newcomer({ byEmail })).toBe('matched')
    expect(await subjectOfNew()).toBe('alice')
  })

  it('is refused when more than one account fits, and nothing is written', async () => {
    await known('alice')
    await known('alice-2')
    const before = await everything()
    expect(await newcomer({ replacedTokenHash: `of ${ISSUER} alice` })).toBe('ambiguous')
    expect(await everything()).toEqual(before)
  })

  it('does not match accounts without an address', async () => {
    await known('nameless', identity())
    expect(await newcomer()).toBe('admitted')
    expect(await subjectOfNew()).toBe('newcomer')
  })

  it.each([
    `${EMAIL} `,
    ` ${EMAIL}`,
    `${EMAIL}\n`,
    'alice@corp.example.',
    'alicé@corp.example',
    'alice@cоrp.example',
    '%',
    '_',
  ])('with the address %j matches no one whose address only looks like it (A61)', async (email) => {
    await known('alice')
    const mine = identity({ email, email_verified: true })
    expect(await newcomer({ identity: mine, byEmail: { ...BY_EMAIL, email } })).toBe('admitted')
  })
})

describe('someone whose subject is known', () => {
  it('gets that account, whoever else has the address', async () => {
    await known('alice')
    await known('alice-2')
    expect(await newcomer({ subject: 'alice-2' })).toBe('admitted')
    expect(await subjectOfNew()).toBe('alice-2')
  })

  it('gets it also when no one gets a new one', async () => {
    await known('alice')
    expect(await newcomer({ subject: 'alice', mayCreate: false, byEmail: null })).toBe('admitted')
  })
})

describe('the subject of an account that was found by its address', () => {
  it('stays, and the next sign-in finds it by the address again', async () => {
    await known('alice')
    await newcomer()
    expect(await newcomer({ tokenHash: 'again' })).toBe('matched')
    expect((await sessions().find('again'))?.user.subject).toBe('alice')
  })

  it('becomes the new one where it may, with the same account, and the next sign-in is known', async () => {
    await known('alice')
    const before = await env.DB.prepare('SELECT id FROM users').first()
    const byEmail = { ...BY_EMAIL, keepsSubject: false }
    expect(await newcomer({ byEmail })).toBe('matched')
    expect(await subjectOfNew()).toBe('newcomer')
    expect(await env.DB.prepare('SELECT id FROM users').first()).toEqual(before)
    expect(await newcomer({ tokenHash: 'again', byEmail })).toBe('admitted')
  })

  it.each([true, false])(
    'does not hide that the session was matched, whether it stays or not (%s)',
    async (keepsSubject) => {
      const byEmail = { ...BY_EMAIL, keepsSubject }
      await known('alice')
      await newcomer({ byEmail })
      expect(await sessions().find('new')).toMatchObject({ isByEmail: true, brought: { subject: 'newcomer' } })
      expect(await sessions().find(`of ${ISSUER} alice`)).toMatchObject({
        isByEmail: false,
        brought: { subject: 'alice' },
      })
    },
  )

  it('what the sign-in says of the person is written to that account', async () => {
    await known('alice')
    await newcomer({ identity: { ...VERIFIED, given_name: 'Alicia' } })
    expect((await sessions().find('new'))?.user).toMatchObject({ subject: 'alice', given_name: 'Alicia' })
  })
})

describe('where no one gets a new account', () => {
  it('someone who is not known is refused, and nothing is written, nor is the session before ended', async () => {
    await known('bob')
    const before = await everything()
    const outcome = await newcomer({ mayCreate: false, byEmail: null, replacedTokenHash: `of ${ISSUER} bob` })
    expect(outcome).toBe('unknown')
    expect(await everything()).toEqual(before)
  })

  it('an address that fits no one does not help', async () => {
    const before = await everything()
    expect(await newcomer({ mayCreate: false })).toBe('unknown')
    expect(await everything()).toEqual(before)
  })

  it('an address that fits someone does', async () => {
    await known('alice')
    expect(await newcomer({ mayCreate: false })).toBe('matched')
  })
})

describe('at the same time', () => {
  it('ten newcomers with one address become one account', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) => newcomer({ tokenHash: `t${index}`, subject: `s${index}` })),
    )
    expect(outcomes.toSorted()).toEqual(['admitted', ...Array.from({ length: 9 }, () => 'matched')])
    expect((await env.DB.prepare('SELECT id FROM users').all()).results).toHaveLength(1)
  })

  it('of ten newcomers with one address, who take the subject of the account, all but the first were matched', async () => {
    const byEmail = { ...BY_EMAIL, keepsSubject: false }
    const hashes = Array.from({ length: 10 }, (_, index) => `t${index}`)
    await Promise.all(hashes.map((tokenHash) => newcomer({ tokenHash, subject: `s of ${tokenHash}`, byEmail })))
    const found = await Promise.all(hashes.map((tokenHash) => sessions().find(tokenHash)))
    expect(found.filter((session) => session?.isByEmail === false)).toHaveLength(1)
    expect(found.map((session) => session?.brought?.subject)).toEqual(hashes.map((hash) => `s of ${hash}`))
  })

  it('ten sign-ins of one newcomer become one account', async () => {
    const outcomes = await Promise.all(Array.from({ length: 10 }, (_, index) => newcomer({ tokenHash: `t${index}` })))
    expect(outcomes).toEqual(Array.from({ length: 10 }, () => 'admitted'))
    expect((await env.DB.prepare('SELECT id FROM users').all()).results).toHaveLength(1)
  })
})
