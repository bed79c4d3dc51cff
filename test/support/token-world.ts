/**
 * A provider with real keys at the far end, and everything that a token check needs on this side.
 */
import type { App } from '../../src/accounts/apps.ts'
import { loadConfig } from '../../src/config/load.ts'
import { createProviders } from '../../src/oidc/providers.ts'
import { createSealers } from '../../src/sessions/sealers.ts'
import type { Session } from '../../src/sessions/session.ts'
import type { CheckPorts } from '../../src/tokens/check.ts'
import { createVerdicts } from '../../src/tokens/verdicts.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'
import { createFarEnd, type FarEnd, json } from './far-end.ts'
import type { TestKey } from './keys.ts'

export const ISSUER = 'https://idp.example/realms/main'
export const BASE_URL = 'https://gate.example.com'
export const CLIENT_ID = 'gatehouse'
export const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`
export const JWKS = `${ISSUER}/jwks`
/** Midnight, a whole second, so that "one second before" is exact. */
export const START = Date.UTC(2030, 0, 1)
export const NOW = START / 1000

export const ANY_APP: App = { clientId: 'app', name: 'App', audiences: [], clients: [] }

export interface TokenWorld {
  readonly farEnd: FarEnd
  readonly clock: FakeClock
  readonly ports: CheckPorts
  /** Sessions by the hash of their token. */
  readonly sessions: Map<string, Session>
}

export function createTokenWorld(...keys: readonly TestKey[]): TokenWorld {
  return createWorld({ keys })
}

interface WorldOptions {
  readonly keys?: readonly TestKey[]
  readonly settings?: Readonly<Record<string, unknown>>
  /** Members of the metadata, on top of the usual ones. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

export function createWorld({ keys = [], settings = {}, metadata = {} }: WorldOptions = {}): TokenWorld {
  const farEnd = createFarEnd()
  farEnd.on(DISCOVERY, () =>
    json({
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      jwks_uri: JWKS,
      ...metadata,
    }),
  )
  farEnd.on(JWKS, () => json({ keys: keys.map(({ jwk }) => jwk) }))
  const clock = createFakeClock(START)
  const { config } = loadConfig({
    BASE_URL,
    GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
    OIDC_OP_URL: ISSUER,
    OIDC_RP_CLIENT_ID: CLIENT_ID,
    OIDC_RP_CLIENT_SECRET: 'client-secret',
    ...settings,
  })
  const cache = { get: async () => null, put: async () => {} }
  const providers = createProviders(config.providers, { fetch: farEnd.fetch, cache, clock, log: () => {} })
  const sessions = new Map<string, Session>()
  return {
    farEnd,
    clock,
    sessions,
    ports: {
      config,
      providers,
      clock,
      verdicts: createVerdicts(clock),
      sealers: createSealers(config),
      sessions: { find: async (tokenHash) => sessions.get(tokenHash) ?? null },
      renewIfDue: async (session) => session,
    },
  }
}
