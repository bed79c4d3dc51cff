/**
 * Which of some names was probably meant by one that is none of them; for the sentences that tell of a slip of the pen.
 */

/** How many letters may differ before two names are just two names. */
const DISTANCE_MAX = 3

/** The name that differs least, letter case aside; `undefined`: none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const letters = [...name.toLowerCase()]
  const near = names
    .map((candidate) => ({ candidate, distance: distance(letters, [...candidate.toLowerCase()], DISTANCE_MAX) }))
    .filter((one) => one.distance <= DISTANCE_MAX)
    .sort((one, other) => one.distance - other.distance)
  return near[0]?.candidate
}

/**
 * How many letters must be put in, taken out or replaced to make one word of the other (Levenshtein), as far as `max`.
 *
 * Only the diagonal band of the table is computed in which a distance of `max` can lie, so two words cost no more than
 * `(2 * max + 1)` steps per letter of the shorter one, and words whose lengths differ too much cost nothing.
 *
 * @param one the letters of a word: code points, not the halves of surrogate pairs
 * @returns `max + 1` when more than `max` letters differ
 */
export function distance(one: ArrayLike<string>, other: ArrayLike<string>, max: number): number {
  const tooFar = max + 1
  if (Math.abs(one.length - other.length) > max) return tooFar
  // Of each row of the table only the cells from `max` before the diagonal to `max` behind it.
  const places = Array.from({ length: 2 * max + 1 }, (_, place) => place)
  let row = places.map((place) => (place < max ? tooFar : place - max))
  for (let index = 1; index <= one.length; index += 1) {
    const letter = one[index - 1]
    const next: number[] = []
    for (const place of places) {
      const at = index + place - max
      if (at < 1 || at > other.length) {
        next.push(at === 0 ? index : tooFar)
        continue
      }
      const replaced = (row[place] ?? tooFar) + (letter === other[at - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[place + 1] ?? tooFar) + 1, (next[place - 1] ?? tooFar) + 1, tooFar))
    }
    if (next.every((cost) => cost > max)) return tooFar
    row = next
  }
  return row[other.length - one.length + max] ?? tooFar
}
