/**
 * What operators get wrong with providers that cannot be run here, each by itself: the diagnosis names it and nothing else.
 */
import { describe, expect, it } from 'vitest'
import type { Check } from '../../src/diagnosis/check.ts'
import type { Refusal } from '../../src/diagnosis/refusals.ts'
import { MADE_UP } from '../../src/oidc/examination/examination.ts'
import { diagnosed } from '../support/diagnosed.ts'
import * as words from '../support/emulations/refusals.ts'
import {
  page,
  publish,
  type RefusingProvider,
  redirect,
  refusingProvider,
  sentBack,
  type Words,
} from '../support/emulations/refusing.ts'
import { json } from '../support/far-end.ts'
import { expectNamed } from '../support/misconfigurations.ts'
import type { Named } from '../support/proofs.ts'
import { anyMistakes } from './misconfigurations/any.ts'
import { auth0Mistakes } from './misconfigurations/auth0.ts'
import { authentikMistakes } from './misconfigurations/authentik.ts'
import { cognito, cognitoMistakes } from './misconfigurations/cognito.ts'
import { entraMistakes } from './misconfigurations/entra.ts'
import { gitlab, gitlabMistakes } from './misconfigurations/gitlab.ts'
import { googleMistakes } from './misconfigurations/google.ts'
import { BASE_URL, type Mistake, REGISTERED } from './misconfigurations/mistake.ts'
import { okta, oktaMistakes } from './misconfigurations/okta.ts'
import { proconnectMistakes } from './misconfigurations/proconnect.ts'
import { zitadel, zitadelMistakes } from './misconfigurations/zitadel.ts'

const PROVIDERS: readonly (readonly [Named['provider'], Words, readonly Mistake[]])[] = [
  ['authentik', words.authentik, authentikMistakes],
  ['auth0', words.auth0, auth0Mistakes],
  ['google', words.google, googleMistakes],
  ['entra', words.entra, entraMistakes],
  ['proconnect', words.proconnect, proconnectMistakes],
  ['okta', okta, oktaMistakes],
  ['cognito', cognito, cognitoMistakes],
  ['zitadel', zitadel, zitadelMistakes],
  ['gitlab', gitlab, gitlabMistakes],
  ['any', words.generic, anyMistakes],
]

describe.each(PROVIDERS)('with an emulated provider (%s), the diagnosis', (provider, its, mistakes) => {
  async function diagnosisOf({ settings, registered, change }: Partial<Mistake>) {
    const far = refusingProvider(its, { ...REGISTERED, ...registered })
    change?.(far)
    return diagnosed(
      { BASE_URL, ...far.settings, OIDC_RP_CLIENT_ID: REGISTERED.clientId, ...settings },
      { fetch: far.farEnd.fetch },
    )
  }

  it('finds nothing wrong where nothing is', async () => {
    const { checks, row } = await diagnosisOf({})
    expect(checks.filter(({ result }) => result === 'fail')).toEqual([])
    expect(row('redirect-uri').result).toBe('pass')
    // Of a made-up code Entra says that it cannot be read, which tells nothing of the secret.
    expect(row('client-secret').result).toBe(provider === 'entra' ? 'cannot tell' : 'pass')
  })

  it('says of no firewall that it knows the client, although each of its pages has another number', async () => {
    let incident = 0
    const blocked = () => page(403, `Request blocked. Support ID: ${++incident}7f3a`)
    const { row } = await diagnosisOf({
      change: ({ farEnd, document }) => farEnd.on(document.authorization_endpoint, blocked),
    })
    expect(row('redirect-uri').seen).not.toContain('it knows the client')
  })

  it.for(mistakes)('names: $what', async (mistake, context) => {
    const { checks } = await diagnosisOf(mistake)
    expectNamed(checks, mistake, { provider, how: 'emulated' }, context)
  })
})

describe('a set-up in which nothing is wrong is never called failing, although the provider', () => {
  const secret = { id: 'client-secret', result: 'pass' } as const
  it.each<[string, (far: RefusingProvider) => void, Partial<Check>]>([
    [
      'calls an unknown code invalid_code, with status 403',
      ({ farEnd, document }) => farEnd.on(document.token_endpoint, () => json({ error: 'invalid_code' }, 403)),
      secret,
    ],
    [
      'answers errors with status 200 (Slack)',
      ({ farEnd, document }) =>
        farEnd.on(document.token_endpoint, () => json({ ok: false, error: 'invalid_code' }, 200)),
      secret,
    ],
    [
      'answers errors with status 200 in a form (GitHub)',
      ({ farEnd, document }) =>
        farEnd.on(
          document.token_endpoint,
          () => new Response('error=bad_verification_code&error_description=The+code+passed+is+incorrect'),
        ),
      secret,
    ],
    [
      'says 404 of an unknown code',
      ({ farEnd, document }) => farEnd.on(document.token_endpoint, () => json({ error: 'invalid_grant' }, 404)),
      secret,
    ],
    [
      'stumbles over a code that is not of its make',
      ({ farEnd, document }) => farEnd.on(document.token_endpoint, () => json({ error: 'server_error' }, 500)),
      { id: 'endpoint-token', result: 'cannot tell' },
    ],
    [
      'stumbles over userinfo without a token',
      ({ farEnd, document }) => farEnd.on(document.userinfo_endpoint, () => json({}, 500)),
      { id: 'endpoint-userinfo', result: 'cannot tell' },
    ],
    [
      'sends whoever asks for userinfo without a token to its sign-in page',
      ({ farEnd, document }) => farEnd.on(document.userinfo_endpoint, () => redirect('https://id.example.org/login')),
      { id: 'endpoint-userinfo', result: 'cannot tell' },
    ],
    [
      'refuses prompt=none with a page',
      ({ farEnd, document }) =>
        farEnd.on(document.authorization_endpoint, ({ searchParams }) =>
          searchParams.get('prompt') === 'none' ? page(400, 'Unsupported prompt') : page(200, 'Please sign in'),
        ),
      { id: 'redirect-uri', result: 'cannot tell' },
    ],
    [
      'has a firewall before it that lets only browsers in',
      ({ farEnd, document }) => farEnd.on(document.authorization_endpoint, () => page(403, 'Just a moment...')),
      { id: 'redirect-uri', result: 'cannot tell' },
    ],
    [
      'has a firewall before it that keeps Gatehouse out of all pages, with another number on each',
      ({ farEnd, document }) => {
        let incident = 0
        const blocked = () => page(403, `Request blocked. Support ID: ${++incident}7f3a`)
        for (const url of [document.authorization_endpoint, `${document.issuer}/${MADE_UP}`]) farEnd.on(url, blocked)
      },
      { id: 'redirect-uri', result: 'cannot tell' },
    ],
    ...(
      [
        ['asks for patience at the token endpoint', () => page(429, 'Too many requests')],
        ['refuses a made-up code in words of its own', () => json({ code: 'bad_code', message: 'no' }, 400)],
        ['refuses a made-up code with an object for an error', () => json({ error: { code: 100 } }, 400)],
        ['refuses a made-up code with a page', () => page(400, 'Bad request')],
        ['stumbles over a made-up code with a page', () => page(500, 'Internal Server Error')],
      ] satisfies [string, () => Response][]
    ).map(([what, answer]): [string, (far: RefusingProvider) => void, Partial<Check>] => [
      what,
      ({ farEnd, document }) => farEnd.on(document.token_endpoint, answer),
      { id: 'endpoint-token', result: 'cannot tell' },
    ]),
    ...['access_denied', 'invalid_request', 'server_error'].map(
      (error): [string, (far: RefusingProvider) => void, Partial<Check>] => [
        `answers prompt=none with ${error}, and else shows its sign-in page`,
        ({ farEnd, document }) =>
          farEnd.on(document.authorization_endpoint, (asked) =>
            asked.searchParams.get('prompt') === 'none' ? sentBack(asked, { error }) : page(200, 'Please sign in'),
          ),
        { id: 'redirect-uri', result: 'pass' },
      ],
    ),
    [
      'has a cache before it that answers with the time of an hour ago, and says so',
      ({ farEnd, document }) =>
        farEnd.on(`${document.issuer}/.well-known/openid-configuration`, () =>
          Response.json(document, {
            headers: { date: new Date(Date.now() - 3_600_000).toUTCString(), age: '3600' },
          }),
        ),
      { id: 'clock', result: 'pass' },
    ],
    [
      'answers an empty revocation with nothing, as text/html',
      ({ farEnd, document }) => {
        const revocation_endpoint = `${document.issuer}/revoke`
        publish(farEnd, document.issuer, { ...document, revocation_endpoint })
        farEnd.on(revocation_endpoint, () => new Response('', { headers: { 'content-type': 'text/html' } }))
      },
      { id: 'endpoint-revocation', result: 'pass' },
    ],
    [
      'calls its JSON text/html where it refuses userinfo',
      ({ farEnd, document }) =>
        farEnd.on(
          document.userinfo_endpoint,
          () => new Response('{"error":"invalid_token"}', { headers: { 'content-type': 'text/html' } }),
        ),
      { id: 'endpoint-userinfo', result: 'pass' },
    ],
    [
      'says 404 of a token that it does not know',
      ({ farEnd, document }) => farEnd.on(document.userinfo_endpoint, () => json({ error: 'invalid_token' }, 404)),
      { id: 'endpoint-userinfo', result: 'pass' },
    ],
    [
      'lets another client alone ask about tokens',
      ({ farEnd, document }) => {
        const introspection_endpoint = `${document.issuer}/introspect`
        publish(farEnd, document.issuer, { ...document, introspection_endpoint })
        farEnd.on(introspection_endpoint, () => json({ error: 'unauthorized_client' }, 403))
      },
      { id: 'introspection', result: 'cannot tell' },
    ],
  ])('%s', async (_, change, expected) => {
    const far = refusingProvider(words.generic, REGISTERED)
    change(far)
    const settings = { BASE_URL, ...far.settings, OIDC_RP_CLIENT_ID: REGISTERED.clientId }
    const { failed, checks } = await diagnosed(settings, { fetch: far.farEnd.fetch })
    expect(failed).toEqual([])
    expect(checks).toContainEqual(expect.objectContaining(expected))
  })
})

describe('a refusal of a time that is over', () => {
  const none = { message: 'x', missing: [], unreadable: [], place: null, status: null, error: null, description: null }
  const refusal = { at: 0, providerId: 'default', reference: 'abcdefghij', ...none }
  /** What the diagnosis says of one refusal, while the provider is as `far` is. */
  function diagnosisWith(what: Pick<Refusal, 'code' | 'reason'> & Partial<Refusal>, far: RefusingProvider) {
    const refusals = {
      add: async () => {},
      lastSignIn: async () => null,
      withReferences: async () => [],
      last: async () => [{ ...refusal, ...what }],
    }
    const settings = { BASE_URL, ...far.settings, OIDC_RP_CLIENT_ID: REGISTERED.clientId }
    return diagnosed(settings, { fetch: far.farEnd.fetch, refusals })
  }
  type Case = [name: string, what: Pick<Refusal, 'code' | 'reason'> & Partial<Refusal>]
  const UNREACHABLE = { code: 'provider_unreachable', reason: 'no_answer' } as const

  it.each([
    ['the provider could not be reached', UNREACHABLE],
    ['it said that it was out of order', { ...UNREACHABLE, place: 'callback', error: 'server_error' }],
    ['a status of 500 came', { code: 'provider_error', reason: 'refused_by_provider', place: 'token', status: 500 }],
    ['there was no discovery document', { code: 'provider_error', reason: 'discovery_document_missing' }],
    ['PKCE was not offered', { code: 'provider_error', reason: 'pkce_without_s256' }],
    ['an endpoint was without https', { code: 'provider_error', reason: 'insecure_endpoint' }],
    [
      'its issuer was nowhere',
      {
        code: 'not_configured',
        reason: 'issuer_not_found',
      },
    ],
    [
      'there was nothing to authenticate with',
      {
        code: 'not_configured',
        reason: 'authentication_method_missing',
      },
    ],
    [
      'the secret was wrong, as Keycloak says it',
      {
        code: 'provider_error',
        reason: 'refused_by_provider',
        place: 'token',
        status: 401,
        error: 'unauthorized_client',
      },
    ],
    [
      'the secret was wrong, as Auth0 says it',
      { code: 'provider_error', reason: 'refused_by_provider', place: 'token', status: 401, error: 'access_denied' },
    ],
    [
      'the client was refused that handed over a request',
      {
        code: 'provider_error',
        reason: 'refused_by_provider',
        place: 'authorization',
        status: 401,
        error: 'invalid_client',
      },
    ],
    ['there were no keys', { code: 'provider_error', reason: 'jwks_unavailable' }],
    [
      'it said so with status 400',
      { code: 'provider_error', reason: 'refused_by_provider', place: 'token', status: 400, error: 'server_error' },
    ],
    [
      'it was asked too often',
      { code: 'provider_error', reason: 'refused_by_provider', place: 'userinfo', status: 429 },
    ],
    [
      'the secret was wrong',
      { code: 'provider_error', reason: 'refused_by_provider', place: 'token', error: 'invalid_client' },
    ],
  ] satisfies Case[])('is not failing, and says so: %s', async (_, what) => {
    const far = refusingProvider(words.generic, REGISTERED)
    const { farEnd, document } = far
    const headers = () => ({ date: new Date().toUTCString() })
    farEnd.on(`${document.issuer}/.well-known/openid-configuration`, () =>
      Response.json(document, { headers: headers() }),
    )
    const { row, failed } = await diagnosisWith(what, far)
    expect(row('refused-sign-in')).toMatchObject({ result: 'cannot tell', seen: expect.stringMatching(/is right now/) })
    expect(failed).toEqual([])
  })

  it.each(['unauthorized_client', 'access_denied'])('fails while the secret is still wrong: %s', async (error) => {
    const far = refusingProvider(words.generic, REGISTERED)
    far.farEnd.on(far.document.token_endpoint, () => json({ error }, 401))
    const what = { code: 'provider_error', reason: 'refused_by_provider' as const, place: 'token', status: 401, error }
    expect((await diagnosisWith(what, far)).failed).toEqual(['client-secret', 'refused-sign-in'])
  })

  it('is not called over while the endpoint of the outage does not show that it works', async () => {
    const far = refusingProvider(words.generic, REGISTERED)
    far.farEnd.on(far.document.token_endpoint, () => json({ error: 'server_error' }, 500))
    const { row } = await diagnosisWith(
      { code: 'provider_error', reason: 'refused_by_provider', place: 'token', status: 500 },
      far,
    )
    expect(row('refused-sign-in')).toMatchObject({
      result: 'cannot tell',
      seen: expect.stringMatching(/Whether that goes on, a sign-in shows/),
    })
  })

  it('fails as long as the outage goes on', async () => {
    const far = refusingProvider(words.generic, REGISTERED)
    far.farEnd.on(far.document.jwks_uri, () => page(500, 'no'))
    expect((await diagnosisWith(UNREACHABLE, far)).failed).toEqual(['keys', 'refused-sign-in'])
  })

  it.each([
    ['claims were missing', { code: 'claims_missing', reason: 'claims_missing', missing: ['email'] }],
    // The time that is seen is that of a proxy, perhaps, and not of what signs.
    ['the clocks differed', { code: 'clock_skew', reason: 'issued_in_future' }],
  ] satisfies Case[])('fails where only a sign-in can show that it is over: %s', async (_, what) => {
    const { failed } = await diagnosisWith(what, refusingProvider(words.generic, REGISTERED))
    expect(failed).toEqual(['refused-sign-in'])
  })
})
