/**
 * Reads the settings from the environment and gives back a checked, frozen Config, or all problems at once; decides no meaning.
 */
import { type Config, type ProviderConfig, settings } from './env.ts'
import { readFixed } from './fixed-settings.ts'
import { formerNames, withPresentNames } from './former-names.ts'
import { readOpenTalk } from './opentalk.ts'
import { otherIssuer, seenByOpenTalk } from './opentalk-provider.ts'
import { readOwn } from './own-reading.ts'
import { LA_SUITE_CLIENT, readProvider } from './provider-reading.ts'
import { type ProviderSource, providerSources } from './provider-sources.ts'
import type { Problem } from './reading.ts'
import { userSearchProblems } from './user-search.ts'
import { isWithoutEffect, warningsOfWithoutEffect } from './without-effect.ts'

export type { Problem } from './reading.ts'

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

const FORMER_NAMES = formerNames(settings)

/**
 * Checks every setting, then those that depend on one another.
 *
 * @throws ConfigurationError with all problems
 */
export function loadConfig(environment: Readonly<Record<string, unknown>>): LoadedConfig {
  const { env, warnings, writtenAs } = withPresentNames(environment, FORMER_NAMES)
  const own = readOwn(env)
  const fixed = readFixed(env)
  const { opentalk, source, ...ofOpenTalk } = readOpenTalk(env)
  const { sources, problems } = providerSources(env, source)
  const read = sources.map(readProvider)
  const isTold = ({ name }: Problem) => ofOpenTalk.problems.some((problem) => problem.name === name)
  const ofProviders = [...problems, ...read.flatMap((one) => one.problems)].filter((problem) => !isTold(problem))
  const providers = read.flatMap(({ provider }) => (provider === null ? [] : [provider]))
  const isForwarded = own.values.OIDC_INTROSPECT_AND_USERINFO_SET_X_FORWARDED_HOST === true
  const seen = providers.map((provider) => seenByOpenTalk(provider, opentalk, isForwarded, providers))
  const found = [
    ...own.problems,
    ...fixed.problems,
    ...ofOpenTalk.problems,
    ...ofProviders,
    ...otherIssuer(opentalk, providers, source),
    ...userSearchProblems(opentalk, seen),
    ...fileNames(env),
  ]
  const [first, ...others] = seen
  if (found.length > 0 || first === undefined) {
    throw new ConfigurationError(found.map((problem) => ({ ...problem, name: writtenAs(problem.name) })))
  }
  // Every name of `ownSettings` was read by its own schema just above.
  const config = Object.freeze({ ...own.values, providers: Object.freeze([first, ...others]), opentalk }) as Config
  return {
    config,
    warnings: [
      ...warnings,
      ...own.warnings,
      ...fixed.warnings,
      ...warningsOfWithoutEffect(env, isSetting),
      ...ofOpenTalk.warnings,
      ...unknownNames(env, sources),
      ...sources.flatMap((source, index) => weakChoices(source, config.providers[index])),
      ...(config.EXTERNAL_API_ENABLED
        ? sources.flatMap((source, index) => anybodyMayCall(source, config.providers[index]))
        : []),
    ],
  }
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

/** A Worker has no files, so La Suite's `<NAME>_FILE` cannot work and must not be passed over in silence. */
function fileNames(env: Readonly<Record<string, unknown>>): Problem[] {
  return [...Object.keys(settings), ...FORMER_NAMES.keys()]
    .filter((name) => env[`${name}_FILE`] !== undefined)
    .map((name) => ({
      name: `${name}_FILE`,
      problem: 'names a file, and a Worker has no files',
      example: `store the content of the file with: npx wrangler secret put ${name}`,
    }))
}

function unknownNames(env: Readonly<Record<string, unknown>>, sources: readonly ProviderSource[]): string[] {
  // The tables, and the secrets of those that there are.
  const ofProviders = ['OIDC_PROVIDERS', ...sources.flatMap(({ secretNames }) => secretNames)]
  return Object.keys(env)
    .filter((name) => OUR_NAMES.test(name) && !isSetting(name) && !isWithoutEffect(name) && !ofProviders.includes(name))
    .map((name) => `${name} is set, but this version of Gatehouse has no setting of that name; it has no effect`)
}

function isSetting(name: string): boolean {
  return Object.hasOwn(settings, name)
}

/** What one provider is configured to, and is probably not meant to be. */
function weakChoices({ nameOf }: ProviderSource, provider: ProviderConfig | undefined): string[] {
  const warnings: string[] = []
  for (const name of ['OIDC_RP_CLIENT_ID', 'OIDC_RS_CLIENT_ID'] as const) {
    if (provider?.[name] === LA_SUITE_CLIENT) {
      warnings.push(`${nameOf(name)} is "meet", the name in the examples of La Suite; make sure that it is your client`)
    }
  }
  for (const name of ['OIDC_USE_NONCE', 'OIDC_USE_PKCE'] as const) {
    if (provider?.[name] === false) {
      warnings.push(
        `${nameOf(name)} is false, which leaves a sign-in with one protection less; set it to true if the provider can do it`,
      )
    }
  }
  if (provider?.OIDC_RP_SCOPES && !provider.OIDC_RP_SCOPES.includes('openid')) {
    warnings.push(`${nameOf('OIDC_RP_SCOPES')} lacks "openid", without which a provider sends no ID token; it is added`)
  }
  const asker = provider?.OIDC_RS_CLIENT_ID
  if (asker && asker !== provider.OIDC_RP_CLIENT_ID && provider.OIDC_RS_CLIENT_SECRET === undefined) {
    warnings.push(
      `${nameOf('OIDC_RS_CLIENT_ID')} is set without ${nameOf('OIDC_RS_CLIENT_SECRET')}, so the provider is not asked about tokens; a token that only it can judge is not active`,
    )
  }
  if (provider?.OIDC_RP_DECRYPTION_KEY && !provider.OIDC_RP_ID_TOKEN_ENCRYPTED) {
    warnings.push(
      `${nameOf('OIDC_RP_DECRYPTION_KEY')} is set, and ID tokens that are not encrypted are accepted; once the provider encrypts them, set ${nameOf('OIDC_RP_ID_TOKEN_ENCRYPTED')} to true`,
    )
  }
  if (provider?.GATEHOUSE_TRUST_ABSENT_EMAIL_VERIFIED && !provider.OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION) {
    warnings.push(
      `${nameOf('GATEHOUSE_TRUST_ABSENT_EMAIL_VERIFIED')} has no effect without ${nameOf('OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION')}`,
    )
  }
  return warnings
}

/** La Suite looks whether a token says who uses it, and not who that is. */
function anybodyMayCall({ nameOf }: ProviderSource, provider: ProviderConfig | undefined): string[] {
  if (!provider || provider.OIDC_RS_AUDIENCE_CLAIM === 'aud' || provider.GATEHOUSE_RS_ALLOWED_CLIENTS) return []
  return [
    `EXTERNAL_API_ENABLED is on and ${nameOf('GATEHOUSE_RS_ALLOWED_CLIENTS')} is not set, so any client whose token has one of ${nameOf('OIDC_RS_SCOPES')} may use it here`,
  ]
}
