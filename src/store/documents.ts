/**
 * Provider metadata and keys in KV; nothing about a person is ever written there.
 */
import type { KVNamespace } from '@cloudflare/workers-types'
import type { CachedEntry, DocumentCache } from '../oidc/transport/document.ts'

/** Names the form of the entries; a new form gets a new number, and old entries expire by themselves. */
const KEY_PREFIX = 'document/1/'
/** KV refuses shorter lives. */
const LIFE_MIN_SECONDS = 60

export function createDocumentCache(kv: KVNamespace): DocumentCache {
  return {
    async get(key) {
      return kv.get(KEY_PREFIX + key, 'json')
    },
    async put(key: string, entry: CachedEntry, lifeSeconds: number) {
      await kv.put(KEY_PREFIX + key, JSON.stringify(entry), { expirationTtl: Math.max(lifeSeconds, LIFE_MIN_SECONDS) })
    },
  }
}
