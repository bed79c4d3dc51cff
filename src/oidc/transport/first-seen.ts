/**
 * Remembers when names were first seen, counted in loads of a document; keeps a bounded number of them and no name in the clear.
 */
import { createBoundedMap } from '../../bounded-map.ts'
import { sha256 } from '../../crypto.ts'

/** Anyone can make up as many as they like, and each of any length, so few are kept, and only their hashes. */
const KEPT_MAX = 100

export interface FirstSeen {
  /** The mark that this name was first seen at: the one that is remembered, or else `mark`, which is remembered from now on. */
  since(name: string, mark: number): Promise<number>
}

/** Makes an empty memory, for one document of one isolate. */
export function createFirstSeen(): FirstSeen {
  const marks = createBoundedMap<number>(KEPT_MAX)

  return {
    async since(name, mark) {
      const hash = await sha256(name)
      const first = marks.get(hash) ?? mark
      // The name that was not seen for the longest time is forgotten first.
      marks.set(hash, first)
      return first
    },
  }
}
