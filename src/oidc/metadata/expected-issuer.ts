/**
 * Tells the protocol library which `iss` a token must have, where that depends on the token.
 */
import * as oauth from 'oauth4webapi'
import type { Claims } from '../claims.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import type { Quirks } from '../quirks.ts'
import type { Metadata } from './metadata.ts'

/** Its author keeps it for openid-client, untyped. Without it the library would go by the metadata alone, and refuse. */
const { _expectedIssuer } = oauth as unknown as { readonly _expectedIssuer: symbol } // not in its declarations

/** @returns a new object each time: the library remembers things of it, keys among them, so each operation gets its own */
export function withExpectedIssuer(metadata: Metadata, quirks: Quirks): ProtocolClient['metadata'] {
  const expectedIssuer = ({ claims }: { claims: Claims }) =>
    quirks.isFrom(claims, metadata.issuer) ? claims.iss : `another than ${claims.iss}`
  return { ...metadata, [_expectedIssuer]: expectedIssuer } as ProtocolClient['metadata'] // a readonly list is what the library only reads
}
