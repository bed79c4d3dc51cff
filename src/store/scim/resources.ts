/**
 * What pushed users and groups have in common in D1: a page of them with their number, and what has become of a change.
 */
import * as v from 'valibot'
import type { Found, SavedAs } from '../../accounts/scim/stores.ts'
import { type Database, prepared, roundTrip, type Statement } from '../d1.ts'

const countRow = v.object({ total: v.number() })

/** @param count how many there are, as `total` @throws GatehouseError `store_unavailable` */
export async function pageOf<T>(
  db: Database,
  count: Statement,
  page: Statement,
  fromRow: (row: unknown) => T,
): Promise<Found<T>> {
  const [counted, found] = await roundTrip(() => db.batch([prepared(db, count), prepared(db, page)]))
  return { total: v.parse(countRow, counted?.results[0]).total, resources: (found?.results ?? []).map(fromRow) }
}

/**
 * What has become of a change that is written only over the version that was seen.
 *
 * @param isSaved whether a row was written
 * @param still as it is now; `undefined`: it is not there
 * @param before as it was seen; `null`: it is new
 */
export function savedAs<T>(
  isSaved: boolean,
  still: T | undefined,
  before: T | null,
  isSame: (one: T, other: T) => boolean,
): SavedAs {
  if (isSaved) return 'saved'
  if (before === null) return 'taken'
  if (still === undefined) return 'gone'
  return isSame(still, before) ? 'taken' : 'changed'
}
