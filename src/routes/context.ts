/**
 * What every request carries: its reference number, and whether a person or a machine is asking.
 */
import type { MiddlewareHandler } from 'hono'

export interface RequestVariables {
  readonly Variables: {
    /** Joins what is shown with what is logged. */
    reference: string
    /** `page`: people, in HTML. `json`: machines. `opentalk`: those of OpenTalk. `sign_in`: people whose failure may go to LOGIN_REDIRECT_URL_FAILURE. */
    answers: 'page' | 'json' | 'opentalk' | 'sign_in'
    /** The origins whose pages may show this answer in a frame; absent: none. */
    framedBy?: readonly string[]
    /** The one script of this page, as the content security policy names it; absent: there is none. */
    script?: string
    /** Where that script may ask; absent: nowhere. */
    connectsTo?: string
  }
}

/** Says how refusals of the routes below are answered. */
export function answersAs(form: RequestVariables['Variables']['answers']): MiddlewareHandler<RequestVariables> {
  return async function setAnswerForm(c, next) {
    c.set('answers', form)
    await next()
  }
}
