/**
 * In which language a request is answered: the one that was chosen on a page, or else the one that the browser prefers.
 */
import { type Context, Hono } from 'hono'
import type { Deps } from '../../deps.ts'
import { isOurs, LANGUAGE_NAMES, type Language, languageFor } from '../../pages/language.ts'
import { PATHS } from '../paths.ts'
import { acceptedTarget } from '../sign-in/return-to.ts'
import type { RequestVariables } from './context.ts'
import { onlyValueIn, writeCookie } from './cookies.ts'

const COOKIE = '__Host-gatehouse-language'
const COOKIE_SECONDS = 31_536_000

/** With the brand, and with the ways to the same page in the other languages. @param here where those ways lead back to; absent: this page */
export function languageOf(c: Context<RequestVariables>, here?: string): Language {
  const chosen = onlyValueIn(c.req.header('cookie'), COOKIE)
  const language = languageFor(chosen !== undefined && isOurs(chosen) ? chosen : c.req.header('accept-language'))
  const { pathname, search } = new URL(c.req.url)
  const to = here ?? (c.req.method === 'GET' ? pathname + search : PATHS.home)
  const others = LANGUAGE_NAMES.map(([tag, name]) => ({
    tag,
    name,
    href: `${PATHS.language}?${new URLSearchParams({ tag, to })}`,
    isCurrent: tag === language.tag,
  }))
  const brand = c.get('brand')
  return { ...language, others, ...(brand === undefined ? {} : { brand }) }
}

/** GET /language/: remembers a choice and leads back. It changes nothing but the words, so a link of another site may lead here. */
export function languageRoutes({ config }: Deps) {
  const app = new Hono<RequestVariables>()
  app.get(PATHS.language, (c) => {
    const tag = c.req.query('tag') ?? ''
    if (isOurs(tag)) writeCookie(c, COOKIE, tag, COOKIE_SECONDS)
    // Pages of our own, and no other host.
    const to = acceptedTarget(c.req.query('to') ?? '', config.baseUrl, [])
    return c.redirect(to ?? PATHS.home, 302)
  })
  return app
}
