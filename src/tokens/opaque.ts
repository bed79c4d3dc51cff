/**
 * Tokens that say nothing by themselves: which of them are worth asking a provider about, whom to ask, and what its answer is worth.
 */

import type { App } from '../accounts/apps.ts'
import { nameOf } from '../config/names.ts'
import { GatehouseError } from '../errors.ts'
import type { Claims } from '../oidc/claims.ts'
import type { Provider } from '../oidc/provider.ts'
import { headerIn } from '../oidc/unverified-jwt.ts'
import { SESSION_TOKEN_PREFIX } from '../sessions/session.ts'
import { carriesSealed, type Sealers } from '../sessions/vault.ts'
import {
  accessTokenOf,
  type BadToken,
  bad,
  faultOfBinding,
  faultOfLife,
  faultOfSubject,
  goodToken,
  type Verdict,
} from './access-token.ts'
import { type AskingPorts, askProvider } from './asking.ts'
import { faultOfAudience, forApp } from './audience.ts'

/** Fewer would not have the 128 bits that a token must have. @see RFC 6749 section 10.10 */
const TOKEN_MIN_CHARACTERS = 22
/** Twice what the longest opaque tokens are known to have (Google: 2048). */
const TOKEN_MAX_CHARACTERS = 4096
/** An encrypted one has claims inside, as a JWT has. */
const ENCRYPTED_MAX_CHARACTERS = 16_384
/** Every visible character, because Salesforce writes `!`. @see RFC 6749 appendix A.12, which also allows blanks, which no provider writes */
const VISIBLE = /^[\x21-\x7e]+$/
/** A token is shown to each provider that is asked, and each may take timeoutSeconds. */
const ASKED_MAX = 3

/**
 * Whether a provider could have issued it, as far as its form shows: it is nothing that we made ourselves, and not a mangled JWT. A JWE
 * could be anyone's.
 *
 * @see RFC 7516 section 7.1
 */
async function looksOpaque(token: string, sealers: Sealers): Promise<boolean> {
  const parts = token.length > ENCRYPTED_MAX_CHARACTERS ? [] : token.split('.')
  const hasHeader = headerIn(withoutPadding(parts[0] ?? '')) !== null
  if (hasHeader && parts.length === 3) return false
  const longest = hasHeader && parts.length === 5 ? ENCRYPTED_MAX_CHARACTERS : TOKEN_MAX_CHARACTERS
  if (token.length < TOKEN_MIN_CHARACTERS || token.length > longest) return false
  // Our session tokens, alone or with something around them, such as the name of the cookie.
  if (token.includes(SESSION_TOKEN_PREFIX)) return false
  return VISIBLE.test(token) && !(await carriesSealed(token, sealers))
}

/** Some libraries pad the parts of a JWT, and accept padding. */
function withoutPadding(part: string): string {
  return part.replace(/={1,3}$/, '')
}

/**
 * Checks an opaque access token for an app, by asking the providers that can be asked, one after the other, until one knows it.
 *
 * @param from the only provider that may have issued it; `null`: the app does not say
 * @throws GatehouseError when someone who might know it could not be asked: that is no verdict
 * @see RFC 7662 section 4
 */
export async function checkOpaque(
  token: string,
  app: App,
  ports: AskingPorts,
  from: Provider | null,
): Promise<Verdict> {
  if (!(await looksOpaque(token, ports.sealers))) return bad('nothing that a provider could have issued')
  const asked: string[] = []
  const failures: unknown[] = []
  for (const provider of from === null ? ports.providers.all : [from]) {
    if (asked.length >= ASKED_MAX) break
    try {
      if (!(await provider.introspects())) continue
      asked.push(provider.id)
      const verdict = await askProvider(provider, token, app, ports, (said) => judged(said, provider, app, ports))
      if (verdict) return verdict
    } catch (error) {
      if (!(error instanceof GatehouseError)) throw error
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  if (asked.length === 0) return bad('opaque, and no provider can be asked about it')
  return bad(`opaque, and not active at ${asked.join(', ')}`)
}

async function judged(
  said: Claims,
  provider: Provider,
  app: App,
  { config, providers, clock }: AskingPorts,
): Promise<Verdict> {
  const claims = { ...said, iss: said.iss ?? (await provider.issuer()) }
  const issuing = await providers.issuing(claims.iss)
  const read = accessTokenOf(claims, 'answer', provider)
  const fault =
    (issuing.includes(provider) ? undefined : bad('another issuer')) ??
    faultOfKind(said, provider) ??
    faultOfSubject(read, 'answer') ??
    faultOfBinding(claims) ??
    faultOfLife(claims, provider.config, clock) ??
    faultOfAudience(read, app, config, issuing)
  return fault ?? goodToken(forApp(app, read, config, issuing), app, provider.config, config)
}

/** How providers call an access token. @see RFC 6749 section 7.1, RFC 8693 section 3 */
const ACCESS_TOKEN = ['bearer', 'dpop', 'at+jwt', 'access_token', 'urn:ietf:params:oauth:token-type:access_token']

/**
 * The endpoint answers for refresh tokens, too, and a provider may leave out just this member for them (oidc-provider does). An
 * answer that does not name the kind is not enough, unless the operator knows that the endpoint answers for access tokens only.
 */
function faultOfKind({ token_type, token_use, typ }: Claims, { config }: Provider): BadToken | undefined {
  // `token_use` is known from Hydra, `typ` from Keycloak.
  const kinds = [token_type, token_use, typ].filter((kind) => kind !== undefined)
  if (kinds.length === 0 && config.introspectsAccessTokensOnly) return undefined
  if (kinds.length === 0) {
    const reason = 'the provider does not say that it is an access token (token_type)'
    return bad(reason, `see ${nameOf('introspectsAccessTokensOnly')}`)
  }
  const isAccessToken = kinds.every((kind) => typeof kind === 'string' && ACCESS_TOKEN.includes(kind.toLowerCase()))
  return isAccessToken ? undefined : bad('not an access token')
}
