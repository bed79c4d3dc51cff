/**
 * Where OpenTalk's settings stand: tables under `[vars]` of wrangler.toml, or OPENTALK_CTRL_… variables; reads no value.
 */
import * as v from 'valibot'
import { isSet, type Problem } from '../../schema/reading.ts'
import { nearest } from '../../values/nearest.ts'
import { type OpenTalkSettingName, opentalkSettings } from './settings.ts'

/** OpenTalk's settings as they came, and how the operator wrote their names. */
export interface OpenTalkSources {
  /** By the name of the setting, such as `keycloak.base_url`. */
  readonly raw: Readonly<Record<string, unknown>>
  readonly problems: readonly Problem[]
  /** Sentences for the operator about what works but is probably not meant. */
  readonly warnings: readonly string[]
  nameOf(name: string): string
}

type Environment = Readonly<Record<string, unknown>>

export const OPENTALK_NAMES = Object.keys(opentalkSettings) as OpenTalkSettingName[] // the names of that very table

const TABLES: readonly string[] = [...new Set(OPENTALK_NAMES.map(tableOf))]

const PREFIX = 'OPENTALK_CTRL_'

/** How a setting of OpenTalk is called as a variable. @see the OpenTalk controller: nesting is written as two underscores */
export function opentalkVariable(name: string): string {
  return `${PREFIX}${name.toUpperCase().replaceAll('.', '__')}`
}

/** Finds OpenTalk's settings. Where a variable and a table say the same setting, the variable wins, as at OpenTalk. */
export function opentalkSources(env: Environment): OpenTalkSources {
  const { values, present, problems } = readTables(env)
  const isVariable = (name: string) => isSet(env[opentalkVariable(name)])
  const raw: Record<string, unknown> = { ...values }
  for (const name of OPENTALK_NAMES.filter(isVariable)) raw[name] = env[opentalkVariable(name)]
  return {
    raw,
    problems,
    warnings: [...unknownNames(Object.keys(values), env), ...publicSecrets(values, env)],
    nameOf(name) {
      if (isVariable(name)) return opentalkVariable(name)
      // What is missing belongs beside what is there, unless it is a secret.
      const isInTable = isSet(values[name]) || (present.includes(tableOf(name)) && !isSecret(name))
      return isInTable ? name : opentalkVariable(name)
    },
  }
}

function tableOf(name: string): string {
  return name.split('.')[0] ?? name
}

function isSecret(name: string): boolean {
  return OPENTALK_NAMES.some((known) => known === name && opentalkSettings[known].secret)
}

const tableSchema = v.pipe(
  v.union([v.pipe(v.string(), v.parseJson()), v.unknown()]),
  v.check((value) => !Array.isArray(value)),
  v.record(v.string(), v.unknown()),
)

/** Tables as wrangler hands them to the Worker, or the same as JSON; their values by the dotted name. */
function readTables(env: Environment) {
  const values: Record<string, unknown> = {}
  const problems: Problem[] = []
  const present = TABLES.filter((table) => isSet(env[table]))
  for (const table of present) {
    const read = v.safeParse(tableSchema, env[table])
    if (read.success) Object.assign(values, flattened(read.output, table))
    else problems.push({ name: table, problem: 'is not a table', example: `[vars.${table}] in wrangler.toml` })
  }
  return { values, present, problems }
}

function flattened(table: Readonly<Record<string, unknown>>, prefix: string): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(table)) {
    const name = `${prefix}.${key}`
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value)
    Object.assign(values, isTable ? flattened({ ...value }, name) : { [name]: value })
  }
  return values
}

/** Whole files are pasted, so what is not for us is no mistake; what nearly is, probably is one. */
function unknownNames(inTables: readonly string[], env: Environment): string[] {
  const variables = OPENTALK_NAMES.map(opentalkVariable)
  const sentence = (name: string, known: readonly string[]) => {
    const meant = nearest(name, known)
    const question = meant === undefined ? '' : `. Is ${meant} meant?`
    return `${name} is set, and Gatehouse has no such setting of OpenTalk; it has no effect${question}`
  }
  return [
    ...inTables.filter((name) => !Object.hasOwn(opentalkSettings, name)).map((name) => sentence(name, OPENTALK_NAMES)),
    ...Object.keys(env)
      .filter((name) => name.startsWith(PREFIX) && !variables.includes(name))
      .map((name) => sentence(name, variables)),
  ]
}

/** A table comes from a file that is shown to others more often than one thinks. */
function publicSecrets(values: Readonly<Record<string, unknown>>, env: Environment): string[] {
  return OPENTALK_NAMES.filter(
    (name) => isSecret(name) && isSet(values[name]) && typeof env[tableOf(name)] === 'object',
  ).map(
    (name) =>
      `${name} is a secret and stands where everybody may read it who has wrangler.toml; store it with: npx wrangler secret put ${opentalkVariable(name)}`,
  )
}
