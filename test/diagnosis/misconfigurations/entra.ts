/**
 * What operators get wrong with Microsoft Entra ID.
 */

import { DOCUMENTS, TENANT } from '../../support/emulations/fixtures.ts'
import { aadsts, entraPage, entraRefusal, rsa } from '../../support/emulations/refusals.ts'
import { publish, type RefusingProvider } from '../../support/emulations/refusing.ts'
import { json } from '../../support/far-end.ts'
import { CALLBACK, type Mistake } from './mistake.ts'

const MICROSOFT = 'https://login.microsoftonline.com'
const OTHER_TENANT = '99999999-9999-9999-9999-999999999999'
const SECRET_ID = '4b3f6a1e-2c5d-4e7f-8a9b-0c1d2e3f4a5b'
const WITHOUT_FACTS = { OIDC_OP_TYPE: undefined, OIDC_OP_TENANT: undefined }

/** Version 1 is there as well, under both of its names. */
function publishVersion1({ farEnd }: RefusingProvider): void {
  const document = DOCUMENTS.entraVersion1
  publish(farEnd, `${MICROSOFT}/${TENANT}`, document)
  publish(farEnd, document.issuer, document)
}

function publishOrganizations({ farEnd }: RefusingProvider): string {
  const document = DOCUMENTS.entraOrganizations
  publish(farEnd, `${MICROSOFT}/organizations/v2.0`, document)
  return document.authorization_endpoint
}

export const entraMistakes: readonly Mistake[] = [
  {
    what: 'issuer of version 1 (sts.windows.net)',
    settings: { ...WITHOUT_FACTS, OIDC_OP_URL: `https://sts.windows.net/${TENANT}/` },
    change: publishVersion1,
    check: 'settings',
    fix: /OIDC_OP_URL/,
  },
  {
    what: 'issuer without /v2.0',
    settings: { ...WITHOUT_FACTS, OIDC_OP_URL: `${MICROSOFT}/${TENANT}` },
    change: publishVersion1,
    check: 'issuer',
    fix: /Add \/v2\.0 to OIDC_OP_URL/,
  },
  {
    what: 'several tenants, and no word of which may come in',
    settings: { OIDC_OP_TENANT: 'organizations' },
    change: publishOrganizations,
    check: 'settings',
    fix: /OIDC_OP_ALLOWED_TENANTS/,
  },
  {
    what: 'address of all tenants in the settings of another type of provider',
    settings: { OIDC_OP_TYPE: 'generic', OIDC_OP_TENANT: undefined, OIDC_OP_URL: `${MICROSOFT}/organizations/v2.0` },
    change: publishOrganizations,
    check: 'issuer',
    fix: /OIDC_OP_TENANT.*OIDC_OP_ALLOWED_TENANTS/,
  },
  {
    what: 'tenant by its domain name in OIDC_OP_TENANT',
    settings: { OIDC_OP_TENANT: 'acme.onmicrosoft.com' },
    check: 'settings',
    fix: /OIDC_OP_TENANT/,
  },
  {
    what: 'tenant by its domain name in the issuer',
    settings: { ...WITHOUT_FACTS, OIDC_OP_URL: `${MICROSOFT}/acme.onmicrosoft.com/v2.0` },
    change: ({ farEnd, document }) => publish(farEnd, `${MICROSOFT}/acme.onmicrosoft.com/v2.0`, document),
    check: 'issuer',
    fix: /Directory \(tenant\) ID into OIDC_OP_TENANT/,
  },
  {
    what: 'tenant that does not exist',
    settings: { OIDC_OP_TENANT: OTHER_TENANT },
    change: ({ farEnd }) =>
      farEnd.on(`${MICROSOFT}/${OTHER_TENANT}/v2.0/.well-known/openid-configuration`, () =>
        json({ error: 'invalid_tenant', error_description: aadsts(90002, `Tenant '${OTHER_TENANT}' not found.`) }, 400),
      ),
    check: 'discovery',
    fix: /Directory \(tenant\) ID into OIDC_OP_TENANT/,
  },
  {
    what: 'tenant to which the application does not belong',
    registered: { clientId: 'an-application-of-the-other-tenant' },
    settings: { OIDC_RP_CLIENT_ID: 'gatehouse' },
    check: 'client-id',
    fix: /OIDC_RP_CLIENT_ID and OIDC_OP_TENANT with App registrations/,
  },
  {
    what: 'application for one tenant, and people of several sent to it',
    settings: { OIDC_OP_TENANT: 'organizations', OIDC_OP_ALLOWED_TENANTS: TENANT },
    change(provider) {
      const { farEnd } = provider
      const sentence = "Application 'gatehouse' is not configured as a multi-tenant application."
      farEnd.on(publishOrganizations(provider), () => entraPage(50194, sentence))
      const { jwks_uri, token_endpoint, userinfo_endpoint } = DOCUMENTS.entraOrganizations
      farEnd.on(jwks_uri, () => json({ keys: [rsa('first')] }))
      farEnd.on(token_endpoint, () => entraRefusal(400, 'invalid_grant', 70000, 'The code is not valid.'))
      farEnd.on(userinfo_endpoint, () => json({}, 401))
    },
    check: 'authorization',
    fix: /OIDC_OP_TENANT.*Supported account types/,
  },
  {
    what: 'Secret ID in place of the secret’s Value',
    settings: { OIDC_RP_CLIENT_SECRET: SECRET_ID },
    check: 'client-secret',
    fix: /Certificates & secrets.*copy the Value into OIDC_RP_CLIENT_SECRET/,
  },
  {
    what: 'client secret that has expired',
    change: ({ farEnd, document }) =>
      farEnd.on(document.token_endpoint, () =>
        entraRefusal(
          401,
          'invalid_client',
          7000222,
          "The provided client secret keys for app 'gatehouse' are expired.",
        ),
      ),
    check: 'client-secret',
    fix: /New client secret.*note when it expires/,
  },
  {
    what: 'redirect URI not registered',
    registered: { redirectUris: [] },
    check: 'redirect-uri',
    fix: /Authentication → platform Web/,
  },
  {
    what: 'redirect URI registered without its final slash',
    registered: { redirectUris: [CALLBACK.slice(0, -1)] },
    check: 'redirect-uri',
    fix: /platform Web.*final slash/,
  },
  {
    what: 'redirect URI registered for a public client',
    change: ({ farEnd, document }) =>
      farEnd.on(document.token_endpoint, () =>
        entraRefusal(
          401,
          'invalid_client',
          700025,
          "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
        ),
      ),
    check: 'client-secret',
    fix: /platform Web.*public client flows/,
  },
]
