/**
 * Whether a page in words that no signature describes refuses our authorization request; what follows from that is decided elsewhere.
 */
import type { ProviderConfig } from '../../config/model.ts'
import { type AuthorizationAnswer, MADE_UP } from '../../oidc/examination/examination.ts'
import type { Exchange } from '../../oidc/transport/exchanges.ts'
import type { Asked } from '../check.ts'
import { readable } from '../words.ts'

/** With these a provider refuses a request. Others mean that it is out of order, or that something in front of it answers. */
const SAYS_NO = [400, 403, 422]
/** Where a provider that keeps the error in a session sends the browser, such as /home/error?errorId=… */
export const ERROR_PAGE = /\/error(?:s|\.\w{1,8})?(?:\/|$)/i
/** What firewalls show to anything that is not a browser. */
const IS_FIREWALL =
  /captcha|just a moment|cloudflare|incapsula|akamai|unusual traffic|are you (?:a )?human|verify you are/i

/** A page that refuses the request. */
export interface UndescribedRefusal {
  /** Whether a client that does not exist is answered differently. */
  readonly isClientKnown: boolean
}

/**
 * A provider shows a page that says no only while it may not send the browser back: it knows no such client, or the redirect URI is not
 * registered for it. So the same is asked when the provider may show its sign-in page, which rules out that it dislikes nothing but
 * `prompt=none`; for a client that surely no one has registered; and at an address that surely does not exist, where only a firewall
 * gives the same answer.
 *
 * @returns `null`: the answer is no such page, or says nothing about the request
 * @see RFC 6749 section 4.1.2.1
 */
export async function undescribedRefusal(
  { config, discovered, examination }: Asked,
  answer: AuthorizationAnswer,
): Promise<UndescribedRefusal | null> {
  if (answer.kind !== 'page' || !saysNo(answer) || IS_FIREWALL.test(readable(answer.exchange))) return null
  const asked = await examination.authorize(config.addresses.redirectUri, discovered, { mayAsk: true })
  if (!saysNo(asked)) return null
  const madeUp = await examination.authorize(config.addresses.redirectUri, discovered, {
    mayAsk: true,
    clientId: MADE_UP,
  })
  const said = essence(answer.exchange, config)
  if (madeUp.kind !== 'page' || essence(madeUp.exchange, config) !== said) return { isClientKnown: true }
  const nowhere = await examination.visit(new URL(`/${MADE_UP}`, discovered.metadata.authorization_endpoint).href)
  if ('status' in nowhere && essence(nowhere, config) === said) return null
  return { isClientKnown: false }
}

/** Whether the provider refuses the request on a page. */
export function saysNo(answer: AuthorizationAnswer): boolean {
  if (answer.kind !== 'page') return false
  const { status, location } = answer.exchange
  return SAYS_NO.includes(status) || (location !== null && ERROR_PAGE.test(location.pathname))
}

/** What an answer says, without the words that differ from one request to the next: numbers of incidents, times, what was asked. */
function essence(exchange: Exchange, { clientId }: ProviderConfig): string {
  const words = readable(exchange).split(/\s+/)
  const lasting = words.filter((word) => !/\d/.test(word) && !word.includes(MADE_UP) && !word.includes(clientId))
  return [exchange.status, exchange.location?.pathname ?? '', ...lasting].join(' ')
}
