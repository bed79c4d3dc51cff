/**
 * The whole diagnosis, the same for the command and for the page: every check in the order in which things depend on one another.
 */

import type { Clock } from '../clock.ts'
import { writtenName } from '../config/dialects/tables/sources.ts'
import type { Config, ProviderConfig } from '../config/model.ts'
import { unmistakableSecretsOf } from '../config/secrets.ts'
import { GatehouseError } from '../errors.ts'
import { withoutControl } from '../log.ts'
import { createExamination } from '../oidc/examination/examination.ts'
import type { Fetch } from '../oidc/transport/http.ts'
import { redactedBeginning, redactionOf } from '../secrets.ts'
import { VENDORS } from '../vendors/vendors.ts'
import { type Asked, CHECKS, type Check, type CheckId, cannotTell, checkOf, type Finding, pass } from './check.ts'
import { authorizationFindings } from './checks/authorization.ts'
import { methodFinding, secretFinding, tokenEndpointFinding } from './checks/client.ts'
import { discoveryFindings } from './checks/discovery.ts'
import { clockFinding, endpointFindings, introspectionFinding } from './checks/endpoints.ts'
import { keyFindings } from './checks/keys.ts'
import { logoutFindings, postLogoutFinding } from './checks/logout.ts'
import {
  administratorsFinding,
  baseUrlFinding,
  type ReadSettings,
  type StorageProbe,
  settingsFindings,
  storageFindings,
} from './checks/own.ts'
import { REFUSALS_SHOWN, type RefusalLog, refusalFinding } from './refusals.ts'

export interface DiagnosisPorts {
  readonly fetch: Fetch
  readonly clock: Clock
  /** `null`: there is no storage here to look at. */
  readonly storage: StorageProbe | null
  readonly refusals: RefusalLog | null
}

export interface DiagnosisOptions {
  /** Only this provider. */
  readonly provider?: string | undefined
  /** The origin under which someone asks just now; absent: this is the command. */
  readonly seenAt?: string | undefined
  /** Receives the checks as soon as they are made, in the order in which all of them are shown. */
  readonly report?: ((checks: readonly Check[]) => void) | undefined
}

/** A Worker may make 50 calls for a request on the smallest plan; an examination usually makes 8, and about 30 at the very most. */
const PROVIDERS_MAX = 2

/**
 * Runs every check that can be run. Never fails: what cannot be found out is a row that says so.
 *
 * @param read the settings, also when they cannot be used
 */
export async function diagnose(
  read: ReadSettings,
  ports: DiagnosisPorts,
  { provider, seenAt, report }: DiagnosisOptions = {},
): Promise<readonly Check[]> {
  const redact = redactionOf(read.config === null ? [] : unmistakableSecretsOf(read.config))
  const harmless = (text: string) => withoutControl(redactedBeginning(text, SENTENCES_MAX_CHARACTERS, redact))
  const all: Check[] = []
  for await (const part of partsOf(read, ports, { provider, seenAt })) {
    const checks = part.map((check) => ({ ...check, seen: harmless(check.seen), fix: harmless(check.fix) }))
    all.push(...checks)
    report?.(checks)
  }
  return all
}

/** What a provider names may be of any length. */
const SENTENCES_MAX_CHARACTERS = 4000

/** The checks in parts, each as soon as it and all before it are made. The providers are asked at the same time. */
async function* partsOf(
  read: ReadSettings,
  ports: DiagnosisPorts,
  { provider, seenAt }: DiagnosisOptions,
): AsyncGenerator<readonly Check[]> {
  const { config } = read
  const own = [
    ...settingsFindings(read),
    ...(config === null ? [] : [baseUrlFinding(config, seenAt ?? null), administratorsFinding(config)]),
  ]
  yield own.map((finding) => checkOf(finding, null))
  if (ports.storage !== null) yield (await storageFindings(ports.storage)).map((finding) => checkOf(finding, null))
  if (config === null) return
  const wanted = config.providers.filter(({ id }) => provider === undefined || id === provider)
  const parts = wanted.flatMap((one, index) => {
    const findings = index < PROVIDERS_MAX ? providerFindings(one, config, ports) : [Promise.resolve([leftOut(one)])]
    return findings.map(async (part) =>
      (await part).map((finding) => checkOf(inOperatorsNames(finding, one.id), one.id)),
    )
  })
  // While we wait for one part, a later one may fail; that must not count as an unhandled rejection.
  const whole = Promise.all(parts)
  whole.catch(() => undefined)
  for (const part of parts) yield await part
  if (ports.refusals !== null) yield await refusalChecks(ports.refusals, wanted, (await whole).flat())
}

/** Whether everything that can be told is well. */
export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ result }) => result !== 'fail')
}

/** First whether the provider is found, then all that it is asked. */
function providerFindings(
  config: ProviderConfig,
  all: Config,
  { fetch, clock }: DiagnosisPorts,
): readonly Promise<readonly Finding[]>[] {
  const examination = createExamination(config, { fetch, clock })
  const discovered = examination.discover()
  const found = discovered.then((its) => discoveryFindings(config, its, examination))
  return [
    found.then((findings) => [addressesFinding(config), ...findings]),
    found.then(async (findings) => {
      const its = await discovered
      const { metadata, advertised } = its
      if (metadata === null || advertised === null) {
        const failed = findings.find(({ result }) => result === 'fail')
        const rest = NEED_THE_PROVIDER.filter((id) => id !== failed?.id)
        return rest.map((id) => cannotTell(id, `Not asked: first fix “${CHECKS[failed?.id ?? 'discovery']}”.`))
      }
      const asked = { config, discovered: { ...its, metadata, advertised }, examination }
      return askedFindings(asked, all.silentSignIn)
    }),
  ]
}

async function askedFindings(asked: Asked, isSilent: boolean): Promise<readonly Finding[]> {
  const { config, discovered, examination } = asked
  const { metadata, advertised } = discovered
  const [keys, code, authorization, endpoints, introspection, postLogout] = await Promise.all([
    keyFindings(config, metadata, advertised, examination),
    examination.redeem(config.addresses.redirectUri, discovered),
    authorizationFindings(asked, isSilent),
    endpointFindings(config, metadata, examination),
    introspectionFinding(config, discovered, examination),
    postLogoutFinding(config, examination),
  ])
  const afterClient = consequenceOf(['client-id'], authorization)
  // The token endpoint looks at the redirect URI too, and some say of a wrong one that the client is not allowed.
  const refused = consequenceOf(['client-id', 'redirect-uri'], authorization)(secretFinding(config, code))
  const method = methodFinding(config, metadata, advertised, refused)
  const secret = consequenceOf(['authentication-method'], [method])(refused)
  const credential = [...authorization, method, secret]
  // With a credential of its own it is judged by itself.
  const isSameClient = config.introspectionClientId === undefined || config.introspectionClientId === config.clientId
  return [
    ...keys,
    clockFinding(config, examination.aheadSeconds()),
    // A sign-in begins with a look at the keys.
    ...authorization.map(consequenceOf(['keys'], keys)),
    tokenEndpointFinding(config, metadata, code),
    method,
    secret,
    ...endpoints,
    afterClient(postLogout),
    ...logoutFindings(config, advertised),
    isSameClient
      ? consequenceOf(['client-id', 'authentication-method', 'client-secret'], credential)(introspection)
      : introspection,
  ]
}

/** What fails because something before it has failed already is no finding of its own: the first must be fixed first. */
function consequenceOf(firsts: readonly CheckId[], before: readonly Finding[]) {
  const failed = before.find(({ id, result }) => result === 'fail' && firsts.includes(id))
  return (finding: Finding): Finding =>
    failed && finding.result === 'fail' ? cannotTell(finding.id, `First fix “${CHECKS[failed.id]}”.`) : finding
}

/** In the order of the rows. */
const NEED_THE_PROVIDER = [
  'keys',
  'algorithm',
  'clock',
  'client-id',
  'redirect-uri',
  'authorization',
  'scopes',
  'pkce',
  'silent-sign-in',
  'authentication-method',
  'client-secret',
  'post-logout-uri',
  'backchannel-logout',
  'frontchannel-logout',
  'introspection',
] as const satisfies readonly CheckId[]

function addressesFinding({ type, addresses }: ProviderConfig): Finding {
  const console = VENDORS[type].console
  const places = [
    { label: 'Redirect URI', value: addresses.redirectUri, where: console.redirectUris },
    { label: 'Post-logout redirect URI', value: addresses.postLogoutRedirectUri, where: console.postLogoutUris },
    { label: 'Back-channel logout URI', value: addresses.backchannelLogoutUri, where: console.backchannelLogout },
    { label: 'Front-channel logout URI', value: addresses.frontchannelLogoutUri, where: console.frontchannelLogout },
  ]
  return pass(
    'addresses',
    'Copy these exactly, each where it belongs.',
    places.flatMap(({ where, ...place }) => (where === null ? [] : [{ ...place, where }])),
  )
}

function leftOut({ id }: ProviderConfig): Finding {
  return cannotTell(
    'discovery',
    `Only ${PROVIDERS_MAX} providers are looked at in one go.`,
    `Look at this one alone: npm run doctor -- --provider ${id}, or ?provider=${id} on the page.`,
  )
}

async function refusalChecks(
  log: RefusalLog,
  providers: readonly ProviderConfig[],
  examined: readonly Check[],
): Promise<readonly Check[]> {
  try {
    const refusals = await log.last(REFUSALS_SHOWN)
    const rows = providers.map(async (config) => {
      const theirs = refusals.filter(({ providerId }) => providerId === config.id)
      if (theirs.length === 0) return []
      const lastSignIn = await log.lastSignIn(config.id)
      const now = examined.filter(({ provider }) => provider === config.id)
      return theirs.map((refusal) =>
        checkOf(inOperatorsNames(refusalFinding(refusal, config, lastSignIn, now), config.id), config.id),
      )
    })
    return (await Promise.all(rows)).flat()
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    // Why the database does not answer is in the checks of the database.
    return [checkOf(cannotTell('refused-sign-in', 'The database does not answer.'), null)]
  }
}

/** Settings by the names that they have in the table of a provider. */
function inOperatorsNames(finding: Finding, providerId: string): Finding {
  const renamed = (text: string) =>
    text.replace(/\b(?:OIDC|GATEHOUSE)_[A-Z_]*[A-Z]\b/g, (name) => writtenName(providerId, name))
  return { ...finding, seen: renamed(finding.seen), fix: renamed(finding.fix) }
}
