/**
 * How far the account sync has come, and the people whom it looks at, in D1; what it does is decided in `accounts/sync.ts`.
 */
import * as v from 'valibot'
import type { SyncState, SyncStore } from '../../accounts/sync.ts'
import { type Clock, epochSeconds } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { contextValues, logAudit, RETURNING_AUDIT } from '../audit.ts'
import { type Database, roundTrip } from '../d1.ts'

const nullableNumber = v.nullable(v.number())

const stateRow = v.object({
  provider: v.string(),
  position: v.number(),
  ran_at: v.number(),
  completed_at: nullableNumber,
  looked_at: v.number(),
  to_disable: v.number(),
  stopped_at: nullableNumber,
  is_confirmed: v.number(),
  failure: v.nullable(v.string()),
})

const COLUMNS = Object.keys(stateRow.entries)

function stateFromRow(row: unknown): SyncState {
  const state = v.parse(stateRow, row)
  return {
    providerId: state.provider,
    position: state.position,
    ranAt: state.ran_at,
    completedAt: state.completed_at,
    lookedAt: state.looked_at,
    toDisable: state.to_disable,
    stoppedAt: state.stopped_at,
    isConfirmed: state.is_confirmed === 1,
    failure: state.failure,
  }
}

const SAVE = `INSERT INTO account_syncs (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((_, index) => `?${index + 1}`).join(', ')})
  ON CONFLICT (provider) DO UPDATE SET ${COLUMNS.slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}`

const PEOPLE = `SELECT id, subject, rowid AS position, disabled_at, disabled_by FROM users NOT INDEXED
  WHERE rowid > ?2 AND issuer = ?1 ORDER BY rowid LIMIT ?3`

const personRow = v.object({
  id: v.string(),
  subject: v.string(),
  position: v.number(),
  disabled_at: nullableNumber,
  disabled_by: v.nullable(v.string()),
})

const DISABLED_BEFORE = `SELECT id FROM users WHERE disabled_by = 'provider' AND disabled_at < ?1 ORDER BY disabled_at LIMIT ?2`

const AUDIT_GO_ON = `INSERT INTO audit (at, event, provider, reference, address, actor_id)
  SELECT ?1, 'sync_continued', ?2, ?3, ?4, ?5 FROM account_syncs WHERE provider = ?2 AND stopped_at IS NOT NULL ${RETURNING_AUDIT}`

export function createSyncStore(db: Database, clock: Clock, log: Log): SyncStore {
  return {
    async all() {
      const { results } = await roundTrip(() => db.prepare(`SELECT ${COLUMNS.join(', ')} FROM account_syncs`).all())
      return results.map(stateFromRow)
    },

    async state(providerId) {
      const sql = `SELECT ${COLUMNS.join(', ')} FROM account_syncs WHERE provider = ?1`
      const row = await roundTrip(() => db.prepare(sql).bind(providerId).first())
      return row && stateFromRow(row)
    },

    async save(state) {
      const { providerId, position, ranAt, completedAt, lookedAt, toDisable, stoppedAt, isConfirmed, failure } = state
      const values = [
        providerId,
        position,
        ranAt,
        completedAt,
        lookedAt,
        toDisable,
        stoppedAt,
        Number(isConfirmed),
        failure,
      ]
      await roundTrip(() =>
        db
          .prepare(SAVE)
          .bind(...values)
          .run(),
      )
    },

    async goOn(providerId, context) {
      const [audited] = await roundTrip(() =>
        db.batch([
          db.prepare(AUDIT_GO_ON).bind(epochSeconds(clock), providerId, ...contextValues(context)),
          db
            .prepare(
              'UPDATE account_syncs SET stopped_at = NULL, is_confirmed = 1 WHERE provider = ?1 AND stopped_at IS NOT NULL',
            )
            .bind(providerId),
        ]),
      )
      logAudit(log, audited?.results)
    },

    async people(issuer, position, limit) {
      const { results } = await roundTrip(() => db.prepare(PEOPLE).bind(issuer, position, limit).all())
      return results.map((row) => {
        const { disabled_at, disabled_by, ...person } = v.parse(personRow, row)
        return { ...person, isDisabled: disabled_at !== null, isDisabledByProvider: disabled_by === 'provider' }
      })
    },

    async disabledBefore(time, limit) {
      const { results } = await roundTrip(() => db.prepare(DISABLED_BEFORE).bind(time, limit).all())
      return results.map((row) => v.parse(v.object({ id: v.string() }), row).id)
    },
  }
}
