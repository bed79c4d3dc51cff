/**
 * A provider that is asked by another name than browsers know it by: it may call itself either, and can be told which one was meant.
 */
import { describe, expect, it } from 'vitest'
import { json } from '../support/far-end.ts'
import { makeKey } from '../support/keys.ts'
import { createLoginWorld, ISSUER, USERINFO } from '../support/login-world.ts'
import { refusalOf } from '../support/refusal.ts'

const key = await makeKey('RS256', 'signing')

const SHOWN = 'https://accounts.example.org'

const OIDC = {
  authority: SHOWN,
  frontend: { client_id: 'Frontend' },
  controller: { authority: ISSUER, client_id: 'Controller', client_secret: 'secret' },
}

describe('the issuer', () => {
  it.each([ISSUER, SHOWN])('may be %s in the metadata, and must then be the same in the ID token', async (issuer) => {
    const world = () => createLoginWorld(key, { metadata: { issuer }, settings: { oidc: OIDC } })
    expect(await world().signIn({ claims: { iss: issuer } })).toMatchObject({ issuer, subject: 'alice' })
    const other = issuer === ISSUER ? SHOWN : ISSUER
    expect((await refusalOf(world().signIn({ claims: { iss: other } }))).code).toBe('token_invalid')
  })

  it('may be no third one', async () => {
    const { start } = createLoginWorld(key, {
      metadata: { issuer: 'https://evil.example' },
      settings: { oidc: OIDC },
    })
    const refusal = await refusalOf(start())
    expect([refusal.code, refusal.detail]).toEqual([
      'provider_error',
      { OIDC_OP_URL: `${ISSUER} or ${SHOWN}`, issuer: 'https://evil.example' },
    ])
  })

  it('of a token may be either, and no third one', async () => {
    const { provider } = createLoginWorld(key, { settings: { oidc: OIDC } })
    const asked = [ISSUER, SHOWN, 'https://evil.example', undefined].map((issuer) => provider.issues(issuer))
    expect(await Promise.all(asked)).toEqual([true, true, false, false])
  })
})

describe('X-Forwarded-Host', () => {
  async function hostsSeen(settings: Readonly<Record<string, unknown>>) {
    const { farEnd, signIn } = createLoginWorld(key, { settings })
    const seen: (string | null)[] = []
    farEnd.on(USERINFO, (_, init) => {
      seen.push(new Headers(init?.headers).get('x-forwarded-host'))
      return json({ sub: 'alice' })
    })
    await signIn()
    return seen
  }
  const on = { OIDC_INTROSPECT_AND_USERINFO_SET_X_FORWARDED_HOST: 'true' }

  it('is the host that browsers know, when userinfo is asked by another and the setting says so', async () => {
    expect(await hostsSeen({ oidc: OIDC, ...on })).toEqual(['accounts.example.org'])
  })

  it('is not sent without the setting, nor where there is one host only', async () => {
    expect(await hostsSeen({ oidc: OIDC })).toEqual([null])
    expect(await hostsSeen({ oidc: { ...OIDC, authority: ISSUER }, ...on })).toEqual([null])
    expect(await hostsSeen(on)).toEqual([null])
  })
})
