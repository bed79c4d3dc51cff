/**
 * What is believed of a provider's metadata: the issuer exactly, https, S256, and explicit endpoints before discovered ones.
 */
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import type { ProviderConfig } from '../../src/config/model.ts'
import { isSetUpWrong } from '../../src/errors.ts'
import type { LogEntry } from '../../src/log.ts'
import { metadataSource as sourceWithLog } from '../../src/oidc/metadata/discovery.ts'
import type { Metadata } from '../../src/oidc/metadata/metadata.ts'
import { beginOperation } from '../../src/oidc/transport/http.ts'
import { createFarEnd, type FarEnd, json } from '../support/far-end.ts'
import { refusalOf } from '../support/refusal.ts'

const ISSUER = 'https://idp.example/realms/main'
const DOCUMENT = `${ISSUER}/.well-known/openid-configuration`

const DISCOVERED = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
  userinfo_endpoint: `${ISSUER}/userinfo`,
  end_session_endpoint: `${ISSUER}/logout`,
  code_challenge_methods_supported: ['plain', 'S256'],
  scopes_supported: ['openid', 'email', 'profile'],
  authorization_response_iss_parameter_supported: true,
}

const EXPLICIT = {
  OIDC_OP_AUTHORIZATION_ENDPOINT: 'https://explicit.example/authorize',
  OIDC_OP_TOKEN_ENDPOINT: 'https://explicit.example/token',
  OIDC_OP_USER_ENDPOINT: 'https://explicit.example/userinfo',
  OIDC_OP_JWKS_ENDPOINT: 'https://explicit.example/jwks',
}

function configWith(more: Readonly<Record<string, unknown>> = {}): ProviderConfig {
  return loadConfig({
    BASE_URL: 'https://gate.example.com',
    GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
    OIDC_OP_URL: ISSUER,
    OIDC_RP_CLIENT_ID: 'gatehouse',
    OIDC_RP_CLIENT_SECRET: 'client-secret',
    ...more,
  }).config.providers[0]
}

const metadataSource = (config: ProviderConfig, log: LogEntry[] = []) =>
  sourceWithLog(config, (entry) => void log.push(entry))

/** As a document is read: loaded, then parsed. */
async function discover(farEnd: FarEnd, config = configWith()): Promise<Metadata> {
  const source = metadataSource(config)
  return source.parse(await source.load(beginOperation(farEnd.fetch, 600)))
}

function providerSaying(document: unknown, status = 200): FarEnd {
  const farEnd = createFarEnd()
  farEnd.on(DOCUMENT, () => json(document, status))
  return farEnd
}

describe('discovery', () => {
  it('finds what the provider says of itself', async () => {
    expect(await discover(providerSaying(DISCOVERED))).toEqual(DISCOVERED)
  })

  it('asks one address, that of OpenID Connect Discovery', async () => {
    const farEnd = providerSaying(DISCOVERED)
    await discover(farEnd)
    expect(farEnd.journal).toEqual([DOCUMENT])
  })

  it('leaves out members that it does not know', async () => {
    const metadata = await discover(providerSaying({ ...DISCOVERED, request_uri_parameter_supported: true, x: 'y' }))
    expect(metadata).toEqual(DISCOVERED)
  })

  it.each([
    'userinfo_endpoint',
    'end_session_endpoint',
    'code_challenge_methods_supported',
    'scopes_supported',
    'authorization_response_iss_parameter_supported',
  ])('does without %s', async (name) => {
    const metadata = await discover(providerSaying({ ...DISCOVERED, [name]: undefined }))
    expect(Object.keys(metadata)).not.toContain(name)
  })

  it.each(['authorization_endpoint', 'token_endpoint', 'jwks_uri'])('is refused without %s', async (name) => {
    const refusal = await refusalOf(discover(providerSaying({ ...DISCOVERED, [name]: undefined })))
    expect(refusal).toMatchObject({ code: 'provider_error', detail: { problems: [expect.stringContaining(name)] } })
  })

  it('has one cache key for each issuer, exactly (A138)', () => {
    const urls = [ISSUER, `${ISSUER}/`, ISSUER.toUpperCase().replace('HTTPS', 'https'), `${ISSUER}2`]
    expect(new Set(urls.map((url) => metadataSource(configWith({ OIDC_OP_URL: url })).key)).size).toBe(urls.length)
  })
})

describe('an issuer', () => {
  it.each([
    `${ISSUER}/`,
    'https://idp.example/realms/other',
    'https://idp.example/realms/Main',
    'https://IDP.example/realms/main',
    'https://idp.example:443/realms/main',
    'https://evil.example/realms/main',
    'http://idp.example/realms/main',
    ` ${ISSUER}`,
    '',
  ])('that is called %j is not the configured one', async (issuer) => {
    expect((await refusalOf(discover(providerSaying({ ...DISCOVERED, issuer })))).code).toBe('provider_error')
  })

  it.each([undefined, null, 5, [ISSUER], {}])('that is %j is none', async (issuer) => {
    expect((await refusalOf(discover(providerSaying({ ...DISCOVERED, issuer })))).code).toBe('provider_error')
  })

  it('may end in a slash when it is configured so', async () => {
    const issuer = `${ISSUER}/`
    const farEnd = providerSaying({ ...DISCOVERED, issuer })
    expect((await discover(farEnd, configWith({ OIDC_OP_URL: issuer }))).issuer).toBe(issuer)
  })

  it('without the slash of the configured one is another', async () => {
    const farEnd = providerSaying(DISCOVERED)
    const refusal = await refusalOf(discover(farEnd, configWith({ OIDC_OP_URL: `${ISSUER}/` })))
    expect(refusal.code).toBe('provider_error')
  })

  it('that differs is named in the log beside the configured one', async () => {
    const refusal = await refusalOf(discover(providerSaying({ ...DISCOVERED, issuer: `${ISSUER}/` })))
    expect(refusal.detail).toEqual({ OIDC_OP_URL: ISSUER, issuer: `${ISSUER}/` })
  })
})

describe('explicit endpoints', () => {
  it('win over the discovered ones', async () => {
    const config = configWith({ ...EXPLICIT, OIDC_OP_LOGOUT_ENDPOINT: 'https://explicit.example/logout' })
    expect(await discover(providerSaying(DISCOVERED), config)).toEqual({
      ...DISCOVERED,
      authorization_endpoint: 'https://explicit.example/authorize',
      token_endpoint: 'https://explicit.example/token',
      userinfo_endpoint: 'https://explicit.example/userinfo',
      jwks_uri: 'https://explicit.example/jwks',
      end_session_endpoint: 'https://explicit.example/logout',
    })
  })

  it.each([
    ['OIDC_OP_AUTHORIZATION_ENDPOINT', 'authorization_endpoint'],
    ['OIDC_OP_TOKEN_ENDPOINT', 'token_endpoint'],
    ['OIDC_OP_USER_ENDPOINT', 'userinfo_endpoint'],
    ['OIDC_OP_JWKS_ENDPOINT', 'jwks_uri'],
    ['OIDC_OP_LOGOUT_ENDPOINT', 'end_session_endpoint'],
  ])('%s wins alone, the others stay as discovered', async (setting, member) => {
    const config = configWith({ [setting]: 'https://explicit.example/x' })
    expect(await discover(providerSaying(DISCOVERED), config)).toEqual({
      ...DISCOVERED,
      [member]: 'https://explicit.example/x',
    })
  })

  it.each([404, 403, 400, 302])('all four do without a document: the provider answers %i', async (status) => {
    const farEnd = createFarEnd()
    farEnd.on(DOCUMENT, () => new Response(null, { status, headers: { location: 'https://evil.example/' } }))
    expect(await discover(farEnd, configWith(EXPLICIT))).toEqual({
      issuer: ISSUER,
      authorization_endpoint: 'https://explicit.example/authorize',
      token_endpoint: 'https://explicit.example/token',
      userinfo_endpoint: 'https://explicit.example/userinfo',
      jwks_uri: 'https://explicit.example/jwks',
    })
  })

  it.each([408, 425, 429])(
    'all four do not take the place of a document that is withheld for now: %i',
    async (status) => {
      const refusal = await refusalOf(discover(providerSaying({}, status), configWith(EXPLICIT)))
      expect([refusal.code, isSetUpWrong(refusal)]).toEqual(['provider_error', false])
    },
  )

  it.each([401, 403, 302])('three do not switch userinfo off when the document is refused: %i', async (status) => {
    const config = configWith({ ...EXPLICIT, OIDC_OP_USER_ENDPOINT: undefined })
    expect((await refusalOf(discover(providerSaying({}, status), config))).code).toBe('provider_error')
  })

  it('all four without a document are told to the operator', async () => {
    const log: LogEntry[] = []
    await metadataSource(configWith(EXPLICIT), log).load(beginOperation(createFarEnd().fetch, 600))
    await metadataSource(configWith(EXPLICIT), log).load(beginOperation(providerSaying(DISCOVERED).fetch, 600))
    expect(log).toMatchObject([{ level: 'warn', event: 'no_discovery_document', detail: { provider_status: 404 } }])
  })

  it('all four are no reason to believe a provider that fails with 500', async () => {
    const refusal = await refusalOf(discover(providerSaying({ error: 'x' }, 500), configWith(EXPLICIT)))
    expect(refusal.code).toBe('provider_error')
  })

  const NEEDED = Object.keys(EXPLICIT).filter((name) => name !== 'OIDC_OP_USER_ENDPOINT')

  it.each(NEEDED)('three without %s are not enough without a document', async (missing) => {
    const refusal = await refusalOf(discover(createFarEnd(), configWith({ ...EXPLICIT, [missing]: undefined })))
    expect(refusal.code).toBe('provider_error')
  })

  it('do not excuse another issuer', async () => {
    const farEnd = providerSaying({ ...DISCOVERED, issuer: 'https://evil.example' })
    expect((await refusalOf(discover(farEnd, configWith(EXPLICIT)))).code).toBe('provider_error')
  })
})

describe('an answer that is no document', () => {
  it.each([
    ['html', () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } })],
    [
      'html that says it is JSON',
      () => new Response('<!doctype html>', { headers: { 'content-type': 'application/json' } }),
    ],
    ['broken JSON', () => new Response('{"issuer":', { headers: { 'content-type': 'application/json' } })],
    ['nothing', () => new Response(null, { status: 204 })],
    ['a list', () => json([DISCOVERED])],
    ['null', () => json(null)],
    ['text', () => json('x')],
    ['an empty object', () => json({})],
    ['not found', () => json({}, 404)],
    ['a failure', () => json({}, 500)],
  ])('is refused: %s', async (_, answer) => {
    const farEnd = createFarEnd()
    farEnd.on(DOCUMENT, answer)
    expect((await refusalOf(discover(farEnd))).code).toBe('provider_error')
  })

  it.each([301, 302, 303, 307, 308])('is refused and not followed: a redirect with %i (A67)', async (status) => {
    const farEnd = createFarEnd()
    farEnd.on('https://evil.example/', () => json(DISCOVERED))
    farEnd.on(DOCUMENT, () => new Response(null, { status, headers: { location: 'https://evil.example/' } }))
    expect((await refusalOf(discover(farEnd))).code).toBe('provider_error')
    expect(farEnd.journal).toEqual([DOCUMENT])
  })

  it('is refused: more than 1 MiB (A52)', async () => {
    const farEnd = providerSaying({ ...DISCOVERED, padding: 'x'.repeat(1_048_576) })
    expect((await refusalOf(discover(farEnd))).code).toBe('provider_error')
  })

  it('is refused as unreachable: a gateway in the place of the provider', async () => {
    expect((await refusalOf(discover(providerSaying({}, 503)))).code).toBe('provider_unreachable')
  })

  it.each([404, 410])('is not needed when three endpoints are explicit: status %i', async (status) => {
    const { OIDC_OP_USER_ENDPOINT: _, ...three } = EXPLICIT
    const metadata = await discover(providerSaying({ error: 'not found' }, status), configWith(three))
    expect(metadata).toEqual({
      issuer: ISSUER,
      authorization_endpoint: EXPLICIT.OIDC_OP_AUTHORIZATION_ENDPOINT,
      token_endpoint: EXPLICIT.OIDC_OP_TOKEN_ENDPOINT,
      jwks_uri: EXPLICIT.OIDC_OP_JWKS_ENDPOINT,
    })
  })

  it('is refused as unreachable, too, when all four endpoints are explicit: a gateway', async () => {
    expect((await refusalOf(discover(providerSaying({}, 503), configWith(EXPLICIT)))).code).toBe('provider_unreachable')
  })
})

describe('an endpoint in the metadata (A67)', () => {
  const members = ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint', 'end_session_endpoint']

  it.each(members)('%s must not be plain http', async (name) => {
    const farEnd = providerSaying({ ...DISCOVERED, [name]: 'http://idp.example/x' })
    expect((await refusalOf(discover(farEnd))).code).toBe('provider_error')
  })

  it.each(members)('%s of a provider elsewhere must not be plain http to this machine', async (name) => {
    const farEnd = providerSaying({ ...DISCOVERED, [name]: 'http://localhost:9000/x' })
    expect((await refusalOf(discover(farEnd))).code).toBe('provider_error')
  })

  it.each([
    '/token',
    'not a url',
    'javascript:alert(1)',
    'ftp://idp.example/',
    'https://u:p@idp.example/x',
    '',
    5,
    null,
    [],
  ])('must be a URL: %j', async (value) => {
    const farEnd = providerSaying({ ...DISCOVERED, token_endpoint: value })
    expect((await refusalOf(discover(farEnd))).code).toBe('provider_error')
  })

  it('may be plain http when the provider is on this machine', async () => {
    const issuer = 'http://localhost:9000'
    const farEnd = createFarEnd()
    const document = {
      issuer,
      authorization_endpoint: `${issuer}/a`,
      token_endpoint: `${issuer}/t`,
      jwks_uri: `${issuer}/j`,
    }
    farEnd.on(`${issuer}/.well-known/openid-configuration`, () => json(document))
    expect(await discover(farEnd, configWith({ OIDC_OP_URL: issuer }))).toEqual(document)
  })
})

describe('PKCE (A73)', () => {
  it.each([{ methods: ['plain'] }, { methods: [] }, { methods: ['s256'] }, { methods: ['S512', 'plain'] }])(
    'a provider that offers $methods is refused',
    async ({ methods }) => {
      const farEnd = providerSaying({ ...DISCOVERED, code_challenge_methods_supported: methods })
      expect(await refusalOf(discover(farEnd))).toMatchObject({ code: 'provider_error', detail: { offered: methods } })
    },
  )

  it('a provider that says nothing of it is taken, for many do it in silence', async () => {
    const { code_challenge_methods_supported: _, ...silent } = DISCOVERED
    expect(await discover(providerSaying(silent))).toEqual(silent)
  })
})

describe('an entry of the shared cache (A138)', () => {
  it('of another issuer is refused', () => {
    const source = metadataSource(configWith())
    expect(() => source.parse({ ...DISCOVERED, issuer: 'https://evil.example' })).toThrow(
      'another name than OIDC_OP_URL',
    )
  })

  it('made before an endpoint was made explicit does not hide it', () => {
    const source = metadataSource(configWith({ OIDC_OP_TOKEN_ENDPOINT: 'https://explicit.example/token' }))
    expect(source.parse(DISCOVERED).token_endpoint).toBe('https://explicit.example/token')
  })

  it.each([null, 'x', 5, [], {}, { keys: [] }])('that is no metadata is refused: %j', (body) => {
    expect(() => metadataSource(configWith()).parse(body)).toThrow('cannot be used')
  })
})
