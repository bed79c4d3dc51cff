/**
 * The issuers of Microsoft Entra ID: one for each tenant, and a template where one address serves several.
 *
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-the-issuer
 */
import type { JWK } from 'jose'
import { isText } from '../../claims/claim-values.ts'
import { isForItsClient, saysOtherToken } from '../standard/standard.ts'
import type { Claims, Restrictions } from '../vendor.ts'

/** Stands in the issuer of the metadata for the tenant that a token names. */
const GAP = '{tenantid}'
/** The id of a tenant, in small letters. */
export const TENANT_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
/** The tenant of all personal accounts. */
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** What Entra calls itself at an address, which names it by tenant, or by a word for several. */
export function issuersAt(url: string): readonly string[] {
  const { origin, pathname } = new URL(url)
  const [, tenant = '', ...rest] = pathname.split('/')
  if (tenant === 'organizations' || tenant === 'common') return [[origin, GAP, ...rest].join('/')]
  return tenant === 'consumers' ? [[origin, CONSUMERS, ...rest].join('/')] : [url]
}

/** Why Entra may call itself by another name than it is asked by. */
export function adviceOn(issuer: string): string | undefined {
  if (!URL.canParse(issuer)) return undefined
  if (new URL(issuer).hostname === 'sts.windows.net') {
    return 'this is version 1 of its metadata: add /v2.0 to {issuer}'
  }
  const asked = issuer.includes(GAP) ? 'organizations or common, and {allowedTenants}' : 'the tenant by its id'
  return `{issuer} must name ${asked}`
}

/** Whether claims are from an issuer: from a template, when their `tid` is a tenant's id and makes their `iss` of it. */
export function isFrom({ iss, tid }: Claims, issuer: string): boolean {
  if (!issuer.includes(GAP)) return iss === issuer
  return typeof tid === 'string' && TENANT_ID.test(tid) && iss === issuer.replace(GAP, tid)
}

/** Whether a token with this `iss` may be one of ours; who of its tenant may come in is decided by its `tid`. */
export function issues(iss: string, issuer: string, config: Restrictions): boolean {
  const [before = '', after] = issuer.split(GAP)
  if (after === undefined) return iss === issuer
  const tid = iss.slice(before.length, iss.length - after.length)
  return TENANT_ID.test(tid) && iss === issuer.replace(GAP, tid) && isAllowed(tid, config)
}

/** What access tokens of version 1 call the issuer of a cloud. @see https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud */
const VERSION_1: Readonly<Record<string, string>> = {
  'login.microsoftonline.com': 'https://sts.windows.net/',
  'login.microsoftonline.us': 'https://sts.windows.net/',
  'login.partner.microsoftonline.cn': 'https://sts.chinacloudapi.cn/',
}

/**
 * The issuer of an access token under its version 2 name, which is the one in the metadata. An API whose registration asks for nothing
 * else gets tokens of version 1, however people signed in; for ID tokens and logout tokens that name does not count.
 *
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#token-formats
 */
export function accessTokenIssuer(iss: string, issuer: string): string {
  const { origin, hostname } = new URL(issuer)
  const before = VERSION_1[hostname]
  if (before === undefined || !iss.startsWith(before) || !iss.endsWith('/')) return iss
  const tid = iss.slice(before.length, -1)
  return TENANT_ID.test(tid) ? `${origin}/${tid}/v2.0` : iss
}

/**
 * An access token names its client, and what it may do: `scp` for a person, `roles` for a program. An ID token may have `roles`, too, but
 * names no client beside its audience.
 *
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference
 */
export function isAccessToken(claims: Claims): boolean {
  const { ver, appid, appidacr, azp, azpacr, scp, roles } = claims
  const [client, proof] = ver === '1.0' ? [appid, appidacr] : ver === '2.0' ? [azp, azpacr] : []
  if (!isText(client) || saysOtherToken(claims) || !(isText(proof) || !isForItsClient(claims, client))) return false
  return isText(scp) || (Array.isArray(roles) && roles.some(isText))
}

/**
 * Whether a key may sign for the tenant of a token. A key has an issuer of its own, which is the template or one tenant: the keys for
 * personal accounts stand beside those for organisations.
 */
export function isKeyOf(key: JWK, claims: Claims, issuer: string): boolean {
  const { issuer: own } = key as { issuer?: unknown } // a member that is Microsoft's own
  if (typeof own !== 'string') return !issuer.includes(GAP)
  // Which tokens may be of version 1 is decided elsewhere.
  return isFrom(claims.iss === undefined ? claims : { ...claims, iss: accessTokenIssuer(claims.iss, issuer) }, own)
}

/** Whether the tenant of a person is one of allowedTenants, if there are any. */
export function isAllowed(tid: unknown, { allowedTenants: allowed }: Restrictions): boolean {
  return allowed === undefined || allowed.includes('*') || (typeof tid === 'string' && allowed.includes(tid))
}
