/**
 * Whether the provider can be found, is the one that is configured, and names endpoints that can be used.
 */

import { issuerPlaces } from '../../config/issuer-search.ts'
import type { ProviderConfig } from '../../config/model.ts'
import { nameOf, withNames } from '../../config/names.ts'
import type { GatehouseError } from '../../errors.ts'
import type { Discovered, Examination } from '../../oidc/examination/examination.ts'
import type { Metadata } from '../../oidc/metadata/metadata.ts'
import { FACTS } from '../../vendors/vendor.ts'
import { acceptedIssuers, VENDORS } from '../../vendors/vendors.ts'
import { type Finding, fail, pass } from '../check.ts'
import { explain } from '../explain.ts'
import { adviceOnOutage, listed, readable, reasonOf, shown, statusIn } from '../words.ts'
import { issuerDifference, otherAddresses } from './issuer.ts'

/** The checks `discovery`, `issuer` and `metadata`, as far as each can be made. */
export async function discoveryFindings(
  config: ProviderConfig,
  discovered: Discovered,
  examination: Examination,
): Promise<readonly Finding[]> {
  const findings = await findingsOf(config, discovered, examination)
  return findings.map(besideFacts(config))
}

async function findingsOf(
  config: ProviderConfig,
  discovered: Discovered,
  examination: Examination,
): Promise<readonly Finding[]> {
  const { advertised, metadata, exchange, url, failure } = discovered
  if (config.issuer === undefined && metadata === null) return [await notSearched(config, failure, examination)]
  if (advertised === null) return [await notFound(config, discovered, examination)]
  const hasDocument = exchange?.status === 200
  const found = pass(
    'discovery',
    hasDocument
      ? `${url} answers.`
      : `${url} answers ${exchange?.status ?? 'nothing'}, and the settings name all endpoints, so none is needed.`,
  )
  if (metadata !== null) {
    return [
      found,
      pass('issuer', issuerSeen(config, metadata.issuer)),
      mixedDomains(config, metadata) ?? pass('metadata', 'All that sign-ins need are there.'),
    ]
  }
  const said = advertised.issuer ?? ''
  if (!acceptedIssuers(config).includes(said)) {
    const explained = explain(config.type, 'discovery', { status: 200, description: said })
    const { seen, fix } = issuerDifference(config, said)
    return [found, fail('issuer', seen, explained?.fix ?? fix)]
  }
  return [found, pass('issuer', said), unusable(config, failure)]
}

/** Where each domain of a provider has an issuer, all endpoints must be on one; elsewhere they may be on several hosts. */
function mixedDomains(config: ProviderConfig, metadata: Metadata): Finding | null {
  const { hasIssuerPerDomain, label } = VENDORS[config.type]
  if (!hasIssuerPerDomain) return null
  const issuer = new URL(metadata.issuer)
  const settings = COMPARED.map(([, setting]) => setting)
  const others = settings.filter((setting) => new URL(config[setting] ?? issuer).host !== issuer.host)
  if (others.length === 0) return null
  return fail(
    'metadata',
    `The issuer is on ${issuer.host}, and ${listed(others.map(nameOf))} on another domain. ${label} has an issuer for each domain of a tenant.`,
    `Set ${nameOf('domain')} (or ${nameOf('issuer')}) to the domain under which people sign in, and remove ${listed(others.map(nameOf))}.`,
  )
}

function issuerSeen({ issuer: configured }: ProviderConfig, issuer: string): string {
  return configured === undefined ? `${issuer}, found by the endpoints in the settings.` : issuer
}

const COMPARED = [
  ['authorization_endpoint', 'authorizationEndpoint'],
  ['token_endpoint', 'tokenEndpoint'],
  ['jwks_uri', 'jwksUri'],
] as const

/** Without issuer the issuer is looked for on the way to the endpoints, and its document must name the very same ones. */
async function notSearched(
  config: ProviderConfig,
  failure: GatehouseError | null,
  examination: Examination,
): Promise<Finding> {
  const outage = adviceOnOutage(statusIn(failure))
  if (failure !== null && outage !== null) return fail('discovery', `${reasonOf(failure)}.`, outage)
  const places = issuerPlaces(config)
  for (const place of places) {
    const document = await examination.documentAt(place)
    if (document?.issuer === undefined) continue
    const others = COMPARED.filter(([member, setting]) => document[member] !== config[setting])
    const seen = others.map(
      ([member, setting]) => `${nameOf(setting)} is ${config[setting]}, and the provider says ${document[member]}`,
    )
    if (others.length === 0) continue
    return fail(
      'discovery',
      `The provider at ${document.issuer} names other endpoints than the settings: ${seen.join('; ')}.`,
      `Correct ${others.map(([, setting]) => nameOf(setting)).join(' and ')}, or set ${nameOf('issuer')} to ${document.issuer} and remove them.`,
    )
  }
  return fail(
    'discovery',
    `There is no ${nameOf('issuer')}, and no discovery document at ${listed(places)}.`,
    `Set ${nameOf('issuer')} to the issuer of the provider, and check that the provider can be reached.`,
  )
}

async function notFound(
  config: ProviderConfig,
  { url, exchange, failure }: Discovered,
  examination: Examination,
): Promise<Finding> {
  const seen =
    exchange === null
      ? `${url}: ${failure === null ? 'no answer' : reasonOf(failure)}.`
      : `${url} answers ${exchange.status} (${exchange.contentType ?? 'no content type'})${whatItIs(exchange.status, exchange.contentType)}.`
  const outage = adviceOnOutage(exchange?.status ?? statusIn(failure))
  if (outage !== null) return fail('discovery', seen, outage)
  for (const address of otherAddresses(config)) {
    const issuer = (await examination.documentAt(address))?.issuer
    if (issuer !== undefined) return fail('discovery', `${seen} But ${address} is a provider.`, placeOf(config, issuer))
  }
  if (exchange === null) {
    return fail('discovery', seen, reachFix(config))
  }
  const { status, location } = exchange
  if (location !== null) {
    return fail(
      'discovery',
      `${seen} It leads to ${shown(location.href, config)}.`,
      `Set ${nameOf('issuer')} to the final address; redirects are not followed.`,
    )
  }
  const explained = explain(config.type, 'discovery', { status, text: readable(exchange) })
  if (explained) return fail('discovery', `${seen} ${explained.cause}`, explained.fix)
  if (status === 401 || status === 403)
    return fail(
      'discovery',
      seen,
      `Let Gatehouse through there, such as in the rules of the firewall or proxy. If nothing stands before the provider, ${nameOf('issuer')} is not its issuer.`,
    )
  return fail(
    'discovery',
    seen,
    `${nameOf('issuer')} must be the issuer, the address before /.well-known/openid-configuration, exactly.`,
  )
}

/** Names the setting that the host of the issuer is from, if there is one: some have one host for all. */
function reachFix(config: ProviderConfig): string {
  const { providerBaseUrl: base, domain, tenant, type } = config
  const reach =
    'that the provider runs and can be reached from where Gatehouse runs, with a certificate that everybody trusts.'
  if (base !== undefined) return `Check the host in ${nameOf('providerBaseUrl')}, and ${reach}`
  if (domain !== undefined) return `Check the host in ${nameOf('domain')}, and ${reach}`
  return tenant !== undefined || VENDORS[type].issuer({}) !== undefined
    ? `Check ${reach}`
    : `Check the host in ${nameOf('issuer')}, and ${reach}`
}

function whatItIs(status: number, contentType: string | null): string {
  if (status === 200 && contentType === 'text/html')
    return ': a page for people, so this is not the address of an issuer'
  if (status === 401 || status === 403) return ': something before the provider keeps Gatehouse out'
  return ''
}

/** With a type, the issuer is made of facts, and the one that is wrong can be named. */
function placeOf(config: ProviderConfig, issuer: string): string {
  return withNames(VENDORS[config.type].factsFor(issuer, config) ?? `Set {issuer} to ${issuer}.`)
}

/** Beside the facts that make the issuer issuer is refused, so anyone who is told of it must hear what it stands for. */
function besideFacts(config: ProviderConfig): (finding: Finding) => Finding {
  const given = FACTS.filter((fact) => config[fact] !== undefined)
  return (finding) =>
    given.length === 0 ||
    !finding.fix.includes(nameOf('issuer')) ||
    given.some((fact) => finding.fix.includes(nameOf(fact)))
      ? finding
      : {
          ...finding,
          fix: `${finding.fix} Here that is told by ${listed(given.map(nameOf))}: correct it there, or put ${nameOf('issuer')} in its place.`,
        }
}

/** The document is the right one, and sign-ins refuse it. */
function unusable(config: ProviderConfig, failure: GatehouseError | null): Finding {
  const shownDetails = SHOWN_DETAILS.flatMap((name) => {
    const value = failure?.detail[name]
    return Array.isArray(value) ? [listed(value.map(String))] : []
  })
  const seen = [failure?.message ?? '', ...shownDetails].map((text) => shown(text, config)).join(': ')
  if (failure?.reason === 'pkce_without_s256') {
    return fail('pkce', seen, 'Allow PKCE with S256 for the client in the console of the provider.')
  }
  const fix =
    failure?.reason === 'insecure_endpoint'
      ? 'The provider believes that it is reached by http: the proxy before it must pass on X-Forwarded-Proto and Host.'
      : `Correct the endpoints at the provider, or name them in ${nameOf('authorizationEndpoint')}, ${nameOf('tokenEndpoint')}, ${nameOf('userinfoEndpoint')} and ${nameOf('jwksUri')}.`
  return fail('metadata', seen, fix)
}

/** What the log says beside our sentence. */
const SHOWN_DETAILS = ['problems', 'insecure', 'offered', 'listed'] as const
