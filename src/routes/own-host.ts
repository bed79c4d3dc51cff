/**
 * Under which hosts Gatehouse answers, when DJANGO_ALLOWED_HOSTS says so; the address of its own pages is BASE_URL whatever was asked.
 */
import type { MiddlewareHandler } from 'hono'
import type { Config } from '../config/env.ts'
import { GatehouseError } from '../errors.ts'
import type { RequestVariables } from './context.ts'

/** Refuses requests to other hosts, so that no page of ours appears under a name that is not meant for it. */
export function refuseOtherHosts({ BASE_URL, DJANGO_ALLOWED_HOSTS }: Config): MiddlewareHandler<RequestVariables> {
  const own = new URL(BASE_URL).hostname
  const isAllowed = (host: string) =>
    DJANGO_ALLOWED_HOSTS.length === 0 || host === own || DJANGO_ALLOWED_HOSTS.some((pattern) => fits(host, pattern))
  return async function checkHost(c, next) {
    const { hostname } = new URL(c.req.url)
    if (!isAllowed(hostname)) {
      throw new GatehouseError('invalid_request', 'a request to a host that DJANGO_ALLOWED_HOSTS does not have', {
        detail: { host: hostname },
      })
    }
    await next()
  }
}

/** As Django compares them: without ports and letter case. @see https://docs.djangoproject.com/en/5.2/ref/settings/#allowed-hosts */
function fits(host: string, written: string): boolean {
  const pattern = written.toLowerCase()
  if (pattern === '*') return true
  return pattern.startsWith('.') ? host === pattern.slice(1) || host.endsWith(pattern) : host === pattern
}
