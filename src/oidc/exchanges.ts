/**
 * A way to the provider that keeps what came back, for whoever looks for a fault; the protocol steps themselves go through it unchanged.
 */
import { type Clock, epochSeconds } from '../clock.ts'
import { GatehouseError, toGatehouseError } from '../errors.ts'
import { beginOperation, type Fetch, mediaTypeOf, type Send } from './http.ts'

/** One answer of the provider. */
export interface Exchange {
  readonly url: string
  readonly status: number
  readonly contentType: string | null
  /** Where the browser is sent, in full. */
  readonly location: URL | null
  /** By how many seconds the provider's clock is ahead of ours; `null`: it does not say the time. @see RFC 9110 section 6.6.1 */
  readonly aheadSeconds: number | null
  readonly text: string
}

export interface Exchanges {
  /** A plain question, with its own deadline. The same question is asked once, and answered from memory afterwards. */
  readonly send: Send
  /** The same for steps of the protocol, which bring their own deadline. */
  readonly fetch: Fetch
  /** The newest answer of an address, whatever its query was; `null`: there was none. */
  at(url: string): Exchange | null
  /** The newest answer that says the time, if there is one. */
  withTime(): Exchange | null
}

export function recordExchanges(transport: Fetch, clock: Clock, timeoutSeconds: number): Exchanges {
  const answers = new Map<string, Promise<Response>>()
  const seen: Exchange[] = []

  async function ask(url: string, init?: RequestInit): Promise<Response> {
    const response = await beginOperation(transport, timeoutSeconds)(url, init)
    seen.push(await exchangeOf(url, response.clone(), clock))
    return response
  }

  async function send(url: string, init?: RequestInit): Promise<Response> {
    if (init?.method !== undefined && init.method !== 'GET') return ask(url, init)
    const known = answers.get(url) ?? ask(url, init)
    answers.set(url, known)
    return (await known).clone()
  }

  return {
    send,
    fetch: send,
    at: (url) => seen.findLast((exchange) => withoutQuery(exchange.url) === withoutQuery(url)) ?? null,
    withTime: () => seen.findLast(({ aheadSeconds }) => aheadSeconds !== null) ?? null,
  }
}

/**
 * Asks, and gives back the answer, or why there is none.
 *
 * @see beginOperation in `http.ts` for the refusals
 */
export async function look(exchanges: Exchanges, url: string, init?: RequestInit): Promise<Exchange | GatehouseError> {
  try {
    await exchanges.send(url, init)
  } catch (error) {
    return toGatehouseError(error)
  }
  return exchanges.at(url) ?? new GatehouseError('internal', 'an answer that was not kept')
}

async function exchangeOf(url: string, response: Response, clock: Clock): Promise<Exchange> {
  const location = response.headers.get('location')
  const date = Date.parse(response.headers.get('date') ?? '')
  return {
    url,
    status: response.status,
    contentType: mediaTypeOf(response) ?? null,
    location: location !== null && URL.canParse(location, url) ? new URL(location, url) : null,
    aheadSeconds: Number.isNaN(date) ? null : Math.round(date / 1000) - epochSeconds(clock),
    text: await response.text(),
  }
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, '')
}
