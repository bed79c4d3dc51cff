/**
 * What can be wrong with the answer that comes back through the browser.
 */
import type { Alteration } from './alter.ts'

/** The parameters of the redirect, in their order. */
export type Answer = Readonly<Record<string, string | undefined>>

export const answerFaults = {
  'callback-iss-wrong': () => ({ iss: 'https://idp2.example' }),
  'callback-iss-with-slash': ({ iss }) => ({ iss: `${iss}/` }),
  'callback-iss-missing': () => ({ iss: undefined }),
  'state-changed': ({ state }) => ({ state: `${state}1` }),
  'state-dropped': () => ({ state: undefined }),
  'code-dropped': () => ({ code: undefined }),
  'code-unknown': () => ({ code: 'a-code-that-was-never-given' }),
  'tokens-in-front-channel': () => ({ id_token: 'a.b.c', access_token: 'x', token_type: 'Bearer' }),
  'tokens-instead-of-code': () => ({ code: undefined, access_token: 'x', token_type: 'Bearer' }),

  'access-denied': () => refusal('access_denied', 'The user pressed "No"'),
  'access-denied-by-another-issuer': () => ({ ...refusal('access_denied'), iss: 'https://idp2.example' }),
  'login-required': () => refusal('login_required'),
  'consent-required': () => refusal('consent_required'),
  'invalid-request': () => refusal('invalid_request', 'id_token_hint is required with prompt=none'),
  'server-error': () => refusal('server_error'),
  'temporarily-unavailable': () => refusal('temporarily_unavailable'),
  'error-with-script': () => ({
    ...refusal('<script>alert(1)</script>', `'"><img src=x onerror=alert(1)>`),
    error_uri: 'javascript:alert(1)',
  }),

  // Nothing wrong.
  'callback-iss-unknown': () => ({ iss: undefined }),
  'callback-with-unknown-members': () => ({ session_state: 'a.b', foo: 'bar' }),
} satisfies Record<string, Alteration<Answer>>

function refusal(error: string, description?: string): Answer {
  return { code: undefined, error, error_description: description }
}
