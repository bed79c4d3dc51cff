/**
 * Reads the settings from the environment and gives back a checked, frozen Config, or all problems at once; decides no meaning.
 */
import * as v from 'valibot'
import { combinationProblems, type Problem } from './combinations.ts'
import { type Config, type Setting, type SettingName, settings } from './env.ts'

export type { Problem } from './combinations.ts'

/** The settings cannot be used; `problems` has every reason, not just the first. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(describeProblems(problems))
    this.problems = problems
  }
}

export interface LoadedConfig {
  readonly config: Config
  /** Sentences for the operator about what works but is probably not meant. */
  readonly warnings: readonly string[]
}

/** The names that belong to us, so that a misspelt one is noticed. */
const OUR_NAMES = /^(OIDC_|GATEHOUSE_|LOGIN_REDIRECT_|LOGOUT_REDIRECT_)/

/**
 * Checks every setting, then those that depend on one another.
 *
 * @throws ConfigurationError with all problems
 */
export function loadConfig(env: Readonly<Record<string, unknown>>): LoadedConfig {
  const problems: Problem[] = []
  const values: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries<Setting<unknown>>(settings)) {
    const read = readSetting(name, setting, env)
    if (read.ok) values[name] = read.value
    else problems.push(read.problem)
  }
  const broken = problems.map(({ name }) => name)
  problems.push(
    ...combinationProblems(values, (name) => broken.includes(name)),
    ...overriddenProtocol(values.OIDC_AUTH_REQUEST_EXTRA_PARAMS),
    ...fileNames(env),
  )
  if (problems.length > 0) throw new ConfigurationError(problems)
  const config = Object.freeze(values) as Config // every name of `settings` was read by its own schema just above
  return { config, warnings: [...unknownNames(env), ...weakChoices(config)] }
}

/** One problem as a sentence, the same in the log and in the terminal. */
export function describeProblem({ name, problem, example }: Problem): string {
  return `${name} ${problem}. Example: ${example}`
}

/** The list of problems as text. */
export function describeProblems(problems: readonly Problem[]): string {
  const lines = problems.map((problem) => `  ${describeProblem(problem)}`)
  return [
    `Gatehouse is not configured: ${problems.length === 1 ? 'one setting needs' : `${problems.length} settings need`} attention.`,
    ...lines,
  ].join('\n')
}

type Read = { ok: true; value: unknown } | { ok: false; problem: Problem }

function readSetting(name: string, setting: Setting<unknown>, env: Readonly<Record<string, unknown>>): Read {
  const raw = env[name]
  const isUnset = raw === undefined || raw === ''
  if (isUnset && setting.required)
    return { ok: false, problem: { name, problem: 'is not set', example: setting.example } }
  if (isUnset) return { ok: true, value: setting.default }
  const result = v.safeParse(setting.kind.schema, raw)
  if (result.success) return { ok: true, value: result.output }
  const reason = withoutPassword(result.issues[0].message)
  const shown =
    setting.secret || typeof raw !== 'string' ? '' : ` (it is ${JSON.stringify(withoutPassword(raw).slice(0, 200))})`
  return { ok: false, problem: { name, problem: `${reason}${shown}`, example: setting.example } }
}

/** A password in a URL is refused, and not shown either. */
function withoutPassword(value: string): string {
  return value.replace(/\/\/[^/\s]*@/g, '//…@')
}

/** A Worker has no files, so La Suite's `<NAME>_FILE` cannot work and must not be passed over in silence. */
function fileNames(env: Readonly<Record<string, unknown>>): Problem[] {
  return Object.keys(settings)
    .filter((name) => env[`${name}_FILE`] !== undefined)
    .map((name) => ({
      name: `${name}_FILE`,
      problem: 'names a file, and a Worker has no files',
      example: `store the content of the file with: npx wrangler secret put ${name}`,
    }))
}

/** What Gatehouse itself decides in an authorization request. @see OpenID Connect Core 1.0 section 3.1.2.1, RFC 9101 */
const PROTOCOL_PARAMETERS = [
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'dpop_jkt',
  'max_age',
  'nonce',
  'redirect_uri',
  'request',
  'request_uri',
  'response_mode',
  'response_type',
  'scope',
  'state',
]

function overriddenProtocol(extra: unknown): Problem[] {
  const given = typeof extra === 'object' && extra !== null ? extra : {}
  return PROTOCOL_PARAMETERS.filter((name) => Object.hasOwn(given, name)).map((name) => ({
    name: 'OIDC_AUTH_REQUEST_EXTRA_PARAMS',
    problem: `must not have ${name}, which Gatehouse sets itself`,
    example: settings.OIDC_AUTH_REQUEST_EXTRA_PARAMS.example,
  }))
}

function unknownNames(env: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(env)
    .filter((name) => OUR_NAMES.test(name) && !isSettingName(name))
    .map((name) => `${name} is set, but this version of Gatehouse has no setting of that name; it has no effect`)
}

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name)
}

function weakChoices(config: Config): string[] {
  const warnings: string[] = []
  if (config.OIDC_RP_CLIENT_ID === 'meet') {
    warnings.push('OIDC_RP_CLIENT_ID is "meet", the name in the examples of La Suite; make sure that it is your client')
  }
  if (config.OIDC_RP_SCOPES && !config.OIDC_RP_SCOPES.includes('openid')) {
    warnings.push('OIDC_RP_SCOPES lacks "openid", without which a provider sends no ID token; it is added')
  }
  if (config.OIDC_RP_DECRYPTION_KEY && !config.OIDC_RP_ID_TOKEN_ENCRYPTED) {
    warnings.push(
      'OIDC_RP_DECRYPTION_KEY is set, and ID tokens that are not encrypted are accepted; once the provider encrypts them, set OIDC_RP_ID_TOKEN_ENCRYPTED=true',
    )
  }
  return warnings
}
