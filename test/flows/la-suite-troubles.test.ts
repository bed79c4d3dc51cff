/**
 * The four troubles of La Suite Meet's page on single sign-on: each begins as a person or operator meets it, with a real provider, and
 * ends with what the diagnosis says of it.
 */
import { afterEach, describe, expect, inject, it } from 'vitest'
import { createRefusalLog } from '../../src/store/refusals.ts'
import { type Diagnosed, diagnosed } from '../support/diagnosed.ts'
import { type Installation, type InstallationOptions, startInstallation } from '../support/installation.ts'
import { Visitor } from '../support/visitor.ts'

let installation: Installation | undefined
afterEach(() => installation?.stop())

async function start(options: Omit<InstallationOptions, 'script'>): Promise<Installation> {
  installation = await startInstallation({ script: inject('workerScript'), ...options })
  return installation
}

/** What the operator is told, who has done nothing but ask for it. */
function diagnosisOf({ gatehouse }: Installation): Promise<Diagnosed> {
  return diagnosed(gatehouse.settings, { refusals: createRefusalLog(gatehouse.database) })
}

const referenceOn = (page: string) => /Reference: ([0-9a-z]{10})/.exec(page)?.[1] ?? 'no reference on the page'

describe('redirect URI mismatch', () => {
  it('shows people a page of the provider, and the operator the address to register, to the final slash', async () => {
    const here = await start({
      provider: {
        customize: ({ clients = [], ...configuration }) => ({
          ...configuration,
          clients: clients.map((one, index) =>
            index === 0
              ? { ...one, redirect_uris: one.redirect_uris?.map((uri) => uri.replace(/\/$/, '')) ?? [] }
              : one,
          ),
        }),
      },
    })
    const sent = await new Visitor(here).visit('/api/v1.0/authenticate/')
    const page = await fetch(sent.headers.get('location') ?? '')
    expect(page.status).toBe(400)
    expect(await page.text()).toContain('redirect_uri')

    const { failed, row } = await diagnosisOf(here)
    expect(failed).toEqual(['redirect-uri'])
    const { fix, copy } = row('redirect-uri')
    expect(fix).toMatch(/redirect URIs?.*exact.*slash|final slash/i)
    expect(copy).toEqual([{ label: 'Redirect URI', value: `${here.gatehouse.baseUrl}/api/v1.0/callback/` }])
  })
})

describe('invalid client secret', () => {
  it('shows people a page with a reference, and the operator the setting, with that reference', async () => {
    const settings = { OIDC_RP_CLIENT_SECRET: 'the-secret-of-yesterday' }
    const here = await start({ settings })
    const page = await new Visitor(here).signIn('alice')
    expect(page.status).toBe(502)
    const reference = referenceOn(await page.text())

    const { failed, row, checks } = await diagnosisOf(here)
    expect(failed).toEqual(['client-secret', 'refused-sign-in'])
    expect(row('client-secret').seen).toContain('invalid_client')
    expect(row('client-secret').fix).toContain('OIDC_RP_CLIENT_SECRET')
    expect(row('refused-sign-in').seen).toContain(reference)
    expect(JSON.stringify(checks)).not.toContain(settings.OIDC_RP_CLIENT_SECRET)
  })
})

describe('token validation fails', () => {
  it('because the keys are not where OIDC_OP_JWKS_ENDPOINT says: the setting is named', async () => {
    const here = await start({
      settings: { OIDC_OP_JWKS_ENDPOINT: 'http://127.0.0.1:9/realms/meet/protocol/openid-connect/certs' },
    })
    const page = await new Visitor(here).signIn('alice')
    expect(page.status).toBe(502)
    const reference = referenceOn(await page.text())

    const { failed, row } = await diagnosisOf(here)
    expect(failed).toEqual(['keys', 'refused-sign-in'])
    expect(row('refused-sign-in').seen).toContain(reference)
    expect(row('keys').seen).toContain('127.0.0.1:9')
    expect(row('keys').fix).toContain('OIDC_OP_JWKS_ENDPOINT')
  })

  it('because there are keys of somebody else: the refusal is explained', async () => {
    const other = await start({})
    const settings = { OIDC_OP_JWKS_ENDPOINT: `${other.provider.issuer}/jwks` }
    const here = await startInstallation({ script: inject('workerScript'), settings })
    const page = await new Visitor(here).signIn('alice')
    const reference = referenceOn(await page.text())
    const { row } = await diagnosisOf(here)
    await here.stop()
    expect(page.status).toBe(502)
    expect(row('refused-sign-in').seen).toContain(reference)
    expect(row('refused-sign-in').seen).toMatch(/key/)
    expect(row('refused-sign-in').fix).toContain('OIDC_OP_JWKS_ENDPOINT')
  })
})

describe('user not created in the database', () => {
  it('because a claim is missing: the claim is named, and what brings it', async () => {
    const settings = { OIDC_RP_SCOPES: 'openid', OIDC_USERINFO_ESSENTIAL_CLAIMS: 'email' }
    const here = await start({ settings })
    const page = await new Visitor(here).signIn('alice')
    expect(page.status).toBe(400)
    expect(await here.gatehouse.query('SELECT id FROM users')).toEqual([])

    const { failed, row } = await diagnosisOf(here)
    expect(failed).toEqual(['refused-sign-in'])
    const { seen, fix } = row('refused-sign-in')
    expect(seen).toMatch(/claims_missing.*email/)
    expect(fix).toMatch(/OIDC_RP_SCOPES, usually openid email profile/)
    expect(fix).toContain('OIDC_USERINFO_ESSENTIAL_CLAIMS')
  })

  it('because nobody new is let in: the setting is named', async () => {
    const settings = { OIDC_CREATE_USER: 'False' }
    const here = await start({ settings })
    const page = await new Visitor(here).signIn('alice')
    expect(page.status).toBe(403)
    expect(await here.gatehouse.query('SELECT id FROM users')).toEqual([])

    const { failed, row } = await diagnosisOf(here)
    expect(failed).toEqual(['refused-sign-in'])
    expect(row('refused-sign-in').seen).toContain('account_unknown')
    expect(row('refused-sign-in').fix).toContain('OIDC_CREATE_USER')
  })
})
