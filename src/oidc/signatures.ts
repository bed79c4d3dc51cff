/**
 * Which key verifies what of one provider: the client secret, or its keys, as far as they may sign for the issuer of the token.
 */
import type { ProviderConfig } from '../config/env.ts'
import { unverifiedClaims } from './claims.ts'
import { createDocument, type Document, type DocumentPorts } from './document.ts'
import type { Send } from './http.ts'
import { type Keys, keysSource, type SignedJwt, verifyJwt } from './jwks.ts'
import type { Metadata } from './metadata.ts'
import { quirksOf } from './quirks.ts'
import { isSecretAlgorithm, verifyWithSecret } from './shared-secret.ts'
import { verifyWithKey } from './written-key.ts'

export interface Signatures {
  /** @see verifyJwt in `jwks.ts` */
  verify(jwt: string, algorithms: readonly string[], metadata: Metadata, send: Send): Promise<SignedJwt>
}

export function createSignatures(config: ProviderConfig, ports: DocumentPorts): Signatures {
  const { OIDC_RP_CLIENT_SECRET: secret, OIDC_RP_IDP_SIGN_KEY: written, OIDC_RP_SIGN_ALGO } = config
  const { isKeyOf } = quirksOf(config)
  let keys: { jwksUri: string; document: Document<Keys> } | undefined

  function keysAt(jwksUri: string): Document<Keys> {
    if (keys?.jwksUri !== jwksUri) {
      const source = keysSource(jwksUri, !isSecretAlgorithm(OIDC_RP_SIGN_ALGO))
      keys = { jwksUri, document: createDocument(source, ports) }
    }
    return keys.document
  }

  return {
    /** With the client secret when that alone is allowed, and with the provider's keys (or the one of the settings) otherwise; never with either. */
    async verify(jwt, algorithms, { jwks_uri, issuer }, send) {
      const isSecret = algorithms.length > 0 && algorithms.every(isSecretAlgorithm)
      if (isSecret && secret !== undefined) return verifyWithSecret(jwt, algorithms, secret)
      if (written !== undefined) return verifyWithKey(jwt, algorithms, written)
      if (jwks_uri === undefined) throw new TypeError('metadata without keys is refused when it is read')
      if (!isKeyOf) return verifyJwt(jwt, algorithms, keysAt(jwks_uri), send)
      // They only narrow down which keys are tried.
      const claims = unverifiedClaims(jwt)
      return verifyJwt(jwt, algorithms, keysAt(jwks_uri), send, (key) => isKeyOf(key, claims, issuer))
    },
  }
}
