/**
 * Where someone may be sent after signing in: this host and the allowed ones, judged after parsing as browsers parse.
 */

import type { Config } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import type { AllowedHost } from '../../config/values/lists.ts'
import { isLoopback } from '../../config/values/urls.ts'

/** Of a path of this host, or of an address elsewhere. Together with the rest of an attempt it must fit into a cookie. */
const TARGET_MAX_CHARACTERS = 2000

/** What a browser would drop or turn into a slash before it reads a URL. */
const TREACHEROUS = /[\p{Cc}\p{Z}\\]/u

/** The absolute, normalised form of a target, or why it is not followed: a sentence for the log, without anything of the target. */
type Judged = { readonly target: string } | { readonly reason: string; readonly hint?: string }

/**
 * Judges a return target.
 *
 * @param wanted the value as it came, decoded once from the query
 * @see RFC 9700 section 4.11.1
 */
export function judgedTarget(wanted: string, baseUrl: string, allowedHosts: readonly AllowedHost[]): Judged {
  // Before any pattern is run over it.
  if (wanted.length > baseUrl.length + TARGET_MAX_CHARACTERS) return tooLong(wanted.length)
  if (TREACHEROUS.test(wanted)) return { reason: 'it has a blank, a backslash or a control character' }
  if (!/^(\/(?!\/)|https?:\/\/)/i.test(wanted) || !URL.canParse(wanted, baseUrl)) {
    return { reason: 'it is neither a path that begins with one slash nor an address with http:// or https://' }
  }
  const url = new URL(wanted, baseUrl)
  // As browsers write it, in which a letter may have become nine characters.
  const characters = url.origin === baseUrl ? url.href.length - baseUrl.length : url.href.length
  if (characters > TARGET_MAX_CHARACTERS) return tooLong(characters)
  if (url.username !== '' || url.password !== '') return { reason: 'it has a user name or a password' }
  if (url.origin === baseUrl || allowedHosts.some((allowed) => isAllowed(url, allowed))) return { target: url.href }
  return otherHost(url, allowedHosts)
}

/** The target if it is accepted; `null`: it leads elsewhere or cannot be judged. @see judgedTarget */
export function acceptedTarget(wanted: string, baseUrl: string, allowedHosts: readonly AllowedHost[]): string | null {
  const judged = judgedTarget(wanted, baseUrl, allowedHosts)
  return 'target' in judged ? judged.target : null
}

/** Where someone ends up: at the target if it is an accepted one, or else where everybody does. */
export function landingOf(wanted: string | null, config: Config): string {
  const accepted = wanted === null ? null : acceptedTarget(wanted, config.baseUrl, config.allowedReturnHosts)
  return accepted ?? new URL(config.loginRedirectUrl, config.baseUrl).href
}

function tooLong(characters: number): Judged {
  return { reason: `it has ${characters} characters, and ${TARGET_MAX_CHARACTERS} are the most` }
}

function otherHost(url: URL, allowedHosts: readonly AllowedHost[]): Judged {
  const secure = new URL(url)
  secure.protocol = 'https:'
  const isAllowedSecurely = url.protocol === 'http:' && allowedHosts.some((allowed) => isAllowed(secure, allowed))
  return isAllowedSecurely
    ? { reason: 'it leads to an allowed host, but with http://' }
    : { reason: 'it leads to another host', hint: `see ${nameOf('allowedReturnHosts')}` }
}

function isAllowed(url: URL, { host, origin, withSubdomains }: AllowedHost): boolean {
  if (origin !== null) return url.origin === origin
  const isSecure = url.protocol === 'https:' || isLoopback(url.hostname)
  return isSecure && (url.host === host || (withSubdomains && url.host.endsWith(`.${host}`)))
}
