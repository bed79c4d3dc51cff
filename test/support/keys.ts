/**
 * Real signing keys of a provider, made once for each algorithm, and tokens signed with them.
 */
import { base64url, exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWK, SignJWT } from 'jose'

export interface TestKey {
  readonly algorithm: string
  readonly kid: string
  readonly privateKey: GenerateKeyPairResult['privateKey']
  readonly publicKey: GenerateKeyPairResult['publicKey']
  /** The public half, as a provider shows it. */
  readonly jwk: JWK & { kty: string }
}

export async function makeKey(algorithm: string, kid: string): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  const { kty, ...rest } = await exportJWK(publicKey)
  if (kty === undefined) throw new Error('a key without a type')
  return { algorithm, kid, privateKey, publicKey, jwk: { ...rest, kty, kid, use: 'sig', alg: algorithm } }
}

/** Signs claims; `header` comes on top of algorithm and key id, and a member that is `undefined` is left out. */
export async function sign(
  key: TestKey,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, ...header })
    .sign(key.privateKey, { crit: { 'urn:test:critical': true } })
}

/** A compact token of any two JSON texts and a signature, good or not. */
export function compact(header: unknown, payload: unknown, signature = 'c2ln'): string {
  return `${base64url.encode(JSON.stringify(header))}.${base64url.encode(JSON.stringify(payload))}.${signature}`
}

/** The same token with one bit of its signature flipped. */
export function withFlippedBit(token: string): string {
  const [header, payload, signature = ''] = token.split('.')
  const bytes = base64url.decode(signature)
  bytes[3] = (bytes[3] ?? 0) ^ 1
  return `${header}.${payload}.${base64url.encode(bytes)}`
}
