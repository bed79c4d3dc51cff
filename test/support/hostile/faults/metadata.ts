/**
 * What can be wrong with the discovery document.
 */
import type { Members } from '../jws.ts'
import type { Alteration } from './alter.ts'

export const metadataFaults = {
  'discovery-issuer-mismatch': ({ issuer }) => ({ issuer: `${issuer}INVALID` }),
  'discovery-issuer-with-slash': ({ issuer }) => ({ issuer: `${issuer}/` }),
  'discovery-without-jwks-uri': () => ({ jwks_uri: undefined }),
  'discovery-token-endpoint-in-clear': () => ({ token_endpoint: 'http://idp.example/token' }),
  'pkce-plain-only': () => ({ code_challenge_methods_supported: ['plain'] }),

  // Nothing wrong: providers that do not offer everything.
  'callback-iss-unknown': () => ({ authorization_response_iss_parameter_supported: undefined }),
  'no-end-session': () => ({ end_session_endpoint: undefined }),
  'no-userinfo': () => ({ userinfo_endpoint: undefined }),
  'no-silent-sign-in': () => ({ prompt_values_supported: ['login', 'consent'] }),
} satisfies Record<string, Alteration<Members>>
