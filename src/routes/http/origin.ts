/**
 * Where a request comes from, as far as the settings let it be kept: its address, its country, and what kind of browser it is.
 */
import Bowser from 'bowser'
import type { Context } from 'hono'
import type { AuditContext, Origin } from '../../accounts/audit.ts'
import type { Config } from '../../config/model.ts'
import { withoutControl } from '../../log.ts'
import { type RequestVariables, referenceOf } from './context.ts'

type OriginRules = Pick<Config, 'auditAddresses'>

/** Nothing that anyone reads of a browser is longer. */
const USER_AGENT_MAX_CHARACTERS = 512
const DEVICE_MAX_CHARACTERS = 60

/** @see https://developers.cloudflare.com/fundamentals/reference/http-headers/ for CF-Connecting-IP and CF-IPCountry, which no visitor can send */
export function originOf(c: Context, rules: OriginRules): Origin {
  return { address: addressOf(c, rules), country: countryOf(c, rules), device: deviceOf(c.req.header('user-agent')) }
}

/** What the audit has of this request. @param actorId the administrator who asks, where it is about someone else */
export function auditContextOf(c: Context<RequestVariables>, rules: OriginRules, actorId?: string): AuditContext {
  const actor = actorId === undefined ? {} : { actorId }
  return { reference: referenceOf(c), address: addressOf(c, rules), ...actor }
}

/** The network that a request comes from; `null`: not known. */
export function networkOf(c: Context): string | null {
  return addressOf(c, { auditAddresses: 'shortened' })
}

function addressOf(c: Context, { auditAddresses }: OriginRules): string | null {
  const written = c.req.header('cf-connecting-ip')?.trim() ?? ''
  if (auditAddresses === 'none') return null
  return IPV4.test(written) ? ipv4(written, auditAddresses) : ipv6(written, auditAddresses)
}

const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/
const MAPPED = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/

/** Shortened to the network of 256 addresses. */
function ipv4(address: string, kept: 'full' | 'shortened'): string | null {
  if (!URL.canParse(`http://${address}`)) return null
  return kept === 'full' ? address : address.replace(/\d+$/, '0/24')
}

/** In the form of RFC 5952, which is how an address in a URL is written; shortened to 48 bits, which is what one place has. */
function ipv6(written: string, kept: 'full' | 'shortened'): string | null {
  const url = `http://[${written}]`
  if (!/^[\da-f:.]+$/i.test(written) || !URL.canParse(url)) return null
  const address = new URL(url).hostname.slice(1, -1)
  const [, high, low] = MAPPED.exec(address) ?? []
  if (high !== undefined && low !== undefined) return ipv4(dotted(high, low), kept)
  if (kept === 'full') return address
  const [head = '', tail = ''] = address.split('::')
  const [before, after] = [head, tail].map((part) => (part === '' ? [] : part.split(':')))
  const zeros = Array.from({ length: 8 - (before?.length ?? 0) - (after?.length ?? 0) }, () => '0')
  const groups = [...(before ?? []), ...zeros, ...(after ?? [])].slice(0, 3)
  return `${new URL(`http://[${groups.join(':')}::]`).hostname.slice(1, -1)}/48`
}

function dotted(high: string, low: string): string {
  const bytes = [high, low].flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 255]
  })
  return bytes.join('.')
}

/** Cloudflare has words of its own for unknown places and for Tor. */
function countryOf(c: Context, { auditAddresses }: OriginRules): string | null {
  const written = c.req.header('cf-ipcountry') ?? ''
  const isPlace = /^[A-Z]{2}$/.test(written) && written !== 'XX'
  return isPlace && auditAddresses !== 'none' ? written : null
}

function deviceOf(userAgent: string | undefined): string | null {
  if (userAgent === undefined || userAgent === '') return null
  const { browser, os } = Bowser.parse(userAgent.slice(0, USER_AGENT_MAX_CHARACTERS))
  const parts = [browser.name, os.name].filter((part) => part !== undefined && part !== '')
  return parts.length === 0 ? null : withoutControl(parts.join(', ')).slice(0, DEVICE_MAX_CHARACTERS)
}
