/**
 * What Entra ID means is told from its numbers, wherever they are seen, and from the issuer that it names.
 */

import type { Evidence } from '../../src/diagnosis/explain.ts'
import { entra } from '../../src/vendors/entra/entra.ts'
import type { RefusalPlace as Place } from '../../src/vendors/vendor.ts'
import { badToken, describeSignatures, document, page, type Row, refusal } from '../support/explained.ts'

const TENANT = '88888888-8888-8888-8888-888888888888'
const HOST = 'https://login.microsoftonline.com'

const said = (code: number): string =>
  `AADSTS${code}: What it says. Trace ID: ${TENANT} Correlation ID: ${TENANT} Timestamp: 2026-11-22 00:00:00Z`

const CODES: readonly (readonly [where: Place, codes: readonly number[], cause: RegExp, fix: RegExp])[] = [
  ['authorization', [50011, 500113, 900971, 70004], /redirect URI/, /platform Web/],
  ['authorization', [700016, 700011], /no application/, /OIDC_OP_TENANT/],
  ['discovery', [90002, 900023], /no such tenant/, /Directory \(tenant\) ID/],
  ['authorization', [50194], /one tenant/, /OIDC_OP_TENANT/],
  ['authorization', [50020, 50034, 51004, 16000, 90072], /not of this tenant/, /invite/],
  ['authorization', [9002332, 9001023, 90124, 90130], /common, organizations or consumers/, /OIDC_OP_TENANT/],
  ['authorization', [50196], /again and again/, /cookies/],
  ['token', [7000215, 70002], /Secret ID/, /Value/],
  ['token', [7000222], /expired/, /New client secret/],
  ['token', [7000218], /No client secret/, /OIDC_RP_CLIENT_SECRET/],
  ['token', [700025], /public client/, /Allow public client flows/],
  ['token', [7000112, 70001], /switched off/, /Enabled for users/],
  ['token', [9002325, 9002327], /Single-page/, /platform Web/],
  ['token', [54005, 70008, 70000, 700082, 50173], /used before/, /Sign in again/],
  ['token', [501481, 50147, 501491], /PKCE/, /Sign in again/],
  ['callback', [70011, 28002, 28003, 700022, 650053], /scope/, /OIDC_RP_SCOPES/],
  ['callback', [901002], /resource/, /OIDC_AUTH_REQUEST_EXTRA_PARAMS/],
  ['callback', [700054], /without a code/, /same client id/],
  ['callback', [65001, 90094, 65004], /[Cc]onsent/, /Grant admin consent/],
  ['callback', [50105], /not assigned/, /Users and groups/],
  ['callback', [53003, 530032, 530035], /Conditional Access/, /Sign-in logs/],
  ['callback', [50076, 50079, 50074, 50072], /second factor/, /follows the page/],
  ['callback', [50058, 50059], /without questions/, /silent/],
  ['token', [50146], /claims mapping/, /Token configuration/],
  ['token', [500208], /External ID/, /ciamlogin/],
  ['token', [90038, 900382, 900432], /national cloud/, /OIDC_OP_URL/],
  ['token', [700005], /another tenant/, /one tenant/],
  ['token', [90033, 90024, 90055, 50033, 90006], /out of order/, /again later/],
  ['token', [90014, 900144, 9002313, 90100, 900561], /missing or malformed/, /Trace ID/],
]

function seen(where: Place, code: number): Evidence {
  if (where === 'authorization') return page(said(code))
  if (where === 'discovery') return { status: 400, text: JSON.stringify({ error_description: said(code) }) }
  return refusal('invalid_request', said(code))
}

const numbered: readonly Row[] = CODES.flatMap(([where, codes, cause, fix]) =>
  codes.map((code): Row => [where, seen(where, code), cause, fix]),
)

describeSignatures(
  'entra',
  entra.refusals,
  [
    ...numbered,
    ['discovery', document(`https://sts.windows.net/${TENANT}/`), /version 1/, /\/v2\.0/],
    ['discovery', document(`${HOST}/{tenantid}/v2.0`), /all tenants/, /OIDC_OP_ALLOWED_TENANTS/],
    ['discovery', document(`${HOST}/${TENANT}/v2.0`), /number/, /OIDC_OP_TENANT/],
    ['id_token', badToken('no_matching_key'), /does not show/, /claims mapping/],
    ['claims', { error: 'access_denied', reason: 'tenant_not_allowed' }, /tenant/, /OIDC_OP_ALLOWED_TENANTS/],
    ['claims', { error: 'claims_missing', missing: ['groups'] }, /200 groups/, /assigned to the application/],
    ['claims', { error: 'claims_missing', missing: ['email_verified'] }, /never says/, /xms_edov/],
    ['claims', { error: 'claims_missing' }, /did not tell/, /optional claim/],
  ],
  [
    ['authorization', page(said(5001))],
    ['authorization', page(said(500111))],
    ['authorization', page('Sign in to your account. 50011')],
    ['token', refusal('invalid_grant', said(9999999))],
    ['discovery', document(`${HOST}/consumers/v2.0`)],
    ['claims', { error: 'access_denied', reason: 'not_allowed' }],
  ],
)
