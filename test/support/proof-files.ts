/**
 * What the last test runs have shown, as files; apart from `proofs.ts`, which is also where there are none.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { type Shown, shownSchema } from './proofs.ts'

/** Left by each run, a file per test file: see `proof-reporter.ts`. */
export const PROOFS_FOLDER = join('dist', 'proofs')

/** What the last runs have shown. */
export function readShown(folder = PROOFS_FOLDER): Shown {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => v.parse(shownSchema, JSON.parse(readFileSync(join(folder, name), 'utf8'))))
  return { proofs: files.flatMap(({ proofs }) => proofs), named: files.flatMap(({ named }) => named) }
}
