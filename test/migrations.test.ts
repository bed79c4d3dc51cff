/**
 * Migrations are applied before the new version is deployed, so the version before must go on working with each of them.
 */
import { expect, it } from 'vitest'
import { readMigrations } from './support/gatehouse.ts'

const [, ...later] = await readMigrations()

/** What takes nothing away from a version that does not know it. Most triggers would: they act on what the old version writes. */
const HARMLESS = [
  /^CREATE TABLE \w+ \(/,
  /^CREATE INDEX \w+ ON \w+/,
  /^ALTER TABLE \w+ ADD COLUMN \w+ (?:TEXT|INTEGER|BLOB|REAL)(?! NOT NULL(?! DEFAULT))/,
  /^UPDATE \w+ SET /,
  /^INSERT (?:OR IGNORE )?INTO \w+/,
  /^CREATE TRIGGER \w+ AFTER [^;]*\bBEGIN(?:\s+(?:INSERT INTO (?:revocations|search_beginnings)|DELETE FROM (?:search_beginnings|scim_users)|UPDATE users SET scim_groups =)\s[^;]*;)+\s+END;$/,
]

it.each(later)('$name takes nothing away from the version before it', ({ statements }) => {
  expect(statements.length).toBeGreaterThan(0)
  expect(statements.filter((statement) => !HARMLESS.some((kind) => kind.test(statement)))).toEqual([])
})

it('a migration that is not harmless would be found', () => {
  const harmful = [
    'DROP TABLE users',
    'ALTER TABLE users DROP COLUMN email',
    'ALTER TABLE users RENAME COLUMN email TO mail',
    'ALTER TABLE users ADD COLUMN age INTEGER NOT NULL',
    'CREATE UNIQUE INDEX one ON users (email)',
    'DELETE FROM sessions',
    'CREATE TRIGGER one AFTER DELETE ON sessions BEGIN DELETE FROM users; END;',
    'CREATE TRIGGER one BEFORE DELETE ON sessions BEGIN INSERT INTO revocations (at) VALUES (1); END;',
  ]
  expect(harmful.filter((statement) => HARMLESS.some((kind) => kind.test(statement)))).toEqual([])
})
