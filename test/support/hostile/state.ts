/**
 * What the hostile provider remembers, and how it makes tokens out of that.
 */
import { base64url } from 'jose'
import { type Alteration, altered } from './faults/alter.ts'
import { idTokenFaults, type Scene } from './faults/id-token.ts'
import type { Fault } from './faults.ts'
import { compactJws, type Draft, type Members, type SigningAlgorithm } from './jws.ts'
import { createKeySet, type KeySet, signerOf, signingKey } from './keys.ts'

/** Who is at the browser: the claims that userinfo gives; the ID token has `sub` and whatever is in `idTokenClaims`. */
export type Person = Members & { readonly sub: string }

/** What a person has agreed to: to be known to the relying party, in one session. */
export interface Consent {
  readonly person: Person
  readonly sid: string
  /** `null`: no request asked for one. */
  readonly nonce: string | null
}

/** What was promised with a code, until it is redeemed. */
export interface Grant {
  readonly consent: Consent
  readonly redirectUri: string
  readonly challenge: string
}

/** What the provider does beyond the plain code flow, and what it insists on. */
export interface Offers {
  /** The one method that the token endpoint takes; client_secret_post if nothing is said. */
  readonly clientAuthentication?: 'client_secret_post' | 'client_secret_basic'
  /** Where the keys are; `/jwks` if nothing is said. */
  readonly jwksPath?: string
  /** Takes no authorization request but a pushed one. */
  readonly requiresPar?: boolean
  /** Takes no token request without a proof of possession, with a nonce of the server or without. */
  readonly dpop?: 'with nonce' | 'without nonce'
  /** The one address that signing out may lead back to; absent: any. */
  readonly postLogoutRedirectUri?: string
  /** Where logout tokens are sent when someone signs out. */
  readonly backchannelLogoutUri?: string
  /** What is framed when someone signs out. */
  readonly frontchannelLogoutUri?: string
}

/** What came back when a logout token was sent. */
export interface LogoutNotice {
  readonly status: number
  readonly cacheControl: string | null
}

export interface State {
  readonly issuer: string
  readonly offers: Offers
  readonly clientId: string
  readonly clientSecret: string
  readonly now: () => number
  fault: Fault | null
  person: Person
  /** Further claims in ID tokens. */
  idTokenClaims: Members
  signingAlgorithm: SigningAlgorithm
  generation: number
  keys: Promise<KeySet>
  readonly codes: Map<string, Grant>
  readonly accessTokens: Map<string, Person>
  readonly refreshTokens: Map<string, Consent>
  /** Thumbprints of the keys that access tokens are bound to. */
  readonly bindings: Map<string, string>
  /** Authorization requests that were pushed and not used yet. */
  readonly pushed: Map<string, URLSearchParams>
  /** Everything that people have agreed to, the latest last. */
  readonly consents: Consent[]
  readonly notices: LogoutNotice[]
  /** Puts an ID token into something, such as an encryption; `null`: it travels as it is. */
  envelope: ((idToken: string) => Promise<string>) | null
  /** Everything that must stay between the provider and the relying party: codes, tokens, verifiers. */
  readonly confidential: Set<string>
}

/** A value that no one guesses, noted as confidential. */
export function newSecret(state: State, prefix: string): string {
  const secret = `${prefix}-${base64url.encode(crypto.getRandomValues(new Uint8Array(24)))}`
  state.confidential.add(secret)
  return secret
}

export function nowSeconds(state: State): number {
  return Math.floor(state.now() / 1000)
}

export function rotate(state: State, { sameKeyId = false } = {}): void {
  state.generation += 1
  state.keys = createKeySet(state.issuer, state.generation, sameKeyId ? 0 : state.generation)
}

export async function sceneOf(state: State): Promise<Scene> {
  return { keys: await state.keys, clientSecret: state.clientSecret, nowSeconds: nowSeconds(state) }
}

/** Signs claims with the current key, as badly as the fault wants it. */
export async function signToken(
  state: State,
  claims: Members,
  header: Members,
  fault: string | null,
  faults: Readonly<Record<string, Alteration<Draft, Scene>>> = idTokenFaults,
): Promise<string> {
  const scene = await sceneOf(state)
  const { signingAlgorithm: alg } = state
  const honest = {
    header: { alg, kid: signingKey(scene.keys, alg).kid, ...header },
    claims,
    sign: signerOf(scene.keys, alg),
  }
  const token = await compactJws(altered(honest, faults, fault, scene))
  state.confidential.add(token)
  return token
}
