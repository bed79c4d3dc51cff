/**
 * The provider's tokens of a session, sealed so that the database alone opens nothing; what they are used for is decided elsewhere.
 */
import * as v from 'valibot'
import { type Sealer, sha256 } from '../crypto.ts'
import { type ProviderTokens, providerTokensSchema } from '../oidc/provider.ts'
import type { Session } from './session.ts'

/** What is worth keeping: without a refresh token nothing can be refreshed, so no expiry is looked at. */
export function keptTokens(tokens: ProviderTokens, isRefreshWanted: boolean): ProviderTokens {
  if (isRefreshWanted && tokens.refreshToken !== null) return tokens
  return {
    ...tokens,
    accessToken: isRefreshWanted ? tokens.accessToken : null,
    refreshToken: null,
    expiresAt: null,
    dpopKey: isRefreshWanted ? tokens.dpopKey : null,
  }
}

export async function sealTokens(sealer: Sealer, tokens: ProviderTokens, tokenHash: string): Promise<string> {
  return sealer.seal(JSON.stringify(tokens), tokenHash)
}

/** `null`: sealed under a secret that is gone, or by another version of Gatehouse. */
export async function openTokens(
  sealer: Sealer,
  { sealedTokens, tokenHash }: Pick<Session, 'sealedTokens' | 'tokenHash'>,
): Promise<ProviderTokens | null> {
  const opened = await sealer.open(sealedTokens, tokenHash)
  const tokens = v.safeParse(v.pipe(v.string(), v.parseJson(), providerTokensSchema), opened)
  return tokens.success ? tokens.output : null
}

/** The name under which a session is found by the provider's `sid`, which is unique within its issuer and may have any characters. */
export async function sidHashOf(issuer: string, sid: string): Promise<string> {
  return sha256(`${issuer}\0${sid}`)
}
