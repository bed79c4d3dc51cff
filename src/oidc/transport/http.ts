/**
 * Every call to the provider: one deadline for all calls of an operation, no redirects, no endless bodies, and whether it can be reached;
 * knows no protocol.
 */

import manifest from '../../../package.json' with { type: 'json' }
import type { Clock } from '../../clock.ts'
import type { ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { mediaTypeIn } from '../../crypto.ts'
import { GatehouseError, toGatehouseError } from '../../errors.ts'
import { createLease } from './lease.ts'

/** How long an answer counts. Short: someone who is sent to a dead provider sees an error of the browser and no page of ours. */
const ANSWER_MILLISECONDS = 2000

export interface Reachability {
  /** The same as `send`, but what comes of it is noted. */
  noting(send: Send): Send
  /** Whether the last call failed, so that it is worth asking before a person is sent there. */
  hasFailed(): boolean
  /**
   * Refuses when the provider does not answer. Any answer will do.
   *
   * @param ask calls the provider by way of `noting`, and may keep the answer; called only when nothing was heard of the provider lately
   * @throws GatehouseError `provider_unreachable`
   */
  require(ask: () => Promise<unknown>): Promise<void>
}

export function createReachability(clock: Clock, timeoutSeconds: number): Reachability {
  let answeredAt = Number.NEGATIVE_INFINITY
  let hasFailed = false
  let failures = 0
  let lastFailure: unknown
  const lease = createLease(clock, timeoutSeconds)

  const isKnownGood = () => !hasFailed && clock.now() - answeredAt < ANSWER_MILLISECONDS

  function noting(send: Send): Send {
    return async (url, init) => {
      try {
        const response = await send(url, init)
        answeredAt = clock.now()
        hasFailed = false
        return response
      } catch (error) {
        hasFailed = true
        failures += 1
        lastFailure = error
        throw error
      }
    }
  }

  return {
    noting,

    hasFailed: () => hasFailed,

    async require(ask) {
      if (isKnownGood()) return
      const failuresBefore = failures
      while (lease.isHeld()) await lease.pause()
      if (isKnownGood()) return
      if (failures > failuresBefore) {
        const message = 'another request has just found the provider unreachable'
        const { provider, detail } = toGatehouseError(lastFailure)
        throw new GatehouseError('provider_unreachable', 'no_answer', message, { cause: lastFailure, provider, detail })
      }
      await lease.hold(ask)
    },
  }
}

/** Sends a request to the provider and gives back the whole answer, already read. */
export type Send = (url: string, init?: RequestInit) => Promise<Response>

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/** Far above any honest metadata, key set or token answer. @see RFC 8725 section 3.10 for why outside documents are bounded */
const BODY_MAX_BYTES = 1_048_576

/** Some firewalls refuse requests without a name, and the log of a provider should say who asked. @see RFC 9110 section 10.1.5 */
const USER_AGENT = `Gatehouse/${manifest.version}`

/**
 * Begins an operation: whatever it sends must be answered before the deadline, all calls together, bodies included.
 *
 * @throws GatehouseError `provider_unreachable` when the provider cannot be reached, is too slow, or a gateway answers in its
 * place; `provider_error` when it answers too much; `temporarily_unavailable` when no time was left for the call
 */
export function beginOperation(transport: Fetch, timeoutSeconds: number): Send {
  const deadline = AbortSignal.timeout(timeoutSeconds * 1000)
  /** Whether the deadline has ended a call. */
  let wasCut = false
  const send = (url: string, init?: RequestInit) => {
    const headers = new Headers(init?.headers)
    // Replaces the name that the protocol library sets, too.
    headers.set('user-agent', USER_AGENT)
    return transport(url, { ...init, headers, redirect: 'manual', signal: deadline })
  }

  /** A connection may break without anyone's fault. What only reads is asked once more; what is spent by being sent is not. */
  async function sendAndRepeat(url: string, init?: RequestInit): Promise<Response> {
    const isRead = (init?.method ?? 'GET') === 'GET'
    return send(url, init).catch((error: unknown) => {
      if (!isRead || deadline.aborted) throw error
      return send(url, init)
    })
  }

  return async (url, init) => {
    const host = new URL(url).host
    // The provider has answered every call so far, so this must not say that it does not answer.
    if (deadline.aborted && !wasCut) {
      const message = `the ${timeoutSeconds} s of ${nameOf('timeoutSeconds')} were over before this call`
      throw new GatehouseError('temporarily_unavailable', 'timeout', message, { detail: { host } })
    }
    try {
      const response = await sendAndRepeat(url, init)
      if (response.status >= 502 && response.status <= 504) {
        throw new GatehouseError(
          'provider_unreachable',
          'gateway_error',
          'a gateway answered in the place of the provider',
          {
            detail: { host },
            provider: { status: response.status },
          },
        )
      }
      return await readWhole(response, host)
    } catch (error) {
      if (error instanceof GatehouseError) throw error
      wasCut ||= deadline.aborted
      const message = deadline.aborted
        ? `the provider did not answer within ${timeoutSeconds} s`
        : 'the provider cannot be reached'
      const reason = deadline.aborted ? 'timeout' : 'no_answer'
      throw new GatehouseError('provider_unreachable', reason, message, { cause: error, detail: { host } })
    }
  }
}

/** The media type of an answer, in lower case and without its parameters. */
export function mediaTypeOf({ headers }: Response): string | undefined {
  return mediaTypeIn(headers.get('content-type'))
}

/** `text()` is for text types; the runtime warns of any other. */
export async function asciiOf(response: Response): Promise<string> {
  return new TextDecoder().decode(await response.arrayBuffer())
}

async function readWhole(response: Response, host: string): Promise<Response> {
  const { status, statusText, headers } = response
  if (!response.body) return new Response(null, { status, statusText, headers })
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for await (const chunk of response.body) {
    length += chunk.byteLength
    if (length > BODY_MAX_BYTES) {
      throw new GatehouseError(
        'provider_error',
        'answer_too_large',
        `the provider sent more than ${BODY_MAX_BYTES} bytes`,
        {
          detail: { host },
        },
      )
    }
    chunks.push(new Uint8Array(chunk))
  }
  const body = new Blob(chunks)
  return new Response(status === 204 || status === 304 ? null : body, { status, statusText, headers })
}

/**
 * A Keycloak that does not know its own name takes it from the request, and holds it against the issuer of the token.
 *
 * @param endpoints the addresses that are to believe it
 * @see the OpenTalk controller 0.33, forwardHost
 */
export function withForwardedHost(
  send: Send,
  { forwardedHost }: ProviderConfig,
  endpoints: readonly (string | undefined)[],
): Send {
  if (forwardedHost === null) return send
  const believing = endpoints.flatMap((endpoint) => (endpoint === undefined ? [] : [new URL(endpoint).href]))
  return (url, init) => {
    if (!believing.includes(new URL(url).href)) return send(url, init)
    const headers = new Headers(init?.headers)
    headers.set('x-forwarded-host', forwardedHost)
    return send(url, { ...init, headers })
  }
}
