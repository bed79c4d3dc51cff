/**
 * What is wrong with settings because of the type of the provider: what it must be told, and what means nothing to it.
 */
import type { ProviderConfig } from './env.ts'
import type { ProviderType } from './place-settings.ts'
import { type ProviderSettingName, providerSettings } from './provider-settings.ts'
import { type Problem, problemsOf } from './reading.ts'

/** Who restricts whom must not be overlooked in silence. */
const BELONGS_TO: Partial<Record<ProviderSettingName, ProviderType>> = {
  OIDC_OP_ALLOWED_TENANTS: 'entra',
  OIDC_OP_HOSTED_DOMAINS: 'google',
}

/**
 * @param config the settings of one provider that could be read, its type among them
 * @param issuer where it is, as far as that is known
 * @param isBroken whether a setting is there but could not be read, which is a problem already
 * @param nameOf how the operator writes a setting
 */
export function typeProblems(
  config: Partial<ProviderConfig>,
  issuer: string | undefined,
  isBroken: (name: ProviderSettingName) => boolean,
  nameOf: (name: ProviderSettingName) => string,
): Problem[] {
  const problem = problemsOf(providerSettings, nameOf)
  const entries = Object.entries(BELONGS_TO) as [ProviderSettingName, ProviderType][] // of the record just above
  const foreign = entries
    .filter(([name, type]) => config[name] !== undefined && config.OIDC_OP_TYPE !== type)
    .map(([name, type]) => problem(name, `is for a provider of type ${type}, and this one is ${config.OIDC_OP_TYPE}`))
  if (config.OIDC_OP_URL !== undefined && new URL(config.OIDC_OP_URL).hostname === 'sts.windows.net') {
    const sentence =
      'is of version 1 of the Microsoft identity platform; write https://login.microsoftonline.com/TENANT/v2.0, with the directory (tenant) id'
    return [...foreign, problem('OIDC_OP_URL', sentence)]
  }
  const mustSayWho = config.OIDC_OP_TYPE === 'entra' && issuer !== undefined && servesSeveralTenants(issuer)
  const saysWho = config.OIDC_OP_ALLOWED_TENANTS !== undefined || isBroken('OIDC_OP_ALLOWED_TENANTS')
  if (!mustSayWho || saysWho) return foreign
  const sentence =
    'is not set, and through organizations or common people of any tenant come; name the tenants that may, or * for all'
  return [...foreign, problem('OIDC_OP_ALLOWED_TENANTS', sentence)]
}

function servesSeveralTenants(issuer: string): boolean {
  return /^\/(?:organizations|common)(?:\/|$)/.test(new URL(issuer).pathname)
}
