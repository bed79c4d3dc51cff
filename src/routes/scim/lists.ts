/**
 * Finds the resources that a client of SCIM asks for: a page, the one that an index finds, or those that fit a filter, while they are few.
 */
import { FILTERED_MAX, type Lookup, type Query, refuseTooMany } from '../../accounts/scim/queries.ts'
import type { Found } from '../../accounts/scim/stores.ts'

/** Where the resources of one kind are. */
export interface Source<T> {
  /** The attributes by which one is found by an index. */
  readonly indexed: readonly string[]
  page(offset: number, limit: number): Promise<Found<T>>
  find(lookup: Lookup): Promise<T | null>
  /** As it is shown, and so as a filter sees it. */
  show(resource: T): object
}

/** @throws GatehouseError `invalid_request` `too_many_results`, and what the source throws */
export async function resourcesFor<T>({ filter, startIndex, count }: Query, source: Source<T>): Promise<Found<T>> {
  const offset = startIndex - 1
  if (filter === null) return source.page(offset, count)
  const candidates = filter.lookup === null ? await all(source) : [await source.find(filter.lookup)]
  const fitting = candidates.filter((one) => one !== null).filter((one) => filter.fits(source.show(one)))
  return { total: fitting.length, resources: fitting.slice(offset, offset + count) }
}

async function all<T>({ page, indexed }: Source<T>): Promise<readonly T[]> {
  const { total, resources } = await page(0, FILTERED_MAX)
  refuseTooMany(total, indexed)
  return resources
}
