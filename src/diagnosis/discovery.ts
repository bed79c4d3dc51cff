/**
 * Whether the provider can be found, is the one that is configured, and names endpoints that can be used.
 */
import type { ProviderConfig } from '../config/env.ts'
import { FACTS } from '../config/presets.ts'
import type { GatehouseError } from '../errors.ts'
import { acceptedIssuers, type Discovered, type Examination, type Metadata } from '../oidc/examination.ts'
import { type Finding, fail, pass } from './check.ts'
import { issuerDifference, otherAddresses } from './issuer.ts'
import { explain } from './signatures.ts'
import { listed, readable, reasonOf, shown } from './words.ts'

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
  if (config.OIDC_OP_URL === undefined && metadata === null) return [await notSearched(config, failure, examination)]
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
    const explained = explain(config.OIDC_OP_TYPE, 'discovery', { status: 200, description: said })
    const { seen, fix } = issuerDifference(config, said)
    return [found, fail('issuer', seen, explained?.fix ?? fix)]
  }
  return [found, pass('issuer', said), unusable(config, failure?.message ?? '', failure?.detail ?? {})]
}

/**
 * Auth0 signs in the name of the domain that it was asked at, so all must be one; elsewhere endpoints may be on several hosts.
 *
 * @see https://auth0.com/docs/customize/custom-domains
 */
function mixedDomains(config: ProviderConfig, metadata: Metadata): Finding | null {
  if (config.OIDC_OP_TYPE !== 'auth0') return null
  const issuer = new URL(metadata.issuer)
  const settings = COMPARED.map(([, setting]) => setting)
  const others = settings.filter((setting) => new URL(config[setting] ?? issuer).host !== issuer.host)
  if (others.length === 0) return null
  return fail(
    'metadata',
    `The issuer is on ${issuer.host}, and ${listed(others)} on another domain. Auth0 has an issuer for each domain of a tenant.`,
    `Set OIDC_OP_DOMAIN (or OIDC_OP_URL) to the domain under which people sign in, and remove ${listed(others)}.`,
  )
}

function issuerSeen({ OIDC_OP_URL }: ProviderConfig, issuer: string): string {
  return OIDC_OP_URL === undefined ? `${issuer}, found by the endpoints in the settings.` : issuer
}

const COMPARED = [
  ['authorization_endpoint', 'OIDC_OP_AUTHORIZATION_ENDPOINT'],
  ['token_endpoint', 'OIDC_OP_TOKEN_ENDPOINT'],
  ['jwks_uri', 'OIDC_OP_JWKS_ENDPOINT'],
] as const

/** Without OIDC_OP_URL the issuer is looked for on the way to the endpoints, and its document must name the very same ones. */
async function notSearched(
  config: ProviderConfig,
  failure: GatehouseError | null,
  examination: Examination,
): Promise<Finding> {
  const places = Array.isArray(failure?.detail.looked_at) ? failure.detail.looked_at.map(String) : []
  for (const place of places) {
    const document = await examination.documentAt(place)
    if (document?.issuer === undefined) continue
    const others = COMPARED.filter(([member, setting]) => document[member] !== config[setting])
    const seen = others.map(
      ([member, setting]) => `${setting} is ${config[setting]}, and the provider says ${document[member]}`,
    )
    if (others.length === 0) continue
    return fail(
      'discovery',
      `The provider at ${document.issuer} names other endpoints than the settings: ${seen.join('; ')}.`,
      `Correct ${others.map(([, setting]) => setting).join(' and ')}, or set OIDC_OP_URL to ${document.issuer} and remove them.`,
    )
  }
  return fail(
    'discovery',
    `There is no OIDC_OP_URL, and no discovery document at ${listed(places)}.`,
    'Set OIDC_OP_URL to the issuer of the provider, and check that the provider can be reached.',
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
      'Set OIDC_OP_URL to the final address; redirects are not followed.',
    )
  }
  const explained = explain(config.OIDC_OP_TYPE, 'discovery', { status, text: readable(exchange) })
  if (explained) return fail('discovery', `${seen} ${explained.cause}`, explained.fix)
  return fail(
    'discovery',
    seen,
    'OIDC_OP_URL must be the issuer, the address before /.well-known/openid-configuration, to the letter.',
  )
}

/** Names the setting that the host of the issuer is from, if there is one: Microsoft and Google have one host for everybody. */
function reachFix(config: ProviderConfig): string {
  const { OIDC_OP_BASE_URL: base, OIDC_OP_DOMAIN: domain, OIDC_OP_TENANT: tenant, OIDC_OP_TYPE: type } = config
  const reach =
    'that the provider runs and can be reached from where Gatehouse runs, with a certificate that everybody trusts.'
  if (base !== undefined) return `Check the host in OIDC_OP_BASE_URL, and ${reach}`
  if (domain !== undefined) return `Check the host in OIDC_OP_DOMAIN, and ${reach}`
  return tenant !== undefined || type === 'google' ? `Check ${reach}` : `Check the host in OIDC_OP_URL, and ${reach}`
}

function whatItIs(status: number, contentType: string | null): string {
  if (status === 200 && contentType === 'text/html')
    return ': a page for people, so this is not the address of an issuer'
  if (status === 401 || status === 403) return ': something before the provider keeps Gatehouse out'
  return ''
}

/** With a type, the issuer is made of facts, and the one that is wrong can be named. */
function placeOf({ OIDC_OP_BASE_URL: base, OIDC_OP_REALM: realm, OIDC_OP_TYPE: type }: ProviderConfig, issuer: string) {
  const [, path = '', name = ''] = /^(.*)\/realms\/([^/]+)$/.exec(issuer) ?? []
  if (base !== undefined && realm !== undefined && name !== '')
    return `Set OIDC_OP_BASE_URL to ${path} and OIDC_OP_REALM to ${decodeURIComponent(name)}.`
  if (base !== undefined && type === 'dex') return `Set OIDC_OP_BASE_URL to ${issuer}.`
  return `Set OIDC_OP_URL to ${issuer}.`
}

/** Beside the facts that make the issuer OIDC_OP_URL is refused, so whoever is told of it must hear what it stands for. */
function besideFacts(config: ProviderConfig): (finding: Finding) => Finding {
  const given = FACTS.filter((fact) => config[fact] !== undefined)
  return (finding) =>
    given.length === 0 || !finding.fix.includes('OIDC_OP_URL') || given.some((fact) => finding.fix.includes(fact))
      ? finding
      : {
          ...finding,
          fix: `${finding.fix} Here that is told by ${listed(given)}: correct it there, or put OIDC_OP_URL in its place.`,
        }
}

/** The document is the right one, and sign-ins refuse it. */
function unusable(config: ProviderConfig, message: string, detail: Readonly<Record<string, unknown>>): Finding {
  const details = ['problems', 'insecure', 'offered', 'listed'].flatMap((name) => {
    const value = detail[name]
    return Array.isArray(value) ? [listed(value.map(String))] : []
  })
  const seen = [message, ...details].map((text) => shown(text, config)).join(': ')
  if (detail.offered !== undefined) {
    return fail('pkce', seen, 'Allow PKCE with S256 for the client in the console of the provider.')
  }
  const isWithoutHttps = detail.insecure !== undefined || details.some((text) => text.includes('must begin with https'))
  const fix = isWithoutHttps
    ? 'The provider believes that it is reached by http: the proxy before it must pass on X-Forwarded-Proto and Host.'
    : 'Correct the endpoints at the provider, or name them in OIDC_OP_AUTHORIZATION_ENDPOINT, OIDC_OP_TOKEN_ENDPOINT, OIDC_OP_USER_ENDPOINT and OIDC_OP_JWKS_ENDPOINT.'
  return fail('metadata', seen, fix)
}
