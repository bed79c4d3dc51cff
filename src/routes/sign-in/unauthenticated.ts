/**
 * Where someone who is not signed in is sent instead of seeing a page (unauthenticatedUrl), with the way back.
 */
import type { Context } from 'hono'
import type { Deps } from '../../deps.ts'
import { acceptedTarget } from './return-to.ts'

/**
 * The address for a visitor who is not signed in; `null`: they stay on the page.
 *
 * Who stays: everybody where the operator lets visitors be anonymous, anyone who is there already, anyone who comes from a failed sign-in
 * and must read why, and whatever is no visit of a page.
 */
export function unauthenticatedLocation(c: Context, { config }: Deps): string | null {
  const { unauthenticatedUrl: target, returnToField: field, baseUrl } = config
  if (target === undefined || config.allowGuests || !isPageVisit(c)) return null
  const { pathname, search, searchParams } = new URL(c.req.url)
  const location = new URL(target, baseUrl)
  const isThere = location.origin === baseUrl && location.pathname === pathname
  if (isThere || searchParams.has('error')) return null
  const candidates = [searchParams.get(field), `${baseUrl}${pathname}${search}`, `${baseUrl}${pathname}`]
  const wayBack = candidates.map((wanted) =>
    wanted === null ? null : acceptedTarget(wanted, baseUrl, config.allowedReturnHosts),
  )
  location.searchParams.set(field, wayBack.find((accepted) => accepted !== null) ?? `${baseUrl}/`)
  return location.href
}

/** Someone visits a page, and not a frame or a script. What says nothing of it is no browser of today, and no script either. */
function isPageVisit(c: Context): boolean {
  return (c.req.header('sec-fetch-dest') ?? 'document') === 'document'
}
