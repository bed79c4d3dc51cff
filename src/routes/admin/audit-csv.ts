/**
 * The audit as CSV, read and sent piece by piece, so that a long one fills no memory.
 *
 * @see RFC 4180
 */
import type { AuditEntry } from '../../accounts/audit.ts'
import type { Cursor, Page } from '../../accounts/records.ts'
import { isoTime } from '../../clock.ts'

type Read = (before: Cursor | null, size: number) => Promise<Page<AuditEntry>>

const ROWS_AT_ONCE = 2000
/** A request may ask the database 1,000 times, on the free plan 50 times. */
const PIECES_MAX = 25
/** So many rows a file has at most; a filter by time gives the others. */
export const CSV_ROWS_MAX = ROWS_AT_ONCE * PIECES_MAX

const COLUMNS = [
  'at',
  'event',
  'user_id',
  'actor_id',
  'provider',
  'app',
  'address',
  'reason',
  'reference',
] as const satisfies readonly (keyof AuditEntry)[]

/** @throws GatehouseError `store_unavailable`, before anything is sent; later the file breaks off, which a browser says */
export async function csvOf(read: Read): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder()
  let piece = await read(null, ROWS_AT_ONCE)
  let count = 0
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(`${COLUMNS.join(',')}\r\n`))
    },
    async pull(controller) {
      controller.enqueue(encoder.encode(piece.entries.map(lineOf).join('')))
      count += 1
      if (piece.next === null || count >= PIECES_MAX) controller.close()
      else piece = await read(piece.next, ROWS_AT_ONCE)
    },
  })
}

function lineOf(entry: AuditEntry): string {
  const values = COLUMNS.map((column) => (column === 'at' ? isoTime(entry.at) : (entry[column] ?? '')))
  return `${values.map(cell).join(',')}\r\n`
}

/**
 * Programs that show tables take a text for a formula that begins with one of these.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
const FORMULA = /^[=+\-@\t\r]/

function cell(value: string): string {
  const safe = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
