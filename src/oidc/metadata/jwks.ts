/**
 * The provider's signing keys, and the one way in which a signature of the provider is verified; judges no claim.
 */
import { type CompactJWSHeaderParameters, compactVerify, errors, type JWK, type LocalJWKSet } from 'jose'
import * as v from 'valibot'
import { GatehouseError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Claims } from '../claims.ts'
import {
  AGAIN,
  type Asker,
  createDocument,
  type Document,
  type DocumentPorts,
  type DocumentSource,
} from '../transport/document.ts'
import { createFirstSeen } from '../transport/first-seen.ts'
import type { Send } from '../transport/http.ts'
import { type JwtContent, type JwtReader, readJwt, readUnverified, withoutEmptyKeyId } from '../unverified-jwt.ts'
import { lineOf, type PassedOver, type UsableKeys, usableKeys } from './usable-keys.ts'

/** A JWT whose signature is good. Nothing else about it is known yet. */
export type SignedJwt = JwtContent

type Keys = UsableKeys

const keySetSchema = v.object({ keys: v.array(v.unknown()) })

/** More would fill the log and help no one. */
const PASSED_OVER_SHOWN = 10

/**
 * Where the keys come from, as a document to be cached.
 *
 * @param areNeeded whether a signature of the provider is made with one of them; a set of none is then a failure, and not believed for
 * an hour. Authentik shows `{}` when it signs with the client secret.
 * @param log learns which keys are passed over and why, whenever that changes
 */
export function keysSource(jwksUri: string, areNeeded = true, log: Log = () => {}): DocumentSource<Keys> {
  let logged = ''

  /** Called for each document, not for each token; logs only when the keys that are passed over have changed. */
  function tell(passedOver: readonly PassedOver[]): void {
    const keys = shownOf(passedOver)
    const now = JSON.stringify([passedOver.length, keys])
    if (now === logged) return
    logged = now
    if (keys.length === 0) return
    log({
      level: 'warn',
      event: 'keys_passed_over',
      detail: { jwks_uri: jwksUri, passed_over: passedOver.length, keys },
    })
  }

  return {
    key: `jwks ${jwksUri}`,

    async load(send) {
      const response = await send(jwksUri, { headers: { accept: 'application/jwk-set+json, application/json' } })
      if (response.status !== 200) {
        throw new GatehouseError('provider_error', 'jwks_unavailable', 'the provider does not show its keys', {
          detail: { jwks_uri: jwksUri },
          provider: { status: response.status },
        })
      }
      return response.json().catch((error: unknown) => {
        throw new GatehouseError('provider_error', 'jwks_malformed', 'the keys of the provider are not JSON', {
          cause: error,
          detail: { jwks_uri: jwksUri },
        })
      })
    },

    parse(body) {
      const result = v.safeParse(keySetSchema, body)
      const shown = result.success ? result.output.keys : []
      const keys = usableKeys(shown)
      const { passedOver, isForSignatures } = keys
      if (areNeeded) tell(passedOver)
      if (areNeeded && !isForSignatures) {
        throw new GatehouseError(
          'provider_error',
          'jwks_without_usable_key',
          'the provider shows no key that verifies a signature',
          {
            detail: { jwks_uri: jwksUri, shown: shown.length, keys: shownOf(passedOver) },
          },
        )
      }
      return keys
    },
  }
}

function shownOf(passedOver: readonly PassedOver[]): readonly string[] {
  return passedOver.slice(0, PASSED_OVER_SHOWN).map(lineOf)
}

/** The keys, and what was looked for among them and not found. */
export interface KeyDocument extends Document<Keys> {
  /**
   * Whether the keys were loaded a moment ago, after this name was first seen, and what it stands for was not among them.
   *
   * @param mark the count of loads when this token came
   */
  hasMissed(name: string, mark: number, current: Keys): Promise<boolean>
}

/** How long it counts that a key was not among those loaded. A provider may show a key later than it uses it. */
const MISSED_SECONDS = 60

/** Makes the document of a provider's keys, which remembers the key ids that were looked for. @see createDocument */
export function createKeyDocument(source: DocumentSource<Keys>, ports: DocumentPorts): KeyDocument {
  const document = createDocument(source, ports)
  const firstSeen = createFirstSeen()
  let last: Keys | undefined

  /** A key that the provider no longer shows counts as looked for and not found, so that no token makes us look for it again. */
  async function noticed<K extends Keys | null>(current: K): Promise<K> {
    if (current === null || current === last) return current
    const gone = last ? idsOf(last).filter((kid) => !idsOf(current).includes(kid)) : []
    last = current
    const { load } = document.originOf(current)
    for (const kid of gone) await firstSeen.since(nameOfKey(kid), load - 1)
    return current
  }

  return {
    ...document,
    read: async (...how) => noticed(await document.read(...how)),
    newerThan: async (...how) => noticed(await document.newerThan(...how)),

    async hasMissed(name, mark, current) {
      const first = await firstSeen.since(name, mark)
      const { load, askedAt } = document.originOf(current)
      const ago = ports.clock.now() - askedAt
      // Setting the clock back must not make it last longer.
      return load > first && ago >= 0 && ago < MISSED_SECONDS * 1000
    },
  }
}

export interface Verification {
  /** Who needs the signature; by default it is not trusted. */
  readonly asker?: Asker
  /** Whether a key of the provider may verify a token with these claims, which no one has verified yet; absent: each may. */
  readonly mayVerify?: ((key: JWK, claims: Claims) => boolean) | undefined
  /** How header and claims are read; absent: claims of null are refused. */
  readonly read?: JwtReader | undefined
}

/**
 * Verifies the signature of a compact JWS and gives back header and claims. A key that is not known, and one that no longer fits
 * its id, cause the keys to be loaded again, no more often than `Document.newerThan` allows, and not when they were loaded since the token
 * came, or when the same key id was looked for and not found a moment ago.
 *
 * @param algorithms the allowed algorithms, from the configuration, never from the token
 * @throws GatehouseError `token_invalid` when the token is not a JWT of this provider; `provider_unreachable`, `provider_error`
 * when the keys cannot be had; `temporarily_unavailable` when they cannot be asked for anew yet although one is missing
 * @see OpenID Connect Core 1.0 section 10.1.1 for the rotation of keys
 */
export async function verifyJwt(
  jwt: string,
  algorithms: readonly string[],
  keys: KeyDocument,
  send: Send,
  { asker = 'untrusted', mayVerify, read = readJwt }: Verification = {},
): Promise<SignedJwt> {
  const unverified = readUnverified(jwt, algorithms, read)
  const mark = keys.mark()
  const isCandidate = mayVerify && ((key: JWK) => mayVerify(key, unverified.claims))
  let current = await keys.read(send, asker)
  while (true) {
    const verified = await verifyWith(current.lookup(isCandidate), jwt, algorithms, read)
    if (verified) return verified
    const { load, askedAt } = keys.originOf(current)
    if (load > mark) throw noKeyFits(current, unverified)
    const hasMissed = asker === 'untrusted' && (await keys.hasMissed(soughtBy(jwt, unverified, current), mark, current))
    const age = ageAt(unverified, askedAt)
    // A token that claims to be newer than that load may have a newer key, whose id someone guessed beforehand.
    if (hasMissed && age !== 'newer') throw noKeyFits(current, unverified)
    // With a known key id, a token from before the last load has a wrong signature; a newer one may be signed with a key that came since.
    const isDecided = hasMissed || (age === 'older' && !namesUnknownKey(unverified, current))
    const newer = await keys.newerThan(current, send, hasMissed ? AGAIN : asker).catch((error: unknown) => {
      // What one load has decided stays decided when the next one fails.
      if (isDecided && asker === 'untrusted' && isOutage(error)) return null
      throw error
    })
    if (newer === null) throw isDecided ? noKeyFits(current, unverified) : tooEarly(keys)
    current = newer
  }
}

/** Where the token names a key that cannot be used, or where there is no other key, that is the reason. */
function noKeyFits({ usable, passedOver }: Keys, { header: { kid } }: JwtContent): GatehouseError {
  const isMeant = (key: PassedOver) => (kid === undefined ? usable.length === 0 : key.kid === kid)
  const meant = passedOver.find(isMeant)
  return meant
    ? new GatehouseError('token_invalid', 'key_unusable', `the key of the token cannot be used (${lineOf(meant)})`)
    : new GatehouseError('token_invalid', 'no_matching_key', 'no key of the provider fits the signature')
}

function tooEarly(keys: KeyDocument): GatehouseError {
  const message = 'no key that is known fits the signature, and the provider cannot be asked for newer ones yet'
  return new GatehouseError('temporarily_unavailable', 'jwks_too_recent', message, {
    retryAfterSeconds: keys.secondsUntilNext(),
    publicMessage: 'The token may be signed with a key that is not known yet. Ask again after the time in Retry-After',
  })
}

/** What the keys would be loaded for: a key id that is not there, or else a key that fits this very token. */
function soughtBy(jwt: string, unverified: JwtContent, current: Keys): string {
  const { kid } = unverified.header
  return kid !== undefined && namesUnknownKey(unverified, current) ? nameOfKey(kid) : `token ${jwt}`
}

function namesUnknownKey({ header: { kid } }: JwtContent, current: Keys): boolean {
  return kid !== undefined && !idsOf(current).includes(kid)
}

function nameOfKey(kid: string): string {
  return `key ${kid}`
}

function idsOf({ usable }: Keys): readonly string[] {
  return usable.flatMap(({ kid }) => (kid === undefined ? [] : [kid]))
}

/** Whether it says that it was issued before or after this time; `unknown`: it does not say when. */
function ageAt({ claims: { iat } }: JwtContent, milliseconds: number): 'older' | 'newer' | 'unknown' {
  if (iat === undefined) return 'unknown'
  return iat > Math.floor(milliseconds / 1000) ? 'newer' : 'older'
}

function isOutage(error: unknown): boolean {
  return error instanceof GatehouseError && (error.code === 'provider_unreachable' || error.code === 'provider_error')
}

/** `null`: no key fits, so a newer one may exist. */
async function verifyWith(
  keys: LocalJWKSet,
  jwt: string,
  algorithms: readonly string[],
  read: JwtReader,
): Promise<SignedJwt | null> {
  try {
    const { payload, protectedHeader } = await verifyByTrial(keys, jwt, algorithms)
    return read(protectedHeader, payload)
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed) return null
    if (error instanceof GatehouseError) throw error
    throw new GatehouseError('token_invalid', 'signature_invalid', 'not a JWT that can be verified', { cause: error })
  }
}

async function verifyByTrial(keys: LocalJWKSet, jwt: string, algorithms: readonly string[]) {
  const options = { algorithms: [...algorithms] }
  const keyFor = (header: CompactJWSHeaderParameters) => keys(withoutEmptyKeyId(header))
  try {
    return await compactVerify(jwt, keyFor, options)
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    // No key id, and several keys fit: each is tried. @see OpenID Connect Core 1.0 section 10.1
    for await (const key of error) {
      try {
        return await compactVerify(jwt, key, options)
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure
      }
    }
    throw new errors.JWSSignatureVerificationFailed()
  }
}
