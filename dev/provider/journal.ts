/**
 * Remembers which requests a server got, so that tests can ask who called what; without queries, which carry codes.
 */

const MAX_ENTRIES = 1000

export interface JournalEntry {
  readonly method: string
  readonly path: string
  readonly at: Date
}

export interface ReadableJournal {
  /** The last thousand requests, oldest first. */
  readonly entries: readonly JournalEntry[]
  /** How often this path was asked for, by any method. */
  count(path: string): number
}

/** An empty journal. */
export function newJournal(): ReadableJournal & { add(method: string, path: string): void } {
  const entries: JournalEntry[] = []
  return {
    entries,
    count: (path) => entries.filter((entry) => entry.path === path).length,
    add(method, path) {
      entries.push({ method, path, at: new Date() })
      if (entries.length > MAX_ENTRIES) entries.shift()
    },
  }
}
