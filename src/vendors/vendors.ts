/**
 * Every type of provider that Gatehouse knows, by the name that operators write, in the order in which an issuer is recognised; which one is
 * meant by the settings of a provider.
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
import { type AccessTokenFormName, accessTokenForm } from './standard/access-token-forms.ts'
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

/** The settings that say which vendor a provider is of. */
interface VendorSettings {
  readonly type: ProviderType
  /** Set for a generic one alone. */
  readonly accessTokenForm?: AccessTokenFormName | undefined
}

/** The vendor of a provider, with the form of access tokens that is set for a generic one. */
export function quirksOf({ type, accessTokenForm: form }: VendorSettings): Vendor {
  return type === 'generic' ? { ...VENDORS.generic, ...accessTokenForm(form) } : VENDORS[type]
}

/** What the provider at its configured issuer may call itself; nothing, when that is to be looked for. */
export function acceptedIssuers({
  type,
  issuer: url,
  otherIssuers,
}: {
  readonly type: ProviderType
  readonly issuer?: string | undefined
  readonly otherIssuers: readonly string[]
}): readonly string[] {
  return url === undefined ? [] : [...new Set([...VENDORS[type].issuersAt(url), ...otherIssuers])]
}
