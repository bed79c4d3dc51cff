/**
 * The headers that answers have, whatever route gives them.
 */
import type { MiddlewareHandler } from 'hono'
import type { RequestVariables } from './context.ts'

/** Of every answer: it is for no one else, and nothing but what it says it is. */
const ANSWER_HEADERS = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' } as const

/** Of every answer that may be in a browser. */
const BROWSER_HEADERS = {
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000',
} as const

/** Of an answer to an app that asks about a token: no browser sees it, and what browsers are told is a part of what it costs. */
export const APP_ANSWER_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'application/json',
  ...ANSWER_HEADERS,
}

/** What is known beforehand is set before the answer is made, which then has it from the start: that costs less than to change one. */
export const setHeaders: MiddlewareHandler<RequestVariables> = async (c, next) => {
  for (const [name, value] of Object.entries(ANSWER_HEADERS)) c.header(name, value)
  await next()
  if (c.get('isForApp')) return
  const { headers } = c.res
  for (const [name, value] of Object.entries(BROWSER_HEADERS)) headers.set(name, value)
  headers.set('Content-Security-Policy', contentSecurityPolicy(c.var))
  // It knows no list of origins, so where someone may frame, it says nothing.
  if (c.get('framedBy') === undefined) headers.set('X-Frame-Options', 'DENY')
}

/** Says that no browser sees the answers of the routes below. */
export const answersApps: MiddlewareHandler<RequestVariables> = async (c, next) => {
  c.set('isForApp', true)
  await next()
}

/**
 * No `form-action`: browsers hold it against every redirect after the form, and a provider may send the browser on to hosts that we
 * cannot know when it signs out at a provider behind itself. Every value in a page is escaped, and pages have no script but the one
 * that their route names.
 */
function contentSecurityPolicy({
  script,
  connectsTo,
  framedBy,
  brand,
}: Partial<RequestVariables['Variables']>): string {
  const scripts = script === undefined ? '' : ` script-src ${script};`
  const connections = connectsTo === undefined ? '' : ` connect-src ${connectsTo};`
  const logo = brand?.brandLogo === undefined ? '' : ` ${new URL(brand.brandLogo).origin}`
  const framers = framedBy?.join(' ') ?? "'none'"
  return `default-src 'none'; style-src 'self'; img-src 'self'${logo};${scripts}${connections} base-uri 'none'; frame-ancestors ${framers}`
}
