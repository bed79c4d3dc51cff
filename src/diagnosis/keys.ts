/**
 * Whether the provider shows keys with which its ID tokens can be verified by the configured algorithm.
 */
import * as v from 'valibot'
import type { ProviderConfig } from '../config/env.ts'
import { GatehouseError } from '../errors.ts'
import type { Advertised, Examination, Metadata } from '../oidc/examination.ts'
import { cannotTell, type Finding, fail, pass } from './check.ts'
import { CONSOLES } from './consoles.ts'
import { explain } from './signatures.ts'
import { adviceOnAddress, listed, reasonOf } from './words.ts'

const keySetSchema = v.pipe(v.string(), v.parseJson(), v.object({ keys: v.array(v.unknown()) }))

const text = v.fallback(v.optional(v.string()), undefined)

const keySchema = v.object({ kty: v.string(), use: text, alg: text, crv: text })

type Key = v.InferOutput<typeof keySchema>

/** The checks `keys` and `algorithm`. */
export async function keyFindings(
  config: ProviderConfig,
  { jwks_uri }: Metadata,
  advertised: Advertised,
  examination: Examination,
): Promise<readonly Finding[]> {
  const algorithm = config.OIDC_RP_SIGN_ALGO
  const isShared = algorithm.startsWith('HS')
  const whose = adviceOnAddress(config, 'OIDC_OP_JWKS_ENDPOINT')
  // Without an address there is such a key, or the metadata would have been refused.
  if (config.OIDC_RP_IDP_SIGN_KEY !== undefined || jwks_uri === undefined) {
    return [
      pass('keys', 'OIDC_RP_IDP_SIGN_KEY is set, so what the provider publishes does not count.'),
      pass('algorithm', `${algorithm}, which that key is for.`),
    ]
  }
  const answer = await examination.visit(jwks_uri)
  if (answer instanceof GatehouseError) {
    return [
      fail('keys', `${jwks_uri}: ${reasonOf(answer)}.`, whose),
      cannotTell('algorithm', 'The keys are not known.'),
    ]
  }
  const parsed = v.safeParse(keySetSchema, answer.text)
  const explained = explain(config.OIDC_OP_TYPE, 'keys', { status: answer.status, text: answer.text })
  if (answer.status !== 200 || !parsed.success) {
    if (isShared && answer.status === 200)
      return [
        pass('keys', `${jwks_uri} shows no keys, and ${algorithm} needs none.`),
        listedAlgorithm(config, advertised, []),
      ]
    const seen = `${jwks_uri} answers ${answer.status}${answer.status === 200 ? ', without a list of keys' : ''}.`
    return [
      fail('keys', explained ? `${seen} ${explained.cause}` : seen, explained?.fix ?? whose),
      cannotTell('algorithm', 'The keys are not known.'),
    ]
  }
  const keys = parsed.output.keys.flatMap((key) => (v.is(keySchema, key) ? [v.parse(keySchema, key)] : []))
  const usable = keys.filter(({ kty, use }) => kty !== 'oct' && use !== 'enc')
  if (usable.length === 0 && !isShared) {
    const what =
      keys.length === 0 ? 'an empty list' : 'only keys that cannot verify a signature (for encryption, or secret)'
    const seen = `${jwks_uri} shows ${what}.`
    return [
      fail(
        'keys',
        explained ? `${seen} ${explained.cause}` : seen,
        explained?.fix ?? `Give the provider a key that signs: ${CONSOLES[config.OIDC_OP_TYPE].idTokenAlgorithm}.`,
      ),
      cannotTell('algorithm', 'There is no key to compare with.'),
    ]
  }
  return [
    pass('keys', `${jwks_uri} shows ${usable.length} that verify: ${listed(usable.map(nameOf))}.`),
    listedAlgorithm(config, advertised, usable),
  ]
}

function listedAlgorithm(config: ProviderConfig, advertised: Advertised, keys: readonly Key[]): Finding {
  const algorithm = config.OIDC_RP_SIGN_ALGO
  const offered = advertised.id_token_signing_alg_values_supported
  const where = CONSOLES[config.OIDC_OP_TYPE].idTokenAlgorithm
  if (offered && !offered.includes(algorithm)) {
    return fail(
      'algorithm',
      `OIDC_RP_SIGN_ALGO is ${algorithm}, and the provider signs ID tokens with ${listed(offered)}.`,
      `Set OIDC_RP_SIGN_ALGO to ${offered[0] ?? 'what it signs with'}, or change it there: ${where}.`,
    )
  }
  if (!algorithm.startsWith('HS') && !keys.some((key) => fits(key, algorithm))) {
    return fail(
      'algorithm',
      `OIDC_RP_SIGN_ALGO is ${algorithm}, and no key of the provider is for it: ${listed(keys.map(nameOf))}.`,
      `Set OIDC_RP_SIGN_ALGO to the algorithm of those keys (RS256 for RSA, ES256 for EC P-256), or change it there: ${where}.`,
    )
  }
  return pass('algorithm', `${algorithm}${offered ? ' is among those that the provider offers' : ''}.`)
}

/** @see RFC 7518 section 3.1, RFC 8037 section 3.1 */
function fits({ kty, alg, crv }: Key, algorithm: string): boolean {
  const isEdwards = algorithm === 'EdDSA' || algorithm === 'Ed25519'
  if (alg !== undefined && alg !== algorithm && !(isEdwards && (alg === 'EdDSA' || alg === 'Ed25519'))) return false
  if (isEdwards) return kty === 'OKP'
  if (algorithm.startsWith('ES')) return kty === 'EC' && crv === CURVES[algorithm]
  return kty === 'RSA'
}

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

function nameOf({ kty, crv, alg }: Key): string {
  return [kty, crv, alg].filter((part) => part !== undefined).join(' ')
}
