/**
 * The clients registered at the embedded provider: the relying party, and the services that sign in as themselves; no protocol here.
 */
import { createHash } from 'node:crypto'
import type { ClientMetadata } from 'oidc-provider'

/** The program whose sign-ins the embedded provider serves: Gatehouse. */
export interface RelyingParty {
  readonly clientId: string
  readonly clientSecret: string
  /** Where the relying party is reached, without a final slash; also the audience of every access token. */
  readonly baseUrl: string
}

/** Services and the role that each may show, by client id. */
export const SERVICE_ROLES: ReadonlyMap<string, string> = new Map([
  ['recorder', 'opentalk-recorder'],
  ['call-in', 'opentalk-call-in'],
])

/** A service's secret, derived so that the token command knows it without being told. */
export function serviceSecret(relyingPartySecret: string, serviceId: string): string {
  return createHash('sha256').update(`${relyingPartySecret}:${serviceId}`).digest('hex')
}

/** Where the token command catches the code. Nothing listens there: the command reads the address and never goes to it. */
export function tokenCommandRedirectUri(issuer: string): string {
  return `${issuer}/dev/token-callback`
}

/** All clients in the form that oidc-provider registers. */
export function registeredClients(issuer: string, relyingParty: RelyingParty): ClientMetadata[] {
  const { clientId, clientSecret, baseUrl } = relyingParty
  const services = [...SERVICE_ROLES.keys()].map(
    (serviceId): ClientMetadata => ({
      client_id: serviceId,
      client_secret: serviceSecret(clientSecret, serviceId),
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    }),
  )
  return [
    {
      client_id: clientId,
      client_secret: clientSecret,
      client_name: 'Gatehouse',
      // oidc-provider takes client_secret_basic from such a client too.
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [`${baseUrl}/api/v1.0/callback/`, tokenCommandRedirectUri(issuer)],
      post_logout_redirect_uris: [`${baseUrl}/api/v1.0/logout-callback/`],
      // Both together are what makes oidc-provider put `sid` into ID tokens.
      backchannel_logout_uri: `${baseUrl}/api/v1.0/backchannel-logout/`,
      backchannel_logout_session_required: true,
    },
    ...services,
  ]
}
