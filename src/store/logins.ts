/**
 * Sign-in attempts whose answer was taken, in D1, so that an answer is never taken twice, by any isolate.
 */
import type { D1Database } from '@cloudflare/workers-types'
import { roundTrip } from './d1.ts'

export interface SpentLogins {
  /**
   * Takes an attempt, in one statement that both asks and marks. `false`: it was taken before.
   *
   * @param expiresAt seconds since the epoch, when the attempt could no longer be used anyway
   * @throws GatehouseError `store_unavailable`
   */
  spend(stateHash: string, expiresAt: number): Promise<boolean>
}

export function createSpentLogins(db: D1Database): SpentLogins {
  return {
    async spend(stateHash, expiresAt) {
      const result = await roundTrip(() =>
        db
          .prepare('INSERT INTO spent_logins (state_hash, expires_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING')
          .bind(stateHash, expiresAt)
          .run(),
      )
      return result.meta.changes === 1
    },
  }
}
