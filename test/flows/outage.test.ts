/**
 * The provider stops: who is signed in stays so, tokens are checked with the known keys, and new sign-ins get a page that says why not.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { accessTokenOf } from '../../dev/sign-in.ts'
import { type Installation, introspect, startInstallation } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'
import { Visitor } from '../support/visitor.ts'

/** Longer than the time for which Gatehouse believes that a provider which has just answered is there. */
const REACHABLE_MILLISECONDS = 2100

describe('a provider that has stopped', () => {
  let installation: Installation
  let alice: Visitor
  let token: string
  beforeAll(async () => {
    installation = await startInstallation({ script: inject('workerScript') })
    alice = new Visitor(installation)
    await alice.signIn('alice')
    token = await accessTokenOf('alice', installation.client)
    await introspect(installation, token)
    await installation.provider.stop()
    await sleep(REACHABLE_MILLISECONDS)
  })
  afterAll(() => installation.stop())

  it('signs no one out', async () => {
    expect(await alice.whoAmI()).toMatchObject({ preferred_username: 'alice' })
  })

  it('stops no token check, not even in an isolate that never asked it', async () => {
    expect(await (await introspect(installation, token)).json()).toMatchObject({ active: true })
    const { appAuthorization, gatehouse } = installation
    const other = await gatehouse.askOther(PATHS.introspect, {
      method: 'POST',
      headers: { authorization: appAuthorization, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token }).toString(),
    })
    expect(await other.json()).toMatchObject({ active: true })
  })

  it('makes a new sign-in answer 502 with a page that says so, a time to come back, and a reference that is in the log', async () => {
    const response = await new Visitor(installation).visit(PATHS.login)
    expect(response.status).toBe(502)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    const page = await response.text()
    expect(page).toContain('The identity provider cannot be reached')
    const reference = /Reference: (\w+)/.exec(page)?.[1] ?? 'none'
    expect(installation.gatehouse.log.filter((line) => line.includes(reference))).toHaveLength(1)
  })

  it('lets people sign out', async () => {
    const response = await alice.signOut()
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('You are signed out here')
    expect(await alice.whoAmI()).toBeNull()
  })
})

describe('a provider that accepts connections and never answers', () => {
  let installation: Installation
  let isSilent = false
  beforeAll(async () => {
    installation = await startInstallation({
      script: inject('workerScript'),
      settings: { OIDC_TIMEOUT: '1' },
      provider: { intercept: () => isSilent },
    })
  })
  afterAll(() => installation.stop())

  it('is given up on after OIDC_TIMEOUT, whether a sign-in begins or comes back', async () => {
    const visitor = new Visitor(installation)
    const callback = await visitor.answerFor('bob')
    isSilent = true
    expect((await visitor.visit(callback)).status).toBe(502)
    expect((await visitor.visit(PATHS.login)).status).toBe(502)
    expect(await installation.gatehouse.query('SELECT id FROM users')).toEqual([])
    expect(
      installation.gatehouse.log.filter((line) => line.includes('did not answer within 1 s')).length,
    ).toBeGreaterThan(0)
  })
})
