/**
 * How the providers that cannot be run here refuse, exactly as far as that is known, and what is right to set with them.
 *
 * @see docs/providers/ for where each word is from
 */
import { json } from '../far-end.ts'
import { AUTH0_DOMAIN, AUTHENTIK, DOCUMENTS, TENANT } from './fixtures.ts'
import { page, redirect, sentBack, type Words } from './refusing.ts'

export const PROCONNECT_DOMAIN = 'auth.agentconnect.gouv.fr'

/** Nothing is verified with them here, but each has the size that a key must have. */
export const rsa = (kid: string) => ({ kty: 'RSA', use: 'sig', kid, n: 's'.padEnd(342, 'A'), e: 'AQAB' })
const ec = (kid: string) => ({
  kty: 'EC',
  crv: 'P-256',
  use: 'sig',
  kid,
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
})

export const refusal = (status: number, error: string, error_description?: string) =>
  json({ error, error_description }, status)

/** What Entra says ends in numbers by which Microsoft finds it again. */
export function aadsts(code: number, sentence: string): string {
  return `AADSTS${code}: ${sentence} Trace ID: 0000aaaa-11bb-cccc-dd22-eeeeee333333 Correlation ID: aaaa0000-bb11-2222-33cc-444444dddddd Timestamp: 2026-11-20 08:00:00Z`
}

export function entraRefusal(status: number, error: string, code: number, sentence: string): Response {
  return json({ error, error_description: aadsts(code, sentence), error_codes: [code] }, status)
}

/** Its pages are drawn by a script, and so the sentence stands in the settings of that script alone. */
export function entraPage(code: number, sentence: string): Response {
  const settings = JSON.stringify({
    iErrorCode: code,
    strServiceExceptionMessage: aadsts(code, sentence),
    pgid: 'ConvergedError',
  })
  return page(200, `<script>//<![CDATA[\n$Config=${settings};\n//]]></script><div>Sign in to your account</div>`)
}

/** Of one tenant, where the settings name nothing else. */
export const entra: Words = {
  document: DOCUMENTS.entra,
  settings: { OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: TENANT },
  // Without `alg`.
  keys: [rsa('first'), rsa('second')],
  authorization: {
    unknownClient: (asked) => entraPage(700016, noSuchApplication(asked.searchParams.get('client_id') ?? '')),
    unregisteredRedirect: (asked) =>
      entraPage(
        50011,
        `The redirect URI '${asked.searchParams.get('redirect_uri')}' specified in the request does not match the redirect URIs configured for the application.`,
      ),
    nobodyThere: {
      error: 'login_required',
      error_description: aadsts(50058, 'A silent sign-in request was sent but no user is signed in.'),
    },
  },
  token: {
    unknownClient: () => entraRefusal(400, 'unauthorized_client', 700016, noSuchApplication('gatehouse')),
    wrongSecret: () =>
      entraRefusal(
        401,
        'invalid_client',
        7000215,
        'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.',
      ),
    unknownCode: () => entraRefusal(400, 'invalid_grant', 9002313, 'Invalid request. Request is malformed or invalid.'),
  },
}

function noSuchApplication(clientId: string): string {
  return `Application with identifier '${clientId}' was not found in the directory 'Acme'.`
}

export const authentik: Words = {
  document: DOCUMENTS.authentik,
  settings: { OIDC_OP_TYPE: 'authentik', OIDC_OP_BASE_URL: AUTHENTIK, OIDC_OP_SLUG: 'gatehouse' },
  keys: [{ ...rsa('first'), alg: 'RS256' }],
  authorization: {
    unknownClient: () =>
      page(400, '<h1>Client ID Error</h1><p>The client identifier (client_id) is missing or invalid.</p>'),
    unregisteredRedirect: () =>
      page(
        400,
        '<h1>Redirect URI Error</h1><p>The request fails due to a missing, invalid, or mismatching redirection URI (redirect_uri).</p>',
      ),
    nobodyThere: {
      error: 'login_required',
      error_description: 'The Authorization Server requires End-User authentication',
    },
  },
  token: {
    unknownClient: authentikRefusesClient,
    wrongSecret: authentikRefusesClient,
    unknownCode: authentikRefusesCode,
  },
}

function authentikRefusesClient(): Response {
  return refusal(
    401,
    'invalid_client',
    'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method)',
  )
}

function authentikRefusesCode(): Response {
  return refusal(
    400,
    'invalid_grant',
    'The provided authorization grant or refresh token is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client',
  )
}

/** Of a tenant that names an end-session endpoint, as those from November 2023 on do. */
export const auth0: Words = {
  document: {
    ...DOCUMENTS.auth0,
    end_session_endpoint: `https://${AUTH0_DOMAIN}/oidc/logout`,
  },
  settings: { OIDC_OP_TYPE: 'auth0', OIDC_OP_DOMAIN: AUTH0_DOMAIN },
  keys: [
    { ...rsa('now'), alg: 'RS256' },
    { ...rsa('next'), alg: 'RS256' },
  ],
  authorization: {
    unknownClient: (asked) =>
      page(400, `<h1>Oops!, something went wrong</h1><p>Unknown client: ${asked.searchParams.get('client_id')}</p>`),
    unregisteredRedirect: () =>
      page(
        403,
        '<h1>Oops!, something went wrong</h1><p>Callback URL mismatch.</p><p>The provided redirect_uri is not in the list of allowed callback URLs.</p>',
      ),
    nobodyThere: { error: 'login_required', error_description: 'Login required' },
  },
  token: {
    unknownClient: () => refusal(401, 'access_denied', 'Unauthorized'),
    wrongSecret: () => refusal(401, 'access_denied', 'Unauthorized'),
    unknownCode: () => refusal(403, 'invalid_grant', 'Invalid authorization code'),
  },
  unregisteredSignOut: () =>
    page(
      400,
      '<h1>Oops!, something went wrong</h1><p>The "post_logout_redirect_uri" is not defined as a valid URL in "Allowed Logout URLs".</p>',
    ),
}

/**
 * As Google answers today: the error stands, in base64, in the address of another page.
 *
 * @param sentence in the language of the browser
 */
export function googleErrorAddress(error: string, sentence: string): Response {
  const part = (field: number, text: string) => String.fromCharCode(field, text.length) + text
  const hidden = btoa(part(10, error) + part(18, sentence))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
  const address = new URL('https://accounts.google.com/signin/oauth/error/v2')
  address.searchParams.set('authError', hidden)
  address.searchParams.set('flowName', 'GeneralOAuthFlow')
  return redirect(address)
}

export const google: Words = {
  document: DOCUMENTS.google,
  settings: { OIDC_OP_TYPE: 'google' },
  keys: [
    { ...rsa('first'), alg: 'RS256' },
    { ...rsa('second'), alg: 'RS256' },
  ],
  authorization: {
    unknownClient: () => googleErrorAddress('invalid_client', 'The OAuth client was not found.'),
    unregisteredRedirect: () => googleErrorAddress('redirect_uri_mismatch', "You can't sign in to this app."),
    foreignScope: () => googleErrorAddress('invalid_scope', 'Some requested scopes were invalid.'),
    nobodyThere: { error: 'interaction_required', iss: 'https://accounts.google.com' },
  },
  token: {
    unknownClient: () => refusal(401, 'invalid_client', 'The OAuth client was not found.'),
    wrongSecret: () => refusal(401, 'invalid_client', 'The provided client secret is invalid.'),
    unknownCode: () => refusal(400, 'invalid_grant', 'Malformed auth code.'),
  },
}

export const proconnect: Words = {
  document: DOCUMENTS.proconnect,
  settings: { OIDC_OP_TYPE: 'proconnect', OIDC_OP_DOMAIN: PROCONNECT_DOMAIN },
  keys: [
    { ...ec('pkcs11:ES256:hsm'), alg: 'ES256' },
    { ...rsa('pkcs11:RS256:hsm'), alg: 'RS256' },
  ],
  authorization: {
    unknownClient: () =>
      page(
        400,
        '<h1>Une erreur est survenue</h1><p>oidc-provider-rendered-error:invalid_client</p><p>client is invalid</p>',
      ),
    unregisteredRedirect: () =>
      page(
        400,
        "<h1>Une erreur est survenue</h1><p>code d’erreur : Y030031</p><p>redirect_uri did not match any of the client's registered redirect_uris</p>",
      ),
    foreignScope: (asked) =>
      sentBack(asked, {
        error: 'invalid_scope',
        error_description: 'requested scope is not allowed',
        iss: `https://${PROCONNECT_DOMAIN}/api/v2`,
      }),
    nobodyThere: {
      error: 'login_required',
      error_description: 'End-User authentication is required',
      iss: `https://${PROCONNECT_DOMAIN}/api/v2`,
    },
  },
  token: {
    unknownClient: (id) =>
      id === null
        ? refusal(400, 'invalid_request', 'no client authentication mechanism provided')
        : refusal(401, 'invalid_client', 'client authentication failed'),
    wrongSecret: () => refusal(401, 'invalid_client', 'client authentication failed'),
    unknownCode: () => refusal(400, 'invalid_grant', 'grant request is invalid'),
  },
  unregisteredSignOut: () => page(400, '<h1>Une erreur est survenue</h1><p>code d’erreur : Y030111</p>'),
}

/** One that keeps to the standards, in plain words. */
export const generic: Words = {
  document: {
    issuer: 'https://id.example.org',
    authorization_endpoint: 'https://id.example.org/authorize',
    token_endpoint: 'https://id.example.org/token',
    jwks_uri: 'https://id.example.org/keys',
    userinfo_endpoint: 'https://id.example.org/userinfo',
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  },
  settings: { OIDC_OP_URL: 'https://id.example.org' },
  keys: [{ ...rsa('first'), alg: 'RS256' }],
  authorization: {
    unknownClient: () => page(400, 'unknown client'),
    unregisteredRedirect: () => page(400, 'redirect_uri is not registered'),
    nobodyThere: { error: 'login_required' },
  },
  token: {
    unknownClient: () => refusal(401, 'invalid_client'),
    wrongSecret: () => refusal(401, 'invalid_client'),
    unknownCode: () => refusal(400, 'invalid_grant'),
  },
}
