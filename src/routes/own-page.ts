/**
 * Whether a request that changes something comes from our own pages, by the word of the browser.
 */
import type { Context } from 'hono'
import { GatehouseError } from '../errors.ts'

/**
 * Refuses a request that another site made the browser send. Browsers say where a request comes from, in Sec-Fetch-Site or at least
 * in Origin; a request that says neither is refused too.
 *
 * @throws GatehouseError `csrf_refused`
 * @see OAuth 2.0 for Browser-Based Applications, section 6.1.3.3
 */
export function refuseOtherSites(c: Context, baseUrl: string): void {
  const site = c.req.header('sec-fetch-site')
  const isOwnPage = site === undefined ? c.req.header('origin') === baseUrl : site === 'same-origin'
  if (isOwnPage) return
  throw new GatehouseError('csrf_refused', 'a request from another site', {
    detail: { sec_fetch_site: site ?? 'absent' },
  })
}
