/**
 * Where a provider passes an authorization request on before it has judged it, such as to a choice of directories; asks nobody.
 */
import type { Exchange } from './exchanges.ts'

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
  const links =
    contentType === 'text/html'
      ? [...text.matchAll(/\bhref="([^"]+)"/g)].map(([, link = '']) =>
          link.replaceAll('&amp;', '&').replaceAll('&#43;', '+'),
        )
      : []
  const candidates = [...(location === null ? [] : [location.href]), ...links]
  const found = candidates
    .filter((link) => URL.canParse(link, url))
    .map((link) => new URL(link, url))
    .find((next) => next.origin === asked.origin && next.pathname !== asked.pathname && carriesRequest(next, asked))
  return found?.href ?? null
}

function carriesRequest(next: URL, asked: URL): boolean {
  return ['client_id', 'redirect_uri'].every((name) => {
    const value = asked.searchParams.get(name)
    return value !== null && next.searchParams.get(name) === value
  })
}
