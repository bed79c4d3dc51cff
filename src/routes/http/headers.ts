/**
 * The headers that every answer has, whatever route gives it.
 */
import type { MiddlewareHandler } from 'hono'
import type { RequestVariables } from './context.ts'

/** Of every answer, known before it is made. */
const COMMON_HEADERS = {
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
} as const

/** Those of a JSON answer, which no route has a say in: no script, and no frame. */
export const JSON_ANSWER_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'application/json',
  ...COMMON_HEADERS,
  'Content-Security-Policy': contentSecurityPolicy({}),
  'X-Frame-Options': 'DENY',
}

/** What is known beforehand is set before the answer is made, which then has it from the start: that costs less than to change one. */
export const setHeaders: MiddlewareHandler<RequestVariables> = async (c, next) => {
  for (const [name, value] of Object.entries(COMMON_HEADERS)) c.header(name, value)
  await next()
  const { headers } = c.res
  headers.set('Content-Security-Policy', contentSecurityPolicy(c.var))
  // It knows no list of origins, so where someone may frame, it says nothing.
  if (c.get('framedBy') === undefined) headers.set('X-Frame-Options', 'DENY')
}

/**
 * No `form-action`: browsers hold it against every redirect after the form, and a provider may send the browser on to hosts that we
 * cannot know when it signs out at a provider behind itself. Every value in a page is escaped, and pages have no script but the one
 * that their route names.
 */
function contentSecurityPolicy({ script, connectsTo, framedBy }: Partial<RequestVariables['Variables']>): string {
  const scripts = script === undefined ? '' : ` script-src ${script};`
  const connections = connectsTo === undefined ? '' : ` connect-src ${connectsTo};`
  const framers = framedBy?.join(' ') ?? "'none'"
  return `default-src 'none'; style-src 'self'; img-src 'self';${scripts}${connections} base-uri 'none'; frame-ancestors ${framers}`
}
