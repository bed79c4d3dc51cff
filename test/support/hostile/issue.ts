/**
 * Makes the tokens that a person has agreed to.
 */
import { base64url } from 'jose'
import type { Members, SigningAlgorithm } from './jws.ts'
import { type Consent, newSecret, nowSeconds, rotate, type State, signToken } from './state.ts'

const LIFE_SECONDS = 300
const PUNCTUATION = ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
const PUNCTUATION_CHARACTERS = 5

/** The body of a token answer, honest but for what the fault does to the ID token. */
export async function issueTokens(consent: Consent, state: State, boundTo: string | null = null): Promise<Members> {
  if (state.fault === 'signing-key-rotation-just-before-signing') rotate(state)
  const accessToken = newSecret(state, 'at')
  state.accessTokens.set(accessToken, consent.person)
  if (boundTo !== null) state.bindings.set(accessToken, boundTo)
  const refreshToken = newSecret(state, 'rt') + punctuation()
  state.refreshTokens.set(refreshToken, consent)
  const now = nowSeconds(state)
  const claims = {
    iss: state.issuer,
    sub: consent.person.sub,
    aud: state.clientId,
    iat: now,
    exp: now + LIFE_SECONDS,
    nonce: consent.nonce ?? undefined,
    at_hash: await leftHalfOf(accessToken, state.signingAlgorithm),
    sid: consent.sid,
    ...state.idTokenClaims,
  }
  const idToken = await signToken(state, claims, {}, state.fault)
  return {
    access_token: accessToken,
    token_type: boundTo === null ? 'Bearer' : 'DPoP',
    expires_in: LIFE_SECONDS,
    refresh_token: refreshToken,
    scope: 'openid email profile',
    id_token: state.envelope === null ? idToken : await state.envelope(idToken),
  }
}

/** What session ids and refresh tokens may end with, to the surprise of those who put them into a cookie or a key unencoded. */
export function punctuation(): string {
  const random = crypto.getRandomValues(new Uint8Array(PUNCTUATION_CHARACTERS))
  return Array.from(random, (byte) => PUNCTUATION.charAt(byte % PUNCTUATION.length)).join('')
}

/** @see OpenID Connect Core 1.0 section 3.1.3.6, "at_hash": the hash is that of the signature */
async function leftHalfOf(text: string, algorithm: SigningAlgorithm): Promise<string> {
  const digest = await digestOf(text, algorithm === 'EdDSA' ? 'SHA-512' : 'SHA-256')
  return base64url.encode(digest.slice(0, digest.length / 2))
}

export async function digestOf(text: string, hash = 'SHA-256'): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest(hash, new TextEncoder().encode(text)))
}
