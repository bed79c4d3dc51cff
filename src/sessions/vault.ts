/**
 * The sealers, one for each use, and the provider's tokens of a session, sealed so that the database alone opens nothing; what the tokens are
 * used for is decided elsewhere.
 */
import * as v from 'valibot'
import type { Config } from '../config/model.ts'
import { createSealer, type Sealer, sha256 } from '../crypto.ts'
import { type ProviderTokens, providerTokensSchema } from '../oidc/flows/token-answer.ts'
import type { Providers } from '../oidc/providers.ts'
import { headerIn } from '../oidc/unverified-jwt.ts'
import type { EndedSession, Session } from './session.ts'

/** The settings that decide what is kept. */
export type Keeping = Pick<Config, 'storeIdToken' | 'storeAccessToken' | 'storeRefreshToken'>

/** What is to be kept: without a refresh token nothing can be refreshed, so no expiry is looked at. */
export function keptTokens(tokens: ProviderTokens, keeping: Keeping): ProviderTokens {
  const accessToken = keeping.storeAccessToken ? tokens.accessToken : null
  const refreshToken = keeping.storeRefreshToken ? tokens.refreshToken : null
  return {
    idToken: keeping.storeIdToken ? tokens.idToken : withoutSignature(tokens.idToken),
    accessToken,
    refreshToken,
    expiresAt: refreshToken === null ? null : tokens.expiresAt,
    dpopKey: accessToken === null && refreshToken === null ? null : tokens.dpopKey,
  }
}

/** Its claims are still what a refreshed one is compared with, but no one takes it for a token. */
function withoutSignature(idToken: string): string {
  return idToken.slice(0, idToken.lastIndexOf('.') + 1)
}

/** The ID token that names a session to the provider at sign-out; `null`: none may be sent, or none was kept. */
export function hintOf(tokens: ProviderTokens | null, { storeIdToken: isWanted }: Keeping): string | null {
  if (!isWanted || tokens === null || tokens.idToken.endsWith('.')) return null
  return tokens.idToken
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

/** Gives the tokens of ended sessions back. A person's sessions may be from several providers, if those are of one issuer. */
export async function giveBack(
  ended: readonly EndedSession[],
  { providers, sealers }: { readonly providers: Providers; readonly sealers: Pick<Sealers, 'tokens'> },
): Promise<void> {
  const revocations = providers.all.map(async (provider) => {
    const theirs = ended.filter(({ providerId }) => providerId === provider.id)
    if (theirs.length === 0) return
    const tokens = await Promise.all(theirs.map((one) => openTokens(sealers.tokens, one)))
    await provider.revokeTokens(tokens.filter((opened) => opened !== null))
  })
  await Promise.all(revocations)
}

/** The name under which a session is found by the provider's `sid`, which is unique within its issuer and may have any characters. */
export async function sidHashOf(issuer: string, sid: string): Promise<string> {
  return sha256(`${issuer}\0${sid}`)
}

/** The name under which a session is found by the provider's `sub`, whatever the person is known by here. */
export async function subHashOf(issuer: string, sub: string): Promise<string> {
  return sha256(`${issuer}\0${sub}`)
}

export interface Sealers {
  readonly login: Sealer
  readonly logout: Sealer
  readonly tokens: Sealer
  readonly csrf: Sealer
  readonly guests: Sealer
  readonly signingKeys: Sealer
}

/** Makes the sealers from the secrets of the settings; of each, the first secret seals and all open. */
export function createSealers(config: Config): Sealers {
  const { sealingSecrets: secrets, tokenSealingSecrets: ofTokens = [] } = config
  return {
    login: createSealer(secrets, 'login'),
    logout: createSealer(secrets, 'logout'),
    tokens: createSealer([...ofTokens, ...secrets], 'provider tokens'),
    csrf: createSealer(secrets, 'csrf'),
    guests: createSealer(secrets, 'guests'),
    signingKeys: createSealer(secrets, 'signing keys'),
  }
}

/**
 * Whether a text carries something that one of our sealers made, whole or in pieces, also with something around it. It is no one
 * else's business.
 *
 * @param text whatever someone presented
 */
export async function carriesSealed(text: string, sealers: Sealers): Promise<boolean> {
  const each: readonly Sealer[] = Object.values(sealers)
  const known = (await Promise.all(each.map((sealer) => sealer.keyNames()))).flat()
  const named = text.split(/[^\w-]+/).map((part) => headerIn(part)?.kid)
  return known.some(({ kid, header }) => text.includes(header) || named.includes(kid))
}
