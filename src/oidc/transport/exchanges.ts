/**
 * A way to the provider that keeps what came back, for code that looks for a fault; the protocol steps themselves go through it unchanged.
 */
import { type Clock, epochSeconds } from '../../clock.ts'
import { GatehouseError, toGatehouseError } from '../../errors.ts'
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
    const sendOnce = () => beginOperation(transport, timeoutSeconds)(url, init)
    const response = await sendOnce().catch((error: unknown) => {
      // A provider that was asleep, or a connection that was stuck, answers the second time, and nothing here uses up a code or a token.
      if (!isTimeout(error)) throw error
      return sendOnce()
    })
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
  return exchanges.at(url) ?? new GatehouseError('internal', 'unexpected', 'an answer that was not kept')
}

function isTimeout(error: unknown): boolean {
  const cause = error instanceof GatehouseError ? error.cause : undefined
  return cause instanceof Error && cause.name === 'TimeoutError'
}

async function exchangeOf(url: string, response: Response, clock: Clock): Promise<Exchange> {
  const location = response.headers.get('location')
  const date = Date.parse(response.headers.get('date') ?? '')
  // A cache repeats the time of the first answer, and says how long ago that was. @see RFC 9111 section 5.1
  const [age = '0'] = /^\d{1,10}$/.exec(response.headers.get('age') ?? '') ?? []
  return {
    url,
    status: response.status,
    contentType: mediaTypeOf(response) ?? null,
    location: location !== null && URL.canParse(location, url) ? new URL(location, url) : null,
    aheadSeconds: Number.isNaN(date) ? null : Math.round(date / 1000) + Number(age) - epochSeconds(clock),
    text: await response.text(),
  }
}

function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? ''
}
