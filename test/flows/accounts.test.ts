/**
 * Who someone is, over real HTTP: known by a claim of the operator's choice, found again by a verified address, or not let in.
 */
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type Installation, startInstallation } from '../support/installation.ts'
import { Visitor } from '../support/visitor.ts'

let installation: Installation
beforeAll(async () => {
  installation = await startInstallation({
    script: inject('workerScript'),
    settings: {
      GATEHOUSE_SUBJECT_CLAIM: 'preferred_username',
      OIDC_CREATE_USER: 'false',
      OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION: 'true',
      USER_OIDC_ESSENTIAL_CLAIMS: 'email,given_name',
      OIDC_USERINFO_FULLNAME_FIELDS: 'family_name,given_name',
    },
    provider: { backchannelLogout: true },
  })
  await addAccount('alice', 'alice@example.org')
  await addAccount('carol-of-before', 'carol@example.org')
})
afterAll(() => installation.stop())

/** An account as it stands after an earlier sign-in with a verified address. */
async function addAccount(subject: string, email: string): Promise<void> {
  await installation.gatehouse.query(
    `INSERT INTO users (id, issuer, subject, email, email_verified, created_at, updated_at, last_login_at)
     VALUES ('id of ${subject}', '${installation.provider.issuer}', '${subject}', '${email}', 1, 0, 0, 0)`,
  )
}

it('someone is known by the chosen claim, and a sign-out at the provider, which speaks of the sub, ends the session', async () => {
  const alice = new Visitor(installation)
  await alice.signIn('alice')
  expect(await alice.whoAmI()).toMatchObject({ id: 'id of alice', sub: 'alice', full_name: 'Archer Alice' })
  await alice.signOutAtProvider()
  expect(await alice.whoAmI()).toBeNull()
})

it('someone who is not known by the claim has the account of their address', async () => {
  const carol = new Visitor(installation)
  await carol.signIn('carol')
  expect(await carol.whoAmI()).toMatchObject({
    id: 'id of carol-of-before',
    sub: 'carol-of-before',
    full_name: 'Carol',
  })
  await carol.signOutAtProvider()
  expect(await carol.whoAmI()).toBeNull()
})

it('someone who is not known at all is told so, and leaves no trace', async () => {
  const bob = new Visitor(installation)
  const response = await bob.signIn('bob')
  expect(response.status).toBe(403)
  expect(await response.text()).toContain('You have no account here')
  expect(await bob.whoAmI()).toBeNull()
  expect(await installation.gatehouse.query('SELECT subject FROM users ORDER BY subject')).toEqual([
    { subject: 'alice' },
    { subject: 'carol-of-before' },
  ])
})
