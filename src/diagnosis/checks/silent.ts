/**
 * Whether the provider keeps to `prompt=none`: if it shows its form instead, visitors of the start page are sent to it unasked.
 */
import { nameOf } from '../../config/names.ts'
import type { AuthorizationAnswer } from '../../oidc/examination/examination.ts'
import { cannotTell, type Finding, fail, pass } from '../check.ts'

/** The search in a tag ends where the next one begins, so a page of nothing but beginnings of tags takes no longer than any other. */
const INPUT = /<input\b[^<>]*>/gi
const NOT_WRITTEN_IN = /\btype=["']?(?:hidden|submit|button|checkbox)/i

const FIX = `Set ${nameOf('silentSignIn')}=false, so that visitors of the start page are not sent to a form that they did not ask for.`

/**
 * The check `silent-sign-in`.
 *
 * @param isTried whether Gatehouse begins silent sign-ins at this provider
 * @param answer what came of a request with prompt=none and without cookies; `null`: it was refused for another reason
 */
export function silentFinding(isTried: boolean, answer: AuthorizationAnswer | null): Finding {
  if (!isTried) return pass('silent-sign-in', 'Not tried: it is off, or the provider is known not to have it.')
  if (answer?.kind === 'returned')
    return pass('silent-sign-in', 'The provider sends the browser back, and shows no page.')
  if (answer?.kind !== 'page') return cannotTell('silent-sign-in', 'The request was refused before that.')
  const { status } = answer.exchange
  const seen = `Told to ask nothing (prompt=none), the provider shows a page (status ${status})`
  const isForm = status === 200 && hasField(answer.exchange.text)
  if (isForm) return fail('silent-sign-in', `${seen} with a form.`, FIX)
  return cannotTell('silent-sign-in', `${seen}.`, `If it is a form to sign in: ${FIX}`)
}

/** Whether a page has a field in which someone would write who they are. */
function hasField(page: string): boolean {
  return page.match(INPUT)?.some((tag) => !NOT_WRITTEN_IN.test(tag)) ?? false
}
