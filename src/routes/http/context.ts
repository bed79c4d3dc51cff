/**
 * What every request carries: its reference number, and whether a person or a machine is asking.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { parseAccept } from 'hono/utils/accept'
import type { Log } from '../../log.ts'

export interface RequestVariables {
  readonly Variables: {
    /** Joins what is shown with what is logged. */
    reference: string
    /** Writes a line with the reference. */
    log: Log
    /** `page`: people, in HTML. `json`: machines. `opentalk`: those of OpenTalk. `sign_in`: people whose failure may go to loginFailureUrl. */
    answers: 'page' | 'json' | 'opentalk' | 'sign_in'
    /** The origins whose pages may show this answer in a frame; absent: none. */
    framedBy?: readonly string[]
    /** The one script of this page, as the content security policy names it; absent: there is none. */
    script?: string
    /** Where that script may ask; absent: nowhere. */
    connectsTo?: string
  }
}

/** Whether a program asks, and not a person: it prefers JSON to a page, or sends JSON. */
export function isForJson(c: Context): boolean {
  // In the order of preference.
  const accepted = parseAccept(c.req.header('accept') ?? '').filter(({ q }) => q > 0)
  const preferred = accepted.find(({ type }) => JSON_TYPE.test(type) || PAGE_TYPE.test(type))
  const sent = c.req.header('content-type') ?? ''
  return JSON_TYPE.test(preferred?.type ?? '') || JSON_TYPE.test(sent)
}

/** @see RFC 6839 section 3.1 for the suffix */
const JSON_TYPE = /^\s*application\/(?:[\w.-]+\+)?json\b/i
const PAGE_TYPE = /^(?:text\/html|application\/xhtml\+xml)$/i

/** Says how refusals of the routes below are answered. */
export function answersAs(form: RequestVariables['Variables']['answers']): MiddlewareHandler<RequestVariables> {
  return async function setAnswerForm(c, next) {
    c.set('answers', form)
    await next()
  }
}
