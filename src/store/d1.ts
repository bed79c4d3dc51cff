/**
 * How the database is asked: every failure becomes `store_unavailable`; the statements are in the files beside this one.
 */
import type { D1Database } from '@cloudflare/workers-types'
import { GatehouseError, toGatehouseError } from '../errors.ts'
import { describeFailure, type Log } from '../log.ts'
import { USES_EVERYTHING } from './schema.ts'

/** Runs one round trip to D1. @throws GatehouseError `store_unavailable`, which is never an answer about the data */
export async function roundTrip<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new GatehouseError('store_unavailable', 'database_failed', 'the database (D1) did not answer', {
      cause: error,
    })
  }
}

/**
 * Whether the database answers and has every table and column that this version needs; one statement, which reads no row. The log says
 * what is wrong, because without a working database no one may be able to sign in and look at the diagnosis.
 */
export async function isDatabaseReady(db: D1Database, log: Log): Promise<boolean> {
  try {
    await roundTrip(() => db.prepare(USES_EVERYTHING).all())
    return true
  } catch (thrown) {
    log({ level: 'error', event: 'not_ready', detail: describeFailure(toGatehouseError(thrown)) })
    return false
  }
}
