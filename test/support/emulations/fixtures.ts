/**
 * The discovery documents of the emulated providers, with names of the tests; what is behind them is made in `provider.ts`.
 */
import auth0Text from './discovery/auth0.json'
import authentikText from './discovery/authentik.json'
import entraCommon from './discovery/entra-common.json'
import entraTenant from './discovery/entra-tenant.json'
import entraVersion1 from './discovery/entra-v1-tenant.json'
import google from './discovery/google.json'
import proconnect from './discovery/proconnect.json'

/** Members as a provider shows them. */
export type Discovery = Readonly<Record<string, unknown>> & {
  readonly issuer: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly jwks_uri: string
  readonly userinfo_endpoint: string
}

export const TENANT = '88888888-8888-8888-8888-888888888888'

/** The document with some words replaced everywhere. */
function named(document: Discovery, names: Readonly<Record<string, string>>): Discovery {
  let text = JSON.stringify(document)
  for (const [word, name] of Object.entries(names)) text = text.replaceAll(word, name)
  return JSON.parse(text)
}

export const DOCUMENTS = {
  authentik: named(authentikText, { HOST: 'authentik.example.org', SLUG: 'gatehouse' }),
  auth0: named(auth0Text, { 'TENANT.REGION': 'example.eu' }),
  google: google as Discovery,
  entra: entraTenant as Discovery,
  entraOrganizations: named(entraCommon, { '/common/': '/organizations/' }),
  entraVersion1: entraVersion1 as Discovery,
  proconnect: proconnect as Discovery,
}
