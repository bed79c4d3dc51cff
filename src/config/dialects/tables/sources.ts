/**
 * Where providers are in the environment: flat settings for one, tables of OIDC_PROVIDERS for one or several, or OpenTalk's tables;
 * reads no value.
 */
import * as v from 'valibot'
import { FACTS } from '../../../vendors/vendor.ts'
import { providerSettings } from '../../schema/provider.ts'
import { isSet, type Problem } from '../../schema/reading.ts'
import { writtenIn } from '../../schema/setting.ts'

/** The settings of one provider as they came, and how the operator wrote their names. */
export interface ProviderSource {
  readonly id: string
  /** For people; `undefined`: what its type is called. */
  readonly name: string | undefined
  readonly raw: Readonly<Record<string, unknown>>
  /** By the key of the setting. */
  nameOf(key: string): string
  /** The Worker secrets that belong to it alone. */
  readonly secretNames: readonly string[]
}

export interface ProviderSources {
  readonly sources: readonly ProviderSource[]
  readonly problems: readonly Problem[]
}

/** The id of the provider that the flat settings describe. */
export const FLAT_ID = 'default'

const SETTINGS = Object.entries(providerSettings).map(([key, { name = key, secret }]) => ({ key, name, secret }))

const NAMES_BY_TABLE_KEY: ReadonlyMap<string, string> = new Map(SETTINGS.map(({ name }) => [tableKey(name), name]))

/** How a setting of a provider is called in a table of OIDC_PROVIDERS. */
export function tableKey(name: string): string {
  return name.replace(/^(?:OIDC_RP_|OIDC_OP_|OIDC_|GATEHOUSE_)/, '').toLowerCase()
}

/** The Worker secret that stands for a secret of a table. */
function secretName(id: string, name: string): string {
  return `OIDC_PROVIDERS_${id}_${tableKey(name)}`.toUpperCase()
}

/** How the operator writes the setting of a variable for this provider; other variables stay as they are. */
export function writtenName(providerId: string, variable: string): string {
  const setting = SETTINGS.find(({ name }) => name === variable)
  if (providerId === FLAT_ID || !setting) return variable
  return setting.secret ? secretName(providerId, variable) : `OIDC_PROVIDERS[${providerId}].${tableKey(variable)}`
}

/**
 * Finds the providers. The flat settings, if there are any, come first; without tables they are what is missing. What OpenTalk's tables
 * say of a provider is for anyone who says nothing else.
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
  const flat = SETTINGS.filter(({ name }) => isSet(env[name]))
  const isFlat = flat.some(({ name }) => name === 'OIDC_RP_CLIENT_ID')
  if (!isFlat && sources.length === 0 && opentalk) {
    return { sources: [opentalk], problems: [...problems, ...flat.filter(isPlace).map(clientless)] }
  }
  if (sources.length === 0 || isFlat) sources.unshift(flatSource(env))
  const strays = sources[0]?.id === FLAT_ID ? [] : flat.map(stray)
  return { sources, problems: [...problems, ...strays, ...sources.flatMap(faults), ...repeated(sources)] }
}

function flatSource(env: Readonly<Record<string, unknown>>): ProviderSource {
  return { id: FLAT_ID, name: undefined, raw: env, nameOf: variableOf, secretNames: [] }
}

function variableOf(key: string): string {
  return writtenIn(providerSettings, key)
}

type Flat = (typeof SETTINGS)[number]

function isPlace({ key }: Flat): boolean {
  return key === 'issuer' || FACTS.some((fact) => fact === key)
}

/** Beside OpenTalk's tables, which say where the provider is; whether another one is meant cannot be told. */
function clientless({ key, name }: Flat): Problem {
  const sentence =
    'says where the provider is, and so does a table of OpenTalk; set OIDC_RP_CLIENT_ID too, or remove it'
  return { name, problem: sentence, example: exampleOf(key) }
}

/** A flat setting has no provider to belong to. */
function stray({ key, name }: Flat): Problem {
  return {
    name,
    problem: `stands beside OIDC_PROVIDERS and belongs to none of them; write it into its table as ${tableKey(name)}`,
    example: `${tableKey(name)} = "${exampleOf(key)}"`,
  }
}

function exampleOf(key: string): string {
  const table: Readonly<Record<string, { readonly example: string }>> = providerSettings
  return table[key]?.example ?? ''
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
  for (const [key, value] of Object.entries(entries)) raw[NAMES_BY_TABLE_KEY.get(key) ?? key] = value
  const secrets = SETTINGS.filter(({ secret }) => secret).map(({ name }) => name)
  for (const setting of secrets) if (isSet(env[secretName(id, setting)])) raw[setting] = env[secretName(id, setting)]
  return {
    id,
    name,
    raw,
    secretNames: secrets.map((setting) => secretName(id, setting)),
    nameOf: (key) => writtenName(id, variableOf(key)),
  }
}

/** A key that no setting has is a slip of the pen, and what was meant would have no effect. */
function faults({ id, raw }: ProviderSource): Problem[] {
  if (id === FLAT_ID) return []
  const unknown = Object.keys(raw).filter((known) => SETTINGS.every(({ name }) => name !== known))
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
