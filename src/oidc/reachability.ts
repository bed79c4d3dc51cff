/**
 * Whether the provider can be reached, asked before a person is sent there; one question at a time for an isolate.
 */
import type { Clock } from '../clock.ts'
import { GatehouseError } from '../errors.ts'
import type { Send } from './http.ts'
import { createLease } from './lease.ts'

/** How long an answer counts. Short: somebody who is sent to a dead provider sees an error of the browser and no page of ours. */
const ANSWER_MILLISECONDS = 2000

export interface Reachability {
  /** The same as `send`, but what comes of it is noted. */
  noting(send: Send): Send
  /**
   * Refuses when the provider does not answer at `url`. Any answer will do.
   *
   * @throws GatehouseError `provider_unreachable`
   */
  require(url: string, send: Send): Promise<void>
}

export function createReachability(clock: Clock, timeoutSeconds: number): Reachability {
  let answeredAt = Number.NEGATIVE_INFINITY
  let hasFailed = false
  let failures = 0
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
        throw error
      }
    }
  }

  return {
    noting,

    async require(url, send) {
      if (isKnownGood()) return
      const failuresBefore = failures
      while (lease.isHeld()) await lease.pause()
      if (isKnownGood()) return
      if (failures > failuresBefore)
        throw new GatehouseError('provider_unreachable', 'another request has just found the provider unreachable')
      await lease.hold(() => send(url))
    },
  }
}
