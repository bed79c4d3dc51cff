/**
 * How the database is asked: every failure becomes `store_unavailable`; the statements are in the files beside this one.
 */
import type { D1Database } from '@cloudflare/workers-types'
import { GatehouseError } from '../errors.ts'

/** Runs one round trip to D1. @throws GatehouseError `store_unavailable`, which is never an answer about the data */
export async function roundTrip<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new GatehouseError('store_unavailable', 'the database (D1) did not answer', { cause: error })
  }
}

/** Whether the database answers and has been migrated. */
export async function isDatabaseReady(db: D1Database): Promise<boolean> {
  return roundTrip(() => db.prepare('SELECT token_hash FROM sessions LIMIT 1').all()).then(
    () => true,
    () => false,
  )
}
