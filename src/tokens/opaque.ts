/**
 * Tokens that say nothing by themselves: which of them are worth asking a provider about, whom to ask, and what its answer is worth.
 */
import type { App } from '../accounts/apps.ts'
import { GatehouseError } from '../errors.ts'
import type { Claims, Provider } from '../oidc/provider.ts'
import { flawOfLife, flawOfSubject, goodToken } from './access-token.ts'
import { type AskingPorts, askProvider } from './asking.ts'
import { claimsFor, flawOfAudience } from './audience.ts'
import { bad, type Verdict } from './verdict.ts'

/** Fewer would not have the 128 bits that a token must have. @see RFC 6749 section 10.10 */
const TOKEN_MIN_CHARACTERS = 22
/** Twice what the longest opaque tokens are known to have (Google: 2048). */
const TOKEN_MAX_CHARACTERS = 4096
/** @see RFC 6750 section 2.1 */
const BEARER_TOKEN = /^[\w.~+/-]+=*$/
/** What is sealed, by us or by anybody, is for whoever has the key; ours are nobody else's business. @see RFC 7516 section 7.1 */
const ENCRYPTED = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]*\.[\w-]+$/
const OUR_PREFIX = 'gths_'
/** A token is shown to each provider that is asked, and each may take OIDC_TIMEOUT. */
const ASKED_MAX = 3

/** Whether a provider could have issued it, as far as that can be seen. */
function looksOpaque(token: string): boolean {
  if (token.length < TOKEN_MIN_CHARACTERS || token.length > TOKEN_MAX_CHARACTERS) return false
  return BEARER_TOKEN.test(token) && !ENCRYPTED.test(token) && !token.startsWith(OUR_PREFIX)
}

/**
 * Checks an opaque access token for an app, by asking the providers that can be asked, one after the other, until one knows it.
 *
 * @param from the only provider that may have issued it; `null`: the app does not say
 * @throws GatehouseError when somebody who might know it could not be asked: that is no verdict
 * @see RFC 7662 section 4
 */
export async function checkOpaque(
  token: string,
  app: App,
  ports: AskingPorts,
  from: Provider | null,
): Promise<Verdict> {
  if (!looksOpaque(token)) return bad('nothing that a provider could have issued')
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
  const flaw =
    (issuing.includes(provider) ? undefined : 'another issuer') ??
    flawOfKind(said) ??
    flawOfSubject(claims) ??
    flawOfLife(claims, provider.config, clock) ??
    flawOfAudience(claims, app, config, issuing)
  return flaw ? bad(flaw) : goodToken(claimsFor(app, claims, config, issuing), config)
}

/** How providers call an access token. @see RFC 6749 section 7.1, RFC 8693 section 3 */
const ACCESS_TOKEN = ['bearer', 'dpop', 'at+jwt', 'access_token', 'urn:ietf:params:oauth:token-type:access_token']

/**
 * The endpoint answers for refresh tokens, too, and a provider may leave out just this member for them (oidc-provider does). So
 * whoever says nothing of the kind has not said that it is an access token.
 */
function flawOfKind({ token_type, token_use, typ }: Claims): string | undefined {
  // `token_use` is known from Hydra, `typ` from Keycloak.
  const kinds = [token_type, token_use, typ].filter((kind) => kind !== undefined)
  if (kinds.length === 0) return 'the provider does not say that it is an access token (token_type)'
  const isAccessToken = kinds.every((kind) => typeof kind === 'string' && ACCESS_TOKEN.includes(kind.toLowerCase()))
  return isAccessToken ? undefined : 'not an access token'
}
