/**
 * Whether the provider shows keys with which its ID tokens can be verified by the configured algorithm.
 */

import * as v from 'valibot'
import type { ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import type { Advertised, Examination } from '../../oidc/examination/examination.ts'
import type { Metadata } from '../../oidc/metadata/metadata.ts'
import { idTokenAlgorithm, lineOf, usableKeys, verifiableAmong } from '../../oidc/metadata/usable-keys.ts'
import { VENDORS } from '../../vendors/vendors.ts'
import { cannotTell, type Finding, fail, pass } from '../check.ts'
import { explain } from '../explain.ts'
import { adviceOnAddress, adviceOnOutage, adviceOnSilence, listed, reasonOf } from '../words.ts'

const keySetSchema = v.pipe(v.string(), v.parseJson(), v.object({ keys: v.array(v.unknown()) }))

const text = v.fallback(v.optional(v.string()), undefined)

const keySchema = v.object({ kty: v.string(), use: text, alg: text, crv: text })

type Key = v.InferOutput<typeof keySchema>

/** The keys of a provider, as sign-ins judge them: a key that they pass over verifies nothing. */
interface Shown {
  readonly usable: readonly Key[]
  /** Which of the others Gatehouse does not use, and why, as a sentence; empty: none. */
  readonly notUsed: string
}

const PASSED_OVER_SHOWN = 10

/** The checks `keys` and `algorithm`. */
export async function keyFindings(
  config: ProviderConfig,
  metadata: Metadata,
  advertised: Advertised,
  examination: Examination,
): Promise<readonly Finding[]> {
  const { jwks_uri } = metadata
  const algorithm = idTokenAlgorithm(config, metadata)
  const isShared = algorithm.startsWith('HS')
  const whose = adviceOnAddress(config, 'jwksUri')
  // Without an address there is such a key, or the metadata would have been refused.
  if (config.pinnedKey !== undefined || jwks_uri === undefined) {
    return [
      pass('keys', `${nameOf('pinnedKey')} is set, so what the provider publishes does not count.`),
      pass('algorithm', `${algorithm}, which that key is for.`),
    ]
  }
  const answer = await examination.visit(jwks_uri)
  if (answer instanceof GatehouseError) {
    return [
      fail('keys', `${jwks_uri}: ${reasonOf(answer)}.`, adviceOnSilence(answer, whose)),
      cannotTell('algorithm', 'The keys are not known.'),
    ]
  }
  const parsed = v.safeParse(keySetSchema, answer.text)
  const explained = explain(config.type, 'keys', { status: answer.status, text: answer.text })
  if (answer.status !== 200 || !parsed.success) {
    if (isShared && answer.status === 200)
      return [
        pass('keys', `${jwks_uri} shows no keys, and ${algorithm} needs none.`),
        listedAlgorithm(config, advertised, algorithm, shownBy([])),
      ]
    const seen = `${jwks_uri} answers ${answer.status}${answer.status === 200 ? ', without a list of keys' : ''}.`
    return [
      fail(
        'keys',
        explained ? `${seen} ${explained.cause}` : seen,
        explained?.fix ?? adviceOnOutage(answer.status) ?? whose,
      ),
      cannotTell('algorithm', 'The keys are not known.'),
    ]
  }
  const shown = shownBy(parsed.output.keys)
  const { usable, notUsed } = shown
  if (isShared) {
    return [
      pass('keys', `${jwks_uri} shows ${usable.length} that verify, and ${algorithm} needs none.`),
      listedAlgorithm(config, advertised, algorithm, shown),
    ]
  }
  if (usable.length === 0) {
    const what = parsed.output.keys.length === 0 ? 'an empty list' : 'only keys that cannot verify a signature'
    const seen = `${jwks_uri} shows ${what}.${notUsed}`
    return [
      fail(
        'keys',
        explained ? `${seen} ${explained.cause}` : seen,
        explained?.fix ?? `Give the provider a key that signs: ${VENDORS[config.type].console.idTokenAlgorithm}.`,
      ),
      cannotTell('algorithm', 'There is no key to compare with.'),
    ]
  }
  return [
    pass('keys', `${jwks_uri} shows ${usable.length} that verify: ${listed(usable.map(labelOf))}.${notUsed}`),
    listedAlgorithm(config, advertised, algorithm, shown),
  ]
}

function shownBy(keys: readonly unknown[]): Shown {
  const { usable, passedOver } = usableKeys(keys)
  const others = passedOver.slice(0, PASSED_OVER_SHOWN).map(lineOf)
  return {
    usable: usable.map((key) => v.parse(keySchema, key)),
    notUsed: others.length === 0 ? '' : ` Not used by Gatehouse: ${others.join('; ')}.`,
  }
}

function listedAlgorithm(
  config: ProviderConfig,
  advertised: Advertised,
  algorithm: string,
  { usable, notUsed }: Shown,
): Finding {
  const ours = config.isSignAlgoSet ? algorithm : `unset, which means ${algorithm}`
  const offered = advertised.id_token_signing_alg_values_supported
  const where = VENDORS[config.type].console.idTokenAlgorithm
  if (offered && !offered.includes(algorithm)) {
    return fail(
      'algorithm',
      `${nameOf('idTokenAlgorithm')} is ${ours}, and the provider signs ID tokens with ${listed(offered)}.`,
      fixOf(offered, where),
    )
  }
  if (!algorithm.startsWith('HS') && !usable.some((key) => fits(key, algorithm))) {
    return fail(
      'algorithm',
      `${nameOf('idTokenAlgorithm')} is ${ours}, and no key of the provider is for it: ${listed(usable.map(labelOf))}.${notUsed}`,
      `Set ${nameOf('idTokenAlgorithm')} to the algorithm of those keys (RS256 for RSA, ES256 for EC P-256), or change it there: ${where}.`,
    )
  }
  return pass('algorithm', `${algorithm}${offered ? ' is among those that the provider offers' : ''}.`)
}

/** Suggests an algorithm with a public key, if one is listed, and never `none`, which is no signature. */
function fixOf(offered: readonly string[], where: string): string {
  const possible = [...verifiableAmong(offered), ...offered.filter((algorithm) => algorithm.startsWith('HS'))]
  if (possible.length === 0) return `Let it sign ID tokens with RS256: ${where}.`
  const choice = possible.length === 1 ? possible[0] : `the one of ${listed(possible)} that it signs them with`
  return `Set ${nameOf('idTokenAlgorithm')} to ${choice}, or change it there: ${where}.`
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

function labelOf({ kty, crv, alg }: Key): string {
  return [kty, crv, alg].filter((part) => part !== undefined).join(' ')
}
