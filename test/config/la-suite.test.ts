/**
 * Every name in the environment of La Suite Meet that is about signing in, one row each: that it is taken as it is written there, that
 * an unreadable value is refused, and that what has no effect is told once.
 */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigurationError, loadConfig } from '../../src/config/load.ts'
import { byVariable, VARIABLES } from '../support/variables.ts'

const ENV = {
  BASE_URL: 'https://gate.example.com',
  GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
  OIDC_OP_URL: 'https://idp.example',
  OIDC_RP_CLIENT_ID: 'gatehouse',
  OIDC_RP_CLIENT_SECRET: 'a-client-secret-of-64-bytes-or-more-which-is-enough-for-any-hash!',
}

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PUBLIC_PEM = RSA.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const PRIVATE_PEM = RSA.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const THIRTY_TWO = 'thirty-two-characters-or-more-of-a-secret'
const ABSENT = Symbol('there is no value')

type Env = Readonly<Record<string, unknown>>

/** A setting that counts, or whose value Gatehouse has decided. */
interface Row {
  readonly name: string
  readonly verdict: 'same' | 'better'
  /** What it means when it is not set; `ABSENT`: the meaning is worked out later. Left out: it is required. */
  readonly initial?: unknown
  /** A value as it stands in an environment of La Suite. */
  readonly written: string
  /** What becomes of it; absent: the value is not kept, because it decides nothing. */
  readonly read?: unknown
  /** What the warning says that this value brings; absent: there is none. */
  readonly warning?: RegExp
  /** Values that are a problem of this setting. */
  readonly refused?: readonly string[]
  /** What else must be set for it. */
  readonly beside?: Env
}

const SIGN_IN: readonly Row[] = [
  { name: 'OIDC_RP_CLIENT_ID', verdict: 'same', initial: 'meet', written: 'meet', read: 'meet', warning: /"meet"/ },
  { name: 'OIDC_RP_CLIENT_SECRET', verdict: 'better', written: 'secret', read: 'secret' },
  {
    name: 'OIDC_OP_URL',
    verdict: 'better',
    written: 'https://id.example',
    read: 'https://id.example',
    refused: ['id.example'],
  },
  ...(
    [
      'OIDC_OP_AUTHORIZATION_ENDPOINT',
      'OIDC_OP_TOKEN_ENDPOINT',
      'OIDC_OP_USER_ENDPOINT',
      'OIDC_OP_JWKS_ENDPOINT',
      'OIDC_OP_LOGOUT_ENDPOINT',
      'OIDC_OP_INTROSPECTION_ENDPOINT',
    ] as const
  ).map(
    (name): Row => ({
      name,
      verdict: 'better',
      initial: ABSENT,
      written: 'https://idp.example/x?a=b',
      read: 'https://idp.example/x?a=b',
      refused: ['/x', 'http://idp.example/x'],
    }),
  ),
  {
    name: 'OIDC_OP_USER_ENDPOINT_FORMAT',
    verdict: 'better',
    initial: 'AUTO',
    written: 'JWT',
    read: 'JWT',
    refused: ['XML'],
  },
  { name: 'OIDC_RP_SIGN_ALGO', verdict: 'same', initial: 'RS256', written: 'ES256', read: 'ES256', refused: ['none'] },
  { name: 'OIDC_RP_SIGN_ALGO', verdict: 'better', initial: 'RS256', written: 'HS512', read: 'HS512' },
  { name: 'OIDC_RP_SCOPES', verdict: 'better', initial: ABSENT, written: 'openid email', read: ['openid', 'email'] },
  {
    name: 'OIDC_RP_SCOPES',
    verdict: 'better',
    initial: ABSENT,
    written: 'email',
    read: ['email'],
    warning: /"openid"/,
  },
  {
    name: 'OIDC_AUTH_REQUEST_EXTRA_PARAMS',
    verdict: 'better',
    initial: {},
    written: "{'acr_values': 'eidas1', \"claims\": '{\"id_token\": {}}', 'x': True}",
    read: { acr_values: 'eidas1', claims: '{"id_token": {}}', x: 'True' },
    refused: ["{'state': 'x'}", "{'redirect_uri': 'https://evil.example'}", 'acr_values=eidas1', "['acr']"],
  },
  { name: 'OIDC_TIMEOUT', verdict: 'better', initial: 5, written: '10', read: 10, refused: ['soon', '0'] },
  { name: 'OIDC_VERIFY_SSL', verdict: 'same', written: 'True' },
  { name: 'OIDC_VERIFY_SSL', verdict: 'better', written: 'False', warning: /always verifies TLS/, refused: ['on'] },
  {
    name: 'OIDC_USE_NONCE',
    verdict: 'same',
    initial: true,
    written: 'False',
    read: false,
    warning: /one protection less/,
  },
  { name: 'OIDC_USE_NONCE', verdict: 'same', initial: true, written: 'yes', read: true, refused: ['on'] },
  {
    name: 'OIDC_USE_NONCE',
    verdict: 'same',
    initial: true,
    written: 'True',
    read: true,
    beside: { OIDC_USE_PKCE: 'False' },
    refused: ['False'],
    warning: /OIDC_USE_PKCE/,
  },
  {
    name: 'OIDC_USE_PKCE',
    verdict: 'better',
    initial: true,
    written: 'False',
    read: false,
    warning: /one protection less/,
  },
  { name: 'OIDC_USE_PKCE', verdict: 'better', initial: true, written: '1', read: true, refused: ['on'] },
  { name: 'OIDC_PKCE_CODE_CHALLENGE_METHOD', verdict: 'same', written: 'S256', refused: ['S512'] },
  { name: 'OIDC_PKCE_CODE_CHALLENGE_METHOD', verdict: 'better', written: 'plain', warning: /S256 is always sent/ },
  {
    name: 'OIDC_PKCE_CODE_VERIFIER_SIZE',
    verdict: 'better',
    initial: 64,
    written: '128',
    read: 128,
    refused: ['42', '129'],
  },
]

const USERS: readonly Row[] = [
  {
    name: 'ALLOW_UNSECURE_USER_LISTING',
    verdict: 'better',
    initial: false,
    written: 'True',
    read: true,
    refused: ['on'],
  },
  { name: 'OIDC_CREATE_USER', verdict: 'same', initial: true, written: 'False', read: false, refused: ['on'] },
  { name: 'OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION', verdict: 'better', initial: false, written: 'True', read: true },
  { name: 'OIDC_USER_SUB_FIELD_IMMUTABLE', verdict: 'same', initial: true, written: 'False', read: false },
  {
    name: 'OIDC_USERINFO_FULLNAME_FIELDS',
    verdict: 'better',
    initial: ABSENT,
    written: 'given_name,usual_name',
    read: ['given_name', 'usual_name'],
  },
  {
    name: 'OIDC_USERINFO_SHORTNAME_FIELD',
    verdict: 'same',
    initial: ABSENT,
    written: 'given_name',
    read: 'given_name',
  },
  {
    name: 'OIDC_USERINFO_ESSENTIAL_CLAIMS',
    verdict: 'better',
    initial: ABSENT,
    written: 'email, given_name',
    read: ['email', 'given_name'],
  },
  {
    name: 'AUTHENTICATED_PARTICIPANTS_CAN_EDIT_DISPLAY_NAME',
    verdict: 'same',
    initial: true,
    written: 'False',
    read: false,
    refused: ['on'],
  },
]

const REDIRECTS: readonly Row[] = [
  {
    name: 'OIDC_REDIRECT_FIELD_NAME',
    verdict: 'same',
    initial: 'returnTo',
    written: 'next',
    read: 'next',
    refused: ['a b'],
  },
  {
    name: 'OIDC_REDIRECT_ALLOWED_HOSTS',
    verdict: 'better',
    initial: [],
    written: 'a.example,https://b.example:8443',
    read: [
      { host: 'a.example', origin: null, withSubdomains: false },
      { host: 'b.example:8443', origin: 'https://b.example:8443', withSubdomains: false },
    ],
    refused: ['myapp://callback'],
  },
  { name: 'OIDC_REDIRECT_REQUIRE_HTTPS', verdict: 'same', written: 'True', refused: ['on'] },
  { name: 'OIDC_REDIRECT_REQUIRE_HTTPS', verdict: 'better', written: 'False', warning: /this machine alone/ },
  {
    name: 'LOGIN_REDIRECT_URL',
    verdict: 'better',
    initial: '/',
    written: 'https://meet.example.org',
    read: 'https://meet.example.org',
    refused: ['//x'],
  },
  {
    name: 'LOGIN_REDIRECT_URL_FAILURE',
    verdict: 'better',
    initial: ABSENT,
    written: 'https://meet.example.org',
    read: 'https://meet.example.org',
    refused: ['//x'],
  },
  {
    name: 'LOGOUT_REDIRECT_URL',
    verdict: 'better',
    initial: '/',
    written: 'https://meet.example.org',
    read: 'https://meet.example.org',
    refused: ['//x'],
  },
  {
    name: 'OIDC_REDIRECT_UNAUTHENTICATED_URL',
    verdict: 'better',
    initial: ABSENT,
    written: '/welcome',
    read: '/welcome',
    refused: ['//x', 'http://x.example'],
  },
  { name: 'ALLOW_LOGOUT_GET_METHOD', verdict: 'better', initial: false, written: 'True', read: true, refused: ['on'] },
  { name: 'OIDC_STORE_ID_TOKEN', verdict: 'same', initial: true, written: 'False', read: false, refused: ['on'] },
  { name: 'OIDC_OP_LOGOUT_USE_POST', verdict: 'better', initial: false, written: 'True', read: true, refused: ['on'] },
  { name: 'SESSION_COOKIE_AGE', verdict: 'same', initial: 43_200, written: '3600', read: 3600, refused: ['12h'] },
  {
    name: 'DJANGO_ALLOWED_HOSTS',
    verdict: 'better',
    initial: [],
    written: 'meet.example.org,*',
    read: ['meet.example.org', '*'],
    refused: ['https://meet.example.org'],
  },
  {
    name: 'DJANGO_CSRF_TRUSTED_ORIGINS',
    verdict: 'same',
    initial: [],
    written: 'https://meet.example.org',
    read: ['https://meet.example.org'],
    refused: ['meet.example.org'],
  },
  {
    name: 'DJANGO_SECRET_KEY',
    verdict: 'better',
    initial: ABSENT,
    written: THIRTY_TWO,
    read: THIRTY_TWO,
    refused: ['short'],
  },
]

const FRONT_END: readonly Row[] = [
  {
    name: 'FRONTEND_IS_SILENT_LOGIN_ENABLED',
    verdict: 'better',
    initial: true,
    written: 'False',
    read: false,
    refused: ['on'],
  },
  {
    name: 'FRONTEND_EXTERNAL_HOME_URL',
    verdict: 'same',
    initial: ABSENT,
    written: 'https://www.example.org',
    read: 'https://www.example.org',
    refused: ['www'],
  },
  {
    name: 'FRONTEND_USE_PROCONNECT_BUTTON',
    verdict: 'same',
    initial: false,
    written: 'True',
    read: true,
    refused: ['on'],
  },
  { name: 'ALLOW_UNREGISTERED_ROOMS', verdict: 'better', initial: false, written: 'True', read: true, refused: ['on'] },
]

const LIBRARY: readonly Row[] = [
  {
    name: 'OIDC_TOKEN_USE_BASIC_AUTH',
    verdict: 'better',
    initial: false,
    written: 'True',
    read: true,
    refused: ['on'],
  },
  { name: 'OIDC_STATE_SIZE', verdict: 'better', written: '32', refused: ['long'] },
  { name: 'OIDC_STATE_SIZE', verdict: 'better', written: '64', warning: /256 random bits/ },
  { name: 'OIDC_NONCE_SIZE', verdict: 'better', written: '32', refused: ['long'] },
  { name: 'OIDC_NONCE_SIZE', verdict: 'better', written: '64', warning: /256 random bits/ },
  { name: 'OIDC_MAX_STATES', verdict: 'better', initial: 7, written: '3', read: 3, refused: ['0'] },
  { name: 'OIDC_MAX_STATES', verdict: 'better', initial: 7, written: '50', read: 7, warning: /no more than 7/ },
  { name: 'OIDC_VERIFY_KID', verdict: 'same', written: 'True', refused: ['on'] },
  { name: 'OIDC_VERIFY_KID', verdict: 'same', written: 'False', warning: /no effect/ },
  { name: 'OIDC_VERIFY_JWT', verdict: 'better', written: 'True', refused: ['False'] },
  { name: 'OIDC_ALLOW_UNSECURED_JWT', verdict: 'better', written: 'False', refused: ['True'] },
  {
    name: 'OIDC_RP_IDP_SIGN_KEY',
    verdict: 'same',
    initial: ABSENT,
    written: PUBLIC_PEM,
    read: { type: 'RSA', material: { pem: PUBLIC_PEM.trim() } },
    refused: ['secret', PRIVATE_PEM],
  },
  { name: 'OIDC_STORE_ACCESS_TOKEN', verdict: 'better', initial: false, written: 'True', read: true, refused: ['on'] },
  {
    name: 'OIDC_STORE_REFRESH_TOKEN',
    verdict: 'better',
    initial: true,
    written: 'False',
    read: false,
    refused: ['on'],
  },
  {
    name: 'OIDC_STORE_REFRESH_TOKEN_KEY',
    verdict: 'same',
    initial: ABSENT,
    written: THIRTY_TWO,
    read: [THIRTY_TWO],
    refused: ['short'],
  },
  {
    name: 'OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS',
    verdict: 'better',
    initial: 900,
    written: '300',
    read: 300,
    refused: ['15m'],
  },
  { name: 'OIDC_EXEMPT_URLS', verdict: 'same', initial: [], written: '/a/,/b', read: ['/a/', '/b'], refused: ['/a?b'] },
  {
    name: 'OIDC_EXEMPT_URLS',
    verdict: 'same',
    initial: [],
    written: 'users:list',
    read: ['users:list'],
    warning: /users:list/,
  },
  {
    name: 'OIDC_AUTHENTICATION_CALLBACK_URL',
    verdict: 'better',
    initial: ABSENT,
    written: '/oidc/',
    read: '/oidc/',
    refused: ['//x'],
  },
  {
    name: 'OIDC_AUTHENTICATION_CALLBACK_URL',
    verdict: 'better',
    initial: ABSENT,
    written: 'oidc_authentication_callback',
    read: undefined,
  },
]

const KEY = { OIDC_RS_PRIVATE_KEY_STR: PRIVATE_PEM }
const KEY_READ = [expect.objectContaining({ type: 'RSA' })]

const RESOURCE_SERVER: readonly Row[] = [
  {
    name: 'OIDC_RS_PRIVATE_KEY_STR',
    verdict: 'same',
    initial: ABSENT,
    written: PRIVATE_PEM,
    read: KEY_READ,
    refused: [PUBLIC_PEM],
  },
  {
    name: 'EXTERNAL_API_ENABLED',
    verdict: 'same',
    initial: false,
    written: 'True',
    read: true,
    refused: ['on'],
    warning: /EXTERNAL_API_ENABLED|OIDC_RS_/,
  },
  {
    name: 'OIDC_RS_CLIENT_ID',
    verdict: 'same',
    initial: 'meet',
    warning: /"meet"/,
    written: 'meet',
    read: 'meet',
    beside: { OIDC_RS_CLIENT_SECRET: 'x' },
  },
  {
    name: 'OIDC_RS_CLIENT_SECRET',
    verdict: 'better',
    initial: ABSENT,
    written: 'x',
    read: 'x',
    beside: { OIDC_RS_CLIENT_ID: 'meet' },
  },
  { name: 'OIDC_RS_AUDIENCE_CLAIM', verdict: 'better', initial: 'client_id', written: 'aud', read: 'aud' },
  {
    name: 'OIDC_RS_SCOPES',
    verdict: 'same',
    initial: ['lasuite_meet'],
    written: 'lasuite_meet,lasuite_visio',
    read: ['lasuite_meet', 'lasuite_visio'],
  },
  { name: 'OIDC_RS_SCOPES_PREFIX', verdict: 'same', initial: ABSENT, written: 'lasuite_meet', read: 'lasuite_meet' },
  {
    name: 'OIDC_RS_SIGNING_ALGO',
    verdict: 'same',
    initial: ABSENT,
    written: 'ES256',
    read: 'ES256',
    refused: ['none'],
  },
  {
    name: 'OIDC_RS_ENCRYPTION_ALGO',
    verdict: 'same',
    initial: ABSENT,
    written: 'RSA-OAEP',
    read: 'RSA-OAEP',
    beside: KEY,
    refused: ['RSA1_5'],
  },
  {
    name: 'OIDC_RS_ENCRYPTION_ENCODING',
    verdict: 'same',
    initial: ABSENT,
    written: 'A256GCM',
    read: 'A256GCM',
    refused: ['none'],
  },
  {
    name: 'OIDC_RS_ENCRYPTION_KEY_TYPE',
    verdict: 'same',
    initial: ABSENT,
    written: 'RSA',
    read: 'RSA',
    beside: KEY,
    refused: ['EC'],
  },
]

const ROWS = [...SIGN_IN, ...USERS, ...REDIRECTS, ...FRONT_END, ...LIBRARY, ...RESOURCE_SERVER]

/** Names that do nothing here, with a value of an environment, and why. */
const WITHOUT_EFFECT: readonly (readonly [name: string, written: string, why: RegExp])[] = [
  ['OIDC_PROXY', 'http://proxy:3128', /HTTP proxy/],
  ['OIDC_USER_SUB_FIELD', 'sub', /column/],
  ['OIDC_USERNAME_ALGO', 'x.y', /Python/],
  ['OIDC_DRF_AUTH_BACKEND', 'x.y', /Python/],
  ['OIDC_AUTHENTICATE_CLASS', 'x.y', /Python/],
  ['OIDC_CALLBACK_CLASS', 'x.y', /Python/],
  ['OIDC_OP_LOGOUT_URL_METHOD', 'x.y', /Python/],
  ['OIDC_RS_BACKEND_CLASS', 'x.y', /Python/],
  ['SESSION_ENGINE', 'django.contrib.sessions.backends.cache', /D1/],
  ['RESOURCE_DEFAULT_ACCESS_LEVEL', 'public', /rooms/],
  ['EXTERNAL_API_ALLOW_PUBLIC_ACCESS', 'False', /rooms/],
  ['EXTERNAL_API_DEFAULT_ACCESS_LEVEL', 'trusted', /rooms/],
  ['SIGNUP_NEW_USER_TO_MARKETING_EMAIL', 'False', /mailings/],
  ['BREVO_API_KEY', 'x', /mailings/],
  ['DJANGO_BREVO_API_CONTACT_ATTRIBUTES', '{}', /mailings/],
  ['MARKETING_SERVICE_CLASS', 'x.y', /mailings/],
  ['LIVEKIT_API_KEY', 'x', /media/],
  ['RECORDING_ENABLE', 'True', /media/],
  ['CONNECTION_TEST_ENABLED', 'True', /media/],
  ['METADATA_COLLECTOR_ENABLED', 'True', /media/],
  ['PARTICIPANT_FORBIDDEN_PERMISSION_FIELDS', 'x', /media/],
  ['ROOMKIT_ENABLED', 'True', /media/],
  ['FRONTEND_CUSTOM_CSS_URL', 'x', /looks/],
  ['DB_HOST', 'x', /database/],
  ['DJANGO_EMAIL_HOST', 'x', /database/],
  ['AWS_S3_ACCESS_KEY_ID', 'x', /database/],
  ['LOGGING_LEVEL_LOGGERS_ROOT', 'INFO', /database/],
  ['APPLICATION_ENABLED', 'False', /no application tokens/],
  ['APPLICATION_ENABLED', 'True', /is on, .*no application tokens/],
  ...[
    'APPLICATION_JWT_SECRET_KEY',
    'APPLICATION_JWT_ALG',
    'APPLICATION_JWT_ISSUER',
    'APPLICATION_JWT_AUDIENCE',
    'APPLICATION_JWT_EXPIRATION_SECONDS',
    'APPLICATION_JWT_TOKEN_TYPE',
    'APPLICATION_CLIENT_ID_LENGTH',
    'APPLICATION_CLIENT_SECRET_LENGTH',
    'APPLICATION_ALLOW_USER_CREATION',
    'APPLICATION_BASE_URL',
  ].map((name) => [name, 'x', /no application tokens/] as const),
  ['ADDONS_ENABLED', 'False', /no sign-in for add-ons/],
  ['ADDONS_ENABLED', 'True', /is on, .*no sign-in for add-ons/],
  ...[
    'ADDONS_SESSION_TTL',
    'ADDONS_TRANSIT_TOKEN_TTL',
    'ADDONS_TOKEN_TTL',
    'ADDONS_TOKEN_SECRET_KEY',
    'ADDONS_CSRF_SECRET',
    'ADDONS_TOKEN_ISSUER',
    'ADDONS_TOKEN_AUDIENCE',
    'ADDONS_TOKEN_ALG',
    'ADDONS_TOKEN_TYPE',
    'ADDONS_TOKEN_SCOPE',
    'ADDONS_SESSION_ID_COOKIE',
    'ADDONS_RANDOM_TOKEN_BYTE_LENGTH',
    'ADDONS_CACHE_PREFIX_SESSION',
    'ADDONS_PENDING_SESSION_KEY',
  ].map((name) => [name, 'x', /no sign-in for add-ons/] as const),
]

/** Former names, which still count. */
const FORMER: readonly (readonly [old: string, present: string, written: string, read: unknown])[] = [
  ['USER_OIDC_ESSENTIAL_CLAIMS', 'OIDC_USERINFO_ESSENTIAL_CLAIMS', 'email', ['email']],
  ['USER_OIDC_FIELDS_TO_FULLNAME', 'OIDC_USERINFO_FULLNAME_FIELDS', 'name', ['name']],
  ['USER_OIDC_FIELD_TO_SHORTNAME', 'OIDC_USERINFO_SHORTNAME_FIELD', 'name', 'name'],
  ['USER_OIDC_FIELDS_TO_SHORTNAME', 'OIDC_USERINFO_SHORTNAME_FIELD', 'name', 'name'],
]

function load(env: Env) {
  const { config, warnings } = loadConfig({ ...ENV, ...env })
  return { values: byVariable(config), warnings }
}

function problemsOf(env: Env): string[] {
  try {
    loadConfig({ ...ENV, ...env })
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(({ name }) => name)
    throw error
  }
}

describe('a setting of La Suite', () => {
  it.each(ROWS)('$name is taken as it stands: $written', ({ name, written, read, warning, beside = {} }) => {
    const { values, warnings } = load({ ...beside, [name]: written })
    expect(values[name]).toEqual(read)
    const brought = warnings.filter((sentence) => !load(beside).warnings.includes(sentence))
    if (warning === undefined) expect(brought).toEqual([])
    else expect([...brought, ...load(beside).warnings].join('\n')).toMatch(warning)
  })

  it.each(ROWS.filter((row) => 'initial' in row))('$name has its default', ({ name, initial, beside }) => {
    const { [name as 'OIDC_OP_URL']: _, ...others } = { ...ENV, ...beside }
    const { config } = loadConfig(others)
    expect(byVariable(config)[name]).toEqual(initial === ABSENT ? undefined : initial)
  })

  const wrong = ROWS.flatMap(({ name, refused = [], beside = {} }) => refused.map((value) => ({ name, value, beside })))
  it.each(wrong)('$name refuses what cannot be meant: $value', ({ name, value, beside }) => {
    expect(problemsOf({ ...beside, [name]: value })).toContain(name)
  })

  it.each(['OIDC_RP_CLIENT_SECRET', 'DJANGO_SECRET_KEY', 'OIDC_STORE_REFRESH_TOKEN_KEY'])(
    '%s_FILE is refused',
    (name) => {
      expect(problemsOf({ [`${name}_FILE`]: '/run/secrets/x' })).toEqual([`${name}_FILE`])
    },
  )
})

it('every setting that is known from La Suite has a row', () => {
  const known = Object.entries(VARIABLES).filter(([, { origin }]) => origin === 'La Suite')
  const rows: readonly string[] = ROWS.map(({ name }) => name)
  expect(known.map(([name]) => name).filter((name) => !rows.includes(name))).toEqual([])
})

describe('a setting without effect', () => {
  it.each(WITHOUT_EFFECT)('%s is accepted, and told once: %s', (name, written, why) => {
    const { warnings } = load({ [name]: written })
    expect(warnings.filter((sentence) => sentence.includes(name))).toEqual([expect.stringMatching(why)])
    expect(Object.hasOwn(VARIABLES, name)).toBe(false)
  })

  it('stands in one sentence with the others of its kind', () => {
    const { warnings } = load({ LIVEKIT_API_KEY: 'x', LIVEKIT_API_SECRET: 'y', DB_HOST: 'z' })
    expect(warnings.map((sentence) => sentence.split(' have ')[0]?.split(' has ')[0])).toEqual([
      'LIVEKIT_API_KEY, LIVEKIT_API_SECRET',
      'DB_HOST',
    ])
    expect(warnings.join('\n')).not.toMatch(/\b[xyz]\b/)
  })

  it('that is empty is not spoken of', () => {
    expect(load({ OIDC_PROXY: '', LIVEKIT_API_KEY: '' }).warnings).toEqual([])
  })
})

it.each(FORMER)('%s counts as %s', (old, present, written, read) => {
  const { values, warnings } = load({ [old]: written })
  expect(values[present]).toEqual(read)
  expect(warnings).toEqual([expect.stringContaining(`${old} is an old name of ${present}`)])
})

describe('an address that no one wrote down', () => {
  const { BASE_URL: _, ...withoutBaseUrl } = ENV
  const baseUrlOf = (hosts: string) => loadConfig({ ...withoutBaseUrl, DJANGO_ALLOWED_HOSTS: hosts })

  it('is that of the one host', () => {
    const { config, warnings } = baseUrlOf('meet.example.org')
    expect([config.baseUrl, warnings]).toEqual(['https://meet.example.org', []])
  })

  it('is that of the first host of several, which is told', () => {
    const { config, warnings } = baseUrlOf('localhost,.example.org,127.0.0.1,Meet.example.org,other.example.org')
    expect(config.baseUrl).toBe('https://meet.example.org')
    expect(warnings).toEqual([expect.stringContaining('BASE_URL is not set')])
  })

  it.each(['*', 'localhost', '.example.org', ''])('cannot be told from %j', (hosts) => {
    expect(problemsOf({ BASE_URL: '', DJANGO_ALLOWED_HOSTS: hosts })).toEqual(['BASE_URL'])
  })
})

it('a secret of Django stands in for ours, and beside ours comes last', () => {
  const secretsWith = (env: Env) => load(env).values.GATEHOUSE_SECRET
  expect(secretsWith({ GATEHOUSE_SECRET: '', DJANGO_SECRET_KEY: `${THIRTY_TWO} & more` })).toEqual([
    `${THIRTY_TWO} & more`,
  ])
  expect(secretsWith({ DJANGO_SECRET_KEY: THIRTY_TWO })).toEqual([ENV.GATEHOUSE_SECRET, THIRTY_TWO])
  expect(problemsOf({ GATEHOUSE_SECRET: '' })).toEqual(['GATEHOUSE_SECRET'])
})

it('a client id that no one wrote down is missing where there is no provider, and in a table', () => {
  expect(problemsOf({ OIDC_OP_URL: '', OIDC_RP_CLIENT_ID: '' })).toContain('OIDC_RP_CLIENT_ID')
  const flat = { OIDC_OP_URL: '', OIDC_RP_CLIENT_ID: '', OIDC_RP_CLIENT_SECRET: '' }
  const table = {
    OIDC_PROVIDERS: '[{"id": "one", "url": "https://one.example"}]',
    OIDC_PROVIDERS_ONE_RS_CLIENT_SECRET: 'x',
  }
  expect(problemsOf({ ...flat, ...table })).toEqual(
    expect.arrayContaining(['OIDC_PROVIDERS[one].client_id', 'OIDC_PROVIDERS[one].rs_client_id']),
  )
})
