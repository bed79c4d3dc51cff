/**
 * Whether a request that changes something comes from our own pages: by the word of the browser, and by a token that only they know.
 */
import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { GatehouseError } from '../errors.ts'
import type { Session } from '../tokens/session.ts'

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

/** What a form of our own page brings along, so that no other page can send it. Good for this session alone. */
export function csrfTokenFor({ tokenHash }: Session, { sealers }: Deps): Promise<string> {
  return sealers.csrf.seal('', tokenHash)
}

/**
 * Refuses what does not bring the token of our own page: the browser has said that it comes from our host; the page must have known
 * the session, too.
 *
 * @throws GatehouseError `csrf_refused`
 */
export async function refuseOtherPages(token: string | null, { tokenHash }: Session, { sealers }: Deps): Promise<void> {
  if (token === null || (await sealers.csrf.open(token, tokenHash)) === null) {
    throw new GatehouseError('csrf_refused', 'a form without the token of our own page')
  }
}
