/**
 * What a setting is: its kind, its default, and what the documents say of it; the settings themselves are in the tables of this room.
 */
import type { Kind } from '../values/kinds.ts'

/** Where a name comes from: La Suite Meet's environment, OpenTalk's file, or Gatehouse itself. */
type Origin = 'La Suite' | 'OpenTalk' | 'Gatehouse'

export interface Setting<T> {
  /** The variable that an operator sets; absent: the key of the table is the name. */
  readonly name: string | undefined
  readonly kind: Kind<T>
  /** What an unset variable means; absent: the variable is required; `undefined`: there is no value, which `meaning` explains. */
  readonly default?: T
  readonly required: boolean
  /** Never shown, in no log, page or document. */
  readonly secret: boolean
  readonly meaning: string
  readonly example: string
  readonly origin: Origin
  /** Names under which it was known before, and which still count. */
  readonly formerly: readonly string[]
  /** Other names that are as good. */
  readonly aliases: readonly string[]
}

type ValueOf<S> = S extends Setting<infer T> ? T : never

/** What an operator calls the setting of a key. */
export function writtenIn(table: Readonly<Record<string, Pick<Setting<unknown>, 'name'>>>, key: string): string {
  return table[key]?.name ?? key
}

/** What a table of settings is once it was read: each of its own type. */
export type ValuesOf<Table> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> }

interface About {
  readonly name?: string
  readonly meaning: string
  readonly example: string
  readonly origin?: Origin
  readonly secret?: boolean
  readonly formerly?: readonly string[]
  readonly aliases?: readonly string[]
}

export function required<T>(kind: Kind<T>, about: About): Setting<T> {
  return {
    name: about.name,
    kind,
    required: true,
    secret: about.secret ?? false,
    origin: about.origin ?? 'La Suite',
    formerly: about.formerly ?? [],
    aliases: about.aliases ?? [],
    meaning: about.meaning,
    example: about.example,
  }
}

export function optional<T>(kind: Kind<T>, about: About & { default: NoInfer<T> }): Setting<T>
export function optional<T>(kind: Kind<T>, about: About): Setting<T | undefined>
export function optional<T>(kind: Kind<T>, about: About & { default?: T }): Setting<T> | Setting<T | undefined> {
  return {
    ...required(kind, about),
    required: false,
    ...(about.default === undefined ? {} : { default: about.default }),
  }
}
