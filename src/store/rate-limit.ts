/**
 * Limits how often something is done, with Cloudflare's own counter: for each of its places, roughly, and without a row anywhere.
 *
 * @see https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
import type { RateLimit as Binding } from '@cloudflare/workers-types'
import { GatehouseError } from '../errors.ts'

export interface RateLimit {
  /**
   * Counts one more, and says whether that is still within the limit.
   *
   * @param key what is counted apart
   * @throws GatehouseError `not_configured` when wrangler.toml has no such binding, `store_unavailable`
   */
  isWithin(key: string): Promise<boolean>
}

/** @param name of the binding */
export function createRateLimit(binding: Binding | undefined, name: string): RateLimit {
  return {
    async isWithin(key) {
      if (binding === undefined) {
        throw new GatehouseError('not_configured', 'rate_limit_missing', `there is no rate limit ${name}`, {
          hint: `add [[ratelimits]] with the name ${name} to wrangler.toml, as in the one of this version`,
        })
      }
      try {
        return (await binding.limit({ key })).success
      } catch (error) {
        throw new GatehouseError('store_unavailable', 'database_failed', `the rate limit ${name} did not answer`, {
          cause: error,
        })
      }
    },
  }
}
