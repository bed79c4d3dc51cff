/**
 * The secrets that an operation has sent: noted as they go out, and removed from whatever is quoted of the provider's answers.
 */
import { type Redact, redactionOf } from '../../secrets.ts'

export interface SecretsAtHand {
  /** Notes secrets that are not sent, such as a nonce. */
  add(...secrets: readonly (string | null | undefined)[]): void
  /** Notes what is secret in a request. */
  addFrom(headers: Headers, body: unknown): void
  /** Removes everything that was noted, and the secrets of the settings, from a text. */
  readonly redact: Redact
}

/** The form fields that are secret, by RFC 6749, 7009, 7521, 7636, 7662 and 9126. */
const FIELDS = [
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'id_token_hint',
  'nonce',
  'refresh_token',
  'request',
  'state',
  'token',
] as const

/** @param ofSettings removes the secrets of the settings */
export function createSecretsAtHand(ofSettings: Redact): SecretsAtHand {
  const noted = new Set<string>()
  const add = (...secrets: readonly (string | null | undefined)[]) => {
    for (const secret of secrets) if (secret) noted.add(secret)
  }
  return {
    add,

    addFrom(headers, body) {
      // Without the scheme before it. @see RFC 9110 section 11.4
      add(headers.get('authorization')?.split(' ').slice(1).join(' '), headers.get('dpop'))
      if (body instanceof URLSearchParams) add(...FIELDS.map((name) => body.get(name)))
    },

    redact: (text) => redactionOf(noted)(ofSettings(text)),
  }
}
