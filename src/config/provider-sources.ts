/**
 * Where providers stand in the environment: flat settings for one, tables of OIDC_PROVIDERS for one or several, or OpenTalk's tables;
 * reads no value.
 */
import * as v from 'valibot'
import { FACTS } from './presets.ts'
import { type ProviderSettingName, providerSettings } from './provider-settings.ts'
import { isSet, type Problem, problemsOf } from './reading.ts'

/** The settings of one provider as they came, and how the operator wrote their names. */
export interface ProviderSource {
  readonly id: string
  /** For people; `undefined`: what its type is called. */
  readonly name: string | undefined
  readonly raw: Readonly<Record<string, unknown>>
  nameOf(setting: string): string
  /** The Worker secrets that belong to it alone. */
  readonly secretNames: readonly string[]
}

export interface ProviderSources {
  readonly sources: readonly ProviderSource[]
  readonly problems: readonly Problem[]
}

/** The id of the provider that the flat settings describe. */
export const FLAT_ID = 'default'

const NAMES = Object.keys(providerSettings) as ProviderSettingName[] // the names of that very table

const NAMES_BY_KEY: ReadonlyMap<string, ProviderSettingName> = new Map(NAMES.map((name) => [tableKey(name), name]))

/** How a setting of a provider is called in a table of OIDC_PROVIDERS. */
export function tableKey(name: string): string {
  return name.replace(/^(?:OIDC_RP_|OIDC_OP_|OIDC_|GATEHOUSE_)/, '').toLowerCase()
}

/** The Worker secret that stands for a secret of a table. */
function secretName(id: string, name: string): string {
  return `OIDC_PROVIDERS_${id}_${tableKey(name)}`.toUpperCase()
}

/** How the operator writes a setting of this provider. */
export function writtenName(providerId: string, name: string): string {
  if (providerId === FLAT_ID) return name
  return isSecret(name) ? secretName(providerId, name) : `OIDC_PROVIDERS[${providerId}].${tableKey(name)}`
}

function isSecret(name: string): boolean {
  return NAMES.some((setting) => setting === name && providerSettings[setting].secret)
}

/**
 * Finds the providers. The flat settings, if there are any, come first; without tables they are what is missing. What OpenTalk's tables
 * say of a provider is for whoever says nothing else.
 *
 * @param env the whole environment
 * @param opentalk the provider as OpenTalk's tables describe it
 */
export function providerSources(
  env: Readonly<Record<string, unknown>>,
  opentalk: ProviderSource | null,
): ProviderSources {
  const { tables, problems } = readTables(env.OIDC_PROVIDERS)
  const sources = tables.map((table) => tableSource(table, env))
  const flat = NAMES.filter((name) => isSet(env[name]))
  const isFlat = flat.includes('OIDC_RP_CLIENT_ID')
  if (!isFlat && sources.length === 0 && opentalk) {
    return { sources: [opentalk], problems: [...problems, ...flat.filter(isPlace).map(clientless)] }
  }
  if (sources.length === 0 || isFlat) sources.unshift(flatSource(env))
  const strays = sources[0]?.id === FLAT_ID ? [] : flat.map(stray)
  return { sources, problems: [...problems, ...strays, ...sources.flatMap(flaws), ...repeated(sources)] }
}

function flatSource(env: Readonly<Record<string, unknown>>): ProviderSource {
  return { id: FLAT_ID, name: undefined, raw: env, nameOf: (name) => name, secretNames: [] }
}

function isPlace(name: ProviderSettingName): boolean {
  return name === 'OIDC_OP_URL' || FACTS.some((fact) => fact === name)
}

/** Beside OpenTalk's tables, which say where the provider is; whether another one is meant cannot be told. */
function clientless(name: ProviderSettingName): Problem {
  const sentence =
    'says where the provider is, and so does a table of OpenTalk; set OIDC_RP_CLIENT_ID too, or remove it'
  return problemsOf(providerSettings, String)(name, sentence)
}

/** A flat setting has no provider to belong to. */
function stray(name: ProviderSettingName): Problem {
  return {
    name,
    problem: `stands beside OIDC_PROVIDERS and belongs to none of them; write it into its table as ${tableKey(name)}`,
    example: `${tableKey(name)} = "${providerSettings[name].example}"`,
  }
}

const TABLE_EXAMPLE = '[[vars.OIDC_PROVIDERS]] in wrangler.toml, with id, type, client_id and what the type needs'

const tableSchema = v.looseObject({
  id: v.pipe(v.string(), v.regex(/^[a-z][a-z\d_]{0,30}$/)),
  name: v.optional(v.pipe(v.string(), v.trim(), v.nonEmpty(), v.maxLength(60))),
})

type Table = v.InferOutput<typeof tableSchema>

/** Tables as wrangler hands them to the Worker, or the same as JSON. */
function readTables(raw: unknown): { tables: readonly Table[]; problems: readonly Problem[] } {
  if (!isSet(raw)) return { tables: [], problems: [] }
  const list = v.safeParse(
    v.union([v.array(v.unknown()), v.pipe(v.string(), v.parseJson(), v.array(v.unknown()))]),
    raw,
  )
  const refuse = (problem: string) => ({ name: 'OIDC_PROVIDERS', problem, example: TABLE_EXAMPLE })
  if (!list.success || list.output.length === 0) return { tables: [], problems: [refuse('is not a list of tables')] }
  const tables: Table[] = []
  const problems: Problem[] = []
  for (const [index, entry] of list.output.entries()) {
    const table = v.safeParse(tableSchema, entry)
    if (table.success) tables.push(table.output)
    else {
      const what =
        v.getDotPath(table.issues[0]) === 'name' ? 'name, a text of 1 to 60 characters' : 'id, of a to z, 0 to 9 and _'
      problems.push(refuse(`needs, in table ${index + 1}, ${what}`))
    }
  }
  return { tables, problems }
}

function tableSource(table: Table, env: Readonly<Record<string, unknown>>): ProviderSource {
  const { id, name, ...entries } = table
  const raw: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(entries)) raw[NAMES_BY_KEY.get(key) ?? key] = value
  const secrets = NAMES.filter(isSecret)
  for (const setting of secrets) if (isSet(env[secretName(id, setting)])) raw[setting] = env[secretName(id, setting)]
  return {
    id,
    name,
    raw,
    secretNames: secrets.map((setting) => secretName(id, setting)),
    nameOf: (setting) => writtenName(id, setting),
  }
}

/** A key that no setting has is a slip of the pen, and what was meant would have no effect. */
function flaws({ id, raw }: ProviderSource): Problem[] {
  if (id === FLAT_ID) return []
  const unknown = Object.keys(raw).filter((name) => !Object.hasOwn(providerSettings, name))
  return unknown.map((key) => ({
    name: `OIDC_PROVIDERS[${id}].${key}`,
    problem: 'is no setting of a provider',
    example: 'docs/settings.md lists them all',
  }))
}

function repeated(sources: readonly ProviderSource[]): Problem[] {
  const ids = sources.map(({ id }) => id)
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map((id) => ({
    name: 'OIDC_PROVIDERS',
    problem: `has more than one provider with the id "${id}"`,
    example: TABLE_EXAMPLE,
  }))
}
