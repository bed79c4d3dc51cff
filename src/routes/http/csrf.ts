/**
 * Whether a request that changes something comes from our own pages: by the word of the browser, and by a token that only they know.
 */
import type { Context } from 'hono'
import type { Config } from '../../config/model.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import type { Session } from '../../sessions/session.ts'

/**
 * Refuses a request that another site made the browser send. Browsers say where a request comes from, in Sec-Fetch-Site or at least
 * in Origin; a request that says neither is refused too. Origins that the operator trusts are as good as our own.
 *
 * @throws GatehouseError `csrf_refused`
 * @see OAuth 2.0 for Browser-Based Applications, section 6.1.3.3
 */
export function refuseOtherSites(
  c: Context,
  { baseUrl, trustedFormOrigins: trusted }: Pick<Config, 'baseUrl' | 'trustedFormOrigins'>,
): void {
  const site = c.req.header('sec-fetch-site')
  const origin = c.req.header('origin')
  const isOwnPage = site === undefined ? origin === baseUrl : site === 'same-origin'
  if (isOwnPage || (origin !== undefined && trusted.some((pattern) => isOriginOf(pattern, origin)))) return
  throw new GatehouseError('csrf_refused', 'cross_site_request', 'a request from another site', {
    detail: { sec_fetch_site: site ?? 'absent' },
  })
}

/** `https://*.name` stands for every host below a name. */
function isOriginOf(pattern: string, origin: string): boolean {
  const [scheme = '', name = ''] = pattern.replace(/\/$/, '').split('://')
  if (!name.startsWith('*.')) return origin === `${scheme}://${name}`
  return origin.startsWith(`${scheme}://`) && origin.endsWith(name.slice(1))
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
    throw new GatehouseError('csrf_refused', 'csrf_token_missing', 'a form without the token of our own page')
  }
}
