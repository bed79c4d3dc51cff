/**
 * What is special about the provider of some settings, and what it may call itself; the vendors themselves are in `vendors/`.
 */
import type { ProviderConfig } from '../config/model.ts'
import { accessTokenForm } from '../vendors/standard/access-token-forms.ts'
import type { Vendor } from '../vendors/vendor.ts'
import { VENDORS } from '../vendors/vendors.ts'

export type Quirks = Vendor

/** The vendor of a provider, with the form of access tokens that is set for a generic one. */
export function quirksOf({
  type,
  accessTokenForm: form,
}: Pick<ProviderConfig, 'type'> & Partial<Pick<ProviderConfig, 'accessTokenForm'>>): Quirks {
  return type === 'generic' ? { ...VENDORS.generic, ...accessTokenForm(form) } : VENDORS[type]
}

/** What the provider at its configured issuer may call itself; nothing, when that is to be looked for. */
export function acceptedIssuers(config: ProviderConfig): readonly string[] {
  const { issuer: url, otherIssuers } = config
  return url === undefined ? [] : [...new Set([...quirksOf(config).issuersAt(url), ...otherIssuers])]
}
