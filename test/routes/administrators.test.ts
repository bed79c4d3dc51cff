/**
 * Who may open /admin/: judged by what a session itself brought from the provider, whatever other sessions write to the same account.
 */

import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { PATHS } from '../support/paths.ts'
import { createScene, GATE, rowsOf, type Scene, signIn, whoIs } from './scene.ts'

const DIAGNOSIS = `${GATE}/admin/diagnosis/`
const MATCHING = { OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION: 'true', OIDC_USER_SUB_FIELD_IMMUTABLE: 'false' }
const BY_SUBJECT = { GATEHOUSE_ADMINS: 'default:alice' }
const BY_GROUP = { GATEHOUSE_ADMIN_GROUPS: 'default:operators' }
/** Longer than OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS. */
const UNTIL_REFRESH_SECONDS = 901

const ADDRESS = { email: 'alice@corp.example', email_verified: true }
const ALICE = { ...ADDRESS, sub: 'alice', x_grp: ['operators'] }
const NEWCOMER = { ...ADDRESS, sub: 'newcomer', x_grp: [] as string[] }

type Person = Parameters<Scene['provider']['setPerson']>[0]

async function signedInAs(scene: Scene, person: Person, claims?: Record<string, unknown>): Promise<Browser> {
  const browser = scene.browser()
  scene.provider.setPerson(person, claims)
  await signIn(browser)
  return browser
}

/** What an administrator's page answers. */
async function statusFor(browser: Browser): Promise<number> {
  return (await browser.open(DIAGNOSIS)).status
}

/** The provider is asked about the session of this browser and of no other. */
async function refresh(scene: Scene, browser: Browser, person: Person): Promise<void> {
  scene.provider.changePerson(person)
  scene.clock.advance(UNTIL_REFRESH_SECONDS)
  expect(await whoIs(browser)).not.toBeNull()
}

describe.each([
  ['a subject', BY_SUBJECT],
  ['a group', BY_GROUP],
])('a session that was begun by an e-mail match, where administrators are named by %s', (_, named) => {
  const settings = { ...MATCHING, ...named }

  it('does not administer when the account takes its subject, nor after the administrator has signed in', async () => {
    const scene = createScene(settings)
    const own = await signedInAs(scene, ALICE)
    const stranger = await signedInAs(scene, NEWCOMER)
    expect(await whoIs(stranger)).toMatchObject({ sub: 'newcomer' })
    expect(await statusFor(stranger)).toBe(403)
    await signedInAs(scene, ALICE)
    expect(await whoIs(stranger)).toMatchObject({ sub: 'alice', x_grp: ['operators'] })
    expect([await statusFor(stranger), await statusFor(own)]).toEqual([403, 200])
  })

  it('does not administer after the session of the administrator was refreshed', async () => {
    const scene = createScene(settings)
    const own = await signedInAs(scene, ALICE)
    const stranger = await signedInAs(scene, NEWCOMER)
    await refresh(scene, own, ALICE)
    expect([await statusFor(own), await statusFor(stranger)]).toEqual([200, 403])
  })

  it('does not administer after it was refreshed itself, even as a member of the group', async () => {
    const scene = createScene(settings)
    await signedInAs(scene, ALICE)
    const stranger = await signedInAs(scene, { ...NEWCOMER, x_grp: ['operators'] })
    expect(await statusFor(stranger)).toBe(403)
    await refresh(scene, stranger, { ...NEWCOMER, x_grp: ['operators'] })
    expect(await statusFor(stranger)).toBe(403)
  })

  it('does not administer when it begins at the same moment as that of the administrator', async () => {
    const scene = createScene(settings)
    await signedInAs(scene, ALICE)
    const callbacks = await Promise.all(
      [ALICE, NEWCOMER, ALICE, NEWCOMER].map(async (person) => {
        const browser = scene.browser()
        scene.provider.setPerson(person)
        const visit = await browser.open(`${GATE}${PATHS.login}`, { stopBefore: PATHS.callback })
        return { browser, person, callback: visit.next ?? '' }
      }),
    )
    await Promise.all(callbacks.map(({ browser, callback }) => browser.open(callback)))
    const strangers = callbacks.filter(({ person }) => person === NEWCOMER)
    expect(await Promise.all(strangers.map(({ browser }) => statusFor(browser)))).toEqual([403, 403])
  })

  it('is not that of the administrator, who signs in once more and administers', async () => {
    const scene = createScene(settings)
    await signedInAs(scene, ALICE)
    await signedInAs(scene, NEWCOMER)
    // Matched by the address, too, since the account has got another subject.
    expect(await statusFor(await signedInAs(scene, ALICE))).toBe(403)
    expect(await statusFor(await signedInAs(scene, ALICE))).toBe(200)
  })
})

describe('a session of an administrator', () => {
  it('keeps administering when someone else takes the subject of the account', async () => {
    const scene = createScene({ ...MATCHING, ...BY_SUBJECT })
    const own = await signedInAs(scene, ALICE)
    await signedInAs(scene, NEWCOMER)
    expect(await whoIs(own)).toMatchObject({ sub: 'newcomer' })
    expect(await statusFor(own)).toBe(200)
  })

  it('ends to be one at its next refresh when the group was removed, and not before', async () => {
    const scene = createScene(BY_GROUP)
    const [first, second] = [await signedInAs(scene, ALICE), await signedInAs(scene, ALICE)]
    await refresh(scene, first, { ...ALICE, x_grp: ['staff'] })
    expect(await statusFor(first)).toBe(403)
    // The second is not due yet.
    const now = Math.floor(scene.clock.now() / 1000)
    await env.DB.prepare('UPDATE sessions SET refreshed_at = ?1').bind(now).run()
    expect(await statusFor(second)).toBe(200)
    await refresh(scene, second, { ...ALICE, x_grp: ['staff'] })
    expect(await statusFor(second)).toBe(403)
  })

  it('ends to be one when its refresh no longer speaks of groups, though userinfo once did', async () => {
    const scene = createScene(BY_GROUP)
    const own = await signedInAs(scene, ALICE)
    await refresh(scene, own, { ...ADDRESS, sub: 'alice' })
    expect(await statusFor(own)).toBe(403)
  })

  it('ends to be one when the group was in the ID token', async () => {
    const scene = createScene(BY_GROUP)
    const own = await signedInAs(scene, { sub: 'alice' }, { x_grp: ['operators'] })
    expect(await statusFor(own)).toBe(200)
    await refresh(scene, own, { sub: 'alice' })
    expect(await statusFor(own)).toBe(403)
  })

  it('ends to be one when its groups are no longer told, because they are too many', async () => {
    const scene = createScene(BY_GROUP)
    const own = await signedInAs(scene, { sub: 'alice', groups: ['operators'] })
    await refresh(scene, own, { sub: 'alice', _claim_names: { groups: 'src1' } })
    expect(await statusFor(own)).toBe(403)
  })

  it.each([
    ['ends to be one', 'a group', BY_GROUP, 403],
    ['stays one', 'a subject', BY_SUBJECT, 200],
  ])('%s, if named by %s, when its refresh says nothing of the person at all', async (_, __, named, status) => {
    const scene = createScene({ ...named, OIDC_OP_USER_ENDPOINT: 'none' })
    const own = await signedInAs(scene, { sub: 'alice' }, { x_grp: ['operators'] })
    expect(await statusFor(own)).toBe(200)
    scene.provider.setFault('no-id-token')
    await refresh(scene, own, { sub: 'alice' })
    const [session] = await rowsOf('sessions')
    expect(session).toMatchObject({ refresh_version: 1, refresh_pending: 0 })
    expect(await statusFor(own)).toBe(status)
  })

  it('stays one while the provider is down', async () => {
    const scene = createScene(BY_GROUP)
    const own = await signedInAs(scene, ALICE)
    scene.provider.setFault('token-500')
    scene.clock.advance(UNTIL_REFRESH_SECONDS)
    expect(await statusFor(own)).toBe(200)
  })

  it('does not become one by what another session of the same account brought', async () => {
    const scene = createScene(BY_GROUP)
    const own = await signedInAs(scene, { ...ALICE, x_grp: [] })
    await signedInAs(scene, ALICE)
    expect(await whoIs(own)).toMatchObject({ x_grp: ['operators'] })
    expect(await statusFor(own)).toBe(403)
    await refresh(scene, own, ALICE)
    expect(await statusFor(own)).toBe(200)
  })

  it('is told their own entry, not that of the account', async () => {
    const scene = createScene(MATCHING)
    await signedInAs(scene, ALICE)
    const stranger = await signedInAs(scene, NEWCOMER)
    await signedInAs(scene, ALICE)
    const { text } = await stranger.open(DIAGNOSIS)
    expect(text).toContain('default:newcomer')
    expect(text).not.toContain('default:alice')
  })

  it('follows the claim by which people are known, at its next refresh', async () => {
    const scene = createScene({ ...BY_SUBJECT, GATEHOUSE_SUBJECT_CLAIM: 'employee' })
    const own = await signedInAs(scene, { sub: 's-1', employee: 'alice' })
    expect(await statusFor(own)).toBe(200)
    await refresh(scene, own, { sub: 's-1' })
    expect(await statusFor(own)).toBe(200)
    await refresh(scene, own, { sub: 's-1', employee: 'bob' })
    expect(await statusFor(own)).toBe(403)
  })
})

describe('a session from before it was kept what it brought', () => {
  it('administers nothing, also after a refresh, until the person signs in again', async () => {
    const scene = createScene({ ...BY_SUBJECT, ...BY_GROUP })
    const own = await signedInAs(scene, ALICE)
    await env.DB.prepare('UPDATE sessions SET brought_subject = NULL, brought_groups = NULL').run()
    expect(await statusFor(own)).toBe(403)
    await refresh(scene, own, ALICE)
    expect(await statusFor(own)).toBe(403)
    const [session] = await rowsOf('sessions')
    expect(session).toMatchObject({ brought_subject: null, brought_groups: null, refresh_version: 1 })
    await signIn(own)
    expect(await statusFor(own)).toBe(200)
  })
})
