/**
 * Keeps what oidc-provider stores (sessions, grants, codes) in memory, outside the Provider object, so that it outlives a key rotation.
 */
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

interface Entry {
  readonly payload: AdapterPayload
  readonly expiresAtMs: number
}

/** Makes the storage of one embedded provider. Every call is a storage of its own. */
export function memoryStorage(): AdapterFactory {
  const entries = new Map<string, Entry>()
  return (model) => memoryAdapter(model, entries)
}

function memoryAdapter(model: string, entries: Map<string, Entry>): Adapter {
  const keyOf = (id: string) => `${model}:${id}`

  function find(id: string): AdapterPayload | undefined {
    const entry = entries.get(keyOf(id))
    if (entry === undefined) return undefined
    if (entry.expiresAtMs > Date.now()) return entry.payload
    entries.delete(keyOf(id))
    return undefined
  }

  function findBy(matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    const now = Date.now()
    for (const [key, { payload, expiresAtMs }] of entries) {
      if (key.startsWith(`${model}:`) && expiresAtMs > now && matches(payload)) return payload
    }
    return undefined
  }

  return {
    async upsert(id, payload, expiresInSeconds) {
      const expiresAtMs = expiresInSeconds === undefined ? Infinity : Date.now() + expiresInSeconds * 1000
      entries.set(keyOf(id), { payload, expiresAtMs })
    },
    async find(id) {
      return find(id)
    },
    async findByUid(uid) {
      return findBy((payload) => payload.uid === uid)
    },
    async findByUserCode(userCode) {
      return findBy((payload) => payload.userCode === userCode)
    },
    async consume(id) {
      const payload = find(id)
      if (payload) payload.consumed = Math.floor(Date.now() / 1000)
    },
    async destroy(id) {
      entries.delete(keyOf(id))
    },
    // Asked once per model, so it deletes what the grant gave out of this model only.
    async revokeByGrantId(grantId) {
      for (const [key, { payload }] of entries) {
        if (key.startsWith(`${model}:`) && payload.grantId === grantId) entries.delete(key)
      }
    },
  }
}
