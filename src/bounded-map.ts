/**
 * A map that drops its oldest entries when there are too many of them, or when they are too large together; knows nothing of what is kept.
 */

export interface BoundedMap<T> {
  get(key: string): T | undefined
  /** Sets an entry, which is then the newest, and drops the oldest ones that no longer fit. */
  set(key: string, value: T): void
  delete(key: string): void
  readonly size: number
}

interface Entry<T> {
  readonly value: T
  readonly characters: number
}

/** Makes an empty map. @param limits absent: the size of the entries does not matter */
export function createBoundedMap<T>(
  entriesMax: number,
  limits?: { readonly charactersMax: number; readonly charactersOf: (value: T) => number },
): BoundedMap<T> {
  const entries = new Map<string, Entry<T>>()
  let characters = 0

  function remove(key: string): void {
    characters -= entries.get(key)?.characters ?? 0
    entries.delete(key)
  }

  function isFull(): boolean {
    return entries.size > entriesMax || (limits !== undefined && characters > limits.charactersMax)
  }

  return {
    get: (key) => entries.get(key)?.value,
    delete: remove,
    get size() {
      return entries.size
    },

    set(key, value) {
      remove(key)
      const entry = { value, characters: limits?.charactersOf(value) ?? 0 }
      entries.set(key, entry)
      characters += entry.characters
      for (const oldest of entries.keys()) {
        if (!isFull()) break
        remove(oldest)
      }
    },
  }
}
