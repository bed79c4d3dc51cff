/**
 * Whether the provider can be reached, asked before a person is sent there; one question at a time for an isolate.
 */
import type { Clock } from '../../clock.ts'
import { GatehouseError, toGatehouseError } from '../../errors.ts'
import type { Send } from './http.ts'
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
