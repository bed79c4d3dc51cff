/**
 * What several checks say in the same words: texts of a provider made fit to be shown, reasons, lists, advice; knows no check.
 */
import type { ProviderConfig } from '../config/model.ts'
import { nameOf } from '../config/names.ts'
import { secretsOfProvider } from '../config/secrets.ts'
import type { GatehouseError } from '../errors.ts'
import { printable } from '../log.ts'
import { MADE_UP } from '../oidc/examination/examination.ts'
import type { Exchange } from '../oidc/transport/exchanges.ts'
import { redactedBeginning, redactionOf, withoutAddressesAndTokens } from '../secrets.ts'
import { PROVIDER_TYPES, VENDORS } from '../vendors/vendors.ts'

const SHOWN_MAX_CHARACTERS = 200
/** More than is shown, so that nothing is cut in two before it is recognised; not so much that it would take time. */
const CLEANED_MAX_CHARACTERS = 20_000
/** As much of a page as is searched for a signature. */
const SEARCHED_MAX_CHARACTERS = 50_000

/** A text from outside, cut, on one line, without e-mail addresses and tokens, and without our own secrets, which a provider might repeat. */
export function shown(text: string, config: ProviderConfig): string {
  const safe = redactedBeginning(text, CLEANED_MAX_CHARACTERS, redactionOf(secretsOfProvider(config)))
  return printable(withoutAddressesAndTokens(safe, MADE_UP)).replace(/\s+/g, ' ').trim().slice(0, SHOWN_MAX_CHARACTERS)
}

/** What counts of what a page says out of sight: its title, and what a vendor lets a script draw. */
const OUT_OF_SIGHT = new RegExp(
  ['<title>[^<]*</title>', ...PROVIDER_TYPES.flatMap((type) => VENDORS[type].outOfSight?.source ?? [])].join('|'),
  'gi',
)

/**
 * A page without the content of elements that people do not read. A missing end tag is looked for once: a pattern that looks for it anew
 * from each start tag takes minutes for a page of nothing but start tags.
 */
function withoutBlocks(page: string): string {
  const begin = /<(script|style|svg|head)\b/gi
  const unending = new Set<string>()
  const kept: string[] = []
  let from = 0
  for (let found = begin.exec(page); found !== null; found = begin.exec(page)) {
    const name = (found[1] ?? '').toLowerCase()
    if (unending.has(name)) continue
    const end = new RegExp(`</${name}>`, 'gi')
    end.lastIndex = found.index
    if (end.exec(page) === null) {
      unending.add(name)
      continue
    }
    const block = page.slice(found.index, end.lastIndex)
    kept.push(page.slice(from, found.index), block.match(OUT_OF_SIGHT)?.join(' ') ?? ' ')
    from = end.lastIndex
    begin.lastIndex = from
  }
  return [...kept, page.slice(from)].join('')
}

/** Whether an answer is a page for people. Some frameworks call an empty answer or JSON text/html, too, unless they are told otherwise. */
export function isPage({ text, contentType }: Exchange): boolean {
  return contentType === 'text/html' && /^\s*</.test(text)
}

/** What a person would read on a page. */
export function readable({ text, contentType }: Exchange): string {
  if (contentType !== 'text/html') return text.slice(0, SEARCHED_MAX_CHARACTERS)
  return withoutBlocks(text.slice(0, SEARCHED_MAX_CHARACTERS * 4))
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&quot;|&#34;/g, '"')
    .replace(/&#39;|&#x27;/gi, "'")
    .replace(/&nbsp;/g, ' ')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, SEARCHED_MAX_CHARACTERS)
}

/** Why there is no answer, with what the network says of it. */
export function reasonOf({ message, detail, cause }: GatehouseError): string {
  const host = typeof detail.host === 'string' ? ` (${detail.host})` : ''
  const network = codesOf(cause)
  return `${message}${host}${network === '' ? '' : `: ${network}`}`
}

/** ENOTFOUND, ECONNREFUSED, CERT_HAS_EXPIRED and the like; a Worker tells less. */
function codesOf(cause: unknown): string {
  if (!(cause instanceof Error) || cause.name === 'TimeoutError') return ''
  const own = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  const inner = codesOf(cause.cause)
  return [own, inner].filter((code) => code !== '').join(', ')
}

type EndpointSetting = Extract<keyof ProviderConfig, `${string}Endpoint` | 'jwksUri'>

/** What to do where an address does not answer as it should. `asker`: who asks there, if it is not Gatehouse. */
export function adviceOnAddress(
  config: ProviderConfig,
  setting: EndpointSetting,
  asker: 'Gatehouse' | 'browser' = 'Gatehouse',
): string {
  const from = asker === 'Gatehouse' ? ' from where Gatehouse runs' : ''
  return config[setting] === undefined
    ? `The address comes from the discovery document; check that the provider can be reached there${from}.`
    : `The address is ${nameOf(setting)}; correct it, or remove it so that the address is discovered.`
}

/** With which status the provider answered, where the failure knows it: of a gateway's answer nothing else is kept. */
export function statusIn(failure: GatehouseError | null): number | null {
  return failure?.provider.status ?? null
}

/** What to do where only a sign-in shows whether an endpoint works. */
export const UNTIL_SIGN_IN = 'Sign in once; if that fails, look at the log of the provider.'

/** What to do where the provider answers that it is out of order: no setting is wrong, as far as that tells. */
export function adviceOnOutage(status: number | null): string | null {
  if (status === null || status < 500) return null
  return `The provider is out of order, or something before it is (status ${status}): look at its log. No setting of Gatehouse is wrong, as far as this shows.`
}

/** What to do where there is no answer. If a gateway answered in place of the provider, the address is probably right. */
export function adviceOnSilence(failure: GatehouseError, onAddress: string): string {
  const outage = adviceOnOutage(statusIn(failure))
  return outage === null ? onAddress : `${outage} ${onAddress}`
}

export function listed(items: readonly string[]): string {
  return items.length === 0 ? 'nothing' : items.join(', ')
}
