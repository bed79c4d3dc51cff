/**
 * How a fault changes what an endpoint is about to answer: each kind of fault is a table of such changes, under the fault's name.
 */

/** Gives the members that become other ones; `undefined` takes a member away. */
export type Alteration<Draft, Scene = unknown> = (draft: Draft, scene: Scene) => Partial<Draft>

/** The draft, changed if the table knows the fault. */
export function altered<Draft extends object, Scene>(
  draft: Draft,
  table: Readonly<Record<string, Alteration<Draft, Scene>>>,
  fault: string | null,
  scene: Scene,
): Draft {
  const alteration = fault !== null && Object.hasOwn(table, fault) ? table[fault] : undefined
  return alteration ? { ...draft, ...alteration(draft, scene) } : draft
}
