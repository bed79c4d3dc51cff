/**
 * Apps in D1; they are made by the command `npm run app:create`.
 */
import type { D1Database } from '@cloudflare/workers-types'
import * as v from 'valibot'
import type { AppStore } from '../accounts/apps.ts'
import { roundTrip, textList } from './d1.ts'

const appRow = v.object({
  client_id: v.string(),
  name: v.string(),
  secret_hash: v.string(),
  audiences: textList,
  clients: textList,
})

export function createAppStore(db: D1Database): AppStore {
  return {
    async find(clientId) {
      const found = await roundTrip(() =>
        db
          .prepare('SELECT client_id, name, secret_hash, audiences, clients FROM apps WHERE client_id = ?')
          .bind(clientId)
          .first(),
      )
      if (!found) return null
      const { client_id, name, secret_hash, audiences, clients } = v.parse(appRow, found)
      return { clientId: client_id, name, secretHash: secret_hash, audiences, clients }
    },
  }
}
