/**
 * A provider with real keys at the far end, and everything that a token check needs on this side.
 */
import type { App } from '../../src/accounts/apps.ts'
import { createProviders } from '../../src/oidc/providers.ts'
import { createRevocations } from '../../src/sessions/revocations.ts'
import type { Session } from '../../src/sessions/session.ts'
import { createSealers } from '../../src/sessions/vault.ts'
import type { CheckPorts } from '../../src/tokens/check.ts'
import { createVerdicts } from '../../src/tokens/verdicts.ts'
import type { FakeClock } from './fake-clock.ts'
import type { FarEnd } from './far-end.ts'
import { createFakeFeed, type FakeFeed, fakeRecords } from './feed.ts'
import type { TestKey } from './keys.ts'
import { createUnitWorld, type WorldOptions } from './unit-world.ts'

export const ISSUER = 'https://idp.example/realms/main'
export const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`
export const JWKS = `${ISSUER}/jwks`
/** Midnight, a whole second, so that "one second before" is exact. */
export const START = Date.UTC(2030, 0, 1)
export const NOW = START / 1000

export const ANY_APP: App = {
  clientId: 'app',
  name: 'App',
  audiences: [],
  clients: [],
  hasSessions: true,
  claims: ['tenant'],
  introspectionSignedResponseAlg: 'RS256',
}

export interface TokenWorld {
  readonly farEnd: FarEnd
  readonly clock: FakeClock
  readonly ports: CheckPorts
  /** Sessions by the hash of their token. */
  readonly sessions: Map<string, Session>
  /** What was revoked, by a word to it; the sessions above are no part of it. */
  readonly feed: FakeFeed
  readonly records: ReturnType<typeof fakeRecords>
}

export function createTokenWorld(...keys: readonly TestKey[]): TokenWorld {
  return createWorld({ keys })
}

export function createWorld({ issuer = ISSUER, ...options }: WorldOptions & { issuer?: string } = {}): TokenWorld {
  const { farEnd, clock, config, ports } = createUnitWorld(issuer, options, START)
  const providers = createProviders(config.providers, ports)
  const sessions = new Map<string, Session>()
  const feed = createFakeFeed()
  const revocations = createRevocations(feed, clock, config.revocationLagSeconds)
  const records = fakeRecords(feed)
  return {
    farEnd,
    clock,
    sessions,
    feed,
    records,
    ports: {
      config,
      providers,
      clock,
      verdicts: createVerdicts(clock, revocations),
      revocations,
      records,
      sealers: createSealers(config),
      sessions: { findWithFeed: async (tokenHash, after) => feed.snapshot(sessions.get(tokenHash) ?? null, after) },
      renewIfDue: async (session) => session,
    },
  }
}
