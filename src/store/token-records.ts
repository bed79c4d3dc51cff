/**
 * Cut-offs and accounts of access tokens in D1, read together with the revocation feed; what follows from them is decided in `tokens/`.
 */

import * as v from 'valibot'
import type { TokenRecords } from '../tokens/records.ts'
import type { Database } from './d1.ts'
import { snapshot } from './revocations.ts'

const FIND_CUT_OFFS = 'SELECT name, issued_at FROM cut_offs WHERE name IN (SELECT value FROM json_each(?1))'
const FIND_USER = 'SELECT id, disabled_at FROM users WHERE issuer = ?1 AND subject = ?2'

const cutOffRows = v.array(v.object({ name: v.string(), issued_at: v.nullable(v.number()) }))
const userRows = v.array(v.object({ id: v.string(), disabled_at: v.nullable(v.number()) }))

export function createTokenRecords(db: Database): TokenRecords {
  return {
    async find({ cutOffNames, issuer, subject }, after) {
      const { found, revocations } = await snapshot(
        db,
        after,
        db.prepare(FIND_CUT_OFFS).bind(JSON.stringify(cutOffNames)),
        db.prepare(FIND_USER).bind(issuer, subject),
      )
      const cutOffs = v.parse(cutOffRows, found[0]).map(({ name, issued_at }) => ({ name, issuedAt: issued_at }))
      const [user] = v.parse(userRows, found[1])
      const isDisabled = (user?.disabled_at ?? null) !== null
      return { found: { cutOffs, userId: user?.id ?? null, isDisabled }, revocations }
    },
  }
}
