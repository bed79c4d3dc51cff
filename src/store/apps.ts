/**
 * Apps in D1 as checks of tokens find them; a disabled one is not found. They are made and changed in `app-registry.ts`.
 */
import type { D1PreparedStatement } from '@cloudflare/workers-types'
import * as v from 'valibot'
import { CLAIM_SETS, SIGNING_ALGORITHMS, type StoredApp } from '../accounts/apps.ts'
import type { Revocation } from '../sessions/revocations.ts'
import type { AppStore } from '../tokens/authenticated-apps.ts'
import { type Database, textList } from './d1.ts'
import { snapshot } from './revocations.ts'

const appRow = v.object({
  client_id: v.string(),
  name: v.string(),
  secret_hash: v.string(),
  audiences: textList,
  clients: textList,
  sessions: v.picklist([0, 1]),
  claims: v.pipe(v.string(), v.parseJson(), v.array(v.picklist(CLAIM_SETS)), v.readonly()),
  introspection_signed_response_alg: v.picklist(SIGNING_ALGORITHMS),
  former_secret_hash: v.nullable(v.string()),
  jwks: v.nullable(v.pipe(v.string(), v.parseJson(), v.object({ keys: v.array(v.looseObject({ kty: v.string() })) }))),
})

/** The columns of `apps` that make a StoredApp. */
export const APP_COLUMNS: readonly string[] = Object.keys(appRow.entries)

const FIND = `SELECT ${APP_COLUMNS.join(', ')} FROM apps WHERE disabled_at IS NULL AND`

/** A row of `apps`. @throws ValiError when it is of another table */
export function appFromRow(row: unknown): StoredApp {
  const { client_id, secret_hash, former_secret_hash, sessions, introspection_signed_response_alg, ...app } = v.parse(
    appRow,
    row,
  )
  return {
    ...app,
    clientId: client_id,
    // An app that signs assertions has none.
    secretHashes: [secret_hash, former_secret_hash ?? ''].filter((hash) => hash !== ''),
    hasSessions: sessions === 1,
    introspectionSignedResponseAlg: introspection_signed_response_alg,
  }
}

export function createAppStore(db: Database): AppStore {
  async function first(after: Revocation | null, asking: D1PreparedStatement) {
    const { found, revocations } = await snapshot(db, after, asking)
    const [row] = found[0] ?? []
    return { found: row === undefined ? null : appFromRow(row), revocations }
  }

  return {
    find: (clientId, after) => first(after, db.prepare(`${FIND} client_id = ?`).bind(clientId)),
    findByName: (name, after) => first(after, db.prepare(`${FIND} name = ?`).bind(name)),
  }
}
