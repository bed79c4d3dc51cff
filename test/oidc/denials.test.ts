/**
 * The many names of cancelling: each is 403, and says whether the person did not agree or is not let in, as far as the provider tells.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { type ProviderType, quirksOf } from '../../src/vendors/vendors.ts'
import { makeKey, type TestKey } from '../support/keys.ts'
import { createLoginWorld } from '../support/login-world.ts'
import { refusalOf } from '../support/refusal.ts'

let key: TestKey
beforeAll(async () => {
  key = await makeKey('RS256', 'key-1')
})

type Said = Readonly<Record<string, string>>

/** How an answer of the authorization endpoint with these parameters is refused. */
async function refusedWith(said: Said, wasAsked: boolean, settings: Said = {}) {
  const { start, provider, farEnd } = createLoginWorld(key, { settings })
  const { pending } = await start()
  farEnd.journal.length = 0
  const answer = new URLSearchParams({ ...said, state: pending.state })
  const { code, reason } = await refusalOf(provider.finishLogin(answer, pending, wasAsked))
  return { code, reason, calls: farEnd.journal.length }
}

describe('a person who was asked to sign in and comes back without', () => {
  it.each([
    [{ error: 'user_cancelled_login' }, 'cancelled'],
    [{ error: 'user_cancelled_authorize' }, 'cancelled'],
    [{ error: 'user_canceled' }, 'cancelled'],
    [{ error: 'user_denied' }, 'cancelled'],
    [{ error: 'cancelled_by_user' }, 'cancelled'],
    [{ error: 'access_denied', error_description: 'end-user denied authorization' }, 'cancelled'],
    [{ error: 'user_cancel', error_description: 'User canceled the login process.' }, 'cancelled'],
    [{ error: 'user_refused' }, 'cancelled'],
    [{ error: 'login_cancelled' }, 'cancelled'],
    [{ error: 'authorization_canceled' }, 'cancelled'],
    [{ error: 'consent_denied' }, 'cancelled'],
    [{ error: 'consent_required' }, 'refused_by_provider'],
    [{ error: 'consent_required', error_description: 'The user denied the request' }, 'cancelled'],
    [{ error: 'access_denied' }, 'refused_by_provider'],
    [{ error: 'access_denied', error_description: 'The resource owner denied the request.' }, 'cancelled'],
    [{ error: 'access_denied', error_reason: 'user_denied', error_description: 'Permissions error' }, 'cancelled'],
    [
      { error: 'access_denied', error_description: 'AADB2C90091: The user has cancelled entering information.' },
      'cancelled',
    ],
    [{ error: 'access_denied', error_description: 'User is not assigned to the client application.' }, 'not_allowed'],
    [{ error: 'access_denied', error_description: 'User denied by policy' }, 'refused_by_provider'],
    [{ error: 'access_denied', error_description: 'The user rejected because of their group' }, 'refused_by_provider'],
    [
      { error: 'access_denied', error_description: 'The resource owner or authorization server denied the request.' },
      'refused_by_provider',
    ],
  ] as const)('is not let in, and no one is asked for tokens: %j', async (said, reason) => {
    expect(await refusedWith(said, true)).toEqual({ code: 'access_denied', reason, calls: 0 })
  })
})

describe('a person who could not be asked', () => {
  it('has not refused a consent', async () => {
    expect((await refusedWith({ error: 'consent_required' }, false)).code).toBe('interaction_required')
  })

  it('has not refused a consent with prompt=none in the settings either', async () => {
    const settings = { OIDC_AUTH_REQUEST_EXTRA_PARAMS: '{"prompt": "none"}' }
    expect((await refusedWith({ error: 'consent_required' }, true, settings)).code).toBe('interaction_required')
  })
})

describe('an error that is about no person', () => {
  it.each([
    ['invalid_scope', 'provider_error'],
    ['invalid_request', 'provider_error'],
    ['unauthorized', 'provider_error'],
    ['server_error', 'provider_unreachable'],
    ['login_required', 'interaction_required'],
    ['USER_CANCELLED_LOGIN', 'provider_error'],
  ])('is no cancelling, whatever is said beside it: %s', async (error, code) => {
    const refusal = await refusedWith({ error, error_description: 'The user cancelled' }, true)
    expect(refusal).toMatchObject({ code, reason: expect.not.stringMatching(/^(?:cancelled|not_allowed)$/) })
  })
})

describe('the words of a provider', () => {
  const entra = (number: number) => `AADSTS${number}: Something about it. Trace ID: 1 Correlation ID: 2`

  it.each([
    ['keycloak', 'access_denied', '', '', 'cancelled'],
    ['keycloak', 'interaction_required', '', '', null],
    ['google', 'access_denied', '', '', 'cancelled'],
    ['entra', 'consent_required', entra(65004), '', 'cancelled'],
    ['entra', 'access_denied', 'the user canceled the authentication', 'cancel', 'cancelled'],
    ['entra', 'interaction_required', entra(50105), '', 'not_allowed'],
    ['entra', 'access_denied', entra(53003), '', 'not_allowed'],
    ['entra', 'consent_required', entra(90094), '', 'not_allowed'],
    ['entra', 'interaction_required', entra(50076), '', null],
    ['entra', 'server_error', entra(650041), '', null],
    ['auth0', 'access_denied', 'User did not authorize the request', '', 'cancelled'],
    ['auth0', 'access_denied', 'Only on weekdays', '', 'not_allowed'],
    ['auth0', 'access_denied', 'Service not found: https://api.example', '', null],
    ['auth0', 'access_denied', '', '', null],
    ['auth0', 'unauthorized', 'user is blocked', '', 'not_allowed'],
    ['proconnect', 'access_denied', 'User auth aborted', '', 'cancelled'],
    ['proconnect', 'access_denied', 'authentication aborted due to invalid identity', '', 'not_allowed'],
    ['proconnect', 'server_error', 'authentication aborted due to a technical error', '', null],
    ['dex', 'access_denied', '', '', null],
    ['authentik', 'access_denied', '', '', null],
  ] as const satisfies readonly (readonly [ProviderType, string, string, string, string | null])[])(
    'of type %s: %s %s %s',
    (type, error, description, detail, denial) => {
      expect(quirksOf({ type: type }).denialOf({ error, description, detail })).toBe(denial)
    },
  )
})
