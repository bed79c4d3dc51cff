/**
 * Looks for people in D1; which of the candidates are shown, and in which order, is decided in `accounts/directory.ts`.
 */
import type { D1Database } from '@cloudflare/workers-types'
import type { Circle, UserStore } from '../accounts/directory.ts'
import { roundTrip } from './d1.ts'
import { USER_COLUMNS, userFromRow } from './rows.ts'

/** More are not looked at, for a text that so many have says nothing. */
const CANDIDATES_MAX = 200
/** How many letters at the beginning of a name must be right before the rest may be nearly so. */
const SURE_CHARACTERS = 2

const IN_CIRCLE = 'users.issuer = ?1 AND (?2 IS NULL OR users.tenant_id = ?2)'

/** `instr` takes every character for itself; the first lines are those that `closeness` ranks first. */
const CANDIDATES = `SELECT ${USER_COLUMNS.join(', ')} FROM users
  WHERE ${IN_CIRCLE} AND (instr(search_text, ?3) > 0 OR instr(' ' || replace(search_text, char(10), ' '), ?4) > 0)
  ORDER BY instr(char(10) || search_text || char(10), char(10) || ?3 || char(10)) = 0,
    instr(char(10) || search_text, char(10) || ?3) = 0,
    instr(search_text, ?3) = 0
  LIMIT ${CANDIDATES_MAX}`

const WITH_SUBJECTS = `SELECT ${USER_COLUMNS.join(', ')} FROM users
  WHERE ${IN_CIRCLE} AND users.subject IN (SELECT value FROM json_each(?3))`

export function createUserDirectory(db: D1Database): UserStore {
  const rows = async (sql: string, { issuer, tenant }: Circle, ...values: readonly string[]) => {
    const { results } = await roundTrip(() =>
      db
        .prepare(sql)
        .bind(issuer, tenant, ...values)
        .all(),
    )
    return results.map(userFromRow)
  }
  return {
    candidates: (wanted, circle) =>
      rows(CANDIDATES, circle, wanted, ` ${[...wanted].slice(0, SURE_CHARACTERS).join('')}`),
    withSubjects: (subjects, circle) => rows(WITH_SUBJECTS, circle, JSON.stringify(subjects)),
  }
}
