/**
 * The door for access tokens of one provider: its signed tokens, and what it says of the others; whether a token is good is judged in `tokens/`.
 */
import { withNames } from '../config/names.ts'
import { GatehouseError } from '../errors.ts'
import type { Principal } from '../vendors/vendor.ts'
import type { Claims } from './claims.ts'
import type { ProtocolClient } from './client/protocol-client.ts'
import { askAbout, askingClient, isOwnTokenActive, metadataForAsking } from './flows/introspection.ts'
import type { SignedJwt } from './metadata/jwks.ts'
import type { ProviderContext } from './provider-context.ts'

/** Whose an access token is, as far as that is known. */
export interface Holder {
  /** The client that it was issued to. */
  readonly client: string | undefined
  readonly principal: Principal | undefined
  /** `undefined`: not known. */
  readonly roles: readonly string[] | undefined
}

/** What a signature is verified with: other objects as soon as the provider shows something else. */
export interface Basis {
  readonly metadata: object
  readonly keys: object
}

/** What is asked of a provider for a token that an app was given. Each call waits no longer than `timeoutSeconds` in all. */
export interface ResourceServer {
  /** Whether a JWT of the provider that does not say of which kind it is must be an access token, by its claims. */
  isAccessToken(claims: Claims): boolean
  /** What to do about an access token that was not recognised, for the log; `undefined`: nothing. */
  readonly accessTokenHint: string | undefined
  /**
   * Whose an access token is, as its vendor writes it.
   *
   * @param isProfiled whether it is a signed JWT that calls itself an access token by RFC 9068
   */
  holderOf(claims: Claims, isProfiled: boolean): Holder
  /**
   * Whether an access token with this `iss`, which may have another form than in an ID token, may be the provider's.
   * @throws GatehouseError when the issuer is not known and cannot be found
   */
  issuesAccessTokens(issuer: string | undefined): Promise<boolean>
  /**
   * What accounts and logout tokens call the issuer of an access token with this `iss`.
   * @throws GatehouseError when the issuer is not known and cannot be found
   */
  accountIssuer(iss: string): Promise<string>
  /** Verifies a JWT of this issuer that anyone may have sent, and that may be an access token. @see verifyJwt in `jwks.ts` */
  verifyJwt(jwt: string, algorithms: readonly string[]): Promise<SignedJwt>
  /** What `verifyJwt` would verify with now; `null`: the provider has to be asked first. */
  basis(): Basis | null
  /** Whether it can be asked about tokens: it has a place for that, and we have a client that may ask. */
  introspects(): Promise<boolean>
  /** @see isOwnTokenActive in `introspection.ts`. Only where `introspects`. */
  isOwnTokenActive(): Promise<boolean | null>
  /** What it says of a token; `null`: that it is not active. Only where `introspects`. @see askAbout in `introspection.ts` */
  introspect(token: string): Promise<Claims | null>
}

/** Makes the door. Nothing is asked of the provider before the first call. */
export function createResourceServer(context: ProviderContext): ResourceServer {
  const { config, quirks, metadata, begin } = context
  const askingConfig = askingClient(config)

  /** The issuer of the settings that an access token is from, as an account has it; `undefined`: none of them. */
  async function issuerNamed(iss: string): Promise<string | undefined> {
    const named = (await context.possibleIssuers()).map(
      (issuer) => [quirks.accessTokenIssuer(iss, issuer), issuer] as const,
    )
    return named.find(([name, issuer]) => quirks.issues(name, issuer, config))?.[0]
  }

  async function asker(): Promise<ProtocolClient> {
    if (askingConfig === null)
      throw new GatehouseError(
        'not_configured',
        'introspection_client_missing',
        'there is no client that may ask about tokens',
      )
    const send = begin()
    // Any app can cause as many answers as it likes, signed ones included.
    return context.clientAs(askingConfig, metadataForAsking(await metadata.read(send)), send, 'untrusted')
  }

  return {
    isAccessToken: quirks.isAccessToken,
    accessTokenHint: quirks.accessTokenHint && withNames(quirks.accessTokenHint),

    holderOf(claims, isProfiled) {
      const client = quirks.clientOf(claims)
      return { client, principal: quirks.principalOf({ claims, client, isProfiled }), roles: quirks.rolesIn(claims) }
    },

    async issuesAccessTokens(iss) {
      return iss !== undefined && (await issuerNamed(iss)) !== undefined
    },

    async accountIssuer(iss) {
      return quirks.accountIssuer((await issuerNamed(iss)) ?? iss)
    },

    async verifyJwt(jwt, algorithms) {
      const send = begin()
      const current = await metadata.read(send)
      const signed = await context.signatures.verify(jwt, algorithms, current, send, 'untrusted')
      const { claims } = signed
      const isFrom = (issuer: string) =>
        claims.iss !== undefined &&
        quirks.isFrom({ ...claims, iss: quirks.accessTokenIssuer(claims.iss, issuer) }, issuer)
      if ([current.issuer, ...config.otherIssuers].some(isFrom)) return signed
      throw new GatehouseError('token_invalid', 'issuer_mismatch', 'another issuer')
    },

    basis() {
      const current = metadata.freshAtHand()
      const keys = current && context.signatures.keysAtHand(current)
      return keys && { metadata: current, keys }
    },

    async introspects() {
      return askingConfig !== null && (await metadata.read(begin())).introspection_endpoint !== undefined
    },

    async isOwnTokenActive() {
      return isOwnTokenActive(await asker())
    },

    async introspect(token) {
      return askAbout(await asker(), token)
    },
  }
}
