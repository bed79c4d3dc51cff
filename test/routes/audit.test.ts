/**
 * The audit: what it has of sign-ins, refusals and sign-outs, who may be found in it, and the log line that each row becomes.
 */
import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../src/log.ts'
import { createScene, LOGIN, rowsOf, type Scene, type Settings, signIn, signOut } from './scene.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0'
const VISITOR = { 'cf-connecting-ip': '203.0.113.7', 'cf-ipcountry': 'DE', 'user-agent': FIREFOX }

/** Signs someone in whose browser sends these headers, and gives back the row of the session and the one of the audit. */
async function signedInWith(headers: Readonly<Record<string, string>>, settings: Settings = {}) {
  const scene = createScene(settings)
  const browser = scene.browser(headers)
  await signIn(browser)
  const [session] = (await rowsOf('sessions')).slice(-1)
  const [entry] = (await rowsOf('audit')).slice(-1)
  return { scene, browser, session, entry }
}

function auditLines({ log }: Scene): readonly LogEntry[] {
  return log.filter(({ event }) => event === 'audit')
}

describe('a sign-in', () => {
  it('is kept with its network, country and device, and in the audit with its network', async () => {
    const { scene, session, entry } = await signedInWith(VISITOR)
    expect(session).toMatchObject({ address: '203.0.113.0/24', country: 'DE', device: 'Firefox, Linux' })
    expect(entry).toMatchObject({ event: 'sign_in', provider: 'default', address: '203.0.113.0/24', actor_id: null })
    expect(auditLines(scene)).toEqual([
      {
        level: 'info',
        event: 'audit',
        ref: entry?.reference,
        detail: {
          audit_event: 'sign_in',
          at: new Date(Number(entry?.at) * 1000).toISOString(),
          user_id: entry?.user_id,
          provider: 'default',
          address: '203.0.113.0/24',
        },
      },
    ])
  })

  const ADDRESSES = [
    ['203.0.113.7', '203.0.113.0/24', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.0/24', '203.0.113.7'],
    ['2001:0DB8:00ab:1::7', '2001:db8:ab::/48', '2001:db8:ab:1::7'],
    ['2001:db8::7', '2001:db8::/48', '2001:db8::7'],
    ['::1', '::/48', '::1'],
    ['fe80:1:2:3:4:5:6:7', 'fe80:1:2::/48', 'fe80:1:2:3:4:5:6:7'],
    ['1:0:0:2:3:4:5:6', '1::/48', '1::2:3:4:5:6'],
  ] as const

  it.each(ADDRESSES)('from %s is kept as %s, or with AUDIT_ADDRESSES=full as %s', async (sent, shortened, full) => {
    const headers = { 'cf-connecting-ip': sent }
    expect((await signedInWith(headers)).session).toMatchObject({ address: shortened })
    expect((await signedInWith(headers, { AUDIT_ADDRESSES: 'full' })).session).toMatchObject({ address: full })
  })

  it.each(['', 'localhost', '999.1.1.1', '1.2.3', '1.2.3.4.5', 'fe80::1%eth0', '[::1]', '::g', '1]/x', 'a@b'])(
    'with the address %j is kept without one',
    async (sent) => {
      const headers = { 'cf-connecting-ip': sent, 'cf-ipcountry': 'XX', 'user-agent': 'curl/8.5.0' }
      for (const settings of [{}, { AUDIT_ADDRESSES: 'full' }]) {
        const { session, entry } = await signedInWith(headers, settings)
        expect(session).toMatchObject({ address: null, country: null, device: null })
        expect(entry).toMatchObject({ event: 'sign_in', address: null })
      }
    },
  )

  it('is kept without address and country where AUDIT_ADDRESSES is none', async () => {
    const { scene, session, entry } = await signedInWith(VISITOR, { AUDIT_ADDRESSES: 'none' })
    expect(session).toMatchObject({ address: null, country: null, device: 'Firefox, Linux' })
    expect(entry).toMatchObject({ address: null })
    expect(JSON.stringify(scene.log)).not.toContain('203.0.113')
  })

  it('of a browser with a name of any length and any characters is kept with a short one', async () => {
    const odd = `Mozilla/5.0 (${'x'.repeat(5000)}) <script>alert(1)</script>`
    const { session } = await signedInWith({ 'user-agent': odd })
    expect(String(session?.device ?? '').length).toBeLessThanOrEqual(60)
    expect(String(session?.device)).not.toContain('<')
  })

  it('that is refused is in the audit with its provider and its network', async () => {
    const scene = createScene({ GATEHOUSE_ALLOWED_EMAILS: '@nowhere.example' })
    const page = await scene.browser(VISITOR).open(LOGIN)
    expect(page.status).toBe(403)
    const [entry] = (await rowsOf('audit')).slice(-1)
    expect(entry).toMatchObject({ event: 'sign_in_refused', provider: 'default', address: '203.0.113.0/24' })
    expect(auditLines(scene)).toMatchObject([{ detail: { audit_event: 'sign_in_refused', reason: entry?.reason } }])
  })
})

describe('a sign-out', () => {
  it('is in the audit with provider, network and reference, and in the log', async () => {
    const { scene, browser } = await signedInWith(VISITOR)
    await signOut(browser)
    const [entry] = (await rowsOf('audit')).slice(-1)
    expect(entry).toMatchObject({ event: 'sign_out', provider: 'default', address: '203.0.113.0/24', actor_id: null })
    expect(auditLines(scene).at(-1)).toMatchObject({
      ref: entry?.reference,
      detail: { audit_event: 'sign_out', user_id: entry?.user_id, provider: 'default' },
    })
  })
})
