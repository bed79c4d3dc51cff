/**
 * What the pages of docs/providers/ quote of a provider, the diagnosis explains; each row of their tables has one explanation of its own.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Evidence } from '../src/diagnosis/explain.ts'
import { explain } from '../src/diagnosis/explain.ts'
import { isReason, isReasonOf, type Reason } from '../src/reasons.ts'
import type { RefusalPlace as Place } from '../src/vendors/vendor.ts'
import type { ProviderType } from '../src/vendors/vendors.ts'
import { VENDORS } from '../src/vendors/vendors.ts'

type Seen = readonly [where: Place, evidence: Evidence]

/** Codes of ours that are no errors of a provider as well, and so say where to look. */
const OF_ID_TOKENS = ['token_invalid', 'not_configured', 'clock_skew', 'authentication_too_weak']
/** What comes back with the browser; of everything else the token endpoint says it. @see RFC 6749 section 4.1.2.1 */
const OF_CALLBACKS =
  /^(access_denied|unauthorized|invalid_scope|server_error|temporarily_unavailable|\w+_required|request_not_supported)$/
/** Looks like an error, and is a description. */
const NO_ERROR = 'authentication_expired'
const BY_CALLBACKS = /Standard flow|code.challenge|^PreAuthentication/

const types = Object.keys(VENDORS) as ProviderType[] // the record has exactly these names

describe.each(types)('docs/providers/%s.md', (type) => {
  const quoting = errorRows(type).flatMap((cell) => {
    const seen = cell.split(/, or (?=the log)/).flatMap(seenIn)
    return seen.length > 0 ? [{ cell, seen }] : []
  })

  it('quotes the provider', () => {
    expect(quoting.length).toBeGreaterThan(1)
  })

  it.each(quoting)('quotes only what is explained, and one thing in a row: $cell', ({ seen }) => {
    const explanations = seen.map(([where, evidence]) => explain(type, where, evidence))
    expect(explanations).not.toContain(null)
    expect(new Set(explanations.map((explanation) => explanation?.cause)).size).toBe(1)
  })

  it('has an explanation of its own for each row', () => {
    const causes = quoting.flatMap(({ seen }) =>
      seen.slice(0, 1).map(([where, evidence]) => explain(type, where, evidence)?.cause),
    )
    expect(causes.filter((cause, index) => causes.indexOf(cause) !== index)).toEqual([])
  })
})

/** The first cells of the table of errors. */
function errorRows(type: ProviderType): string[] {
  const page = readFileSync(`docs/providers/${type}.md`, 'utf8')
  const [, errors = ''] = page.split('## What its errors mean')
  const [, body = ''] = errors.split('|---|---|---|\n')
  const [table = ''] = body.split('\n\n')
  return table.split('\n').map((row) => row.split(' | ')[0]?.replace(/^\| /, '') ?? '')
}

/** What a cell quotes of the provider, and where an operator sees it. Nothing: it tells what happens in words of ours. */
function seenIn(cell: string): Seen[] {
  const quotes = [...cell.matchAll(/`([^`]+)`|"([^"]+)"/g)].map(([, code, text]) =>
    (code ?? text ?? '').replaceAll('…', 'x'),
  )
  if (cell.includes('AADSTS')) return quotes.map((code) => ['callback', { description: `${code}: what it says` }])
  if (cell.includes('calls itself by another name')) return quotes.slice(1).map((part) => ['discovery', namedBy(part)])
  if (/^its page|ends on a page/.test(cell)) return quotes.map((text) => [placeOfPage(cell, text), pageOf(text)])
  const json = quotes.filter((text) => text.startsWith('{'))
  if (json.length > 0) return json.map((text) => [placeOfJson(text), { status: 200, text }])
  if (cell.includes('no discovery document')) return [['discovery', { status: 404 }]]
  return /^(the log|`)/.test(cell) ? saidIn(cell, quotes) : []
}

/** Errors, each with the descriptions that follow it; a description before all errors belongs to the first. */
function saidIn(cell: string, quotes: readonly string[]): Seen[] {
  const status = /status (\d+)/.exec(cell)?.[1]
  if (cell.includes('userinfo refused'))
    return [['userinfo', { status: Number(status ?? 401), description: quotes[0] }]]
  const reason = quotes.find(isOurReason)
  const words = quotes.filter((quote) => quote !== 'provider_error' && !isOurReason(quote))
  const errors = words.filter((quote) => /^[a-z_]+$/.test(quote) && quote !== NO_ERROR)
  const pairs = words.flatMap((description, index) => {
    if (errors.includes(description)) return []
    return [{ error: words.slice(0, index).findLast((word) => errors.includes(word)) ?? errors[0], description }]
  })
  const said: Evidence[] = pairs.length > 0 ? pairs : errors.map((error) => ({ error, reason }))
  return said.map((evidence) => [placeOf(evidence, quotes), evidence])
}

/** As the log has it under `reason_code`. Some are errors of a provider as well. */
function isOurReason(quote: string): quote is Reason {
  return (isReason(quote) && isReasonOf('token_invalid', quote)) || quote === 'decryption_key_missing'
}

function placeOf({ error = '', description = '' }: Evidence, quotes: readonly string[]): Place {
  if (OF_ID_TOKENS.includes(error)) return 'id_token'
  if (quotes.includes('provider_error')) return 'token'
  return OF_CALLBACKS.test(error) || BY_CALLBACKS.test(description) ? 'callback' : 'token'
}

function placeOfPage(cell: string, text: string): Place {
  return /signing out/.test(cell) || text === 'Y030111' ? 'logout' : 'authorization'
}

function placeOfJson(text: string): Place {
  if (text === '{}') return 'keys'
  return text.includes('active') ? 'introspection' : 'discovery'
}

function pageOf(text: string): Evidence {
  return { status: 400, text: `<html><body><p>${text.replaceAll("'", '&#39;')}</p></body></html>` }
}

/** A document whose issuer has this in it. */
function namedBy(part: string): Evidence {
  if (part.startsWith('http')) return { description: `${part}id.example.org/x/` }
  return { description: part.startsWith('{') ? `https://id.example.org/${part}/v2.0` : `https://${part}/x/` }
}
