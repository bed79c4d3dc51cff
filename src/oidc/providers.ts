/**
 * All providers together: which of them is meant by an id, an issuer or a logout token; each speaks for itself in `relying-party.ts`.
 */
import type { ProviderConfig } from '../config/model.ts'
import { GatehouseError } from '../errors.ts'
import { unverifiedClaims } from './claims.ts'
import type { PublicKeys } from './client/own-keys.ts'
import type { LogoutNotice } from './flows/logout-token.ts'
import { createProvider, type Provider } from './provider.ts'
import type { ProviderPorts } from './provider-context.ts'
import { isEncrypted } from './unverified-jwt.ts'

export interface Providers {
  /** In the order of the settings. */
  readonly all: readonly Provider[]
  /** The one that people sign in with who say nothing else. */
  readonly first: Provider
  /** `null`: no provider of this id is configured, any longer. */
  withId(id: string): Provider | null
  /** The one that people of this account issuer are from; `null`: none that is configured, any longer. @see Provider.stillIssues */
  ofAccount(accountIssuer: string): Provider | null
  /**
   * Those that a token with this `iss` may be from; more than one when someone has two clients at one issuer.
   * @throws GatehouseError when it is none of those whose issuer is known, and not all issuers are
   */
  issuing(issuer: string | undefined): Promise<readonly Provider[]>
  /** In which scopes a `sid` of this issuer may name a session: one for each provider that keeps its own. @see Provider.sidScope */
  sidScopes(issuer: string): Promise<readonly string[]>
  /** The same for an access token, whose `iss` may have another form. */
  issuingAccessTokens(issuer: string | undefined): Promise<readonly Provider[]>
  /** @see verifyLogoutToken in `logout-token.ts` */
  verifyLogoutToken(token: string): Promise<LogoutNotice>
  /** Where the providers' own pages are, as far as they can be asked. */
  origins(): Promise<readonly string[]>
  /** The public halves of our own keys, each once. @throws GatehouseError `not_configured` when one of them cannot be used */
  publicKeys(): Promise<PublicKeys>
}

export function createProviders(
  [first, ...others]: readonly [ProviderConfig, ...ProviderConfig[]],
  ports: ProviderPorts,
): Providers {
  const firstProvider = createProvider(first, ports)
  const all = [firstProvider, ...others.map((config) => createProvider(config, ports))]

  async function those(issue: (provider: Provider) => Promise<boolean>): Promise<readonly Provider[]> {
    const answers = await Promise.allSettled(all.map(issue))
    const found = all.filter((_, index) => answers[index]?.status === 'fulfilled' && answers[index].value)
    const failed = answers.find(({ status }) => status === 'rejected')
    if (found.length === 0 && failed?.status === 'rejected') throw failed.reason
    return found
  }

  const issuing = (issuer: string | undefined) => those((provider) => provider.issues(issuer))

  /** Those whose token it may be; one that says nothing before it is opened may be anyone's. */
  async function candidates(token: string): Promise<readonly Provider[]> {
    if (isEncrypted(token)) return all
    const meant = await issuing(unverifiedIssuer(token))
    return meant.length > 0 ? meant : [firstProvider]
  }

  return {
    all,
    first: firstProvider,
    withId: (id) => all.find((provider) => provider.id === id) ?? null,
    ofAccount: (issuer) => all.find((provider) => provider.stillIssues(issuer)) ?? null,
    issuing,
    issuingAccessTokens: (issuer) => those((provider) => provider.issuesAccessTokens(issuer)),

    async sidScopes(issuer) {
      return [...new Set((await issuing(issuer)).map((provider) => provider.sidScope(issuer)))]
    },

    async verifyLogoutToken(token) {
      let refusal: unknown
      for (const provider of await candidates(token)) {
        try {
          return await provider.verifyLogoutToken(token)
        } catch (error) {
          if (!(error instanceof GatehouseError) || error.code !== 'invalid_request') throw error
          refusal = error
        }
      }
      throw refusal
    },

    async origins() {
      const origins = await Promise.all(all.map((provider) => provider.origins()))
      return [...new Set(origins.flat())]
    },

    async publicKeys() {
      const sets = await Promise.all(all.map((provider) => provider.publicKeys()))
      const byKeyId = new Map(sets.flatMap(({ keys }) => keys).map((key) => [key.kid, key]))
      return { keys: [...byKeyId.values()] }
    },
  }
}

/** The `iss` of a JWT of which nothing else is known: good for choosing whom to ask, and for nothing else. */
export function unverifiedIssuer(token: string): string | undefined {
  return unverifiedClaims(token).iss
}
