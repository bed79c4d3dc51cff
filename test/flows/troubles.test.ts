/**
 * The four troubles of the page from which La Suite's operators come, each from a failed sign-in to what the diagnosis says of it.
 */

import { afterEach, describe, expect, inject, it } from 'vitest'
import { startProvider } from '../../dev/provider/provider.ts'
import type { Check, CheckId } from '../../src/diagnosis/check.ts'
import type { RefusalLog } from '../../src/diagnosis/refusals.ts'
import { refusalsIn } from '../../src/store/refusals.ts'
import { diagnosed } from '../support/diagnosed.ts'
import { freePort } from '../support/gatehouse.ts'
import { type Installation, type InstallationOptions, startInstallation } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'
import { Visitor } from '../support/visitor.ts'

let installation: Installation | undefined
afterEach(async () => {
  await installation?.stop()
  installation = undefined
})

type Trouble = Pick<InstallationOptions, 'settings' | 'provider'>

/** Gatehouse in trouble, a visitor who tries to sign in, and the operator who looks why. */
async function inTrouble(trouble: Trouble) {
  const started = await startInstallation({ script: inject('workerScript'), ...trouble })
  installation = started
  const { gatehouse, client } = started
  return {
    baseUrl: gatehouse.baseUrl,
    visitor: new Visitor(started),
    async diagnose(): Promise<{ failed: readonly CheckId[]; row(id: CheckId): Check }> {
      return diagnosed(
        {
          BASE_URL: gatehouse.baseUrl,
          OIDC_OP_URL: client.issuer,
          OIDC_RP_CLIENT_ID: client.clientId,
          OIDC_RP_CLIENT_SECRET: client.clientSecret,
          OIDC_RP_SCOPES: 'openid profile email phone',
          ...trouble.settings,
        },
        { refusals: await refusalsOf(started) },
      )
    },
  }
}

/** What the Worker has kept. */
async function refusalsOf({ gatehouse }: Installation): Promise<RefusalLog> {
  const rows = await gatehouse.query('SELECT * FROM refusals ORDER BY id DESC')
  return {
    add: async () => {},
    last: async () => refusalsIn(rows),
    lastSignIn: async () => null,
    withReferences: async () => [],
  }
}

/** The provider as it is, but for the addresses of its client. */
function registering(redirectUris: (usual: readonly string[]) => string[]): NonNullable<Trouble['provider']> {
  return {
    customize: (configuration) => ({
      ...configuration,
      clients: (configuration.clients ?? []).map((one) =>
        one.client_id === 'gatehouse' ? { ...one, redirect_uris: redirectUris(one.redirect_uris ?? []) } : one,
      ),
    }),
  }
}

describe('a trouble of La Suite’s operators', () => {
  it('"Redirect URI mismatch": the diagnosis has the address to register, with its slash', async () => {
    const withoutSlash = registering((usual) => usual.map((uri) => uri.replace(/\/callback\/$/, '/callback')))
    const { baseUrl, visitor, diagnose } = await inTrouble({ provider: withoutSlash })
    const start = await visitor.visit(PATHS.login)
    const page = await fetch(start.headers.get('location') ?? '')
    expect(await page.text()).toContain('invalid_redirect_uri')
    const { failed, row } = await diagnose()
    expect(failed).toEqual(['redirect-uri'])
    expect(row('redirect-uri').fix).toContain('final slash')
    expect(row('redirect-uri').copy).toEqual([{ label: 'Redirect URI', value: `${baseUrl}${PATHS.callback}` }])
  })

  it('"Invalid client secret": the diagnosis names OIDC_RP_CLIENT_SECRET, before and after a sign-in', async () => {
    const { visitor, diagnose } = await inTrouble({
      settings: { OIDC_RP_CLIENT_SECRET: 'not-the-secret-of-the-provider' },
    })
    expect((await diagnose()).failed).toEqual(['client-secret'])
    expect((await visitor.signIn('alice')).status).toBe(502)
    const { failed, row } = await diagnose()
    expect(failed).toEqual(['client-secret', 'refused-sign-in'])
    for (const id of failed) expect(row(id).fix).toContain('OIDC_RP_CLIENT_SECRET')
  })

  it('"Token validation fails": the diagnosis names OIDC_OP_JWKS_ENDPOINT, which no one answers', async () => {
    const settings = { OIDC_OP_JWKS_ENDPOINT: `http://127.0.0.1:${await freePort()}/certs` }
    const { visitor, diagnose } = await inTrouble({ settings })
    expect((await visitor.signIn('alice')).status).toBe(502)
    const { failed, row } = await diagnose()
    expect(failed[0]).toBe('keys')
    expect(row('keys').seen).toContain(settings.OIDC_OP_JWKS_ENDPOINT)
    expect(row('keys').fix).toContain('OIDC_OP_JWKS_ENDPOINT')
  })

  it('"User not created in database": the diagnosis names the claim that was missing, and what brings it', async () => {
    const { visitor, diagnose } = await inTrouble({
      settings: { OIDC_RP_SCOPES: 'openid profile', OIDC_USERINFO_ESSENTIAL_CLAIMS: 'email' },
    })
    const refused = await visitor.signIn('alice')
    expect(refused.status).toBe(400)
    const reference = /Reference: (\w+)/.exec(await refused.text())?.[1]
    expect(await installation?.gatehouse.query('SELECT id FROM users')).toEqual([])
    const { failed, row } = await diagnose()
    expect(failed).toEqual(['refused-sign-in'])
    expect(row('refused-sign-in').seen).toContain(`reference ${reference}: claims_missing`)
    expect(row('refused-sign-in').seen).toContain('missing: email')
    expect(row('refused-sign-in').fix).toContain('email: the scope email brings it')
  })

  it('"Token validation fails" for keys of someone else: the refusal is explained', async () => {
    const other = await startProvider({
      port: 0,
      relyingParty: { clientId: 'x', clientSecret: 'x', baseUrl: 'http://x' },
    })
    const { visitor, diagnose } = await inTrouble({ settings: { OIDC_OP_JWKS_ENDPOINT: `${other.issuer}/jwks` } })
    expect((await visitor.signIn('alice')).status).toBe(502)
    const { row } = await diagnose()
    await other.stop()
    expect(row('refused-sign-in').seen).toContain('No key of the provider fits')
    expect(row('refused-sign-in').fix).toContain('OIDC_OP_JWKS_ENDPOINT')
  })

  it('"User not created in database" because no one new is let in: the diagnosis names OIDC_CREATE_USER', async () => {
    const { visitor, diagnose } = await inTrouble({ settings: { OIDC_CREATE_USER: 'False' } })
    expect((await visitor.signIn('alice')).status).toBe(403)
    expect(await installation?.gatehouse.query('SELECT id FROM users')).toEqual([])
    const { failed, row } = await diagnose()
    expect(failed).toEqual(['refused-sign-in'])
    expect(row('refused-sign-in').seen).toContain('account_unknown')
    expect(row('refused-sign-in').fix).toContain('OIDC_CREATE_USER')
  })
})

it('the log of the built Worker names the error of a library by its class', async () => {
  const { visitor } = await inTrouble({ settings: { OIDC_RP_SIGN_ALGO: 'ES256' } })
  expect((await visitor.signIn('alice')).status).toBeGreaterThanOrEqual(400)
  const line = installation?.gatehouse.log.find((one) => one.includes('"event":"refused"')) ?? ''
  expect(line).toMatch(/"causes":\["OperationProcessingError /)
})
