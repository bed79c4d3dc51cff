/**
 * What is counted, and where the counting Worker tells it.
 */

/** What one request cost. A D1 round trip is one call to the database, of however many statements. */
export interface Costs {
  kvReads: number
  kvWrites: number
  d1RoundTrips: number
  d1RowsRead: number
  d1RowsWritten: number
  providerCalls: number
}

/** Costs of the requests since this path was last asked, one at a time. */
export const COSTS_PATH = '/costs'
