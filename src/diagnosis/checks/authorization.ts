/**
 * Whether the provider takes our authorization request: client id, redirect URI, scopes and PKCE, as far as can be seen without a person.
 */

import type { ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { type Advertised, type AuthorizationAnswer, MADE_UP, type Usable } from '../../oidc/examination/examination.ts'
import { scopesFor } from '../../oidc/flows/login.ts'
import type { Metadata } from '../../oidc/metadata/metadata.ts'
import type { Exchange } from '../../oidc/transport/exchanges.ts'
import type { Explanation } from '../../vendors/vendor.ts'
import { VENDORS } from '../../vendors/vendors.ts'
import { type Asked, type Copy, cannotTell, type Finding, fail, pass } from '../check.ts'
import { type Evidence, explain } from '../explain.ts'
import { adviceOnAddress, adviceOnSilence, listed, readable, reasonOf, shown } from '../words.ts'
import { evidenceOf, said } from './client.ts'
import { silentFinding } from './silent.ts'
import { saysNo, undescribedRefusal } from './undescribed.ts'

/** What a provider says to a good request when no one is signed in and no one may be asked. @see OpenID Connect Core 1.0 section 3.1.2.6 */
const NOT_SIGNED_IN = ['login_required', 'interaction_required', 'consent_required', 'account_selection_required']

const CHECKED = ['client-id', 'redirect-uri', 'authorization', 'scopes', 'pkce'] as const

type Checked = (typeof CHECKED)[number]

/** A refusal, and the check that it belongs to. */
interface Refusal extends Explanation {
  readonly id: Checked
  readonly seen: string
}

/** The checks `endpoint-authorization`, `client-id`, `redirect-uri`, `authorization`, `scopes`, `pkce` and `silent-sign-in`. */
export async function authorizationFindings(asked: Asked, isSilent: boolean): Promise<readonly Finding[]> {
  const { config, discovered, examination } = asked
  const { addresses } = config
  const isTried = isSilent && (await examination.signsInSilently())
  const { advertised, metadata } = discovered
  const copy = [{ label: 'Redirect URI', value: addresses.redirectUri }]
  const answer = await examination.authorize(addresses.redirectUri, discovered)
  const endpoint = endpointFinding(config, metadata, answer)
  if (endpoint.result === 'fail')
    return [
      endpoint,
      ...CHECKED.map((id) => cannotTell(id, 'The authorization endpoint was not heard.')),
      silentFinding(isTried, null),
    ]
  const refusal = refusalIn(config, answer) ?? (await unexplained(asked, answer))
  const isAboutPrompt = refusal?.id === 'authorization' && (await isPromptRefused(asked, answer))
  if (refusal !== null && !isAboutPrompt)
    return [endpoint, ...CHECKED.map((id) => refusedFinding(id, refusal, config, copy)), silentFinding(isTried, null)]
  const isTaken = answer.kind === 'returned' || (await isDistinguished(asked, answer))
  return [
    endpoint,
    isTaken
      ? pass('client-id', config.clientId)
      : cannotTell('client-id', 'The provider shows a page whatever it is asked.'),
    isTaken
      ? pass('redirect-uri', addresses.redirectUri, copy)
      : cannotTell(
          'redirect-uri',
          `The provider shows a page whatever it is asked: ${pageIn(answer, config)}`,
          `Compare ${VENDORS[config.type].console.redirectUris} with the address, character by character, or sign in once.`,
          copy,
        ),
    isTaken
      ? pass('authorization', 'Nothing is wrong with it, as far as a request without a person shows.')
      : cannotTell('authorization', 'It is not known what the page says.'),
    scopeFinding(config, discovered, isTaken),
    pkceFinding(config, advertised, isTaken),
    silentFinding(isTried, answer),
  ]
}

function endpointFinding(
  config: ProviderConfig,
  { authorization_endpoint }: Metadata,
  answer: AuthorizationAnswer,
): Finding {
  const whose = adviceOnAddress(config, 'authorizationEndpoint', 'browser')
  if (answer.kind === 'refused' && answer.exchange === null) {
    const seen = `${authorization_endpoint}: ${reasonOf(answer.failure)}.`
    return fail('endpoint-authorization', seen, adviceOnSilence(answer.failure, whose))
  }
  const isMissing =
    answer.kind === 'page' && answer.exchange.status === 404 && explainedPage(config, answer.exchange) === null
  if (isMissing) return fail('endpoint-authorization', `${authorization_endpoint} answers 404.`, whose)
  return pass('endpoint-authorization', authorization_endpoint)
}

/** `null`: nothing that anyone would call a refusal. */
function refusalIn(config: ProviderConfig, answer: AuthorizationAnswer): Refusal | null {
  if (answer.kind === 'returned') {
    if (answer.error === null || NOT_SIGNED_IN.includes(answer.error)) return null
    const evidence = { error: answer.error, description: answer.description ?? undefined }
    return refusalBy(
      config,
      evidence,
      explain(config.type, 'callback', evidence),
      'Asked to sign no one in, the provider says',
    )
  }
  if (answer.kind === 'page') {
    const explanation = explainedPage(config, answer.exchange)
    if (explanation === null) return null
    return {
      id: explanation.about ?? 'authorization',
      seen: `The provider shows a page: ${pageIn(answer, config)} ${explanation.cause}`,
      ...explanation,
    }
  }
  if (answer.exchange === null) return null
  const evidence = evidenceOf(answer.exchange)
  const explanation = explain(config.type, 'authorization', evidence) ?? explain(config.type, 'token', evidence)
  return refusalBy(
    config,
    evidence,
    explanation,
    `The request was handed over directly (${nameOf('usePar')}), and the provider says`,
  )
}

/** What some providers say when they do not know `prompt=none`, or when no one is signed in. */
const PERHAPS_NOT_SIGNED_IN = ['access_denied', 'invalid_request', 'server_error']

/** Whether the provider sends the browser back only because of `prompt=none`, and otherwise shows a page that may be its sign-in page. */
async function isPromptRefused(asked: Asked, answer: AuthorizationAnswer): Promise<boolean> {
  const { config, discovered, examination } = asked
  const { addresses } = config
  if (answer.kind !== 'returned' || !PERHAPS_NOT_SIGNED_IN.includes(answer.error ?? '')) return false
  const page = await examination.authorize(addresses.redirectUri, discovered, { mayAsk: true })
  return page.kind === 'page' && page.exchange.status < 400 && !saysNo(page) && refusalIn(config, page) === null
}

function refusalBy(
  config: ProviderConfig,
  evidence: Evidence,
  explanation: Explanation | null,
  opening: string,
): Refusal {
  const seen = `${opening}: ${said(evidence, config)}.`
  if (explanation)
    return { id: explanation.about ?? 'authorization', seen: `${seen} ${explanation.cause}`, ...explanation }
  return { id: 'authorization', seen, cause: '', fix: 'Look for it in the log of the provider.' }
}

function explainedPage(config: ProviderConfig, exchange: Exchange): Explanation | null {
  const { status, location } = exchange
  const text = [readable(exchange), location === null ? '' : readableLocation(location, config)].join('\n')
  return explain(config.type, 'authorization', { status, text })
}

/** An error that is handed on inside the address. */
function readableLocation({ searchParams }: URL, { type }: ProviderConfig): string {
  const plain = ['error', 'error_description', 'error_code'].map((name) => searchParams.get(name) ?? '')
  const hidden = searchParams.get(VENDORS[type].hiddenErrorParameter ?? '') ?? ''
  try {
    return [...plain, atob(hidden.replaceAll('-', '+').replaceAll('_', '/'))].join('\n')
  } catch {
    return plain.join('\n') // not encoded in any way that we know
  }
}

function refusedFinding(id: Checked, refusal: Refusal, config: ProviderConfig, copy: readonly Copy[]): Finding {
  if (id === refusal.id) return fail(id, refusal.seen, refusal.fix, id === 'redirect-uri' ? copy : [])
  // Every provider looks at the client first, then at the redirect URI, and at the rest only when it could send the browser back.
  const isPassed = CHECKED.indexOf(id) < CHECKED.indexOf(refusal.id) && CHECKED.indexOf(id) < 2
  if (isPassed)
    return pass(
      id,
      id === 'client-id' ? config.clientId : 'It was not this that the provider refused.',
      id === 'redirect-uri' ? copy : [],
    )
  return cannotTell(id, 'The request was refused before that.', '', id === 'redirect-uri' ? copy : [])
}

/**
 * A page that refuses the request in words that no signature describes.
 *
 * @returns `null`: it is no such page, or says nothing about the request
 * @see undescribedRefusal in `undescribed.ts`
 */
async function unexplained(asked: Asked, answer: AuthorizationAnswer): Promise<Refusal | null> {
  const { config } = asked
  const refusal = await undescribedRefusal(asked, answer)
  if (refusal === null) return null
  const isSame = !refusal.isClientKnown
  const cause = isSame
    ? 'It says the same to a client that does not exist, so the client id may be wrong as well.'
    : 'To a client that does not exist it says something else, so it knows the client.'
  const compared = `Compare ${VENDORS[config.type].console.redirectUris} with the address, character by character`
  return {
    id: 'redirect-uri',
    cause,
    seen: `The provider shows a page in place of sending the browser back, as it must while the redirect URI is not registered: ${pageIn(answer, config)} ${cause}`,
    fix: isSame
      ? `${compared}, and ${nameOf('clientId')} with ${VENDORS[config.type].console.clientId}.`
      : `${compared}.`,
  }
}

/**
 * A page may be a sign-in page or a refusal in words that no one has described. So the same is asked with an address that surely
 * no one has registered: if that is answered otherwise, ours is registered.
 */
async function isDistinguished(asked: Asked, answer: AuthorizationAnswer): Promise<boolean> {
  const {
    config: { addresses },
    discovered,
    examination,
  } = asked
  if (answer.kind !== 'page' || answer.exchange.status >= 400) return false
  const control = await examination.authorize(`${addresses.redirectUri}${MADE_UP}/`, discovered)
  if (control.kind !== 'page') return false
  const place = ({ status, location }: Exchange) =>
    `${status} ${location === null ? '' : location.origin + location.pathname}`
  return place(control.exchange) !== place(answer.exchange) || explainedPage(asked.config, control.exchange) !== null
}

function pageIn(answer: AuthorizationAnswer, config: ProviderConfig): string {
  if (answer.kind !== 'page') return ''
  const { status, location } = answer.exchange
  const text = location === null ? readable(answer.exchange) : `it leads to ${location.origin}${location.pathname}`
  return `status ${status}, “${shown(text, config)}”.`
}

function scopeFinding(
  config: ProviderConfig,
  { metadata, advertised: { scopes_supported: offered } }: Usable,
  isTaken: boolean,
): Finding {
  const asked = scopesFor(config, metadata)
  const unlisted = offered === undefined ? [] : asked.filter((scope) => !offered.includes(scope))
  const console = VENDORS[config.type].console.scopes
  if (unlisted.length > 0) {
    const explained = explain(config.type, 'discovery', {
      text: JSON.stringify({ scopes_supported: offered }),
    })
    const difference = `${listed(unlisted)}: asked for, and not among those that the provider offers (${listed(offered ?? [])}).`
    const seen = explained ? `${difference} ${explained.cause}` : difference
    const usual = `Take ${unlisted.length === 1 ? 'it' : 'them'} out of ${nameOf('scopes')}, or add ${unlisted.length === 1 ? 'it' : 'them'} there: ${console}.`
    const fix = explained?.fix ?? usual
    return VENDORS[config.type].needsListedScopes ? fail('scopes', seen, fix) : cannotTell('scopes', seen, fix)
  }
  if (isTaken) return pass('scopes', `${listed(asked)}.`)
  return offered === undefined
    ? cannotTell('scopes', `${listed(asked)}; the provider does not say which it offers.`)
    : pass('scopes', `${listed(asked)}, which the provider offers.`)
}

function pkceFinding(
  config: ProviderConfig,
  { code_challenge_methods_supported: offered }: Advertised,
  isTaken: boolean,
): Finding {
  if (offered?.includes('S256')) return pass('pkce', 'The provider offers it.')
  if (isTaken) return pass('pkce', 'The provider does not list it, and takes it.')
  return cannotTell(
    'pkce',
    `The provider does not list it${VENDORS[config.type].takesUnlistedPkce ? ', and is known to take it' : ''}.`,
  )
}
