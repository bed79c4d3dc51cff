/**
 * Reads the settings from the environment and gives back a checked, frozen Config, or all problems at once; decides no meaning.
 */

import { registeredAddresses } from './addresses.ts'
import { readFixed } from './dialects/la-suite/fixed.ts'
import { otherNames, withPresentNames } from './dialects/la-suite/former-names.ts'
import { isWithoutEffect, warningsOfWithoutEffect } from './dialects/la-suite/without-effect.ts'
import { readOpenTalk } from './dialects/opentalk/opentalk.ts'
import { otherIssuer, seenByOpenTalk } from './dialects/opentalk/provider.ts'
import { accountsAt, userSearchProblems } from './dialects/opentalk/user-search.ts'
import { type ProviderSource, providerSources, writtenName } from './dialects/tables/sources.ts'
import type { Config, OwnConfig, ProviderConfig } from './model.ts'
import { settings } from './names.ts'
import { readOwn } from './own-reading.ts'
import { LA_SUITE_CLIENT, readProvider } from './provider-reading.ts'
import { accountSyncProblems } from './schema/account-sync.ts'
import { allowListProblems } from './schema/allow-lists.ts'
import { ownSettings } from './schema/gatehouse.ts'
import { commaWarnings } from './schema/list-warnings.ts'
import { providerSettings } from './schema/provider.ts'
import type { Problem } from './schema/reading.ts'
import { scimProblems } from './schema/scim.ts'
import { writtenIn } from './schema/setting.ts'

export type { Problem } from './schema/reading.ts'

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

const OTHER_NAMES = otherNames(settings)

const VARIABLES: ReadonlySet<string> = new Set(Object.keys(settings).map((key) => writtenIn(settings, key)))

/**
 * Checks every setting, then those that depend on one another.
 *
 * @throws ConfigurationError with all problems
 */
export function loadConfig(environment: Readonly<Record<string, unknown>>): LoadedConfig {
  const { env, warnings, writtenAs } = withPresentNames(environment, OTHER_NAMES)
  const own = readOwn(env)
  const fixed = readFixed(env)
  const { opentalk, source, ...ofOpenTalk } = readOpenTalk(env)
  const { sources, problems } = providerSources(env, source)
  const { baseUrl = '', callbackPath } = own.values
  const read = sources.map((source, index) =>
    readProvider(source, registeredAddresses({ baseUrl, callbackPath }, index === 0 ? undefined : source.id)),
  )
  const isReported = ({ name }: Problem) => ofOpenTalk.problems.some((problem) => problem.name === name)
  const ofProviders = [...problems, ...read.flatMap((one) => one.problems)].filter((problem) => !isReported(problem))
  const readable = read.flatMap(({ provider }) => (provider === null ? [] : [provider]))
  const isForwarded = own.values.forwardHost === true
  const seen = readable
    .map((provider) => seenByOpenTalk(provider, opentalk, isForwarded, readable))
    .map((provider) =>
      own.values.accountSync ? Object.freeze({ ...provider, accountSync: accountsAt(provider, opentalk) }) : provider,
    )
  const found = [
    ...own.problems,
    ...fixed.problems,
    ...ofOpenTalk.problems,
    ...ofProviders,
    ...otherIssuer(opentalk, readable, source),
    ...userSearchProblems(opentalk, seen),
    ...allowListProblems(
      own.values,
      sources.map(({ id }) => id),
    ),
    ...accountSyncProblems(own.values.accountSync, seen),
    ...scimProblems(readable, writtenName),
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
      ...commaWarnings(ownSettings, env),
      ...sources.flatMap(({ raw, nameOf }) => commaWarnings(providerSettings, raw, nameOf)),
      ...sources.flatMap((source, index) => weakChoices(source, config.providers[index], config)),
      ...(config.isResourceServer
        ? sources.flatMap((source, index) => callableByAnyone(source, config.providers[index]))
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
  return [...VARIABLES, ...OTHER_NAMES.keys()]
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
  return VARIABLES.has(name)
}

/** What one provider is configured to, and is probably not meant to be. */
function weakChoices({ nameOf }: ProviderSource, provider: ProviderConfig | undefined, own: OwnConfig): string[] {
  const warnings: string[] = []
  for (const name of ['clientId', 'introspectionClientId'] as const) {
    const id = provider?.[name]
    if (id === LA_SUITE_CLIENT) {
      warnings.push(`${nameOf(name)} is "meet", the name in the examples of La Suite; make sure that it is your client`)
    }
    if (id !== undefined && id !== id.trim()) {
      warnings.push(`${nameOf(name)} begins or ends with a blank, which is sent to the provider as it is`)
    }
  }
  for (const name of ['useNonce', 'usePkce'] as const) {
    if (provider?.[name] === false) {
      warnings.push(
        `${nameOf(name)} is false, which leaves a sign-in with one protection less; set it to true if the provider can do it`,
      )
    }
  }
  if (provider?.scopes && !provider.scopes.includes('openid')) {
    warnings.push(`${nameOf('scopes')} lacks "openid", without which a provider sends no ID token; it is added`)
  }
  const asker = provider?.introspectionClientId
  if (asker && asker !== provider.clientId && provider.introspectionClientSecret === undefined) {
    warnings.push(
      `${nameOf('introspectionClientId')} is set without ${nameOf('introspectionClientSecret')}, so the provider is not asked about tokens; a token that only it can judge is not active`,
    )
  }
  if (provider?.decryptionKeys && !provider.requireEncryptedIdToken) {
    warnings.push(
      `${nameOf('decryptionKeys')} is set, and ID tokens that are not encrypted are accepted; once the provider encrypts them, set ${nameOf('requireEncryptedIdToken')} to true`,
    )
  }
  if (provider?.trustAbsentEmailVerified && !provider.matchByEmail && own.allowedEmails.length === 0) {
    warnings.push(
      `${nameOf('trustAbsentEmailVerified')} has no effect without ${nameOf('matchByEmail')} or ${writtenIn(ownSettings, 'allowedEmails')}`,
    )
  }
  return warnings
}

/** La Suite looks whether a token says who uses it, and not who that is. */
function callableByAnyone({ nameOf }: ProviderSource, provider: ProviderConfig | undefined): string[] {
  if (!provider || provider.audienceClaim === 'aud' || provider.resourceServerClients) return []
  return [
    `EXTERNAL_API_ENABLED is on and ${nameOf('resourceServerClients')} is not set, so any client whose token has one of ${nameOf('resourceServerScopes')} may use it here`,
  ]
}
