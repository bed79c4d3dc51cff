/**
 * Opens what the provider encrypted for us; the signature inside is verified by the caller.
 */

import { compactDecrypt, decodeProtectedHeader, errors, type ProtectedHeaderParameters } from 'jose'
import { nameOf } from '../../config/names.ts'
import { CONTENT_ENCRYPTION } from '../../config/values/algorithms.ts'
import { COMPACT_JWE } from '../../crypto.ts'
import { GatehouseError } from '../../errors.ts'
import type { OwnDecryptionKey, OwnKeys } from './own-keys.ts'

/** What may be other than usual: the settings allow one algorithm more, or fewer of them. */
export interface AcceptedEncryption {
  /** The algorithms that are accepted of a key, in place of those that it is for. */
  algorithmsOf?(key: OwnDecryptionKey): readonly string[]
  readonly encodings?: readonly string[]
}

/**
 * Decrypts a compact JWE with one of our keys.
 *
 * @returns the token inside, of which nothing is known yet
 * @throws GatehouseError `token_invalid` when it cannot be opened, or is of a kind that must not be; `not_configured` without a key
 * @see RFC 7516 section 5.2; RFC 8725 sections 3.2 and 3.6
 */
export async function decryptJwe(
  jwe: string,
  { decryptionKeys }: OwnKeys,
  { algorithmsOf = ({ algorithms }) => algorithms, encodings = CONTENT_ENCRYPTION }: AcceptedEncryption = {},
): Promise<string> {
  const keys = (await decryptionKeys()).map((key) => ({ ...key, algorithms: algorithmsOf(key) }))
  if (keys.length === 0) {
    throw new GatehouseError(
      'not_configured',
      'decryption_key_missing',
      `the provider encrypts, and ${nameOf('decryptionKeys')} is not set`,
    )
  }
  if (!COMPACT_JWE.test(jwe))
    throw new GatehouseError('token_invalid', 'decryption_failed', 'not an encrypted token in compact form')
  const header = headerOf(jwe)
  if ('zip' in header)
    throw new GatehouseError('token_invalid', 'decryption_failed', 'a compressed token is not opened (zip)')
  for (const key of fittingKeys(keys, header)) {
    const opened = await openWith(key, jwe, encodings)
    if (opened !== null) return opened
  }
  throw new GatehouseError('token_invalid', 'decryption_failed', 'no key of ours opens the encrypted token', {
    hint: `compare ${nameOf('decryptionKeys')} with the key that the provider has; ours are at /jwks`,
  })
}

function headerOf(jwe: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader(jwe)
  } catch (error) {
    throw new GatehouseError('token_invalid', 'decryption_failed', 'the encrypted token has no header', {
      cause: error,
    })
  }
}

/** The key that is named, else every key that the algorithm could mean. */
function fittingKeys(keys: readonly OwnDecryptionKey[], { alg, kid }: ProtectedHeaderParameters) {
  const fitting = keys.filter(({ algorithms }) => alg !== undefined && algorithms.includes(alg))
  if (fitting.length === 0) {
    throw new GatehouseError(
      'token_invalid',
      'decryption_failed',
      'the token is encrypted with an algorithm that is not accepted',
    )
  }
  return kid === undefined ? fitting : fitting.filter((key) => key.kid === kid)
}

/** `null`: it was encrypted for another key. */
async function openWith(
  { jwk, algorithms }: OwnDecryptionKey,
  jwe: string,
  encodings: readonly string[],
): Promise<string | null> {
  try {
    const { plaintext } = await compactDecrypt(jwe, jwk, {
      keyManagementAlgorithms: [...algorithms],
      contentEncryptionAlgorithms: [...encodings],
      maxDecompressedLength: 0,
    })
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(plaintext)
  } catch (error) {
    if (error instanceof errors.JWEDecryptionFailed) return null
    throw new GatehouseError('token_invalid', 'decryption_failed', 'the encrypted token cannot be opened', {
      cause: error,
    })
  }
}
