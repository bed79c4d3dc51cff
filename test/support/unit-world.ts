/**
 * What every test of a room has that meets a provider in memory: the far end with metadata and keys, a clock, settings, and the ports.
 */
import { loadConfig } from '../../src/config/load.ts'
import type { ProviderPorts } from '../../src/oidc/provider-context.ts'
import { createFakeClock } from './fake-clock.ts'
import { createFarEnd, json } from './far-end.ts'
import type { TestKey } from './keys.ts'

type Members = Readonly<Record<string, unknown>>

export interface WorldOptions {
  readonly keys?: readonly TestKey[]
  readonly settings?: Members
  /** Members of the metadata, on top of the usual ones; `undefined` takes one away. */
  readonly metadata?: Members
}

export const BASE_URL = 'https://gate.example.com'
export const CLIENT_ID = 'gatehouse'

/** @param start milliseconds since the epoch; absent: when the fake clock begins */
export function createUnitWorld(
  issuer: string,
  { keys = [], settings = {}, metadata = {} }: WorldOptions,
  start?: number,
) {
  const farEnd = createFarEnd()
  const clock = createFakeClock(start)
  farEnd.on(`${issuer}/.well-known/openid-configuration`, () =>
    json({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      ...metadata,
    }),
  )
  farEnd.on(`${issuer}/jwks`, () => json({ keys: keys.map(({ jwk }) => jwk) }))
  const { config } = loadConfig({
    BASE_URL,
    GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
    OIDC_OP_URL: issuer,
    OIDC_RP_CLIENT_ID: CLIENT_ID,
    OIDC_RP_CLIENT_SECRET: 'client-secret',
    ...settings,
  })
  const cache = { get: async () => null, put: async () => {} }
  const ports: ProviderPorts = { fetch: farEnd.fetch, cache, clock, log: () => {} }
  return { farEnd, clock, config, ports }
}
