/**
 * What each type of provider decides, so that the operator need not: the form of its issuer, and settings that are other than usual.
 */
import type { ProviderConfig } from './env.ts'
import type { ProviderType } from './place-settings.ts'
import type { ProviderSettingName } from './provider-settings.ts'
import { withoutSlash } from './urls.ts'

/** The settings that say where a provider is, in place of OIDC_OP_URL. */
export const FACTS = [
  'OIDC_OP_BASE_URL',
  'OIDC_OP_REALM',
  'OIDC_OP_SLUG',
  'OIDC_OP_DOMAIN',
  'OIDC_OP_TENANT',
] as const satisfies readonly ProviderSettingName[]

export type Fact = (typeof FACTS)[number]

export type Facts = { readonly [Name in Fact]?: string | undefined }

export interface Preset {
  /** What people call it; `undefined`: they do not, and the host must do. */
  readonly label: string | undefined
  /** What it takes to know the issuer; none: nothing, or OIDC_OP_URL itself. */
  readonly facts: readonly Fact[]
  /** The issuer of these facts; `undefined`: they do not say. */
  issuer(facts: Facts): string | undefined
  /** Whether an issuer looks like one of this type. */
  recognises(issuer: URL): boolean
  /** The issuer that an endpoint belongs to, where it is no parent path of it. */
  issuerOf?(endpoint: URL): string | undefined
  /** What a setting means that is not set. */
  readonly defaults: Readonly<Partial<ProviderConfig>>
}

/** The last is of version 1, which is refused with the right sentence when it is known to be Microsoft's. */
const MICROSOFT = [
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
  'sts.windows.net',
]

const PROCONNECT = /(^|\.)(agentconnect|proconnect|dev-agentconnect)\.(rie\.)?(gouv\.)?fr$/

/** @see the documentation of each provider, gathered in docs/providers/ */
export const PRESETS: Readonly<Record<ProviderType, Preset>> = {
  keycloak: {
    label: 'Keycloak',
    facts: ['OIDC_OP_BASE_URL', 'OIDC_OP_REALM'],
    issuer: ({ OIDC_OP_BASE_URL: base, OIDC_OP_REALM: realm }) =>
      base && realm && `${withoutSlash(base)}/realms/${encodeURIComponent(realm)}`,
    recognises: ({ pathname }) => /\/realms\/[^/]+$/.test(pathname),
    defaults: {},
  },
  authentik: {
    label: 'authentik',
    facts: ['OIDC_OP_BASE_URL', 'OIDC_OP_SLUG'],
    issuer: ({ OIDC_OP_BASE_URL: base, OIDC_OP_SLUG: slug }) =>
      base && slug && `${withoutSlash(base)}/application/o/${slug}/`,
    recognises: ({ pathname }) => /\/application\/o\/[^/]+\/$/.test(pathname),
    defaults: { OIDC_USERINFO_GROUPS_CLAIM: ['groups'] },
  },
  dex: {
    label: 'Dex',
    facts: ['OIDC_OP_BASE_URL'],
    // The issuer is what stands in the configuration of Dex, to the final slash.
    issuer: ({ OIDC_OP_BASE_URL: base }) => base,
    recognises: ({ pathname }) => /\/dex\/?$/.test(pathname),
    defaults: { OIDC_USERINFO_GROUPS_CLAIM: ['groups'] },
  },
  auth0: {
    label: 'Auth0',
    facts: ['OIDC_OP_DOMAIN'],
    issuer: ({ OIDC_OP_DOMAIN: domain }) => domain && `https://${domain}/`,
    recognises: ({ hostname }) => hostname.endsWith('.auth0.com'),
    defaults: { OIDC_USERINFO_GROUPS_CLAIM: [] },
  },
  google: {
    label: 'Google',
    facts: [],
    issuer: () => 'https://accounts.google.com',
    recognises: ({ hostname }) => hostname === 'accounts.google.com',
    issuerOf: () => 'https://accounts.google.com',
    defaults: { OIDC_USERINFO_GROUPS_CLAIM: [] },
  },
  entra: {
    label: 'Microsoft',
    facts: ['OIDC_OP_TENANT'],
    issuer: ({ OIDC_OP_TENANT: tenant }) => tenant && `https://login.microsoftonline.com/${tenant}/v2.0`,
    recognises: ({ hostname }) => MICROSOFT.includes(hostname),
    issuerOf: ({ origin, pathname }) => `${origin}/${pathname.split('/')[1]}/v2.0`,
    // `sub` is another one for each application. @see Microsoft, "ID token claims reference"
    defaults: { GATEHOUSE_SUBJECT_CLAIM: 'oid', OIDC_USERINFO_GROUPS_CLAIM: ['groups'] },
  },
  proconnect: {
    label: 'ProConnect',
    facts: ['OIDC_OP_DOMAIN'],
    issuer: ({ OIDC_OP_DOMAIN: domain }) => domain && `https://${domain}/api/v2`,
    recognises: ({ hostname }) => PROCONNECT.test(hostname),
    defaults: {
      OIDC_USERINFO_GROUPS_CLAIM: ['roles'],
      // What every application may ask for; a scope that was not granted is refused (invalid_scope).
      OIDC_RP_SCOPES: ['openid', 'given_name', 'usual_name', 'email', 'uid', 'siret', 'idp_id'],
    },
  },
  generic: {
    label: undefined,
    facts: [],
    issuer: () => undefined,
    recognises: () => true,
    defaults: {},
  },
}

/** The type of a provider whose issuer alone is known. */
export function typeOfIssuer(issuer: string): ProviderType {
  const types = Object.keys(PRESETS) as ProviderType[] // the record has exactly these names, the last of them takes everything
  return types.find((type) => PRESETS[type].recognises(new URL(issuer))) ?? 'generic'
}
