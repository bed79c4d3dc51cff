/**
 * Goes past the page on which Dex lets people choose a connector: only behind it does Dex look at the request.
 */
import type { ProviderConfig } from '../config/env.ts'
import { GatehouseError } from '../errors.ts'
import type { AuthorizationAnswer, Discovered, Examination, Metadata } from '../oidc/examination.ts'

/**
 * The answer to the authorization request, or to the first connector that Dex offers in its place.
 *
 * @see https://github.com/dexidp/dex, `server/handlers.go`, `handleAuthorization` and `handleConnectorLogin`
 */
export async function authorizePastChoice(
  { OIDC_OP_TYPE: type }: ProviderConfig,
  redirectUri: string,
  discovered: Discovered & { readonly metadata: Metadata },
  examination: Examination,
): Promise<AuthorizationAnswer> {
  const answer = await examination.authorize(redirectUri, discovered)
  if (type !== 'dex' || answer.kind !== 'page' || answer.exchange.status !== 200) return answer
  const connector = connectorIn(answer.exchange.text, discovered.metadata.authorization_endpoint)
  if (connector === null) return answer
  const exchange = await examination.visit(connector)
  return exchange instanceof GatehouseError ? answer : { kind: 'page', exchange }
}

/** Only what lies below the authorization endpoint itself is followed. */
function connectorIn(page: string, endpoint: string): string | null {
  const below = new URL(`${endpoint.replace(/\?.*$/, '')}/`)
  for (const [, href = ''] of page.matchAll(/\bhref="([^"]+)"/g)) {
    const address = href.replaceAll('&amp;', '&')
    if (!URL.canParse(address, endpoint)) continue
    const url = new URL(address, endpoint)
    if (url.origin === below.origin && url.pathname.startsWith(below.pathname)) return url.href
  }
  return null
}
