/**
 * Reads the settings of Gatehouse itself, and fills in what La Suite calls otherwise; those of a provider are read in `provider-reading.ts`.
 */
import { baseUrlOf } from './dialects/la-suite/django.ts'
import type { OwnConfig } from './model.ts'
import { ownSettings } from './schema/gatehouse.ts'
import { isSet, type Problem, readSettings } from './schema/reading.ts'
import { ATTEMPTS_MAX } from './schema/visits.ts'

export interface ReadOwn {
  /** What could not be read is left out. */
  readonly values: Partial<OwnConfig>
  readonly problems: readonly Problem[]
  readonly warnings: readonly string[]
}

export function readOwn(env: Readonly<Record<string, unknown>>): ReadOwn {
  const read = (defaults: Readonly<Record<string, unknown>>) => readSettings(ownSettings, env, undefined, defaults)
  const { formerSealingSecret: key, allowedHosts = [] } = read({}).values as Partial<OwnConfig> // each was read by its own schema
  const { values, problems } = read({
    baseUrl: baseUrlOf(allowedHosts),
    sealingSecrets: key === undefined ? undefined : [key],
  })
  const own = values as Partial<OwnConfig> // as above
  const asked = own.pendingLoginsMax ?? ATTEMPTS_MAX
  return {
    values: { ...own, ...secretsOf(own, key), pendingLoginsMax: Math.min(asked, ATTEMPTS_MAX) },
    problems,
    warnings: [
      ...(asked > ATTEMPTS_MAX ? [`OIDC_MAX_STATES is ${asked}, and no more than ${ATTEMPTS_MAX} are kept`] : []),
      ...namesOfRoutes(env.OIDC_EXEMPT_URLS, own.exemptPaths ?? []),
      ...guessedBaseUrl(env.BASE_URL, own, allowedHosts),
    ],
  }
}

/** La Suite's secret opens what it has sealed, also after another has taken its place. */
function secretsOf({ sealingSecrets: secrets }: Partial<OwnConfig>, key: string | undefined) {
  if (secrets === undefined) return {}
  return { sealingSecrets: key === undefined || secrets.includes(key) ? secrets : [...secrets, key] }
}

function namesOfRoutes(raw: unknown, exempt: readonly string[]): string[] {
  const names = exempt.filter((entry) => !entry.startsWith('/'))
  if (raw === undefined || names.length === 0) return []
  return [`OIDC_EXEMPT_URLS has ${names.join(', ')}, which is no path and has no effect`]
}

/** Of several hosts, one must be the one that the provider knows. */
function guessedBaseUrl(raw: unknown, own: Partial<OwnConfig>, allowedHosts: readonly string[]): string[] {
  if (isSet(raw) || own.baseUrl === undefined || allowedHosts.length < 2) return []
  return [`BASE_URL is not set; it is taken to be ${own.baseUrl}, the first host of DJANGO_ALLOWED_HOSTS`]
}
