/**
 * Pages of a list by the place of their last row, so that the thousandth page costs what the first does.
 *
 * @see https://use-the-index-luke.com/no-offset
 */
import { type Cursor, FIRST_PAGE, PAGE_SIZE, type Page } from '../../accounts/records.ts'

interface Row<T> {
  readonly entry: T
  readonly cursor: Cursor
}

/** @param read gives back the rows after a place, as many as the limit at most */
export async function pageOf<T>(
  before: Cursor | null,
  read: (after: Cursor, limit: number) => Promise<readonly Row<T>[]>,
  size = PAGE_SIZE,
): Promise<Page<T>> {
  // One more shows whether there is another page.
  const rows = await read(before ?? FIRST_PAGE, size + 1)
  const shown = rows.slice(0, size)
  const next = rows.length > size ? (shown.at(-1)?.cursor ?? null) : null
  return { entries: shown.map(({ entry }) => entry), next }
}
