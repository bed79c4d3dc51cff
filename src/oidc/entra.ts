/**
 * The issuers of Microsoft Entra ID: one for each tenant, and a template where one address serves several.
 *
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-the-issuer
 */
import type { JWK } from 'jose'
import type { ProviderConfig } from '../config/env.ts'
import type { Claims } from './claims.ts'

type Restriction = Pick<ProviderConfig, 'OIDC_OP_ALLOWED_TENANTS'>

/** Stands in the issuer of the metadata for the tenant that a token names. */
const GAP = '{tenantid}'
const TENANT_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
/** The tenant of all personal accounts. */
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** What Entra calls itself at an address, which names it by tenant, or by a word for several. */
export function issuersAt(url: string): readonly string[] {
  const { origin, pathname } = new URL(url)
  const [, tenant = '', ...rest] = pathname.split('/')
  if (tenant === 'organizations' || tenant === 'common') return [[origin, GAP, ...rest].join('/')]
  return tenant === 'consumers' ? [[origin, CONSUMERS, ...rest].join('/')] : [url]
}

/** Why Entra may call itself otherwise than it is asked. */
export function adviceOn(issuer: string): string | undefined {
  if (!URL.canParse(issuer)) return undefined
  if (new URL(issuer).hostname === 'sts.windows.net') {
    return 'this is version 1 of its metadata: add /v2.0 to OIDC_OP_URL'
  }
  const asked = issuer.includes(GAP) ? 'organizations or common, and OIDC_OP_ALLOWED_TENANTS' : 'the tenant by its id'
  return `OIDC_OP_URL must name ${asked}`
}

/** Whether claims are from an issuer: from a template, when their `tid` is a tenant's id and makes their `iss` of it. */
export function isFrom({ iss, tid }: Claims, issuer: string): boolean {
  if (!issuer.includes(GAP)) return iss === issuer
  return typeof tid === 'string' && TENANT_ID.test(tid) && iss === issuer.replace(GAP, tid)
}

/** Whether a token with this `iss` may be one of ours; who of its tenant may come in is decided by its `tid`. */
export function issues(iss: string, issuer: string, config: Restriction): boolean {
  const [before = '', after] = issuer.split(GAP)
  if (after === undefined) return iss === issuer
  const tid = iss.slice(before.length, iss.length - after.length)
  return TENANT_ID.test(tid) && iss === issuer.replace(GAP, tid) && isAllowed(tid, config)
}

/**
 * Whether a key may sign for the tenant of a token. A key has an issuer of its own, which is the template or one tenant: the keys for
 * personal accounts stand beside those for organisations.
 */
export function isKeyOf(key: JWK, claims: Claims, issuer: string): boolean {
  const { issuer: own } = key as { issuer?: unknown } // a member that is Microsoft's own
  if (typeof own !== 'string') return !issuer.includes(GAP)
  return isFrom(claims, own)
}

/** Whether the tenant of a person is one of OIDC_OP_ALLOWED_TENANTS, if there are any. */
export function isAllowed(tid: unknown, { OIDC_OP_ALLOWED_TENANTS: allowed }: Restriction): boolean {
  return allowed === undefined || allowed.includes('*') || (typeof tid === 'string' && allowed.includes(tid))
}
