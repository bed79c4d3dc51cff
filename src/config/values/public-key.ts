/**
 * The public key of a provider as an operator writes it down (JWK or SPKI PEM), judged as far as that goes without using it.
 */
import type { JWK } from 'jose'
import * as v from 'valibot'
import { type KeyType, pemOf, typeOfCurve, typeOfDer } from './keys.ts'
import type { Kind } from './kinds.ts'

export interface PublicKey {
  readonly type: KeyType
  readonly material: { readonly jwk: JWK } | { readonly pem: string }
}

/** What a key of each type can have signed. @see RFC 7518 section 3.1, RFC 8037 section 3.1 */
export const VERIFIED_BY_KEY: Readonly<Record<KeyType, readonly string[]>> = {
  RSA: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  Ed25519: ['EdDSA', 'Ed25519'],
}

export const publicKey: Kind<PublicKey> = {
  label: 'public key (JWK or PEM)',
  schema: v.pipe(
    v.union(
      [
        v.string(),
        v.pipe(
          v.record(v.string(), v.string()),
          v.transform((jwk) => JSON.stringify(jwk)),
        ),
      ],
      'must be text',
    ),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const text = dataset.value.trim()
      const read = text.startsWith('{') ? readJwk(text) : readPem(text)
      if (typeof read !== 'string') return read
      addIssue({ message: read })
      return NEVER
    }),
  ),
}

const base64url = v.pipe(v.string(), v.regex(/^[\w-]+$/))

const jwkSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.variant('kty', [
    v.looseObject({ kty: v.literal('RSA'), n: base64url, e: base64url }),
    v.looseObject({ kty: v.literal('EC'), crv: v.string(), x: base64url, y: base64url }),
    v.looseObject({ kty: v.literal('OKP'), crv: v.string(), x: base64url }),
  ]),
)

function readJwk(text: string): PublicKey | string {
  const parsed = v.safeParse(jwkSchema, text)
  if (!parsed.success) return 'is not a public key as JWK'
  const jwk = parsed.output
  if ('d' in jwk) return 'is a private key, and the public one is needed'
  if (jwk.kty === 'RSA') return { type: 'RSA', material: { jwk: { kty: jwk.kty, n: jwk.n, e: jwk.e } } }
  const type = typeOfCurve(jwk.kty, jwk.crv)
  if (type === undefined) return 'is a key of a type that Gatehouse does not use'
  const point = jwk.kty === 'EC' ? { x: jwk.x, y: jwk.y } : { x: jwk.x }
  return { type, material: { jwk: { kty: jwk.kty, crv: jwk.crv, ...point } } }
}

function readPem(text: string): PublicKey | string {
  const { pem, der } = pemOf(text, 'PUBLIC KEY')
  if (der === null) return 'is neither a JWK nor a PEM that begins with -----BEGIN PUBLIC KEY-----'
  const type = typeOfDer(der)
  return type === undefined ? 'is a PEM of a type of key that Gatehouse does not use' : { type, material: { pem } }
}
