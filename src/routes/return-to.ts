/**
 * Where somebody may be sent after signing in: this host and the allowed ones, judged after parsing as browsers parse.
 */
import type { Config } from '../config/env.ts'
import type { AllowedHost } from '../config/lists.ts'
import { isLoopback } from '../config/urls.ts'

const TARGET_MAX_CHARACTERS = 1024

/** What a browser would drop or turn into a slash before it reads a URL. */
const TREACHEROUS = /[\p{Cc}\p{Z}\\]/u

/**
 * Judges a return target. Gives back its absolute, normalised form, or `null` when it leads elsewhere or cannot be judged.
 *
 * @param wanted the value as it came, decoded once from the query
 * @see RFC 9700 section 4.11.1
 */
export function acceptedTarget(wanted: string, baseUrl: string, allowedHosts: readonly AllowedHost[]): string | null {
  if (wanted.length > TARGET_MAX_CHARACTERS || TREACHEROUS.test(wanted)) return null
  if (!/^(\/(?!\/)|https?:\/\/)/i.test(wanted) || !URL.canParse(wanted, baseUrl)) return null
  const url = new URL(wanted, baseUrl)
  if (url.href.length > TARGET_MAX_CHARACTERS) return null
  if (url.username !== '' || url.password !== '') return null
  if (url.origin !== baseUrl && !allowedHosts.some((allowed) => isAllowed(url, allowed))) return null
  return url.href
}

/** Where somebody ends up: at the target if it is an accepted one, or else where everybody does. */
export function landingOf(wanted: string | null, config: Config): string {
  const accepted = wanted === null ? null : acceptedTarget(wanted, config.BASE_URL, config.OIDC_REDIRECT_ALLOWED_HOSTS)
  return accepted ?? new URL(config.LOGIN_REDIRECT_URL, config.BASE_URL).href
}

function isAllowed(url: URL, { host, origin, withSubdomains }: AllowedHost): boolean {
  if (origin !== null) return url.origin === origin
  const isSecure = url.protocol === 'https:' || isLoopback(url.hostname)
  return isSecure && (url.host === host || (withSubdomains && url.host.endsWith(`.${host}`)))
}
