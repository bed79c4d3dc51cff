/**
 * What is wrong with the settings of one provider only when they are looked at together, one row each; each setting by itself was judged
 * by its own kind.
 */
import { PROVIDER_TYPES, VENDORS } from '../vendors/vendors.ts'
import type { ProviderConfig } from './model.ts'
import { type ProviderSettingKey, providerSettings } from './schema/provider.ts'
import { type Problem, problemsOf } from './schema/reading.ts'
import { CLIENT_SECRET_JWT_MIN_BYTES, type KeyType, SECRET_MIN_BYTES, SIGNING_BY_KEY } from './values/keys.ts'
import { VERIFIED_BY_KEY } from './values/public-key.ts'

/** The settings of one provider as they were read. */
export interface ReadSettings {
  /** Those that could be read. */
  readonly config: Partial<ProviderConfig>
  /** Where the provider is, as far as that is known. */
  readonly place: string | undefined
  /** Whether a setting is there but could not be read, which is a problem already. */
  isBroken(key: ProviderSettingKey): boolean
  /** How the operator writes a setting. */
  nameOf(key: ProviderSettingKey): string
}

interface Facts extends ReadSettings {
  isThere(key: ProviderSettingKey): boolean
  /** Of the client secret. */
  readonly secretBytes: number
}

/** A setting, and the end of a sentence about it when it does not go with the others. `null`: it does. */
type Rule = readonly [key: ProviderSettingKey, problem: (facts: Facts) => string | null]

const when = (condition: unknown, sentence: string) => (condition ? sentence : null)

const PROVIDER_RULES: readonly Rule[] = [
  ['clientSecret', (facts) => when(!facts.isThere('clientSecret') && needsSecret(facts), 'is not set')],
  [
    'useBasicAuth',
    ({ config: { clientAuthMethod: method, useBasicAuth } }) =>
      when(
        method !== undefined && useBasicAuth && method !== 'client_secret_basic',
        `contradicts OIDC_RP_TOKEN_AUTH_METHOD, which is ${method}; set one of them`,
      ),
  ],
  [
    'signingKeys',
    ({ config, isThere }) =>
      when(
        config.clientAuthMethod === 'private_key_jwt' && !isThere('signingKeys'),
        'is not set, and private_key_jwt needs it',
      ),
  ],
  [
    'signingKeys',
    ({ config, isThere }) =>
      when(config.useRequestObject && !isThere('signingKeys'), 'is not set, and OIDC_USE_REQUEST_OBJECT needs it'),
  ],
  [
    'clientAuthMethod',
    ({ config: { clientAuthMethod, clientSecret }, secretBytes }) =>
      when(
        clientAuthMethod === 'client_secret_jwt' &&
          clientSecret !== undefined &&
          secretBytes < CLIENT_SECRET_JWT_MIN_BYTES,
        `is client_secret_jwt, for which OIDC_RP_CLIENT_SECRET needs ${CLIENT_SECRET_JWT_MIN_BYTES} bytes or more`,
      ),
  ],
  ['idTokenAlgorithm', sharedSecretProblem],
  [
    'useNonce',
    ({ config: { useNonce, usePkce } }) =>
      when(
        useNonce === false && usePkce === false,
        'is false, and OIDC_USE_PKCE too; one of them must bind the answer to the sign-in',
      ),
  ],
  [
    'pinnedKey',
    ({ config: { pinnedKey: key, idTokenAlgorithm: algorithm } }) =>
      when(
        key && algorithm && !VERIFIED_BY_KEY[key.type].includes(algorithm),
        `is a key of type ${key?.type}, and OIDC_RP_SIGN_ALGO is ${algorithm}`,
      ),
  ],
  [
    'signingKeyAlgorithm',
    ({ config: { signingKeys: [key] = [], signingKeyAlgorithm: wanted } }) =>
      when(
        key && wanted !== undefined && !fits(wanted, key.algorithm, SIGNING_BY_KEY[key.type] ?? []),
        `is ${wanted}, and OIDC_RP_PRIVATE_KEY is for ${key?.algorithm ?? key?.type}`,
      ),
  ],
  [
    'decryptionKeys',
    ({ config, isThere }) =>
      when(
        config.requireEncryptedIdToken && !isThere('decryptionKeys') && !isThere('introspectionDecryptionKeys'),
        'is not set, and OIDC_RP_ID_TOKEN_ENCRYPTED needs it',
      ),
  ],
  [
    'introspectionClientId',
    ({ config, isThere }) =>
      when(
        config.introspectionClientSecret !== undefined && !isThere('introspectionClientId'),
        'is not set, and OIDC_RS_CLIENT_SECRET belongs to it',
      ),
  ],
  [
    'introspectionEncryptionKeyType',
    ({ config: { introspectionEncryptionKeyType: type, introspectionDecryptionKeys: keys } }) =>
      when(
        type !== undefined && keys?.some((key) => familyOf(key.type) !== type),
        `is ${type}, and OIDC_RS_PRIVATE_KEY_STR is not`,
      ),
  ],
  [
    'introspectionEncryptionAlgorithm',
    ({ config: { introspectionEncryptionAlgorithm: algorithm, ...config } }) => {
      const keys = config.decryptionKeys ?? config.introspectionDecryptionKeys
      const isWithoutKey = algorithm !== undefined && keys?.every(({ type }) => familyOf(type) !== familyOf(algorithm))
      return when(isWithoutKey, `is ${algorithm}, for which there is no decryption key`)
    },
  ],
  ...protocolParameters(),
  ...PROVIDER_TYPES.flatMap(ofAnotherType),
  [
    'issuer',
    ({ config: { issuer } }) => {
      const url = issuer === undefined ? null : new URL(issuer)
      const problems = PROVIDER_TYPES.map((type) => url && VENDORS[type].issuerProblem(url))
      return problems.find((problem) => problem !== null) ?? null
    },
  ],
  ...PROVIDER_TYPES.flatMap(ofOwnType),
]

/** Every problem of the settings of one provider that none of them has alone. */
export function ruleProblems(read: ReadSettings): Problem[] {
  const facts = {
    ...read,
    isThere: (key: ProviderSettingKey) => read.config[key] !== undefined || read.isBroken(key),
    secretBytes: new TextEncoder().encode(read.config.clientSecret).length,
  }
  const problem = problemsOf(providerSettings, read.nameOf)
  return PROVIDER_RULES.flatMap(([key, problemOf]) => {
    const sentence = problemOf(facts)
    return sentence === null ? [] : [problem(key, sentence)]
  })
}

/** An operator who forgets the secret must be told so, and never gets a public client in silence. */
function needsSecret({ config: { clientAuthMethod: method, useBasicAuth }, isThere }: Facts): boolean {
  if (method !== undefined) return method.startsWith('client_secret_')
  return useBasicAuth === true || !isThere('signingKeys')
}

function sharedSecretProblem({ config, isBroken, secretBytes }: Facts): string | null {
  const { idTokenAlgorithm: algorithm = '', clientAuthMethod } = config
  const bytes = SECRET_MIN_BYTES[algorithm]
  if (bytes === undefined) return null
  if (clientAuthMethod === 'none') {
    return `is ${algorithm}, which needs a client secret, and OIDC_RP_TOKEN_AUTH_METHOD is none`
  }
  const isShort = !isBroken('clientSecret') && secretBytes < bytes
  return when(isShort, `is ${algorithm}, for which OIDC_RP_CLIENT_SECRET needs ${bytes} bytes or more`)
}

/** One key, one algorithm. @see RFC 8725 section 3.1 */
function fits(wanted: string, own: string | undefined, possible: readonly string[]): boolean {
  return own === undefined ? possible.includes(wanted) : own === wanted
}

/** Of a type of key, or of an algorithm. */
function familyOf(name: KeyType | string): 'RSA' | 'EC' {
  return name.startsWith('RSA') ? 'RSA' : 'EC'
}

/** What Gatehouse itself decides in an authorization request. @see OpenID Connect Core 1.0 section 3.1.2.1, RFC 9101 */
function protocolParameters(): readonly Rule[] {
  const names = ['client_id', 'code_challenge', 'code_challenge_method', 'dpop_jkt', 'max_age', 'nonce', 'redirect_uri']
  const more = ['request', 'request_uri', 'response_mode', 'response_type', 'scope', 'state']
  return [...names, ...more].map((name) => [
    'extraParameters',
    ({ config: { extraParameters = {} } }) =>
      when(Object.hasOwn(extraParameters, name), `must not have ${name}, which Gatehouse sets itself`),
  ])
}

type ProviderType = (typeof PROVIDER_TYPES)[number]

/**
 * Such a setting restricts who may sign in, or says what counts as an access token, so it must not be ignored silently; a form of access
 * tokens that is called like the type says what is known already.
 */
function ofAnotherType(other: ProviderType): readonly Rule[] {
  const key = VENDORS[other].ownSetting
  if (key === null) return []
  const problem = ({ config: { type = 'generic', ...config } }: Facts) =>
    when(
      other !== type && config[key] !== undefined && config[key] !== type,
      `is for a provider of type ${other}, and this one is ${type}`,
    )
  return [[key, problem]]
}

function ofOwnType(type: ProviderType): readonly Rule[] {
  const { ownSetting: key, whyRequired } = VENDORS[type]
  if (key === null) return []
  const problem = ({ config, place, isThere }: Facts) =>
    config.type === type && place !== undefined && !isThere(key) ? whyRequired(new URL(place)) : null
  return [[key, problem]]
}
