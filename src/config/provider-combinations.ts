/**
 * What is wrong with the settings of one provider only when they are looked at together; each by itself was judged by its own kind.
 */
import type { ProviderConfig } from './env.ts'
import { CLIENT_SECRET_JWT_MIN_BYTES, type KeyType, SECRET_MIN_BYTES, SIGNING_BY_KEY } from './keys.ts'
import { type ProviderSettingName, providerSettings } from './provider-settings.ts'
import { VERIFIED_BY_KEY } from './public-key.ts'
import { type Problem, problemsOf } from './reading.ts'

/**
 * @param config the settings of one provider that could be read
 * @param isBroken whether a setting is there but could not be read, which is a problem already
 * @param nameOf how the operator writes a setting
 */
export function providerProblems(
  config: Partial<ProviderConfig>,
  isBroken: (name: ProviderSettingName) => boolean,
  nameOf: (name: ProviderSettingName) => string,
): Problem[] {
  const problems: Problem[] = []
  const problem = problemsOf(providerSettings, nameOf)
  const report = (name: ProviderSettingName, sentence: string) => problems.push(problem(name, sentence))
  const isThere = (name: ProviderSettingName) => config[name] !== undefined || isBroken(name)

  const method = config.OIDC_RP_TOKEN_AUTH_METHOD
  const algorithm = config.OIDC_RP_SIGN_ALGO ?? ''
  const hasKey = isThere('OIDC_RP_PRIVATE_KEY')
  if (!isThere('OIDC_RP_CLIENT_SECRET') && needsSecret(config, hasKey)) report('OIDC_RP_CLIENT_SECRET', 'is not set')
  if (method !== undefined && config.OIDC_TOKEN_USE_BASIC_AUTH && method !== 'client_secret_basic') {
    report('OIDC_TOKEN_USE_BASIC_AUTH', `contradicts OIDC_RP_TOKEN_AUTH_METHOD, which is ${method}; set one of them`)
  }
  if (method === 'private_key_jwt' && !hasKey) report('OIDC_RP_PRIVATE_KEY', 'is not set, and private_key_jwt needs it')
  if (config.OIDC_USE_REQUEST_OBJECT && !hasKey) {
    report('OIDC_RP_PRIVATE_KEY', 'is not set, and OIDC_USE_REQUEST_OBJECT needs it')
  }
  const secretBytes = new TextEncoder().encode(config.OIDC_RP_CLIENT_SECRET).length
  if (
    method === 'client_secret_jwt' &&
    config.OIDC_RP_CLIENT_SECRET !== undefined &&
    secretBytes < CLIENT_SECRET_JWT_MIN_BYTES
  ) {
    report(
      'OIDC_RP_TOKEN_AUTH_METHOD',
      `is client_secret_jwt, for which OIDC_RP_CLIENT_SECRET needs ${CLIENT_SECRET_JWT_MIN_BYTES} bytes or more`,
    )
  }
  const neededBytes = SECRET_MIN_BYTES[algorithm]
  if (neededBytes !== undefined && method === 'none') {
    report('OIDC_RP_SIGN_ALGO', `is ${algorithm}, which needs a client secret, and OIDC_RP_TOKEN_AUTH_METHOD is none`)
  } else if (neededBytes !== undefined && !isBroken('OIDC_RP_CLIENT_SECRET') && secretBytes < neededBytes) {
    report('OIDC_RP_SIGN_ALGO', `is ${algorithm}, for which OIDC_RP_CLIENT_SECRET needs ${neededBytes} bytes or more`)
  }
  if (config.OIDC_USE_NONCE === false && config.OIDC_USE_PKCE === false) {
    report('OIDC_USE_NONCE', 'is false, and OIDC_USE_PKCE too; one of them must bind the answer to the sign-in')
  }
  const signKey = config.OIDC_RP_IDP_SIGN_KEY
  if (signKey && algorithm !== '' && !VERIFIED_BY_KEY[signKey.type].includes(algorithm)) {
    report('OIDC_RP_IDP_SIGN_KEY', `is a key of type ${signKey.type}, and OIDC_RP_SIGN_ALGO is ${algorithm}`)
  }
  const [key] = config.OIDC_RP_PRIVATE_KEY ?? []
  const wanted = config.OIDC_RP_PRIVATE_KEY_ALG
  if (key && wanted !== undefined && !fits(wanted, key.algorithm, SIGNING_BY_KEY[key.type] ?? [])) {
    report('OIDC_RP_PRIVATE_KEY_ALG', `is ${wanted}, and OIDC_RP_PRIVATE_KEY is for ${key.algorithm ?? key.type}`)
  }
  if (config.OIDC_RP_ID_TOKEN_ENCRYPTED && !isThere('OIDC_RP_DECRYPTION_KEY') && !isThere('OIDC_RS_PRIVATE_KEY_STR')) {
    report('OIDC_RP_DECRYPTION_KEY', 'is not set, and OIDC_RP_ID_TOKEN_ENCRYPTED needs it')
  }
  if (config.OIDC_RS_CLIENT_SECRET !== undefined && !isThere('OIDC_RS_CLIENT_ID')) {
    report('OIDC_RS_CLIENT_ID', 'is not set, and OIDC_RS_CLIENT_SECRET belongs to it')
  }
  const keyType = config.OIDC_RS_ENCRYPTION_KEY_TYPE
  if (keyType !== undefined && config.OIDC_RS_PRIVATE_KEY_STR?.some(({ type }) => familyOf(type) !== keyType)) {
    report('OIDC_RS_ENCRYPTION_KEY_TYPE', `is ${keyType}, and OIDC_RS_PRIVATE_KEY_STR is not`)
  }
  const opener = config.OIDC_RP_DECRYPTION_KEY ?? config.OIDC_RS_PRIVATE_KEY_STR
  const wrapping = config.OIDC_RS_ENCRYPTION_ALGO
  if (wrapping !== undefined && opener && !opener.some(({ type }) => familyOf(type) === familyOfAlgorithm(wrapping))) {
    report('OIDC_RS_ENCRYPTION_ALGO', `is ${wrapping}, for which there is no decryption key`)
  }
  for (const name of overriddenProtocol(config.OIDC_AUTH_REQUEST_EXTRA_PARAMS)) {
    report('OIDC_AUTH_REQUEST_EXTRA_PARAMS', `must not have ${name}, which Gatehouse sets itself`)
  }
  return problems
}

/** Without a word on the method, whoever forgets the secret must be told so, and never becomes a public client in silence. */
function needsSecret(config: Partial<ProviderConfig>, hasKey: boolean): boolean {
  const method = config.OIDC_RP_TOKEN_AUTH_METHOD
  if (method !== undefined) return method.startsWith('client_secret_')
  return config.OIDC_TOKEN_USE_BASIC_AUTH === true || !hasKey
}

/** One key, one algorithm. @see RFC 8725 section 3.1 */
function fits(wanted: string, own: string | undefined, possible: readonly string[]): boolean {
  return own === undefined ? possible.includes(wanted) : own === wanted
}

function familyOf(type: KeyType): 'RSA' | 'EC' {
  return type === 'RSA' ? 'RSA' : 'EC'
}

function familyOfAlgorithm(algorithm: string): 'RSA' | 'EC' {
  return algorithm.startsWith('RSA') ? 'RSA' : 'EC'
}

/** What Gatehouse itself decides in an authorization request. @see OpenID Connect Core 1.0 section 3.1.2.1, RFC 9101 */
const PROTOCOL_PARAMETERS = [
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'dpop_jkt',
  'max_age',
  'nonce',
  'redirect_uri',
  'request',
  'request_uri',
  'response_mode',
  'response_type',
  'scope',
  'state',
]

function overriddenProtocol(extra: Readonly<Record<string, string>> = {}): string[] {
  return PROTOCOL_PARAMETERS.filter((name) => Object.hasOwn(extra, name))
}
