/**
 * What a signature is: how a provider's refusal looks, what it means, and how it is mended; those of each provider are beside this file.
 */

/**
 * Where something was seen, and what is known of it there:
 *
 * - `discovery`: the answer to the discovery address. `description` is the issuer that the document names, `text` the document itself.
 * - `keys`: the answer to the address of the keys. `text` is the key set.
 * - `authorization`: what the authorization endpoint shows in place of sending the browser back: `status`, `text` of the page.
 * - `callback`: what the provider sends back with the browser: `error` and `description` of its answer.
 * - `token`, `userinfo`, `introspection`: the answer of that endpoint: `status`, `error`, `description`; `text` when it is not JSON.
 * - `id_token`: an ID token that was refused. `error` is our code (`token_invalid`, `clock_skew`, `authentication_too_weak`), `description` our sentence.
 * - `claims`: who signed in lacks something. `error` is our code (`claims_missing`, `access_denied`), `description` our sentence.
 * - `logout`: the page of the end-session endpoint, as for `authorization`; where there is no such endpoint, `text` is the discovery document.
 */
export type Place =
  | 'discovery'
  | 'authorization'
  | 'callback'
  | 'token'
  | 'userinfo'
  | 'introspection'
  | 'keys'
  | 'id_token'
  | 'claims'
  | 'logout'

/** What was seen. Nothing in it is a secret or a token; texts are as the provider wrote them. */
export interface Evidence {
  readonly status?: number | undefined
  /** The `error` of an OAuth answer, or our own code. */
  readonly error?: string | undefined
  /** Its `error_description`, or what `Place` says. */
  readonly description?: string | undefined
  /** The body or the page, or its beginning. */
  readonly text?: string | undefined
}

/** What it means, and what to do: which setting, on which side, in the words of that provider's console. */
export interface Explanation {
  readonly cause: string
  readonly fix: string
}

/** One way in which a provider refuses. All conditions that are given must hold; of several signatures the first counts. */
export interface Signature extends Explanation {
  readonly where: readonly Place[]
  readonly status?: readonly number[]
  readonly error?: readonly string[]
  /** Looked for in the description and in the text. */
  readonly says?: RegExp
}

/** Of a description. A provider that writes more than this has not been described. */
const SEARCHED_MAX_CHARACTERS = 2000

export function isSeen(signature: Signature, where: Place, { status, error, description, text }: Evidence): boolean {
  if (!signature.where.includes(where)) return false
  if (signature.status && (status === undefined || !signature.status.includes(status))) return false
  if (signature.error && (error === undefined || !signature.error.includes(error))) return false
  if (signature.says === undefined) return true
  return signature.says.test(`${description?.slice(0, SEARCHED_MAX_CHARACTERS) ?? ''}\n${text ?? ''}`)
}
