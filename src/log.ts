/**
 * One JSON line per event, with the reference number that pages show; decides what of a failure may be written, leaves when to the callers.
 */
import type { GatehouseError, LogDetail, ProviderAnswer } from './errors.ts'

/** What a log line says. `ref` is the reference number shown to the person or the app. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error'
  /** A word for what happened, such as `sign_in` or `refused`. */
  readonly event: string
  readonly ref?: string
  readonly detail?: LogDetail
}

export type Log = (entry: LogEntry) => void

const CAUSES_MAX = 4
const TEXT_MAX_CHARACTERS = 300

/** Far below what Workers Logs take, and enough for every line of ours. */
const LINE_MAX_CHARACTERS = 16_384
const VALUE_MAX_CHARACTERS = 2000
const VALUES_MAX = 50

/** Writes to the console of the Worker: one line, of bounded length, without characters that do something where it is read. */
export const consoleLog: Log = ({ level, event, ref, detail }) => {
  const head = { level, event, ...(ref === undefined ? {} : { ref }) }
  const line = boundedLine(head, detail ?? {})
  if (level === 'error') console.error(line)
  else if (level === 'warn') console.warn(line)
  else console.log(line)
}

/** The longest values are shortened until the line is short enough. */
function boundedLine(head: LogDetail, detail: LogDetail): string {
  for (let length = VALUE_MAX_CHARACTERS; ; length = Math.floor(length / 2)) {
    const shown = Object.entries(detail)
      .slice(0, VALUES_MAX)
      .map(([name, value]) => [cut(name, length), shortened(value, length)])
    // First to be read, last to be written: no detail takes their place.
    const line = JSON.stringify({ ...head, ...Object.fromEntries(shown), ...head })
    if (line.length <= LINE_MAX_CHARACTERS || length === 0) return line
  }
}

function shortened(value: LogDetail[string], length: number): LogDetail[string] {
  if (typeof value === 'string') return cut(value, length)
  return Array.isArray(value) ? value.slice(0, VALUES_MAX).map((one) => cut(one, length)) : value
}

function cut(text: string, length: number): string {
  return `${plainBeginning(text, length)}${text.length > length ? '…' : ''}`
}

/** A log that passes every text through `redact`, because providers may have written it. */
export function redactedLog(log: Log, redact: (text: string) => string): Log {
  const redacted = (value: LogDetail[string]): LogDetail[string] => {
    if (typeof value === 'string') return redact(value)
    return Array.isArray(value) ? value.map(redact) : value
  }
  return ({ detail, ...entry }) => {
    if (detail === undefined) return log(entry)
    const entries = Object.entries(detail).map(([name, value]) => [name, redacted(value)])
    log({ ...entry, detail: Object.fromEntries(entries) })
  }
}

/**
 * The whole story of a refusal, as far as it may be publicMessage: code, sentence, details, and the chain of causes by name, code and
 * message. The objects that protocol errors carry as `cause` are left out, because they hold tokens and claims.
 */
export function describeFailure(error: GatehouseError): LogDetail {
  const { code, reason, message, provider, missing, unreadable, hint } = error
  const head = { code, reason: message, reason_code: reason }
  const known = {
    ...answerOf(provider),
    ...(hint === undefined ? {} : { hint }),
    ...(missing.length === 0 ? {} : { missing }),
    ...(unreadable.length === 0 ? {} : { unreadable }),
  }
  return { ...head, ...error.detail, ...known, ...head, causes: causesOf(error) }
}

function answerOf({ place, status, error, description }: ProviderAnswer): LogDetail {
  return {
    ...(place === undefined ? {} : { provider_place: place }),
    ...(status === undefined ? {} : { provider_status: status }),
    ...(error === undefined ? {} : { provider_error: error }),
    ...(description === undefined ? {} : { provider_description: description }),
  }
}

function causesOf(error: Error): string[] {
  const causes: string[] = []
  let cause = error.cause
  while (cause instanceof Error && causes.length < CAUSES_MAX) {
    const code = 'code' in cause && typeof cause.code === 'string' ? ` [${cause.code}]` : ''
    // What could not be parsed is quoted by the parser, and may be a token.
    const isQuote = cause instanceof SyntaxError || cause.name === 'ValiError'
    const message = isQuote ? 'not what it should be' : cause.message
    causes.push(`${cause.name}${code}: ${message}`)
    cause = cause.cause
  }
  return causes
}

/** What a terminal, a browser or a viewer of logs obeys and does not show: controls, marks of direction, separators of lines. */
export const CONTROL = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}\u200B\u2060-\u2064\uFEFF\u{E0000}-\u{E007F}]/gu

/** A blank for each character that does something instead of being seen. */
export function withoutControl(text: string): string {
  return text.replace(CONTROL, ' ')
}

/** Text from outside, cut and without control characters, fit for a sentence. */
export function printable(text: string): string {
  return plainBeginning(text, TEXT_MAX_CHARACTERS)
}

/** A character that is replaced may be two code units, so twice as many are looked at as are kept. */
function plainBeginning(text: string, length: number): string {
  return withoutControl(text.slice(0, length * 2)).slice(0, length)
}
