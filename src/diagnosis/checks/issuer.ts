/**
 * In what two issuers differ, and where else a provider might be found; asks no one.
 */

import type { ProviderConfig } from '../../config/model.ts'
import { nameOf, withNames } from '../../config/names.ts'
import { isLoopback } from '../../config/values/urls.ts'
import { withoutSlash } from '../../vendors/standard/standard.ts'
import type { Difference } from '../../vendors/vendor.ts'
import { PROVIDER_TYPES, VENDORS } from '../../vendors/vendors.ts'

/** Names the difference between what is configured and what the provider calls itself, from the most telling to the least. */
export function issuerDifference({ issuer: configured = '', type }: ProviderConfig, said: string): Difference {
  const both = `${nameOf('issuer')} is ${configured}, and the provider calls itself ${said}.`
  const difference = (what: string, fix: string) => ({ seen: `${both} ${what}`, fix })
  if (said === '')
    return difference('It names no issuer at all.', `${nameOf('issuer')} must be the address of an OpenID provider.`)
  const known = PROVIDER_TYPES.map((one) => VENDORS[one].differenceOf(said)).find((one) => one !== null)
  if (known) return difference(known.seen, withNames(known.fix))
  if (!URL.canParse(said)) return difference('That is no URL.', 'Correct the issuer at the provider.')
  const ours = new URL(configured)
  const theirs = new URL(said)
  if (withoutSlash(configured) === withoutSlash(said)) {
    const which = said.endsWith('/') ? 'with a slash at the end' : 'without a slash at the end'
    return difference('The slash at the end differs.', `Write ${nameOf('issuer')} ${which}: ${said}`)
  }
  if (ours.protocol !== theirs.protocol && ours.host === theirs.host) {
    return difference(
      'The scheme (http, https) differs.',
      theirs.protocol === 'http:'
        ? `The provider believes that it was asked by http: the proxy before it must pass on X-Forwarded-Proto and Host${VENDORS[type].behindProxy}.`
        : `Write ${nameOf('issuer')} with https: ${said}`,
    )
  }
  if (ours.hostname !== theirs.hostname) {
    return difference(
      'The host differs.',
      withNames(
        VENDORS[type].hostFix(said, theirs.host) ??
          `Set {issuer} to ${said}, or correct the public address in the configuration of the provider.`,
      ),
    )
  }
  if (ours.port !== theirs.port) {
    return difference(
      'The port differs.',
      `Set ${nameOf('issuer')} to ${said}, or correct the public address of the provider.`,
    )
  }
  const ofPath = VENDORS[type].pathDifference(theirs)
  if (ofPath) return difference(ofPath.seen, ofPath.fix)
  if (ours.pathname.toLowerCase() === theirs.pathname.toLowerCase()) {
    return difference('Capital and small letters differ.', `Set ${nameOf('issuer')} to ${said}`)
  }
  return difference('The path differs.', `Set ${nameOf('issuer')} to ${said}, if that is your provider.`)
}

/** Where the provider might be when there is nothing at issuer, the likeliest first; at most three. */
export function otherAddresses({ issuer: configured = '' }: ProviderConfig): readonly string[] {
  const url = new URL(configured)
  const { origin, pathname, hostname } = url
  const path = withoutSlash(pathname)
  const candidates = [
    path.replace(/\/\.well-known(\/.*)?$/, ''),
    ...PROVIDER_TYPES.flatMap((type) => VENDORS[type].otherPaths(new URL(origin + path))),
    path === '' ? null : '',
  ].flatMap((candidate) => (candidate === null || candidate === path ? [] : [origin + candidate]))
  const swapped = isLoopback(hostname) ? [configured.replace(/^http(s?):/, (_, s) => (s ? 'http:' : 'https:'))] : []
  return [...new Set([...swapped, ...candidates])].slice(0, 3)
}
