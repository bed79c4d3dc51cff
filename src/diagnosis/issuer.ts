/**
 * In what two issuers differ, and where else a provider might be found; asks nobody.
 */
import type { ProviderConfig } from '../config/env.ts'
import { isLoopback, withoutSlash } from '../config/urls.ts'

export interface Difference {
  readonly seen: string
  readonly fix: string
}

/** Names the difference between what is configured and what the provider calls itself, from the most telling to the least. */
export function issuerDifference(
  { OIDC_OP_URL: configured = '', OIDC_OP_TYPE: type }: ProviderConfig,
  said: string,
): Difference {
  const both = `OIDC_OP_URL is ${configured}, and the provider calls itself ${said}.`
  const difference = (what: string, fix: string) => ({ seen: `${both} ${what}`, fix })
  if (said === '')
    return difference('It names no issuer at all.', 'OIDC_OP_URL must be the address of an OpenID provider.')
  if (said.includes('{tenantid}')) {
    return difference(
      'That is a template: this address serves many tenants.',
      'Set OIDC_OP_TENANT (or the path of OIDC_OP_URL) to the Directory (tenant) ID. To let in several tenants, set OIDC_OP_TYPE=entra, OIDC_OP_TENANT=organizations and OIDC_OP_ALLOWED_TENANTS.',
    )
  }
  if (!URL.canParse(said)) return difference('That is no URL.', 'Correct the issuer at the provider.')
  const ours = new URL(configured)
  const theirs = new URL(said)
  if (theirs.hostname === 'sts.windows.net') {
    return difference('That is version 1 of the Microsoft identity platform.', 'Add /v2.0 to the end of OIDC_OP_URL.')
  }
  if (withoutSlash(configured) === withoutSlash(said)) {
    const which = said.endsWith('/') ? 'with a slash at the end' : 'without a slash at the end'
    return difference('The slash at the end differs.', `Write OIDC_OP_URL ${which}: ${said}`)
  }
  if (ours.protocol !== theirs.protocol && ours.host === theirs.host) {
    return difference(
      'The scheme (http, https) differs.',
      theirs.protocol === 'http:'
        ? `The provider believes that it was asked by http: the proxy before it must pass on X-Forwarded-Proto and Host${type === 'keycloak' ? ', and Keycloak must be started with --hostname and --proxy-headers=xforwarded' : ''}.`
        : `Write OIDC_OP_URL with https: ${said}`,
    )
  }
  if (ours.hostname !== theirs.hostname) {
    return difference(
      'The host differs.',
      type === 'keycloak'
        ? `If ${theirs.host} is its public name, set OIDC_OP_URL to ${said}. If not, start Keycloak with --hostname set to its public URL; without it the issuer is taken from each request.`
        : `Set OIDC_OP_URL to ${said}, or correct the public address in the configuration of the provider.`,
    )
  }
  if (ours.port !== theirs.port) {
    return difference('The port differs.', `Set OIDC_OP_URL to ${said}, or correct the public address of the provider.`)
  }
  if (type === 'authentik' && theirs.pathname === '/') {
    return difference(
      'The provider uses one issuer for all applications.',
      'Applications → Providers → the provider → Edit → Advanced protocol settings → Issuer mode: Each provider has a different issuer.',
    )
  }
  if (ours.pathname.toLowerCase() === theirs.pathname.toLowerCase()) {
    return difference('Capital and small letters differ.', `Set OIDC_OP_URL to ${said}`)
  }
  return difference('The path differs.', `Set OIDC_OP_URL to ${said}, if that is your provider.`)
}

/** Where the provider might be when there is nothing at OIDC_OP_URL, the likeliest first; at most three. */
export function otherAddresses({ OIDC_OP_URL: configured = '' }: ProviderConfig): readonly string[] {
  const url = new URL(configured)
  const { origin, pathname, hostname } = url
  const path = withoutSlash(pathname)
  const candidates = [
    path.replace(/\/\.well-known(\/.*)?$/, ''),
    /^\/auth\/realms\//.test(path) ? path.slice('/auth'.length) : null,
    /^\/realms\//.test(path) ? `/auth${path}` : null,
    /\/realms\//.test(path) ? path.replace(/[^/]+$/, (realm) => realm.toLowerCase()) : null,
    hostname.includes('microsoft') && !path.endsWith('/v2.0') ? `${path}/v2.0` : null,
    /(?:agent|pro)connect/.test(hostname) && !path.endsWith('/api/v2') ? '/api/v2' : null,
    path === '' ? '/dex' : '',
  ].flatMap((candidate) => (candidate === null || candidate === path ? [] : [origin + candidate]))
  const swapped = isLoopback(hostname) ? [configured.replace(/^http(s?):/, (_, s) => (s ? 'http:' : 'https:'))] : []
  return [...new Set([...swapped, ...candidates])].slice(0, 3)
}
