/**
 * One JSON line per event, with the reference number that pages show; decides what of a failure may be written, leaves when to the callers.
 */
import type { GatehouseError, LogDetail } from './errors.ts'

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

/** Writes to the console of the Worker. */
export const consoleLog: Log = ({ level, event, ref, detail }) => {
  const head = { level, event, ...(ref === undefined ? {} : { ref }) }
  // First to be read, last to be written: no detail takes their place.
  const line = JSON.stringify({ ...head, ...detail, ...head })
  if (level === 'error') console.error(line)
  else if (level === 'warn') console.warn(line)
  else console.log(line)
}

/**
 * The whole story of a refusal, as far as it may be told: code, sentence, details, and the chain of causes by name, code and
 * message. The objects that protocol errors carry as `cause` are left out, for they hold tokens and claims.
 */
export function describeFailure(error: GatehouseError): LogDetail {
  const head = { code: error.code, reason: error.message }
  return { ...head, ...error.detail, ...head, causes: causesOf(error) }
}

function causesOf(error: Error): string[] {
  const causes: string[] = []
  let cause = error.cause
  while (cause instanceof Error && causes.length < CAUSES_MAX) {
    const code = 'code' in cause && typeof cause.code === 'string' ? ` [${cause.code}]` : ''
    // What could not be parsed is quoted by the parser, and may be a token.
    const isQuote = cause instanceof SyntaxError || cause.name === 'ValiError'
    const message = isQuote ? 'not what it should be' : printable(cause.message)
    causes.push(`${cause.name}${code}: ${message}`)
    cause = cause.cause
  }
  return causes
}

/** Text from outside, cut and without control characters, fit for a log line. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').slice(0, TEXT_MAX_CHARACTERS)
}
