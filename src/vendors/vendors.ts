/**
 * Every type of provider that Gatehouse knows, by the name that operators write; the order is that in which an issuer is recognised.
 */
import { auth0 } from './auth0.ts'
import { authentik } from './authentik.ts'
import { cognito } from './cognito.ts'
import { dex } from './dex.ts'
import { entra } from './entra/entra.ts'
import { generic } from './generic.ts'
import { gitlab } from './gitlab.ts'
import { google } from './google.ts'
import { keycloak } from './keycloak/keycloak.ts'
import { okta } from './okta.ts'
import { proconnect } from './proconnect.ts'
import type { Vendor } from './vendor.ts'
import { zitadel } from './zitadel.ts'

/** The types, of which the last takes everything. */
export const PROVIDER_TYPES = [
  'keycloak',
  'authentik',
  'dex',
  'auth0',
  'google',
  'entra',
  'proconnect',
  'okta',
  'cognito',
  'zitadel',
  'gitlab',
  'generic',
] as const

export type ProviderType = (typeof PROVIDER_TYPES)[number]

export const VENDORS: Readonly<Record<ProviderType, Vendor>> = {
  keycloak,
  authentik,
  dex,
  auth0,
  google,
  entra,
  proconnect,
  okta,
  cognito,
  zitadel,
  gitlab,
  generic,
}

/** The type of a provider whose issuer alone is known. */
export function typeOfIssuer(issuer: string): ProviderType {
  return PROVIDER_TYPES.find((type) => VENDORS[type].recognises(new URL(issuer))) ?? 'generic'
}
