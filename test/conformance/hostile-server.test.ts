/**
 * The hostile provider over HTTP: constant issuer, faults by a control call, a journal.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type HostileServer, startHostileServer } from '../support/hostile-server.ts'

describe('the hostile provider', () => {
  let provider: HostileServer
  beforeAll(async () => {
    provider = await startHostileServer({ clientId: 'gatehouse', clientSecret: 'a-secret' })
  })
  afterAll(() => provider.stop())
  beforeEach(() => provider.reset())

  const discovered = async () => (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json()
  const setFault = (fault: string | null) =>
    fetch(`${provider.issuer}/control`, { method: 'POST', body: JSON.stringify({ fault }) })

  it('is honest until a control call says otherwise, and again when the fault ends', async () => {
    expect(await discovered()).toMatchObject({ issuer: provider.issuer, jwks_uri: `${provider.issuer}/jwks` })
    expect((await setFault('discovery-issuer-mismatch')).status).toBe(204)
    expect(await discovered()).toMatchObject({ issuer: `${provider.issuer}INVALID` })
    await setFault(null)
    expect(await discovered()).toMatchObject({ issuer: provider.issuer })
  })

  it('writes down every call but those of the control', async () => {
    await discovered()
    await fetch(`${provider.issuer}/authorize?client_id=stranger`)
    await setFault(null)
    const shown = await (await fetch(`${provider.issuer}/control`)).json()
    expect(shown).toEqual({ journal: provider.journal })
    expect(provider.journal.map(({ path }) => path)).toEqual(['/.well-known/openid-configuration', '/authorize'])
  })

  it('cannot be reached when it is down', async () => {
    await setFault('down')
    await expect(discovered()).rejects.toThrow()
  })

  it('gives no token to a stranger', async () => {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'gatehouse',
      client_secret: 'wrong',
    })
    const response = await fetch(`${provider.issuer}/token`, { method: 'POST', body })
    expect([response.status, await response.json()]).toEqual([401, { error: 'invalid_client' }])
  })
})
