/**
 * What the embedded provider is, in the words of oidc-provider's configuration; the server around it is in `provider.ts`.
 */
import type { AdapterFactory, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { type RelyingParty, registeredClients, SERVICE_ROLES } from './clients.ts'
import type { SigningKey } from './keys.ts'
import { messagePage, type Page, signOutPage } from './pages.ts'
import { accessTokenClaims, CLAIMS_BY_SCOPE, personBySubject } from './people.ts'
import { recordForUserinfo } from './userinfo.ts'

const SCOPES = 'openid profile email phone'
const DAY_SECONDS = 86_400

/** What differs from one embedded provider to the next. */
export interface Setup {
  readonly issuer: string
  readonly port: number
  readonly relyingParty: RelyingParty
  readonly accessTokenSeconds: number
  readonly backchannelLogout: boolean
  readonly signingKey: SigningKey
  readonly cookieKeys: readonly string[]
  readonly storage: AdapterFactory
  /** Changes the configuration at the end, for tests that need a provider with other features. */
  readonly customize: (configuration: Configuration) => Configuration
}

/** The whole configuration. It names everything that oidc-provider would otherwise warn about. */
export function providerConfiguration(setup: Setup): Configuration {
  const { relyingParty, accessTokenSeconds, port } = setup
  return setup.customize({
    adapter: setup.storage,
    clients: registeredClients(setup.issuer, relyingParty),
    jwks: { keys: [setup.signingKey] },
    responseTypes: ['code'],
    scopes: SCOPES.split(' '),
    claims: CLAIMS_BY_SCOPE,
    conformIdTokenClaims: false,
    clientBasedCORS: () => false,
    pkce: { required: () => true },
    cookies: {
      keys: setup.cookieKeys,
      // Cookies do not know ports: without this, two providers on this machine would sign each other's people out.
      names: { session: `idp_session_${port}`, interaction: `idp_interaction_${port}`, resume: `idp_resume_${port}` },
    },
    ttl: {
      AccessToken: accessTokenSeconds,
      ClientCredentials: accessTokenSeconds,
      IdToken: 3600,
      AuthorizationCode: 60,
      Interaction: 3600,
      Session: DAY_SECONDS,
      Grant: DAY_SECONDS,
      RefreshToken: DAY_SECONDS,
    },
    // As Keycloak does it: a refresh token without asking for offline_access, which dies with the session.
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, subject) => {
      const person = personBySubject(subject)
      if (person === undefined) return undefined
      return { accountId: subject, claims: () => ({ sub: subject, ...person.claims }) }
    },
    loadExistingGrant: (ctx) => grantWithoutAsking(ctx, relyingParty.baseUrl),
    extraTokenClaims: (_ctx, token) => {
      if (token.kind === 'ClientCredentials') {
        const role = SERVICE_ROLES.get(token.clientId ?? '')
        return { realm_access: { roles: role === undefined ? [] : [role] } }
      }
      const person = personBySubject(token.accountId)
      return person && { sid: token.sid, ...accessTokenClaims(person) }
    },
    formats: { customizers: { jwt: recordForUserinfo } },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => relyingParty.baseUrl,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: SCOPES,
          audience: relyingParty.baseUrl,
          accessTokenFormat: 'jwt',
          accessTokenTTL: accessTokenSeconds,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
      backchannelLogout: { enabled: true },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) =>
          show(ctx, signOutPage({ form, isAsked: ctx.oidc.entities.IdTokenHint !== undefined })),
        postLogoutSuccessSource: (ctx) =>
          show(ctx, messagePage('Signed out', 'You are signed out. You can close this page.')),
      },
    },
    // Asked for back-channel logout only, which cannot be configured away: without its address there is no `sid` in ID tokens.
    fetch: async (input, init) => {
      if (!setup.backchannelLogout) return new Response(null, { status: 204 })
      // oidc-provider's guard against requests into the local network rides on `dispatcher`; here the relying party is local.
      const { dispatcher: _guard, ...rest }: RequestInit & { dispatcher?: unknown } = init ?? {}
      return fetch(input, rest)
    },
    renderError: (ctx, { error, error_description }) =>
      show(ctx, messagePage('This did not work', `${error}: ${error_description ?? 'no description'}`)),
  })
}

/** The relying party is the provider's own, so no one is asked for consent. */
async function grantWithoutAsking(ctx: KoaContextWithOIDC, resource: string) {
  const { client, session, provider } = ctx.oidc
  if (client === undefined || session?.accountId === undefined) return undefined
  const grantId = session.grantIdFor(client.clientId)
  const existing = grantId === undefined ? undefined : await provider.Grant.find(grantId)
  const grant = existing ?? new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope(SCOPES)
  grant.addResourceScope(resource, SCOPES)
  await grant.save()
  return grant
}

function show(ctx: KoaContextWithOIDC, { html, contentSecurityPolicy }: Page): void {
  ctx.type = 'html'
  ctx.set('content-security-policy', contentSecurityPolicy)
  ctx.set('referrer-policy', 'no-referrer')
  ctx.body = html
}
