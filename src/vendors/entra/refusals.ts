/**
 * How Microsoft Entra ID refuses: by numbers (AADSTS…), which Microsoft may change, so that nothing but this advice hangs on them.
 *
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
 */
import type { About, RefusalPattern, RefusalPlace } from '../vendor.ts'

const ANYWHERE: readonly RefusalPlace[] = [
  'discovery',
  'keys',
  'authorization',
  'callback',
  'token',
  'userinfo',
  'logout',
]

const REGISTRATION = 'App registrations → the application'
const ENTERPRISE = 'Enterprise applications → the application'

/** The numbers, what they mean, and what to do. */
const CODES: readonly (readonly [codes: readonly number[], cause: string, fix: string, about?: About])[] = [
  [
    [50011, 500113, 900971, 70004],
    'The redirect URI is not registered on the application.',
    `${REGISTRATION} → Authentication → platform Web: add the exact redirect URI, with its final slash.`,
    'redirect-uri',
  ],
  [
    [700016, 700011],
    'This tenant has no application of this client id.',
    `Compare {clientId} and {tenant} with ${REGISTRATION} → Overview. With several tenants, an administrator of that tenant has to consent first.`,
    'client-id',
  ],
  [
    [90002, 900023],
    'There is no such tenant.',
    `Copy ${REGISTRATION} → Overview → Directory (tenant) ID into {tenant}.`,
  ],
  [
    [50194],
    'The application is for one tenant, and people of all tenants were sent to it.',
    `Set {tenant} to the Directory (tenant) ID, or open ${REGISTRATION} → Authentication → Supported account types to several organizations.`,
  ],
  [
    [50020, 50034, 51004, 16000, 90072],
    'The account is not of this tenant.',
    'Sign in with an account of the tenant, or invite the person: Users → New user → Invite external user.',
  ],
  [
    [9002332, 9001023, 90124, 90130],
    'The application cannot be used by way of common, organizations or consumers.',
    'Set {tenant} to the Directory (tenant) ID.',
  ],
  [
    [50196],
    'The same browser signs in again and again.',
    'Look for blocked cookies, and for an app that sends people back to the sign-in at once.',
  ],
  [
    [7000215, 70002],
    'The client secret is wrong; most often it is the Secret ID in place of the Value.',
    `${REGISTRATION} → Certificates & secrets → New client secret: copy the Value into {clientSecret}.`,
  ],
  [
    [7000222],
    'The client secret has expired.',
    `${REGISTRATION} → Certificates & secrets → New client secret: copy the Value into {clientSecret}, and note when it expires.`,
  ],
  [[7000218], 'No client secret came along.', 'Store {clientSecret}, and leave {clientAuthMethod} unset.'],
  [
    [700025],
    'Entra takes Gatehouse for a public client.',
    `${REGISTRATION} → Authentication: register the redirect URI under platform Web, and set Allow public client flows to No.`,
  ],
  [
    [7000112, 70001],
    'The application is switched off.',
    `${ENTERPRISE} → Properties → Enabled for users to sign-in: Yes.`,
  ],
  [
    [9002325, 9002327],
    'The redirect URI is registered under platform Single-page application.',
    `${REGISTRATION} → Authentication: remove it there, and add it under platform Web.`,
    'redirect-uri',
  ],
  [
    [54005, 70008, 70000, 700082, 50173],
    'The code or the refresh token was used before, has expired or was withdrawn.',
    'Sign in again. If this keeps happening, compare the clocks, and look for a proxy that repeats requests.',
  ],
  [
    [501481, 50147, 501491],
    'The proof of the sign-in (PKCE) got lost or was mixed up between two sign-ins.',
    'Sign in again. If this keeps happening, look for a proxy that changes or repeats requests.',
    'pkce',
  ],
  [
    [70011, 28002, 28003, 700022, 650053],
    'A scope is unknown, or belongs to another service than the other scopes.',
    'Leave only openid, profile, email and offline_access in {scopes}.',
    'scopes',
  ],
  [
    [901002],
    'The request has the parameter resource, which is of version 1.',
    'Take resource out of {extraParameters}.',
  ],
  [
    [700054],
    'The request asks for an ID token without a code; Gatehouse asks for a code.',
    'Look for another app that uses the same client id, and for a proxy that changes requests.',
  ],
  [
    [65004],
    'The person declined to consent.',
    `Nothing, if they meant it. To ask no one: ${REGISTRATION} → API permissions → Grant admin consent.`,
  ],
  [
    [65001, 90093, 90094, 90095],
    'Consent is missing, or needs an administrator.',
    `${REGISTRATION} → API permissions → Grant admin consent; then the person tries again.`,
  ],
  [
    [50105],
    'The person is not assigned to the application.',
    `${ENTERPRISE} → Users and groups → Add user/group, or Properties → Assignment required: No.`,
  ],
  [
    [53003, 530032, 530035],
    'A rule of Conditional Access does not let this person in.',
    'Monitoring & health → Sign-in logs: the entry says which rule; change it in Protection → Conditional Access.',
  ],
  [
    [50076, 50079, 50074, 50072],
    'A second factor is needed, or must be set up first.',
    'The person signs in again and follows the page. If prompt is in {extraParameters}, take it out.',
  ],
  [
    [50058, 50059],
    'A sign-in without questions was asked for, and no one is signed in.',
    'Nothing, after a silent sign-in. Otherwise take prompt out of {extraParameters}, and set {tenant} to the Directory (tenant) ID.',
  ],
  [
    [50146],
    'The application has claims mappings, which need a signing key of its own.',
    'Remove the claims mapping policy of the application, and use Token configuration instead.',
  ],
  [
    [500208],
    'The tenant is of another kind (External ID).',
    'Set {issuer} to the issuer of that tenant, on ciamlogin.com.',
  ],
  [
    [90038, 900382, 900432],
    'The tenant is in a national cloud.',
    'Set {issuer} to the issuer on the host of that cloud, such as login.microsoftonline.us.',
  ],
  [
    [700005],
    'The code was meant for another tenant.',
    'Set {tenant} to one tenant, and no single endpoint ({authorizationEndpoint} and the like) to another.',
  ],
  [
    [90033, 90024, 90055, 50033, 90006],
    'Entra is out of order for a moment.',
    'Try again later. If this keeps happening, look at the service health in the admin center.',
  ],
  [
    [90014, 900144, 9002313, 90100, 900561],
    'Something in the request is missing or malformed.',
    'Empty {extraParameters}. If this keeps happening, it is a fault of Gatehouse: report it with the Trace ID.',
  ],
]

export const refusals: readonly RefusalPattern[] = [
  ...CODES.map(([codes, cause, fix, about]) => ({
    where: ANYWHERE,
    says: new RegExp(`AADSTS(?:${codes.join('|')})\\b`),
    cause,
    fix,
    ...(about === undefined ? {} : { about }),
  })),
  {
    where: ['discovery'],
    says: /^https:\/\/sts\.windows\.net\//,
    cause: 'The metadata at this address is of version 1.',
    fix: 'Add /v2.0 to {issuer}, or set {type} and {tenant} in its place.',
  },
  {
    where: ['discovery'],
    says: /^https:\/\/[^/\s]+\/\{tenantid\}\//,
    cause: 'The issuer is that of all tenants.',
    fix: 'Set {tenant} to the Directory (tenant) ID; for several tenants set it to organizations, and {allowedTenants} to theirs.',
  },
  {
    where: ['discovery'],
    says: /^https:\/\/[^/\s]+\/[0-9a-f]{8}-[0-9a-f-]{27}\/v2\.0/i,
    cause: 'Entra calls this tenant by its number, and the settings by a domain or another number.',
    fix: `Copy ${REGISTRATION} → Overview → Directory (tenant) ID into {tenant}.`,
  },
  {
    where: ['id_token'],
    reasons: ['no_matching_key'],
    cause:
      'The ID token is signed with a key that the tenant does not show, as that of an application with claims mapping is.',
    fix: 'Remove the claims mapping policy of the application, and use Token configuration instead.',
  },
  {
    where: ['claims', 'id_token'],
    reasons: ['tenant_not_allowed'],
    cause: 'The account is of a tenant that may not sign in here.',
    fix: 'Nothing, if that is meant. Otherwise add its Directory (tenant) ID to {allowedTenants}.',
  },
  {
    where: ['claims'],
    missing: ['groups'],
    cause: 'The person is in more than 200 groups, so Entra leaves all of them out.',
    fix: `${REGISTRATION} → Token configuration → the groups claim: “Groups assigned to the application”; or use App roles.`,
  },
  {
    where: ['claims'],
    missing: ['email_verified'],
    cause: 'Entra never says whether an e-mail address is verified.',
    fix: `${REGISTRATION} → Token configuration: the optional claim xms_edov says whether the owner of the domain is. {trustAbsentEmailVerified} is for one tenant, whose addresses you give out yourself.`,
  },
  {
    where: ['claims'],
    error: ['claims_missing'],
    cause:
      'Entra did not tell Gatehouse what it needs of the person; it has the e-mail address only if it was entered.',
    fix: `${REGISTRATION} → Token configuration → Add optional claim → ID: email; API permissions: openid, profile, email. Users → the person: fill in Email.`,
  },
]
