/**
 * What several checks say in the same words: texts of a provider made fit to be shown, reasons, lists, advice; knows no check.
 */
import type { ProviderConfig } from '../config/env.ts'
import type { GatehouseError } from '../errors.ts'
import { printable } from '../log.ts'
import type { Exchange } from '../oidc/examination.ts'

const SHOWN_MAX_CHARACTERS = 200
/** More than is shown, so that nothing is cut in two before it is recognised; not so much that it would take time. */
const CLEANED_MAX_CHARACTERS = 5000
/** As much of a page as is searched for a signature. */
const SEARCHED_MAX_CHARACTERS = 50_000

/** A text from outside, cut, on one line, and without our own secrets, which a provider might repeat. */
export function shown(text: string, config: ProviderConfig): string {
  const safe = spellingsOfSecrets(config).reduce(
    (rest, secret) => rest.replaceAll(secret, '…'),
    text.slice(0, CLEANED_MAX_CHARACTERS),
  )
  return printable(safe.replace(/(?<!\S)\S*@\S*/g, '…'))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, SHOWN_MAX_CHARACTERS)
}

/** As they are, and as they are sent: in a form, and in the header of client_secret_basic. */
function spellingsOfSecrets(config: ProviderConfig): readonly string[] {
  const { OIDC_RP_CLIENT_ID: id, OIDC_RP_CLIENT_SECRET: secret } = config
  const { OIDC_RS_CLIENT_ID: askerId = id, OIDC_RS_CLIENT_SECRET: askerSecret } = config
  const spellings = ([clientId, own]: readonly [string, string | undefined]) =>
    own === undefined ? [] : [btoa(`${inHeader(clientId)}:${inHeader(own)}`), own, inForm(own), encodeURIComponent(own)]
  return [[id, secret] as const, [askerId, askerSecret] as const].flatMap(spellings)
}

/** @see RFC 6749 section 2.3.1 */
function inHeader(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+')
}

function inForm(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

/** What counts of what a page says out of sight: its title, and the error on a page that Microsoft lets a script draw. */
const OUT_OF_SIGHT = /<title>[^<]*<\/title>|\bAADSTS\d+:[^"<\\]*/gi

/** What a person would read on a page. */
export function readable({ text, contentType }: Exchange): string {
  if (contentType !== 'text/html') return text.slice(0, SEARCHED_MAX_CHARACTERS)
  return text
    .slice(0, SEARCHED_MAX_CHARACTERS * 4)
    .replace(/<(script|style|svg|head)\b[\s\S]*?<\/\1>/gi, (block) => block.match(OUT_OF_SIGHT)?.join(' ') ?? ' ')
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

type EndpointSetting = Extract<keyof ProviderConfig, `OIDC_OP_${string}_ENDPOINT`>

/** What to do where an address does not answer as it should. `asker`: who asks there, if it is not Gatehouse. */
export function adviceOnAddress(
  config: ProviderConfig,
  setting: EndpointSetting,
  asker: 'Gatehouse' | 'browser' = 'Gatehouse',
): string {
  const from = asker === 'Gatehouse' ? ' from where Gatehouse runs' : ''
  return config[setting] === undefined
    ? `The address comes from the discovery document; check that the provider can be reached there${from}.`
    : `The address is ${setting}; correct it, or remove it so that the address is discovered.`
}

export function listed(items: readonly string[]): string {
  return items.length === 0 ? 'nothing' : items.join(', ')
}
