/**
 * The plan of the OpenID Foundation for back-channel logout (`oidcc-client-back-channel-logout-rp-basic`).
 */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Attacked, signOut, startAttacked, whoIs } from '../../support/attacked.ts'
import { expectSignedIn } from './expectations.ts'

const WRONG = [
  ['oidcc-client-test-rp-backchannel-rpinitlogout-alg-none', 'backchannel-rpinitlogout-alg-none'],
  ['oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg', 'backchannel-rpinitlogout-wrong-alg'],
  ['oidcc-client-test-rp-backchannel-rpinitlogout-no-event', 'backchannel-rpinitlogout-no-event'],
  ['oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event', 'backchannel-rpinitlogout-wrong-event'],
  ['oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce', 'backchannel-rpinitlogout-with-nonce'],
  ['oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud', 'backchannel-rpinitlogout-wrong-aud'],
  ['oidcc-client-test-rp-backchannel-rpinitlogout-wrong-iss', 'backchannel-rpinitlogout-wrong-iss'],
] as const

describe('back-channel logout', () => {
  let attacked: Attacked
  beforeAll(async () => {
    attacked = await startAttacked({ script: inject('workerScript'), tells: 'back channel' })
  })
  afterAll(() => attacked.stop())
  beforeEach(() => attacked.startOver())

  it('oidcc-client-test-rp-backchannel-rpinitlogout: a good logout token is 200, not to be kept, after a sign-out here', async () => {
    const browser = await expectSignedIn(attacked)
    expect((await signOut(attacked, browser)).url).toBe(attacked.at('/'))
    expect(attacked.provider.notices).toEqual([{ status: 200, cacheControl: 'no-store' }])
    expect(await whoIs(attacked, browser)).toBeNull()
  })

  it('oidcc-client-test-rp-backchannel-rpinitlogout: it ends the session that it names, and no other', async () => {
    const [here, there] = [await expectSignedIn(attacked), await expectSignedIn(attacked)]
    attacked.provider.reset()
    expect(await attacked.provider.sendLogoutToken()).toEqual({ status: 200, cacheControl: 'no-store' })
    expect(await whoIs(attacked, there)).toBeNull()
    expect(await whoIs(attacked, here)).toMatchObject({ sub: 'alice' })
    expect(await attacked.gatehouse.query("SELECT event FROM audit WHERE event = 'backchannel_logout'")).toHaveLength(1)
  })

  it('oidcc-client-test-rp-backchannel-rpinitlogout: a sid may have any characters', async () => {
    const sid = ` !"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~`
    const person = { sub: 'alice', email: 'alice@example.org' }
    attacked.provider.setPerson(person, { sid })
    const browser = await expectSignedIn(attacked)
    attacked.provider.setPerson(person)
    expect(await attacked.provider.sendLogoutToken({ person, sid })).toMatchObject({ status: 200 })
    expect(await whoIs(attacked, browser)).toBeNull()
  })

  it.each(WRONG)('%s: 400, and the session lives', async (_, fault) => {
    const browser = await expectSignedIn(attacked)
    attacked.provider.reset()
    attacked.provider.setFault(fault)
    expect(await attacked.provider.sendLogoutToken()).toEqual({ status: 400, cacheControl: 'no-store' })
    // A signature may be looked for among newer keys; no one else is asked anything.
    expect(attacked.provider.journal.filter(({ path }) => path !== '/jwks')).toEqual([])
    expect(await whoIs(attacked, browser)).toMatchObject({ sub: 'alice' })
    expect(await attacked.gatehouse.query('SELECT * FROM spent_logout_tokens')).toEqual([])
    // The same in the middle of a sign-out, which goes on all the same.
    expect((await signOut(attacked, browser)).url).toBe(attacked.at('/'))
    expect(attacked.provider.notices.map(({ status }) => status)).toEqual([400, 400])
    expect(await whoIs(attacked, browser)).toBeNull()
  })
})
