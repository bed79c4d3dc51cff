/**
 * The frame around every page; what is in it comes from the pages beside this file.
 */
import { html, raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { HtmlEscapedString } from 'hono/utils/html'
import { withoutControl } from '../log.ts'
import type { Brand } from './brand.ts'
import type { Language, LanguageLink } from './language.ts'
import type { Messages } from './messages/en.ts'
import { ICON_PATH, STYLE_PATH } from './style.ts'

/** A page as it goes to the browser. */
export type Page = ReturnType<typeof html>

/** A name or a sentence from outside must not change the direction of the text around it. Our own text needs none of these characters. */
function withoutSurprises(page: HtmlEscapedString): HtmlEscapedString {
  return raw(withoutControl(page.toString()), page.callbacks)
}

/** @param width `wide`: for lists; otherwise a card with one thing to do */
export function layout(language: Language, title: string, content: Child, width: 'card' | 'wide' = 'card'): Page {
  const { brand, others = [], messages } = language
  const name = brand?.brandName ?? 'Gatehouse'
  const frame = (
    <html lang={language.tag}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{`${title} – ${name}`}</title>
        <link rel="icon" type="image/svg+xml" href={ICON_PATH} />
        <link rel="stylesheet" href={STYLE_PATH} />
      </head>
      <body>
        <main class={width}>
          <div class="brand">
            {brand?.brandLogo === undefined ? <Gate /> : <img src={brand.brandLogo} alt="" />}
            {name}
          </div>
          {content}
        </main>
        <Footer others={others} brand={brand} messages={messages} />
      </body>
    </html>
  )
  const page = html`<!doctype html>${frame}`
  return page instanceof Promise ? page.then(withoutSurprises) : withoutSurprises(page)
}

function Gate() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
      <path d="M3 21V9l9-6 9 6v12M3 21h18M9 21v-6a3 3 0 0 1 6 0v6" stroke-linejoin="round" stroke-linecap="round" />
    </svg>
  )
}

interface FooterView {
  readonly others: readonly LanguageLink[]
  readonly brand: Brand | undefined
  readonly messages: Messages
}

function Footer({ others, brand, messages }: FooterView) {
  const { supportUrl, imprintUrl } = brand ?? {}
  if (others.length === 0 && supportUrl === undefined && imprintUrl === undefined) return null
  return (
    <footer>
      {others.map(({ tag, name, href, isCurrent }) => (
        <a href={href} lang={tag} hreflang={tag} aria-current={isCurrent ? 'true' : undefined}>
          {name}
        </a>
      ))}
      {supportUrl === undefined ? null : <a href={supportUrl}>{messages.support}</a>}
      {imprintUrl === undefined ? null : <a href={imprintUrl}>{messages.imprint}</a>}
    </footer>
  )
}
