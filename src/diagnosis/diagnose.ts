/**
 * The whole diagnosis, the same for the command and for the page: every check in the order in which things depend on one another.
 */

import type { Clock } from '../clock.ts'
import { type RegisteredAddresses, registeredAddresses } from '../config/addresses.ts'
import type { Config, ProviderConfig } from '../config/env.ts'
import { providerSettings } from '../config/provider-settings.ts'
import { writtenName } from '../config/provider-sources.ts'
import { createExamination, type Examination, type Usable } from '../oidc/examination.ts'
import type { Fetch } from '../oidc/provider.ts'
import { authorizationFindings } from './authorization.ts'
import { CHECKS, type Check, type CheckId, cannotTell, checkOf, type Finding, pass } from './check.ts'
import { methodFinding, secretFinding, tokenEndpointFinding } from './client.ts'
import { CONSOLES } from './consoles.ts'
import { discoveryFindings } from './discovery.ts'
import { clockFinding, endpointFindings, introspectionFinding } from './endpoints.ts'
import { keyFindings } from './keys.ts'
import { logoutFindings, postLogoutFinding } from './logout.ts'
import {
  administratorsFinding,
  baseUrlFinding,
  type ReadSettings,
  type StorageProbe,
  settingsFindings,
  storageFindings,
} from './own.ts'
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
  /** The origin under which somebody asks just now; absent: this is the command. */
  readonly seenAt?: string | undefined
}

/** A Worker may make 50 calls for a request on the smallest plan; an examination makes 25 at most, and usually 8. */
const PROVIDERS_MAX = 2

/**
 * Runs every check that can be run. Never fails: what cannot be found out is a row that says so.
 *
 * @param read the settings, also when they cannot be used
 */
export async function diagnose(
  read: ReadSettings,
  ports: DiagnosisPorts,
  { provider, seenAt }: DiagnosisOptions = {},
): Promise<readonly Check[]> {
  const { config } = read
  const [own, storage] = [
    [
      ...settingsFindings(read),
      ...(config === null ? [] : [baseUrlFinding(config, seenAt ?? null), administratorsFinding(config)]),
    ],
    ports.storage === null ? [] : await storageFindings(ports.storage),
  ]
  const gatehouse = [...own, ...storage].map((finding) => checkOf(finding, null))
  if (config === null) return gatehouse
  const wanted = config.providers.filter(({ id }) => provider === undefined || id === provider)
  const examined = await Promise.all(
    wanted.map(async (one, index) => {
      const findings = index < PROVIDERS_MAX ? await providerFindings(one, config, ports) : [leftOut(one)]
      return findings.map((finding) => checkOf(inOperatorsNames(finding, one.id), one.id))
    }),
  )
  const refused = ports.refusals === null ? [] : await refusalChecks(ports.refusals, wanted)
  return [...gatehouse, ...examined.flat(), ...refused]
}

/** Whether everything that can be told is well. */
export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ result }) => result !== 'fail')
}

async function providerFindings(
  config: ProviderConfig,
  all: Config,
  { fetch, clock }: DiagnosisPorts,
): Promise<readonly Finding[]> {
  const addresses = registeredAddresses(all, config.id)
  const examination = createExamination(config, { fetch, clock })
  const discovered = await examination.discover()
  const found = [addressesFinding(config, addresses), ...(await discoveryFindings(config, discovered, examination))]
  const { metadata, advertised } = discovered
  if (metadata === null || advertised === null) {
    const failed = found.find(({ result }) => result === 'fail')
    const rest = NEED_THE_PROVIDER.filter((id) => id !== failed?.id)
    return [
      ...found,
      ...rest.map((id) => cannotTell(id, `Not asked: first mend “${CHECKS[failed?.id ?? 'discovery']}”.`)),
    ]
  }
  return [...found, ...(await askedFindings(config, addresses, { ...discovered, metadata, advertised }, examination))]
}

async function askedFindings(
  config: ProviderConfig,
  addresses: RegisteredAddresses,
  discovered: Usable,
  examination: Examination,
): Promise<readonly Finding[]> {
  const { metadata, advertised } = discovered
  const [keys, code, authorization, endpoints, introspection, postLogout] = await Promise.all([
    keyFindings(config, metadata, advertised, examination),
    examination.redeem(addresses.redirectUri, discovered),
    authorizationFindings(config, addresses, discovered, examination),
    endpointFindings(config, metadata, examination),
    introspectionFinding(config, discovered, examination),
    postLogoutFinding(config, addresses, examination),
  ])
  const afterClient = consequenceOf(['client-id'], authorization)
  const refused = afterClient(secretFinding(config, code))
  const method = methodFinding(config, metadata, advertised, refused)
  const secret = consequenceOf(['authentication-method'], [method])(refused)
  const credential = [...authorization, method, secret]
  // With a credential of its own it is judged by itself.
  const isSameClient = config.OIDC_RS_CLIENT_ID === undefined || config.OIDC_RS_CLIENT_ID === config.OIDC_RP_CLIENT_ID
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
    ...logoutFindings(config, addresses, advertised),
    isSameClient
      ? consequenceOf(['client-id', 'authentication-method', 'client-secret'], credential)(introspection)
      : introspection,
  ]
}

/** What fails because something before it has failed already is no finding of its own: the first must be mended first. */
function consequenceOf(firsts: readonly CheckId[], before: readonly Finding[]) {
  const failed = before.find(({ id, result }) => result === 'fail' && firsts.includes(id))
  return (finding: Finding): Finding =>
    failed && finding.result === 'fail' ? cannotTell(finding.id, `First mend “${CHECKS[failed.id]}”.`) : finding
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
  'authentication-method',
  'client-secret',
  'post-logout-uri',
  'backchannel-logout',
  'frontchannel-logout',
  'introspection',
] as const satisfies readonly CheckId[]

function addressesFinding({ OIDC_OP_TYPE: type }: ProviderConfig, addresses: RegisteredAddresses): Finding {
  const console = CONSOLES[type]
  const places = [
    { label: 'Redirect URI', value: addresses.redirectUri, where: console.redirectUris },
    { label: 'Post-logout redirect URI', value: addresses.postLogoutRedirectUri, where: console.postLogoutUris },
    { label: 'Back-channel logout URI', value: addresses.backchannelLogoutUri, where: console.backchannelLogout },
    { label: 'Front-channel logout URI', value: addresses.frontchannelLogoutUri, where: console.frontchannelLogout },
  ]
  return pass(
    'addresses',
    'These, to the letter, each where it belongs.',
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

async function refusalChecks(log: RefusalLog, providers: readonly ProviderConfig[]): Promise<readonly Check[]> {
  try {
    const refusals = await log.last(REFUSALS_SHOWN)
    const rows = providers.map(async (config) => {
      const theirs = refusals.filter(({ providerId }) => providerId === config.id)
      if (theirs.length === 0) return []
      const lastSignIn = await log.lastSignIn(config.id)
      return theirs.map((refusal) =>
        checkOf(inOperatorsNames(refusalFinding(refusal, config, lastSignIn), config.id), config.id),
      )
    })
    return (await Promise.all(rows)).flat()
  } catch {
    // Why the database does not answer is in the checks of the database.
    return [checkOf(cannotTell('refused-sign-in', 'The database does not answer.'), null)]
  }
}

/** Settings by the names under which they stand in a table of OIDC_PROVIDERS. */
function inOperatorsNames(finding: Finding, providerId: string): Finding {
  const renamed = (text: string) =>
    text.replace(/\b(?:OIDC|GATEHOUSE)_[A-Z_]*[A-Z]\b/g, (name) =>
      Object.hasOwn(providerSettings, name) ? writtenName(providerId, name) : name,
    )
  return { ...finding, seen: renamed(finding.seen), fix: renamed(finding.fix) }
}
