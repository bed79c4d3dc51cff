/**
 * Gatehouse together with an honest provider of chosen features: the embedded one, with oidc-provider's switches set by the test.
 */
import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import type { ClientMetadata, Configuration } from 'oidc-provider'
import type { GatehouseOptions } from './gatehouse.ts'
import { type Installation, startInstallation } from './installation.ts'

/** Members of a client's registration; oidc-provider checks the values itself. */
export type Registration = Readonly<Record<string, unknown>>

export type Features = Readonly<Record<string, unknown>>

export interface HonestOptions {
  readonly script: string
  readonly settings?: GatehouseOptions['settings']
  /** How Gatehouse is registered, on top of what the embedded provider registers. */
  readonly client?: Registration
  readonly features?: Features
  /** Anything else that is to differ. */
  readonly configuration?: Readonly<Record<string, unknown>>
}

export interface Honest extends Installation {
  /** The requests that the provider got, with headers and addresses, oldest first. */
  readonly requests: readonly SeenRequest[]
}

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** Where Gatehouse shows its keys is only known once it has a port, so the registration names this instead. */
export const OUR_JWKS = 'https://jwks.invalid/'

/** A private key as JWK, without a name. */
export async function privateJwk(algorithm: string, crv?: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true, ...(crv ? { crv } : {}) })
  return exportJWK(privateKey)
}

/** One signing key for each algorithm that oidc-provider has. */
async function providerKeys(): Promise<JWK[]> {
  const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA']
  return Promise.all(
    algorithms.map(async (alg) => ({ ...(await privateJwk(alg)), alg, use: 'sig', kid: `honest-${alg}` })),
  )
}

/** Starts both. Access tokens are opaque here, for what oidc-provider binds to a key it must be able to look up. */
export async function startHonest(options: HonestOptions): Promise<Honest> {
  const keys = await providerKeys()
  const requests: SeenRequest[] = []
  const installation = await startInstallation({
    script: options.script,
    settings: options.settings ?? {},
    provider: {
      intercept(request) {
        const url = new URL(request.url ?? '/', 'http://provider')
        const { method = '', headers } = request
        requests.push({ method, path: url.pathname, query: url.searchParams, headers })
        return false
      },
      customize(base) {
        const [relyingParty, ...others] = base.clients ?? []
        const baseUrl = new URL(relyingParty?.redirect_uris?.[0] ?? '').origin
        const ours: Record<string, unknown> = { ...relyingParty, ...options.client }
        if (ours.jwks_uri === OUR_JWKS) ours.jwks_uri = `${baseUrl}/jwks`
        if (!usesSecret(ours)) delete ours.client_secret
        return {
          ...base,
          jwks: { keys },
          clients: [ours as unknown as ClientMetadata, ...others], // oidc-provider refuses what is none
          clientAuthMethods: [
            'client_secret_basic',
            'client_secret_post',
            'client_secret_jwt',
            'private_key_jwt',
            'none',
          ],
          ...options.configuration,
          // Gatehouse is on this machine, which oidc-provider's guard would not let it ask for keys.
          fetch: async (input, init) => {
            const { dispatcher: _guard, ...rest }: RequestInit & { dispatcher?: unknown } = init ?? {}
            return fetch(input, rest)
          },
          features: { ...base.features, resourceIndicators: { enabled: false }, ...options.features },
        } as Configuration // likewise
      },
    },
  })
  return { ...installation, requests }
}

function usesSecret({
  token_endpoint_auth_method: method,
  id_token_signed_response_alg: algorithm,
}: Registration): boolean {
  return String(method).startsWith('client_secret_') || String(algorithm).startsWith('HS')
}

/** Enough for every hash. */
export function longSecret(): string {
  return randomBytes(64).toString('base64url')
}
