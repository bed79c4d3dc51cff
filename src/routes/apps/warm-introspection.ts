/**
 * The answer to a token check that this isolate has answered before, word for word, given before any router or middleware runs. Every other
 * request goes on to the routes, with what was read of it; `introspect.ts` says there what is to be remembered.
 */
import { sha256 } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { INTROSPECTION_RESPONSE_TYPE } from '../../issuer/introspection-response.ts'
import type { Verdict } from '../../tokens/access-token.ts'
import type { KnownTokens, Question } from '../../tokens/known-tokens.ts'
import { hostCheck } from '../http/context.ts'
import { BODY_MAX_BYTES, FORM_TYPE } from '../http/forms.ts'
import { APP_ANSWER_HEADERS } from '../http/headers.ts'

const JSON_ANSWER = { headers: new Headers(APP_ANSWER_HEADERS) }

type WarmPorts = Pick<Deps, 'config' | 'verdicts' | 'revocations' | 'apps'>

/** Answers a posted form, or gives back the request for the routes: the very same, or one like it if its body was read. */
export type WarmIntrospection = (request: Request) => Promise<Response | Request>

export function createWarmIntrospection({ config, verdicts, revocations, apps }: WarmPorts): WarmIntrospection {
  const { known } = verdicts
  const isAllowed = hostCheck(config)

  return async (request) => {
    const { headers } = request
    if (!isPlain(headers) || !isAllowed(request.url)) return request
    const body = await request.text()
    const answer = answeredBefore(await questionHash(headers.get('authorization'), body))
    if (answer !== undefined) return new Response(answer, JSON_ANSWER)
    return new Request(request.url, { method: 'POST', headers, body })
  }

  /** While the app and the verdict are known to stand; `undefined`: it must be judged. */
  function answeredBefore(hash: string): string | undefined {
    const question = known.requests.get(hash)
    if (question === undefined || !revocations.isFresh() || !apps.isKnown(question.app)) return undefined
    return known.recall(question.key)?.answer
  }
}

/** As programs write it; the second is what `fetch` makes of URLSearchParams. */
const FORM_TYPES: readonly (string | null)[] = [FORM_TYPE, `${FORM_TYPE};charset=UTF-8`]

/** The form that nearly all programs send, which asks for a plain answer. */
function isPlain(headers: Headers): boolean {
  if (!FORM_TYPES.includes(headers.get('content-type'))) return false
  // NaN, where the length is not known, is not below anything.
  if (!(Number(headers.get('content-length') ?? Number.NaN) <= BODY_MAX_BYTES)) return false
  return !headers.get('accept')?.toLowerCase().includes(INTROSPECTION_RESPONSE_TYPE)
}

/** All that a plain answer depends on, as a hash: the credential may be in the header or in the form. */
function questionHash(authorization: string | null, body: string): Promise<string> {
  return sha256(`${authorization === null ? 'null' : `text ${authorization}`}\n${body}`)
}

/**
 * Remembers what was asked, so that it is answered at once the next time. Only where the verdict is the one that is kept: the same app may ask in
 * other words, such as with a provider, and get another.
 */
export async function rememberQuestion(
  known: KnownTokens,
  words: { readonly authorization: string | null; readonly body: string },
  question: Question,
  verdict: Verdict,
): Promise<void> {
  if (known.recall(question.key)?.verdict !== verdict) return
  known.requests.set(await questionHash(words.authorization, words.body), question)
}
