/**
 * The kinds of value that are a URL or a part of one, each with its parser and the sentence for a wrong value; asks no address.
 */
import * as v from 'valibot'
import { type Kind, present } from './kinds.ts'

/** A host, with a port if need be, and nothing else. */
export const hostName: Kind<string> = {
  label: 'host',
  schema: v.pipe(
    present,
    v.toLowerCase(),
    v.check(
      (value) =>
        /^[\w.:-]+$/.test(value) && URL.canParse(`https://${value}`) && new URL(`https://${value}`).host === value,
      'must be a host only, without https:// and without a path',
    ),
  ),
}

/** True for the names and addresses of this very machine, where plain http is allowed for development. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  )
}

/** Whether no one on the way can read along: https, or http that does not leave this machine. */
export function isSecure(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

/** A text that `faultOf` finds nothing wrong with. */
function faultless(faultOf: (value: string) => string | null) {
  return v.pipe(
    present,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed || dataset.issues) return
      const message = faultOf(dataset.value)
      if (message !== null) addIssue({ message })
    }),
  )
}

function faultOfUrl(value: string): string | null {
  if (!URL.canParse(value)) return 'is not a URL'
  const url = new URL(value)
  if (!isSecure(url)) return 'must begin with https:// (http:// is for localhost only)'
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password'
  return null
}

/** A URL of the provider, kept exactly: an issuer is compared character by character. */
export const issuer: Kind<string> = {
  label: 'URL',
  schema: faultless(
    (value) => faultOfUrl(value) ?? (/[?#]/.test(value) ? 'must not have a query or a fragment' : null),
  ),
}

export const endpoint: Kind<string> = {
  label: 'URL',
  schema: faultless((value) => faultOfUrl(value) ?? (value.includes('#') ? 'must not have a fragment' : null)),
}

/** An endpoint, or `none` for one that is not to be used; given back as `null`. */
export const endpointOrNone: Kind<string | null> = {
  label: 'URL, or none',
  schema: v.lazy((value) =>
    isNone(value)
      ? v.pipe(
          present,
          v.transform(() => null),
        )
      : endpoint.schema,
  ),
}

function isNone(value: unknown): boolean {
  return typeof value === 'string' && value.trim().toLowerCase() === 'none'
}

/** Scheme, host and port, nothing else; given back without a final slash. */
export const origin: Kind<string> = {
  label: 'URL without a path',
  schema: v.pipe(
    faultless((value) => faultOfUrl(value) ?? faultOfOrigin(new URL(value))),
    v.transform((value) => (URL.canParse(value) ? new URL(value).origin : value)),
  ),
}

function faultOfOrigin(url: URL): string | null {
  return url.href === `${url.origin}/` ? null : 'must be scheme and host only, without a path'
}

/** A page to send people to: a path of this host, or a full URL. */
export const target: Kind<string> = {
  label: 'path or URL',
  schema: faultless(faultOfTarget),
}

function faultOfTarget(value: string): string | null {
  const isPath = value.startsWith('/')
  const isOdd = /[\p{Cc}\\]/u.test(value) || value.startsWith('//')
  if (isOdd || !URL.canParse(value, isPath ? 'https://host' : undefined)) return 'must be a path or a URL'
  return isPath ? null : faultOfUrl(value)
}

/** A path for the provider's answers. A name without a slash is that of a route in other software, and no path of ours. */
export const callbackTarget: Kind<string | undefined> = {
  label: 'path',
  schema: v.pipe(
    present,
    v.regex(/^(?:(?:\/[\w~-]+(?:\.[\w~-]+)*)+\/?|[\w:-]+)$/, 'must be a path of letters, digits, - and _'),
    v.transform((value) => (value.startsWith('/') ? value : undefined)),
  ),
}

/** A page that people are led to, which may be of any host. */
export const link: Kind<string> = { label: 'URL', schema: faultless(faultOfUrl) }

/** A page, or an address to write to. */
export const contact: Kind<string> = {
  label: 'URL or mailto:',
  schema: faultless((value) => (/^mailto:[^\s@<>"]+@[^\s@<>"]+$/i.test(value) ? null : faultOfUrl(value))),
}
