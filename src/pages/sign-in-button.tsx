/**
 * The button that begins a sign-in, plain or as ProConnect wants its own to be; it loads nothing from elsewhere.
 */
import type { Messages } from './messages/en.ts'

/** What ProConnect is, in its own words. @see https://partenaires.proconnect.gouv.fr/docs/fournisseur-service/bouton_proconnect */
const PROCONNECT_PAGE = 'https://www.proconnect.gouv.fr/'

export interface SignInButtonView {
  readonly href: string
  readonly label: string
  readonly isProConnect: boolean
  readonly messages: Messages
}

export function SignInButton({ href, label, isProConnect, messages }: SignInButtonView) {
  if (!isProConnect) {
    return (
      <a class="action" href={href}>
        {label}
      </a>
    )
  }
  return (
    <>
      <a class="action proconnect" href={href}>
        {messages.signInWithProConnect}
      </a>
      <p class="aside">
        <a href={PROCONNECT_PAGE} rel="noreferrer">
          {messages.whatIsProConnect}
        </a>
      </p>
    </>
  )
}
