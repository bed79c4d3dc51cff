/**
 * What only shows when someone signs in, at a real Keycloak: the diagnosis afterwards names the reason of the refusal.
 */
import { describe, expect, inject, it } from 'vitest'
import type { CheckId } from '../../src/diagnosis/check.ts'
import { settingsForDiagnosis } from '../../src/diagnosis/checks/own.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { createRefusalLog } from '../../src/store/refusals.ts'
import { expectNamed } from '../support/misconfigurations.ts'
import { GATEHOUSE_CLIENT } from './support/realm.ts'
import { type KeycloakWorld, signIn, startWithKeycloak } from './support/world.ts'

interface Case {
  readonly what: string
  readonly settings?: Readonly<Record<string, string>>
  readonly change?: (world: KeycloakWorld) => Promise<void>
  /** Who tries. */
  readonly username: string
  readonly fix: RegExp
  /** What the diagnosis sees without any sign-in, by the same mistake. */
  readonly also?: readonly CheckId[]
}

const CASES: readonly Case[] = [
  {
    what: 'user profile without an e-mail address, which OIDC_USERINFO_ESSENTIAL_CLAIMS demands',
    settings: { OIDC_USERINFO_ESSENTIAL_CLAIMS: 'email' },
    username: 'dave',
    fix: /email/i,
  },
  {
    what: 'scope email missing, and OIDC_USERINFO_ESSENTIAL_CLAIMS demands the address',
    settings: { OIDC_USERINFO_ESSENTIAL_CLAIMS: 'email', OIDC_RP_SCOPES: 'openid profile' },
    change: ({ admin }) => admin.removeScope(GATEHOUSE_CLIENT.clientId, 'email'),
    username: 'alice',
    fix: /email/i,
  },
  {
    what: 'ID tokens signed with another algorithm than OIDC_RP_SIGN_ALGO',
    change: ({ admin }) =>
      admin.changeClient(GATEHOUSE_CLIENT.clientId, { attributes: { 'id.token.signed.response.alg': 'PS256' } }),
    username: 'alice',
    fix: /OIDC_RP_SIGN_ALGO|signature algorithm/i,
  },
  {
    what: 'unknown people are not let in (OIDC_CREATE_USER=false)',
    settings: { OIDC_CREATE_USER: 'false' },
    username: 'alice',
    fix: /OIDC_CREATE_USER/,
  },
  {
    what: 'userinfo signed with another algorithm than OIDC_RP_SIGN_ALGO',
    change: ({ admin }) =>
      admin.changeClient(GATEHOUSE_CLIENT.clientId, {
        attributes: { 'user.info.response.signature.alg': 'ES256' },
      }),
    username: 'alice',
    fix: /OIDC_RP_SIGN_ALGO|OIDC_OP_USER_ENDPOINT_FORMAT|User info/i,
  },
]

const { keycloak: missing } = inject('missing')

describe.skipIf(missing !== null)('with a real Keycloak, the diagnosis after a refused sign-in', () => {
  it.for(CASES)('names: $what', async ({ what, settings = {}, change, username, fix, also = [] }, context) => {
    const world = await startWithKeycloak('', settings)
    try {
      await change?.(world)
      const page = await signIn(world, world.browser(), username)
      expect(page.status).toBeGreaterThanOrEqual(400)
      const read = settingsForDiagnosis({ ...world.gatehouse.settings })
      const clock = { now: Date.now, aheadSeconds: 0, sleep: async () => {} }
      const refusals = createRefusalLog(world.gatehouse.database, () => {})
      const checks = await diagnose(read, { fetch: (url, init) => fetch(url, init), clock, storage: null, refusals })
      expectNamed(checks, { what, check: 'refused-sign-in', also, fix }, { provider: 'keycloak', how: 'real' }, context)
    } finally {
      await world.stop()
    }
  })
})
