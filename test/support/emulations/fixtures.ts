/**
 * The discovery documents of the emulated providers, with names of the tests; what is behind them is made in `provider.ts`, and in
 * `refusing.ts` for those that sign no one in.
 */
import * as v from 'valibot'
import auth0Text from './discovery/auth0.json'
import authentikText from './discovery/authentik.json'
import cognito from './discovery/cognito.json'
import entraCommon from './discovery/entra-common.json'
import entraTenant from './discovery/entra-tenant.json'
import entraVersion1 from './discovery/entra-v1-tenant.json'
import gitlab from './discovery/gitlab.json'
import google from './discovery/google.json'
import okta from './discovery/okta.json'
import proconnect from './discovery/proconnect.json'
import zitadel from './discovery/zitadel.json'

const discoverySchema = v.looseObject({
  issuer: v.string(),
  authorization_endpoint: v.string(),
  token_endpoint: v.string(),
  jwks_uri: v.string(),
  userinfo_endpoint: v.string(),
  end_session_endpoint: v.optional(v.string()),
  revocation_endpoint: v.optional(v.string()),
  introspection_endpoint: v.optional(v.string()),
  token_endpoint_auth_methods_supported: v.array(v.string()),
})

/** Members as a provider shows them. */
export type Discovery = Readonly<v.InferOutput<typeof discoverySchema>>

export const TENANT = '88888888-8888-8888-8888-888888888888'
export const AUTH0_DOMAIN = 'acme.eu.auth0.com'
export const OKTA_DOMAIN = 'acme.okta.com'
export const COGNITO_POOL = 'https://cognito-idp.eu-west-3.amazonaws.com/eu-west-3_AcmePool'
export const COGNITO_LOGIN = 'https://acme.auth.eu-west-3.amazoncognito.com'
export const ZITADEL_DOMAIN = 'acme.eu1.zitadel.cloud'
export const GITLAB_DOMAIN = 'gitlab.example.org'
export const AUTHENTIK = 'https://sso.example.org'

/** The document with some words replaced everywhere. */
function named(document: object, names: Readonly<Record<string, string>> = {}): Discovery {
  let text = JSON.stringify(document)
  for (const [word, name] of Object.entries(names)) text = text.replaceAll(word, name)
  return v.parse(discoverySchema, JSON.parse(text))
}

export const DOCUMENTS = {
  authentik: named(authentikText, { HOST: new URL(AUTHENTIK).host, SLUG: 'gatehouse' }),
  auth0: named(auth0Text, { 'TENANT.REGION.auth0.com': AUTH0_DOMAIN }),
  google: named(google),
  entra: named(entraTenant),
  entraOrganizations: named(entraCommon, { '/common/': '/organizations/' }),
  entraVersion1: named(entraVersion1),
  proconnect: named(proconnect),
  okta: named(okta, { 'example.okta.com': OKTA_DOMAIN }),
  // The org authorization server.
  oktaOrganization: named(okta, {
    'https://example.okta.com/oauth2/default/v1': `https://${OKTA_DOMAIN}/oauth2/v1`,
    'https://example.okta.com/oauth2/default': `https://${OKTA_DOMAIN}`,
    '"device_sso"': '"groups"',
  }),
  cognito: named(cognito, {
    'us-east-1_EXAMPLE': 'eu-west-3_AcmePool',
    'us-east-1': 'eu-west-3',
    'example.auth': 'acme.auth',
  }),
  zitadel: named(zitadel, { 'example.zitadel.cloud': ZITADEL_DOMAIN }),
  gitlab: named(gitlab),
}
