/**
 * Apps in D1 as administrators list and change them, each change in one batch with its audit row; checks of tokens find an app in `apps.ts`.
 */
import * as v from 'valibot'
import {
  APPS_SHOWN_MAX,
  type AppRecord,
  type AppRegistry,
  type Credential,
  type NewApp,
  secretHashOf,
} from '../accounts/app-registry.ts'
import type { AuditContext, AuditEvent } from '../accounts/audit.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Log } from '../log.ts'
import { APP_COLUMNS, appFromRow } from './apps.ts'
import { contextValues, logAudit, RETURNING_AUDIT } from './audit.ts'
import { type Database, roundTrip, type Statement } from './d1.ts'

const COLUMNS = [...APP_COLUMNS, 'created_at', 'disabled_at'].join(', ')

const recordRow = v.object({
  created_at: v.number(),
  disabled_at: v.nullable(v.number()),
  former_secret_hash: v.nullable(v.string()),
})

function recordFromRow(row: unknown): AppRecord {
  const { created_at, disabled_at, former_secret_hash } = v.parse(recordRow, row)
  const { secretHashes: _, jwks, ...app } = appFromRow(row)
  return {
    ...app,
    createdAt: created_at,
    disabledAt: disabled_at,
    hasSecret: jwks === null,
    hasFormerSecret: former_secret_hash !== null,
  }
}

/** Adds an app. What is done if there is one of its name is said after the statement. @param now seconds since the epoch */
export async function addition(app: NewApp, credential: Credential, now: number): Promise<Statement> {
  const { name, audiences, clients, claims, signedResponseAlg, jwks, hasSessions } = app
  const lists = [audiences, clients, claims].map((list) => JSON.stringify(list))
  const keys = jwks === null ? null : JSON.stringify(jwks)
  const values = [credential.clientId, name, await secretHashOf(credential), ...lists, signedResponseAlg, keys]
  return {
    sql: `INSERT INTO apps (client_id, name, secret_hash, audiences, clients, claims, introspection_signed_response_alg, jwks, sessions, created_at)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`,
    values: [...values, Number(hasSessions), now],
  }
}

const AUDIT = `INSERT INTO audit (at, event, app, reference, address, actor_id)
  SELECT ?2, ?3, name, ?4, ?5, ?6 FROM apps WHERE client_id = ?1`

export function createAppRegistry(db: Database, clock: Clock, log: Log): AppRegistry {
  /** @param set what the statement sets, with values from ?2 on @param condition beside the client id */
  async function update(
    event: AuditEvent,
    clientId: string,
    context: AuditContext,
    {
      set,
      condition,
      values,
    }: { readonly set: string; readonly condition: string; readonly values: readonly (string | number)[] },
  ): Promise<boolean> {
    // The audit comes first, while it can be seen that there is something to do.
    const [audited, changed] = await roundTrip(() =>
      db.batch([
        db
          .prepare(`${AUDIT} AND ${condition} ${RETURNING_AUDIT}`)
          .bind(clientId, epochSeconds(clock), event, ...contextValues(context)),
        db
          .prepare(`UPDATE apps SET ${set} WHERE client_id = ?1 AND ${condition} RETURNING client_id`)
          .bind(clientId, ...values),
      ]),
    )
    logAudit(log, audited?.results)
    return changed?.results.length === 1
  }

  return {
    async list() {
      const sql = `SELECT ${COLUMNS} FROM apps ORDER BY name LIMIT ${APPS_SHOWN_MAX}`
      const { results } = await roundTrip(() => db.prepare(sql).all())
      return results.map(recordFromRow)
    },

    async record(clientId) {
      const row = await roundTrip(() =>
        db.prepare(`SELECT ${COLUMNS} FROM apps WHERE client_id = ?1`).bind(clientId).first(),
      )
      return row && recordFromRow(row)
    },

    async add(app, credential, context) {
      const { clientId } = credential
      const now = epochSeconds(clock)
      const { sql, values } = await addition(app, credential, now)
      const [added, audited] = await roundTrip(() =>
        db.batch([
          db.prepare(`${sql} ON CONFLICT DO NOTHING RETURNING client_id`).bind(...values),
          db.prepare(`${AUDIT} ${RETURNING_AUDIT}`).bind(clientId, now, 'app_created', ...contextValues(context)),
        ]),
      )
      logAudit(log, audited?.results)
      return added?.results.length === 1
    },

    change: (clientId, { hasSessions, claims, signedResponseAlg }, context) =>
      update('app_changed', clientId, context, {
        set: 'sessions = ?2, claims = ?3, introspection_signed_response_alg = ?4',
        condition: '1',
        values: [Number(hasSessions), JSON.stringify(claims), signedResponseAlg],
      }),

    rotateSecret: (clientId, secretHash, context) =>
      update('secret_rotated', clientId, context, {
        set: 'former_secret_hash = secret_hash, secret_hash = ?2',
        condition: 'jwks IS NULL',
        values: [secretHash],
      }),

    endFormerSecret: (clientId, context) =>
      update('former_secret_ended', clientId, context, {
        set: 'former_secret_hash = NULL',
        condition: 'former_secret_hash IS NOT NULL',
        values: [],
      }),

    disable: (clientId, context) =>
      update('app_disabled', clientId, context, {
        set: 'disabled_at = ?2',
        condition: 'disabled_at IS NULL',
        values: [epochSeconds(clock)],
      }),

    enable: (clientId, context) =>
      update('app_enabled', clientId, context, {
        set: 'disabled_at = NULL',
        condition: 'disabled_at IS NOT NULL',
        values: [],
      }),
  }
}
