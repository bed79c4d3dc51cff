/**
 * Where a provider passes an authorization request on before it has judged it, such as to a choice of directories; asks no one.
 */
import type { Exchange } from '../transport/exchanges.ts'

/**
 * The address of the next step: one of the same host that carries our client id and redirect URI along, in a redirect or as the first
 * such link of a page.
 *
 * Dex looks at client, redirect URI and scopes only there.
 *
 * @returns `null`: the answer is a judgement
 * @see https://github.com/dexidp/dex, `handleAuthorization` and `handleConnectorLogin` in server/handlers.go
 */
export function nextStep({ url, location, contentType, text }: Exchange): string | null {
  const asked = new URL(url)
  const links = contentType === 'text/html' ? linksOf(text) : []
  const candidates = [...(location === null ? [] : [location.href]), ...links]
  const found = candidates
    .filter((link) => URL.canParse(link, url))
    .map((link) => new URL(link, url))
    .find((next) => next.origin === asked.origin && next.pathname !== asked.pathname && carriesRequest(next, asked))
  return found?.href ?? null
}

/** A page that asks a person to choose has fewer. */
const LINKS_MAX = 100

function linksOf(page: string): readonly string[] {
  const links: string[] = []
  for (const [, link = ''] of page.matchAll(/\bhref="([^"]+)"/g)) {
    if (links.length === LINKS_MAX) break
    links.push(link.replaceAll('&amp;', '&').replaceAll('&#43;', '+'))
  }
  return links
}

function carriesRequest(next: URL, asked: URL): boolean {
  return ['client_id', 'redirect_uri'].every((name) => {
    const value = asked.searchParams.get(name)
    return value !== null && next.searchParams.get(name) === value
  })
}
