/**
 * Cookies as a strict browser keeps them; who sends which request is decided in `browser.ts`.
 */

/** A cookie as it was set, and what the browser made of it. */
export interface SetCookie {
  readonly origin: string
  /** The header line, exactly. */
  readonly line: string
  readonly name: string
  readonly value: string
  /** In lower case, without the value `undefined` for flags: those are ''. */
  readonly attributes: ReadonlyMap<string, string>
  /** Why the browser did not take it; `null`: it did. */
  readonly refused: string | null
}

export interface CookieRequest {
  readonly url: URL
  readonly method: string
  /** The page that caused the request; `null`: the person typed the address. */
  readonly initiator: URL | null
  /** Whether the address bar changes. */
  readonly isNavigation: boolean
}

export interface CookieJar {
  /** Every Set-Cookie line that came, in order. */
  readonly received: readonly SetCookie[]
  /** Takes the cookies of an answer. @throws Error when a name comes twice: browsers keep one, no one should depend on which */
  take(from: URL, lines: readonly string[]): void
  /** The Cookie header of a request; `null`: none. */
  headerFor(request: CookieRequest): string | null
  /** What is kept for an origin: names and values. */
  cookiesOf(origin: string): ReadonlyMap<string, string>
  /** Puts a cookie in by hand, as a person with developer tools can. */
  put(origin: string, name: string, value: string): void
  drop(origin: string, name: string): void
}

interface Kept {
  readonly host: string
  readonly name: string
  readonly value: string
  readonly path: string
  readonly isSecure: boolean
  readonly sameSite: string
  readonly expiresAt: number
}

/** @see RFC 6265bis section 5.6 */
const NAME_AND_VALUE_MAX_BYTES = 4096

/** @param now milliseconds since the epoch */
export function createCookieJar(now: () => number): CookieJar {
  const received: SetCookie[] = []
  let kept: readonly Kept[] = []
  const alive = () => kept.filter(({ expiresAt }) => expiresAt > now())

  function keep(cookie: Kept): void {
    kept = kept.filter(({ host, name, path }) => host !== cookie.host || name !== cookie.name || path !== cookie.path)
    if (cookie.expiresAt > now()) kept = [...kept, cookie]
  }

  return {
    received,

    take(from, lines) {
      const parsed = lines.map((line) => parse(line))
      const repeated = parsed.find(({ name }, index) => parsed.findIndex((other) => other.name === name) !== index)
      if (repeated) throw new Error(`two Set-Cookie lines for ${repeated.name} in one answer of ${from.href}`)
      for (const { line, name, value, attributes } of parsed) {
        const refused = refusalOf(name, value, attributes, from)
        received.push({ origin: from.origin, line, name, value, attributes, refused })
        if (refused !== null) continue
        keep({
          host: from.host,
          name,
          value,
          path: pathOf(attributes, from),
          isSecure: attributes.has('secure'),
          sameSite: attributes.get('samesite')?.toLowerCase() ?? 'lax',
          expiresAt: expiryOf(attributes, now()),
        })
      }
    },

    headerFor({ url, method, initiator, isNavigation }) {
      const isCrossSite = initiator !== null && siteOf(initiator) !== siteOf(url)
      const laxFits = !isCrossSite || (isNavigation && ['GET', 'HEAD'].includes(method))
      const fitting = alive().filter(
        ({ host, path, isSecure, sameSite }) =>
          host === url.host &&
          isWithin(url.pathname, path) &&
          (!isSecure || isTrustworthy(url)) &&
          (sameSite === 'none' || (sameSite === 'strict' ? !isCrossSite : laxFits)),
      )
      const pairs = fitting.sort((a, b) => b.path.length - a.path.length).map(({ name, value }) => `${name}=${value}`)
      return pairs.length > 0 ? pairs.join('; ') : null
    },

    cookiesOf: (origin) =>
      new Map(
        alive()
          .filter(({ host }) => host === new URL(origin).host)
          .map(({ name, value }) => [name, value]),
      ),

    put(origin, name, value) {
      const { host } = new URL(origin)
      const expiresAt = Number.POSITIVE_INFINITY
      keep({ host, name, value, path: '/', isSecure: true, sameSite: 'lax', expiresAt })
    },

    drop(origin, dropped) {
      kept = kept.filter(({ host, name }) => host !== new URL(origin).host || name !== dropped)
    },
  }
}

function parse(line: string) {
  const [pair = '', ...rest] = line.split(';').map((part) => part.trim())
  const [name, value] = split(pair)
  const attributes = new Map(rest.map(split).map(([key, text]) => [key.toLowerCase(), text]))
  if (attributes.size !== rest.length) throw new Error(`an attribute twice in: ${line}`)
  return { line, name, value, attributes }
}

function split(pair: string): [string, string] {
  const equals = pair.indexOf('=')
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
}

/** @see RFC 6265bis sections 4.1.3 and 5.7 */
function refusalOf(name: string, value: string, attributes: ReadonlyMap<string, string>, from: URL): string | null {
  if (name === '') return 'no name'
  if (name.length + value.length > NAME_AND_VALUE_MAX_BYTES) return 'too long'
  if (attributes.has('domain')) return 'a Domain, which no cookie of ours needs'
  if (attributes.has('secure') && !isTrustworthy(from)) return 'Secure from an insecure origin'
  if (attributes.get('samesite')?.toLowerCase() === 'none' && !attributes.has('secure')) return 'SameSite=None in clear'
  const isBound = attributes.has('secure') && attributes.get('path') === '/'
  if (/^__host-/i.test(name) && !isBound) return '__Host- without Secure and Path=/'
  if (/^__secure-/i.test(name) && !attributes.has('secure')) return '__Secure- without Secure'
  return null
}

function pathOf(attributes: ReadonlyMap<string, string>, from: URL): string {
  const path = attributes.get('path')
  return path?.startsWith('/') ? path : from.pathname.slice(0, from.pathname.lastIndexOf('/')) || '/'
}

function expiryOf(attributes: ReadonlyMap<string, string>, now: number): number {
  const maxAge = attributes.get('max-age')
  if (maxAge !== undefined) return now + Number(maxAge) * 1000
  const expires = attributes.get('expires')
  return expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires)
}

function isWithin(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
}

/** @see W3C Secure Contexts section 3.1 */
function isTrustworthy(url: URL): boolean {
  return url.protocol === 'https:' || url.hostname === 'localhost' || /^127\./.test(url.hostname)
}

/** Scheme and registrable domain. Two labels are enough for the names of tests. */
export function siteOf(url: URL): string {
  return `${url.protocol}//${url.hostname.split('.').slice(-2).join('.')}`
}
