/**
 * Which key verifies what of one provider: the client secret, or its keys, as far as they may sign for the issuer of the token.
 */
import type { ProviderConfig } from '../../config/model.ts'
import { GatehouseError } from '../../errors.ts'
import { quirksOf } from '../../vendors/vendors.ts'
import type { Asker, DocumentPorts } from '../transport/document.ts'
import type { Send } from '../transport/http.ts'
import type { JwtReader } from '../unverified-jwt.ts'
import { createKeyDocument, type KeyDocument, keysSource, type SignedJwt, verifyJwt } from './jwks.ts'
import type { Metadata } from './metadata.ts'
import { verifyWithKey, verifyWithSecret } from './pinned-key.ts'

export interface Signatures {
  /** @see verifyJwt in `jwks.ts` */
  verify(
    jwt: string,
    algorithms: readonly string[],
    metadata: Pick<Metadata, 'jwks_uri' | 'issuer'>,
    send: Send,
    asker: Asker,
    read?: JwtReader,
  ): Promise<SignedJwt>
  /**
   * Calls the provider only to see whether it answers. Where it has keys it is asked for those, and they are kept.
   * @throws GatehouseError `provider_unreachable`
   */
  look(metadata: Pick<Metadata, 'jwks_uri' | 'issuer'>, send: Send): Promise<void>
  /** What `verify` would verify with now, if that is known without asking: the same object as long as it is the same. */
  keysAtHand(metadata: Pick<Metadata, 'jwks_uri'>): object | null
}

export function createSignatures(config: ProviderConfig, ports: DocumentPorts): Signatures {
  const { clientSecret: secret, pinnedKey: written, idTokenAlgorithm } = config
  const { isKeyOf } = quirksOf(config)
  let keys: { jwksUri: string; document: KeyDocument } | undefined

  function keysAt(jwksUri: string): KeyDocument {
    if (keys?.jwksUri !== jwksUri) {
      const source = keysSource(jwksUri, !isSecretAlgorithm(idTokenAlgorithm), ports.log)
      keys = { jwksUri, document: createKeyDocument(source, ports) }
    }
    return keys.document
  }

  return {
    /** With the client secret when that alone is allowed, and with the provider's keys (or the one of the settings) otherwise; never with either. */
    async verify(jwt, algorithms, { jwks_uri, issuer }, send, asker, read) {
      const isSecret = algorithms.length > 0 && algorithms.every(isSecretAlgorithm)
      if (isSecret && secret !== undefined) return verifyWithSecret(jwt, algorithms, secret, read)
      if (written !== undefined) return verifyWithKey(jwt, algorithms, written, read)
      if (jwks_uri === undefined) throw new TypeError('metadata without keys is refused when it is read')
      return verifyJwt(jwt, algorithms, keysAt(jwks_uri), send, {
        asker,
        read,
        mayVerify: isKeyOf && ((key, claims) => isKeyOf(key, claims, issuer)),
      })
    },

    keysAtHand: ({ jwks_uri }) => written ?? (jwks_uri === undefined ? null : keysAt(jwks_uri).freshAtHand()),

    async look({ jwks_uri, issuer }, send) {
      if (jwks_uri === undefined || written !== undefined) {
        await send(jwks_uri ?? issuer)
        return
      }
      try {
        await keysAt(jwks_uri).look(send)
      } catch (error) {
        // It has answered. A fault in its keys only matters once one of them is needed.
        if (!(error instanceof GatehouseError) || error.code !== 'provider_error') throw error
      }
    },
  }
}

function isSecretAlgorithm(algorithm: string): boolean {
  return algorithm.startsWith('HS')
}
