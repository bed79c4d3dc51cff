/**
 * Writes rows of the table `users` as text for people; reads no database.
 */
import { CONTROL } from '../src/log.ts'
import { USER_COLUMN_NAMES } from '../src/store/d1.ts'
import type { Row } from './d1.ts'

export const USERS_MAX = 1000

/** The columns in the order in which they are shown. */
export const USER_COLUMNS: readonly string[] = [
  ...USER_COLUMN_NAMES,
  'created_at',
  'updated_at',
  'last_login_at',
  'disabled_at',
  'disabled_by',
]

const ABSENT = '–'
const WIDTH = Math.max(...USER_COLUMNS.map((column) => column.length))

/** One block per user, and how many there are. Given more than `USERS_MAX`, it shows so many and says so. */
export function describeUsers(rows: readonly Row[]): string {
  const shown = rows.slice(0, USERS_MAX)
  const blocks = shown.map((row) => `${describeUser(row)}\n\n`)
  const count = shown.length === 1 ? '1 user' : `${shown.length} users`
  const cut = rows.length > USERS_MAX ? ` (the last to sign in; there are more)` : ''
  return `${blocks.join('')}${count}${cut}`
}

/** One row, a line for each column. */
export function describeUser(row: Row): string {
  return USER_COLUMNS.map((column) => `${column.padEnd(WIDTH)}  ${describe(column, row[column] ?? null)}`).join('\n')
}

function describe(column: string, value: string | number | null): string {
  if (value === null || value === '') return ABSENT
  if (column === 'email_verified') return value === 1 ? 'yes' : 'no'
  if (column.endsWith('_at') && typeof value === 'number') return new Date(value * 1000).toISOString()
  if (['x_grp', 'roles', 'scim_groups'].includes(column)) return describeList(String(value))
  return withoutControlCharacters(String(value))
}

function describeList(json: string): string {
  try {
    const list: unknown = JSON.parse(json)
    if (list === null) return 'not known'
    if (Array.isArray(list)) return list.length === 0 ? ABSENT : withoutControlCharacters(list.join(', '))
  } catch {
    // Not a list: shown as it is.
  }
  return withoutControlCharacters(json)
}

/** Claims come from outside, and a terminal obeys control characters. */
function withoutControlCharacters(text: string): string {
  return text.replace(CONTROL, '\u{fffd}')
}
