/**
 * Which of some names was probably meant by one that is none of them; for the sentences that tell of a slip of the pen.
 */

/** How many letters may differ before two names are just two names. */
const DISTANCE_MAX = 3

/** The name that differs least, letter case aside; `undefined`: none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const near = names
    .map((candidate) => ({ candidate, distance: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter((one) => one.distance <= DISTANCE_MAX)
    .sort((one, other) => one.distance - other.distance)
  return near[0]?.candidate
}

/** How many letters must be put in, taken out or replaced to make one word of the other (Levenshtein). */
export function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1]
    for (const [at, otherLetter] of [...other].entries()) {
      const replaced = (row[at] ?? 0) + (letter === otherLetter ? 0 : 1)
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
