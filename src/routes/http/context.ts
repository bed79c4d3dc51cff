/**
 * What every request carries: its reference number, whether a person or a machine is asking, and the host that was asked, which must be one
 * of ours.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { parseAccept } from 'hono/utils/accept'
import type { Config } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { randomReference } from '../../crypto.ts'
import { GatehouseError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Brand } from '../../pages/brand.ts'

export interface RequestVariables {
  readonly Variables: {
    /** Made when it is first needed. @see referenceOf */
    reference?: string
    /** Writes a line with the reference. */
    log: Log
    /** `page`: people, in HTML. `json`: machines. `opentalk`: those of OpenTalk. `scim`: clients of SCIM. `sign_in`: people whose failure may go to loginFailureUrl. */
    answers: 'page' | 'json' | 'opentalk' | 'scim' | 'sign_in'
    /** The status of `invalid_client`; absent: the usual one. @see RFC 6749 section 5.2, RFC 9701 section 5 */
    invalidClientStatus?: 400
    /** How the operator's settings make pages look; absent: there are no settings. */
    brand?: Brand
    /** Whether the answer goes to an app, and no browser sees it. */
    isForApp?: boolean
    /** The origins whose pages may show this answer in a frame; absent: none. */
    framedBy?: readonly string[]
    /** The one script of this page, as the content security policy names it; absent: there is none. */
    script?: string
    /** Where that script may ask; absent: nowhere. */
    connectsTo?: string
  }
}

/** The reference number of a request, which joins what is shown with what is logged. */
export function referenceOf(c: Context<RequestVariables>): string {
  const known = c.get('reference')
  if (known !== undefined) return known
  const made = randomReference()
  c.set('reference', made)
  return made
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

/** Whether the host of an address is one of ours; where the settings name none, any is. */
export function hostCheck({ baseUrl, allowedHosts }: Config): (address: string) => boolean {
  if (allowedHosts.length === 0) return () => true
  const own = new URL(baseUrl).hostname
  return (address) => {
    const { hostname } = new URL(address)
    return hostname === own || allowedHosts.some((pattern) => fits(hostname, pattern))
  }
}

/** Refuses requests to other hosts, so that no page of ours appears under a name that is not meant for it. */
export function refuseOtherHosts(config: Config): MiddlewareHandler<RequestVariables> {
  const isAllowed = hostCheck(config)
  return async function checkHost(c, next) {
    if (!isAllowed(c.req.url)) {
      const { hostname } = new URL(c.req.url)
      throw new GatehouseError(
        'invalid_request',
        'host_not_allowed',
        `a request to a host that ${nameOf('allowedHosts')} does not have`,
        {
          detail: { host: hostname },
        },
      )
    }
    await next()
  }
}

/** Says that a sign-in has been sent here already, so that a proxy that changes the host does not make it go round in circles. */
const MOVED = 'moved'

/**
 * Sends a sign-in that was begun under another host than baseUrl to the same path there first, because the provider's answer comes to
 * that host, and no cookie of another one comes with it. `null`: it is there already.
 *
 * @param path a path of ours, with the query of the request
 */
export function toOwnHost(c: Context, path: string, { baseUrl }: Config): Response | null {
  const { host, searchParams } = new URL(c.req.url)
  if (host === new URL(baseUrl).host || searchParams.has(MOVED)) return null
  const location = new URL(`${baseUrl}${path}`)
  location.searchParams.set(MOVED, 'true')
  return c.redirect(location.href, c.req.method === 'POST' ? 303 : 302)
}

/** As Django compares them: without ports and letter case. @see https://docs.djangoproject.com/en/5.2/ref/settings/#allowed-hosts */
function fits(host: string, written: string): boolean {
  const pattern = written.toLowerCase()
  if (pattern === '*') return true
  return pattern.startsWith('.') ? host === pattern.slice(1) || host.endsWith(pattern) : host === pattern
}
