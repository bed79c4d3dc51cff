/**
 * Sign-in attempts whose answer was taken, in D1, so that an answer is never taken twice, by any isolate.
 */
import { type Clock, epochSeconds } from '../clock.ts'
import { type Database, roundTrip } from './d1.ts'

export interface SpentLogins {
  /**
   * Takes an attempt, in one statement that both asks and marks. `false`: it was taken before.
   *
   * @param expiresAt seconds since the epoch, when the attempt could no longer be used anyway
   * @throws GatehouseError `store_unavailable`
   */
  spend(stateHash: string, expiresAt: number): Promise<boolean>
}

/**
 * Anyone can spend attempts as fast as they like. So each attempt that is spent removes up to two that have expired: the table never has
 * more rows than were spent within the life of an attempt, even if the purge does not run.
 */
const REMOVED_ROWS = 2

const REMOVE_EXPIRED = `DELETE FROM spent_logins
  WHERE rowid IN (SELECT rowid FROM spent_logins WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ${REMOVED_ROWS})`

export function createSpentLogins(db: Database, clock: Clock): SpentLogins {
  return {
    async spend(stateHash, expiresAt) {
      const [inserted] = await roundTrip(() =>
        db.batch([
          db
            .prepare('INSERT INTO spent_logins (state_hash, expires_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING')
            .bind(stateHash, expiresAt),
          db.prepare(REMOVE_EXPIRED).bind(epochSeconds(clock)),
        ]),
      )
      return inserted?.meta.changes === 1
    },
  }
}
