/**
 * Loading: every wrong setting is named with an example, all at once and without a secret; what is right is complete and frozen.
 */
import { describe, expect, it } from 'vitest'
import { ConfigurationError, loadConfig, type Problem } from '../../src/config/load.ts'
import { settings } from '../../src/config/names.ts'
import { VARIABLES } from '../support/variables.ts'

const SECRET = 'MARKER-of-the-gatehouse-secret-0123456789'
const CLIENT_SECRET = 'MARKER-of-the-client-secret'

const ENV = {
  BASE_URL: 'https://gate.example.com',
  GATEHOUSE_SECRET: SECRET,
  OIDC_OP_URL: 'https://idp.example/realms/main',
  OIDC_RP_CLIENT_ID: 'gatehouse',
  OIDC_RP_CLIENT_SECRET: CLIENT_SECRET,
}

function problemsOf(env: Readonly<Record<string, unknown>>): readonly Problem[] {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  return []
}

function problemNames(env: Readonly<Record<string, unknown>>): string[] {
  return problemsOf(env).map(({ name }) => name)
}

const REQUIRED = ['BASE_URL', 'GATEHOUSE_SECRET', 'OIDC_OP_URL', 'OIDC_RP_CLIENT_ID', 'OIDC_RP_CLIENT_SECRET'] as const

/** The client id has a default as soon as there is a provider that it could be of. */
const WITHOUT_DEFAULT = REQUIRED.filter((name) => name !== 'OIDC_RP_CLIENT_ID')

/** Values that each setting must refuse. Typed so that a new setting needs its row. */
const WRONG: Record<string, readonly unknown[]> = {
  BASE_URL: ['gate.example.com', 'http://gate.example.com', 'https://gate.example.com/path', 'not a url', ' ', 5],
  GATEHOUSE_SECRET: ['short', `${SECRET} short`, ' ', 5],
  OIDC_OP_URL: [
    'idp.example',
    'http://idp.example',
    'https://idp.example/?a=b',
    'https://idp.example/#a',
    'not a url',
    5,
  ],
  OIDC_OP_TYPE: ['onelogin', 'Keycloak', ' ', 5],
  OIDC_OP_ACCESS_TOKEN_FORM: ['keycloak', 'Okta', 'token_use=access', 5],
  OIDC_OP_BASE_URL: ['idp.example', 'http://idp.example', 'https://idp.example/?a=b', 5],
  OIDC_OP_REALM: [' ', 5],
  OIDC_OP_SLUG: ['a/b', 'a b', ' ', 5],
  OIDC_OP_DOMAIN: ['https://tenant.auth0.com', 'tenant.auth0.com/', ' ', 5],
  OIDC_OP_TENANT: ['contoso.onmicrosoft.com', 'everybody', ' ', 5],
  OIDC_OP_ALLOWED_TENANTS: ['contoso.onmicrosoft.com', 'organizations', '* all', ' ', 5],
  OIDC_OP_HOSTED_DOMAINS: ['@example.org', 'https://example.org', 'org', '*', ' ', 5],
  OIDC_OP_AUDIENCE: [' ', 5],
  OIDC_RP_CLIENT_ID: [' ', 5, null],
  OIDC_RP_CLIENT_SECRET: [' ', 5, null],
  OIDC_RP_SCOPES: [' ', 5, [], ['openid email']],
  OIDC_RP_TOKEN_AUTH_METHOD: ['basic', 'client_secret_POST', 'tls_client_auth', ' ', 5],
  OIDC_TOKEN_USE_BASIC_AUTH: ['on', ' ', 5],
  OIDC_RP_PRIVATE_KEY: ['secret', '{}', '{"kty":"oct","k":"AAAA"}', ' ', 5],
  OIDC_RP_PRIVATE_KEY_ALG: ['HS256', 'rs256', ' ', 5],
  OIDC_RP_DECRYPTION_KEY: ['secret', '{}', '{"kty":"oct","k":"AAAA"}', ' ', 5],
  OIDC_RS_PRIVATE_KEY_STR: ['secret', '{}', ' ', 5],
  OIDC_RP_ID_TOKEN_ENCRYPTED: ['on', ' ', 5],
  OIDC_USE_PAR: ['on', ' ', 5],
  OIDC_USE_REQUEST_OBJECT: ['on', ' ', 5],
  OIDC_USE_DPOP: ['on', ' ', 5],
  OIDC_CLOCK_TOLERANCE: ['301', -1, '1m', true],
  OIDC_TRUSTED_AUDIENCES: [' ', 5, ['other one']],
  OIDC_OP_USER_ENDPOINT_MAY_REFUSE: ['on', ' ', 5],
  OIDC_OP_USER_ENDPOINT_FORMAT: ['auto', 'XML', ' ', 5],
  OIDC_OP_LOGOUT_USE_POST: ['on', ' ', 5],
  GATEHOUSE_SUBJECT_CLAIM: [' ', 5],
  OIDC_CREATE_USER: ['on', ' ', 5],
  OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION: ['on', ' ', 5],
  GATEHOUSE_TRUST_ABSENT_EMAIL_VERIFIED: ['on', ' ', 5],
  OIDC_USER_SUB_FIELD_IMMUTABLE: ['on', ' ', 5],
  OIDC_USERINFO_ESSENTIAL_CLAIMS: ['email name', [5], 5],
  OIDC_USERINFO_FULLNAME_FIELDS: ['given_name usual_name', [5], 5],
  OIDC_USERINFO_SHORTNAME_FIELD: [' ', 5],
  OIDC_USERINFO_GROUPS_CLAIM: ['x_grp groups', [5], 5],
  OIDC_OP_REVOCATION_ENDPOINT: ['/revoke', 'http://idp.example/revoke', 'not a url', 5],
  OIDC_OP_INTROSPECTION_ENDPOINT: ['/introspect', 'http://idp.example/introspect', 'not a url', 5],
  OIDC_OP_INTROSPECT_JWT: ['on', ' ', 5],
  OIDC_OP_INTROSPECTS_ACCESS_TOKENS_ONLY: ['on', ' ', 5],
  OIDC_RS_CLIENT_ID: [' ', 5, null],
  OIDC_RS_CLIENT_SECRET: [' ', 5, null],
  EXTERNAL_API_ENABLED: ['on', ' ', 5],
  OIDC_RS_AUDIENCE_CLAIM: [' ', 5, null],
  GATEHOUSE_RS_ALLOWED_CLIENTS: ['drive docs', 5],
  OIDC_RS_SCOPES: ['lasuite_meet lasuite_visio', 5],
  OIDC_RS_SCOPES_PREFIX: [' ', 5, null],
  OIDC_RS_SIGNING_ALGO: ['none', 'HS256', 'es256', 'ES256 RS256', ' ', 5],
  OIDC_RS_ENCRYPTION_ALGO: ['RSA1_5', 'dir', 'A256KW', 'rsa-oaep', ' ', 5],
  OIDC_RS_ENCRYPTION_ENCODING: ['A256', 'A192GCM', 'a256gcm', ' ', 5],
  OIDC_RS_ENCRYPTION_KEY_TYPE: ['oct', 'rsa', 'OKP', ' ', 5],
  ALLOW_LOGOUT_GET_METHOD: ['on', ' ', 5],
  ALLOW_UNSECURE_USER_LISTING: ['on', ' ', 5],
  OIDC_RP_SIGN_ALGO: ['none', 'HS1', 'rs256', 'RS1', 'ES256K', 'RS256 ES256', ' ', 5],
  OIDC_OP_AUTHORIZATION_ENDPOINT: ['/authorize', 'http://idp.example/authorize', 'not a url', 5],
  OIDC_OP_TOKEN_ENDPOINT: ['/token', 'http://idp.example/token', 'not a url', 5],
  OIDC_OP_USER_ENDPOINT: ['/userinfo', 'http://idp.example/userinfo', 'not a url', 5],
  OIDC_OP_JWKS_ENDPOINT: ['/jwks', 'http://idp.example/jwks', 'not a url', 5],
  OIDC_OP_LOGOUT_ENDPOINT: ['/logout', 'http://idp.example/logout', 'not a url', 5],
  OIDC_AUTH_REQUEST_EXTRA_PARAMS: ['acr_values=x', '[]', '{', '"x"', '5', '{"a":{}}', '{"a":null}', '{"a":[]}', 5],
  GATEHOUSE_ADMINS: [
    'alice@example.org',
    'default:',
    ':alice',
    'Default:alice',
    'default: alice',
    'default:alice, OU=x',
    'default:Sales, Berlin',
    '["default:alice"',
    "['default:alice']",
    '[["default:alice"]]',
    5,
  ],
  GATEHOUSE_ADMIN_GROUPS: ['operators', 'default:', 'default:a,:b', 5],
  GATEHOUSE_LOGIN_PARAMETERS: ['client_id', 'ui_locales redirect_uri', 'PROMPT', 'ui_locales,prompt', ' ', 5],
  GATEHOUSE_LEVELS: [' ', 5, [5]],
  GATEHOUSE_ADDRESS_LENGTH_MAX: ['499', '100001', 'long', ' ', [5]],
  OIDC_RESPONSE_MODE: ['fragment', 'QUERY', 'query form_post', ' ', 5],
  GATEHOUSE_ALLOWED_CLIENTS: [' ', 5, [''], [5], '["a"'],
  GATEHOUSE_SERVICE_CLIENTS: [' ', 5, [''], [5], '["a"'],
  GATEHOUSE_SERVICE_ROLES: [' ', 5, [''], [5], '["a"'],
  OIDC_INTROSPECT_AND_USERINFO_SET_X_FORWARDED_HOST: ['on', ' ', 5],
  OIDC_STORE_REFRESH_TOKEN: ['on', 'yes please', '2', 'null', ' ', 1, {}],
  GATEHOUSE_SESSION_IDLE_AGE: ['0', 0, -1, '1h', '1.5', true],
  GATEHOUSE_UNCONFIRMED_AGE: ['0', 0, -1, '1h', '1.5', true],
  OIDC_TIMEOUT: ['0', 0, -1, 'soon', '1.5', 1.5, true],
  OIDC_REDIRECT_ALLOWED_HOSTS: ['myapp://callback', 'https://app.example.com/path', '*', 5],
  LOGIN_REDIRECT_URL: ['//evil.example', 'http://app.example.com', 'javascript:alert(1)', 'nowhere', 5],
  LOGIN_REDIRECT_URL_FAILURE: ['//evil.example', 'http://app.example.com', 'javascript:alert(1)', 'nowhere', 5],
  LOGOUT_REDIRECT_URL: ['//evil.example', 'http://app.example.com', 'javascript:alert(1)', 'nowhere', 5],
  SESSION_COOKIE_AGE: ['0', 0, -1, '12h', '1.5', true],
  DJANGO_SECRET_KEY: ['short', ' ', 5],
  DJANGO_ALLOWED_HOSTS: ['https://meet.example.org', '*.example.org', 'meet.example.org:8443', 5],
  DJANGO_CSRF_TRUSTED_ORIGINS: ['meet.example.org', 'http://meet.example.org', 'https://meet.example.org/x', '*', 5],
  OIDC_REDIRECT_FIELD_NAME: ['a b', 'a=b', ' ', 5],
  OIDC_REDIRECT_UNAUTHENTICATED_URL: ['//evil.example', 'http://app.example.com', 'javascript:alert(1)', 'nowhere', 5],
  OIDC_REDIRECT_REQUIRE_HTTPS: ['on', ' ', 5],
  OIDC_AUTHENTICATION_CALLBACK_URL: ['//evil.example', 'https://a.example/callback', '/a/../b', '/', '/a b', ' ', 5],
  OIDC_MAX_STATES: ['0', 0, -1, 'many', '1.5', true],
  OIDC_EXEMPT_URLS: ['/a b', '/a?b', 5],
  OIDC_STORE_ID_TOKEN: ['on', ' ', 5],
  OIDC_STORE_ACCESS_TOKEN: ['on', ' ', 5],
  OIDC_STORE_REFRESH_TOKEN_KEY: ['short', `${SECRET} short`, ' ', 5],
  OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS: ['0', 0, -1, '15m', '1.5', true],
  OIDC_USE_NONCE: ['on', ' ', 5],
  OIDC_USE_PKCE: ['on', ' ', 5],
  OIDC_PKCE_CODE_CHALLENGE_METHOD: ['s256', 'S512', ' ', 5],
  OIDC_PKCE_CODE_VERIFIER_SIZE: ['42', 42, '129', 129, 'long', true],
  OIDC_STATE_SIZE: ['0', 'long', true],
  OIDC_NONCE_SIZE: ['0', 'long', true],
  OIDC_VERIFY_SSL: ['on', ' ', 5],
  OIDC_VERIFY_KID: ['on', ' ', 5],
  OIDC_VERIFY_JWT: ['on', 'false', false, ' ', 5],
  OIDC_ALLOW_UNSECURED_JWT: ['on', 'True', true, ' ', 5],
  OIDC_RP_IDP_SIGN_KEY: [
    'secret',
    '{}',
    '{"kty":"oct","k":"AAAA"}',
    '{"kty":"RSA","n":"AAAA","e":"AQAB","d":"AAAA"}',
    ' ',
    5,
  ],
  FRONTEND_IS_SILENT_LOGIN_ENABLED: ['on', ' ', 5],
  FRONTEND_EXTERNAL_HOME_URL: ['/home', 'http://www.example.org', 'nowhere', 5],
  FRONTEND_USE_PROCONNECT_BUTTON: ['on', ' ', 5],
  ALLOW_UNREGISTERED_ROOMS: ['on', ' ', 5],
  AUTHENTICATED_PARTICIPANTS_CAN_EDIT_DISPLAY_NAME: ['on', ' ', 5],
}

const WRONG_VALUES = Object.entries(WRONG).flatMap(([name, values]) => values.map((value) => ({ name, value })))

const EXAMPLES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(VARIABLES).map(([name, { example }]) => [name, example]),
)

describe('a wrong value', () => {
  it.each(WRONG_VALUES)('of $name is a problem of that name: $value', ({ name, value }) => {
    expect(problemNames({ ...ENV, [name]: value })).toEqual([name])
  })

  it.each(WRONG_VALUES)('of $name comes with an example: $value', ({ name, value }) => {
    expect(problemsOf({ ...ENV, [name]: value }).map(({ example }) => example)).toEqual([EXAMPLES[name]])
  })

  it('is shown, so that a typing error is seen', () => {
    const [problem] = problemsOf({ ...ENV, OIDC_RP_SIGN_ALGO: 'RS265' })
    expect(problem?.problem).toContain('"RS265"')
  })

  it('is cut when it is long', () => {
    const [problem] = problemsOf({ ...ENV, OIDC_RP_SIGN_ALGO: 'x'.repeat(10_000) })
    expect(problem?.problem.length).toBeLessThan(500)
  })

  it.each(WITHOUT_DEFAULT)('%s must be set', (name) => {
    expect(problemsOf({ ...ENV, [name]: undefined })).toEqual([
      { name, problem: 'is not set', example: EXAMPLES[name] },
    ])
  })

  it.each(WITHOUT_DEFAULT)('%s must not be empty', (name) => {
    expect(problemsOf({ ...ENV, [name]: '' })).toEqual([{ name, problem: 'is not set', example: EXAMPLES[name] }])
  })
})

describe('the list of problems', () => {
  it('has those of all settings at once (A127)', () => {
    const wrong = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, [Number.NaN]]))
    expect(problemNames(wrong)).toEqual(Object.keys(VARIABLES))
  })

  it('has every required setting when nothing is set', () => {
    expect(problemNames({})).toEqual([...REQUIRED])
  })

  it('has protocol parameters that were to be overridden beside the others (A30, A127)', () => {
    const wrong = {
      OIDC_AUTH_REQUEST_EXTRA_PARAMS: '{"state": "x", "nonce": "y", "acr_values": "z"}',
      OIDC_TIMEOUT: '0',
    }
    expect(problemNames({ ...ENV, ...wrong })).toEqual([
      'OIDC_TIMEOUT',
      'OIDC_AUTH_REQUEST_EXTRA_PARAMS',
      'OIDC_AUTH_REQUEST_EXTRA_PARAMS',
    ])
  })

  it('is the message of the error, one line each', () => {
    expect(() => loadConfig({ ...ENV, OIDC_TIMEOUT: '0', OIDC_OP_URL: '' })).toThrow(
      [
        'Gatehouse is not configured: 2 settings need attention.',
        '  OIDC_OP_URL is not set. Example: https://id.example.org/realms/main',
        '  OIDC_TIMEOUT must be at least 1 second (it is "0"). Example: 5',
      ].join('\n'),
    )
  })

  it('speaks of one setting when it is one', () => {
    expect(() => loadConfig({ ...ENV, OIDC_TIMEOUT: '0' })).toThrow('one setting needs attention')
  })

  it.each([
    { GATEHOUSE_SECRET: 'MARKER-too-short' },
    { GATEHOUSE_SECRET: `${SECRET} MARKER` },
    { OIDC_RP_CLIENT_SECRET: { MARKER: 'MARKER' } },
    { OIDC_TIMEOUT: '0' },
    { BASE_URL: '' },
    { OIDC_OP_URL: 'https://admin:MARKER@idp.example' },
    { OIDC_OP_TOKEN_ENDPOINT: 'https://admin:MARKER@idp.example/token' },
    { BASE_URL: 'https://admin:MARKER@gate.example.com' },
    { OIDC_REDIRECT_ALLOWED_HOSTS: 'https://admin:MARKER@app.example.com' },
  ])('shows no secret (A72): %j', (wrong) => {
    expect(JSON.stringify(problemsOf({ ...ENV, ...wrong }))).not.toContain('MARKER')
  })

  it.each(Object.keys(VARIABLES))('%s_FILE is a problem, for a Worker has no files', (name) => {
    expect(problemNames({ ...ENV, [`${name}_FILE`]: '/run/secrets/x' })).toEqual([`${name}_FILE`])
  })

  it('the path in a _FILE setting does not stand in for the setting itself', () => {
    expect(problemNames({ ...ENV, OIDC_RP_CLIENT_SECRET: undefined, OIDC_RP_CLIENT_SECRET_FILE: '/x' })).toEqual([
      'OIDC_RP_CLIENT_SECRET',
      'OIDC_RP_CLIENT_SECRET_FILE',
    ])
  })
})

describe('the settings', () => {
  it('have their defaults when only the required ones are set', () => {
    const { BASE_URL: baseUrl } = ENV
    expect(loadConfig(ENV).config).toEqual({
      baseUrl,
      sealingSecrets: [SECRET],
      logoutByGet: false,
      allowedEmails: [],
      allowedGroups: [],
      allowedRoles: [],
      userPermissions: ['rooms:join', 'rooms:create', 'rooms:record', 'rooms:moderate'],
      brandName: 'Gatehouse',
      accountSync: false,
      accountSyncMaxShare: 10,
      guestPermissions: ['rooms:join'],
      groupPermissions: {},
      rolePermissions: { 'opentalk-call-in': 'rooms:join', 'opentalk-recorder': 'rooms:join rooms:record' },
      administrators: [],
      administratorGroups: [],
      administratorRoles: [],
      allowUserListing: false,
      passableParameters: ['ui_locales'],
      storeRefreshToken: true,
      allowedReturnHosts: [],
      loginRedirectUrl: '/',
      logoutRedirectUrl: '/',
      sessionSeconds: 43_200,
      allowedClients: [],
      serviceRoles: ['opentalk-call-in', 'opentalk-recorder'],
      isResourceServer: false,
      forwardHost: false,
      opentalk: null,
      storeIdToken: true,
      storeAccessToken: false,
      confirmEverySeconds: 900,
      auditRetentionDays: 365,
      auditAddresses: 'shortened',
      revocationLagSeconds: 5,
      returnToField: 'returnTo',
      pendingLoginsMax: 7,
      exemptPaths: [],
      silentSignIn: true,
      proConnectButton: false,
      allowGuests: false,
      canEditDisplayName: true,
      allowedHosts: [],
      trustedFormOrigins: [],
      providers: [
        {
          issuer: ENV.OIDC_OP_URL,
          clientId: ENV.OIDC_RP_CLIENT_ID,
          clientSecret: ENV.OIDC_RP_CLIENT_SECRET,
          id: 'default',
          name: 'Keycloak',
          isSignAlgoSet: false,
          isGroupsClaimSet: false,
          otherIssuers: [],
          forwardedHost: null,
          userSearch: null,
          accountSync: null,
          addresses: {
            redirectUri: `${baseUrl}/api/v1.0/callback/`,
            postLogoutRedirectUri: `${baseUrl}/api/v1.0/logout-callback/`,
            backchannelLogoutUri: `${baseUrl}/api/v1.0/backchannel-logout/`,
            frontchannelLogoutUri: `${baseUrl}/api/v1.0/frontchannel-logout/`,
          },
          type: 'keycloak',
          useBasicAuth: false,
          requireEncryptedIdToken: false,
          usePar: false,
          useRequestObject: false,
          useDpop: false,
          idTokenAlgorithm: 'RS256',
          clockToleranceSeconds: 60,
          trustedAudiences: [],
          userinfoMayRefuse: false,
          userinfoFormat: 'AUTO',
          logoutByPost: false,
          extraParameters: {},
          levels: [],
          addressCharactersMax: 7000,
          responseMode: 'query',
          introspectJwt: false,
          introspectsAccessTokensOnly: false,
          subjectClaim: 'sub',
          createUsers: true,
          matchByEmail: false,
          trustAbsentEmailVerified: false,
          keepSubject: true,
          audienceClaim: 'client_id',
          resourceServerScopes: ['lasuite_meet'],
          groupsClaims: ['x_grp', 'groups'],
          timeoutSeconds: 5,
          useNonce: true,
          usePkce: true,
          codeVerifierCharacters: 64,
        },
      ],
    })
  })

  it('have their defaults when the others are empty', () => {
    const empty = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, '']))
    expect(loadConfig({ ...empty, ...ENV }).config).toEqual(loadConfig(ENV).config)
  })

  it.each(['5', 5])('a number may be text or a number: %o', (value) => {
    expect(loadConfig({ ...ENV, OIDC_TIMEOUT: value }).config.providers[0].timeoutSeconds).toBe(5)
  })

  it('GATEHOUSE_SECRET may have several, kept in their order (A102)', () => {
    const old = 'the-old-secret-of-32-characters-or-more'
    expect(loadConfig({ ...ENV, GATEHOUSE_SECRET: `${SECRET} ${old}` }).config.sealingSecrets).toEqual([SECRET, old])
  })

  it('allowed hosts may have a scheme or none', () => {
    const value = 'app.example.com, https://meet.example.com:8443'
    expect(loadConfig({ ...ENV, OIDC_REDIRECT_ALLOWED_HOSTS: value }).config.allowedReturnHosts).toEqual([
      { host: 'app.example.com', origin: null, withSubdomains: false },
      { host: 'meet.example.com:8443', origin: 'https://meet.example.com:8443', withSubdomains: false },
    ])
  })

  it.each(['http://localhost:8787', 'http://127.0.0.1:8787'])(
    'BASE_URL may be plain http on this machine: %s',
    (url) => {
      expect(loadConfig({ ...ENV, BASE_URL: url }).config.baseUrl).toBe(url)
    },
  )

  it('the issuer is kept exactly', () => {
    const url = 'https://IDP.example/realms/Main/'
    expect(loadConfig({ ...ENV, OIDC_OP_URL: url }).config.providers[0].issuer).toBe(url)
  })

  it.each([
    'client_id',
    'code_challenge',
    'code_challenge_method',
    'nonce',
    'redirect_uri',
    'request',
    'request_uri',
    'response_mode',
    'response_type',
    'scope',
    'state',
  ])('OIDC_AUTH_REQUEST_EXTRA_PARAMS must not have %s, which Gatehouse sets itself (A30)', (name) => {
    const value = JSON.stringify({ ui_locales: 'fr', [name]: 'x' })
    expect(problemsOf({ ...ENV, OIDC_AUTH_REQUEST_EXTRA_PARAMS: value })).toEqual([
      expect.objectContaining({ name: 'OIDC_AUTH_REQUEST_EXTRA_PARAMS', problem: expect.stringContaining(name) }),
    ])
  })

  it('cannot be changed', () => {
    expect(Object.isFrozen(loadConfig(ENV).config)).toBe(true)
  })

  it('contain nothing but settings, whatever else is in the environment', () => {
    const { config } = loadConfig({ ...ENV, KV: {}, DB: {}, PATH: '/bin', OIDC_FOO: 'x' })
    expect(Object.keys(config).filter((name) => !(name in settings))).toEqual(['providers', 'opentalk'])
  })

  it('of one load do not reach into those of another', () => {
    loadConfig({ ...ENV, OIDC_TIMEOUT: '9' })
    expect(loadConfig(ENV).config.providers[0].timeoutSeconds).toBe(5)
  })

  it('a timeout that no timer can count is a problem', () => {
    expect(problemNames({ ...ENV, OIDC_TIMEOUT: 9_000_000_000_000_000 })).toEqual(['OIDC_TIMEOUT'])
  })
})

describe('warnings', () => {
  it('are none when all is well', () => {
    expect(loadConfig({ ...ENV, KV: {}, DB: {}, SOMETHING: 'x' }).warnings).toEqual([])
  })

  it.each([
    'OIDC_OP_ISSUER',
    'OIDC_CREATE_USERS',
    'OIDC_rp_client_id',
    'GATEHOUSE_SECRETS',
    'LOGIN_REDIRECT_URLS',
    'LOGOUT_REDIRECT_URI',
    'OIDC_',
  ])('name the unknown %s (A126)', (name) => {
    expect(loadConfig({ ...ENV, [name]: 'MARKER' }).warnings).toEqual([expect.stringContaining(name)])
  })

  it('never show the value of an unknown name (A72)', () => {
    expect(loadConfig({ ...ENV, GATEHOUSE_SECRETS: 'MARKER' }).warnings.join()).not.toContain('MARKER')
  })

  it('name the client id of the examples', () => {
    expect(loadConfig({ ...ENV, OIDC_RP_CLIENT_ID: 'meet' }).warnings).toEqual([
      expect.stringContaining('OIDC_RP_CLIENT_ID'),
    ])
  })

  it('name a client that asks about tokens and has no secret, unless it is the one that people sign in with', () => {
    expect(loadConfig({ ...ENV, OIDC_RS_CLIENT_ID: 'asker' }).warnings).toEqual([
      expect.stringContaining('OIDC_RS_CLIENT_SECRET'),
    ])
    expect(loadConfig({ ...ENV, OIDC_RS_CLIENT_ID: ENV.OIDC_RP_CLIENT_ID }).warnings).toEqual([])
  })

  it('name a trust in addresses that no one asks for', () => {
    const trusting = { ...ENV, GATEHOUSE_TRUST_ABSENT_EMAIL_VERIFIED: 'true' }
    expect(loadConfig(trusting).warnings).toEqual([expect.stringContaining('GATEHOUSE_TRUST_ABSENT_EMAIL_VERIFIED')])
    expect(loadConfig({ ...trusting, OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION: 'true' }).warnings).toEqual([])
  })

  it('name a resource server that anyone may call', () => {
    const env = { ...ENV, EXTERNAL_API_ENABLED: 'True' }
    expect(loadConfig(env).warnings).toEqual([expect.stringContaining('GATEHOUSE_RS_ALLOWED_CLIENTS')])
    expect(loadConfig({ ...env, GATEHOUSE_RS_ALLOWED_CLIENTS: 'drive' }).warnings).toEqual([])
    expect(loadConfig({ ...env, OIDC_RS_AUDIENCE_CLAIM: 'aud' }).warnings).toEqual([])
  })

  it('name scopes without openid', () => {
    const { config, warnings } = loadConfig({ ...ENV, OIDC_RP_SCOPES: 'openid,email,profile' })
    expect(config.providers[0].scopes).toEqual(['openid', 'email', 'profile'])
    expect(warnings).toEqual([expect.stringMatching(/^OIDC_RP_SCOPES is separated by commas/)])
    expect(loadConfig({ ...ENV, OIDC_RP_SCOPES: 'email' }).warnings).toEqual([
      expect.stringContaining('OIDC_RP_SCOPES'),
    ])
  })
})
