/**
 * Under which hosts Gatehouse answers, when allowedHosts says so; the address of its own pages is baseUrl whatever was asked.
 */

import type { Context, MiddlewareHandler } from 'hono'
import type { Config } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import type { RequestVariables } from './context.ts'

/** Refuses requests to other hosts, so that no page of ours appears under a name that is not meant for it. */
export function refuseOtherHosts({ baseUrl, allowedHosts }: Config): MiddlewareHandler<RequestVariables> {
  const own = new URL(baseUrl).hostname
  const isAllowed = (host: string) =>
    allowedHosts.length === 0 || host === own || allowedHosts.some((pattern) => fits(host, pattern))
  return async function checkHost(c, next) {
    const { hostname } = new URL(c.req.url)
    if (!isAllowed(hostname)) {
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
