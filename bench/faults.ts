/**
 * What goes wrong while tokens are checked, and when: the database, the provider, and its keys, in turns; makes nothing fail itself.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type DatabaseFault = 'none' | 'fails' | 'slow' | 'every second call'

export type ProviderFault = 'none' | 'refuses' | 'breaks off' | 'hangs' | 'answers with a page'

/** Where the faulty Worker is told what is to fail. */
export const FAULT_PATH = '/bench/fault'

/** What is wrong from a moment on, as a share of the period. */
export interface Phase {
  readonly at: number
  readonly database: DatabaseFault
  readonly provider: ProviderFault
  readonly rotatesKeys: boolean
}

const DATABASE: readonly DatabaseFault[] = ['fails', 'slow', 'every second call']
const PROVIDER: readonly ProviderFault[] = ['refuses', 'hangs', 'answers with a page', 'breaks off']

/**
 * The phases of a period: the database fails for a quarter of it, then all is well, then the provider. Its keys change once: while all is well,
 * while the database fails, or while the provider does, so that its new keys cannot be had.
 */
export function phasesOf(period: number): readonly Phase[] {
  const database = DATABASE[period % DATABASE.length] ?? 'none'
  const provider = PROVIDER[period % PROVIDER.length] ?? 'none'
  const well = { database: 'none', provider: 'none', rotatesKeys: false } as const
  const keysChange = period % 3
  return [
    { ...well, at: 0, rotatesKeys: keysChange === 0 },
    { ...well, at: 0.25, database },
    { ...well, at: 0.4, database, rotatesKeys: keysChange === 1 },
    { ...well, at: 0.5 },
    { ...well, at: 0.65, provider },
    { ...well, at: 0.8, provider, rotatesKeys: keysChange === 2 },
    { ...well, at: 0.9 },
  ]
}

export interface FaultyProvider {
  /** Answers in place of the provider. @returns whether it has @see ProviderOptions.intercept */
  intercept(request: IncomingMessage, response: ServerResponse): boolean
  set(fault: ProviderFault): void
}

export function createFaultyProvider(): FaultyProvider {
  let fault: ProviderFault = 'none'
  /** Of requests that no one has answered. Gatehouse gives them up by itself, and a browser waits for minutes. */
  const hanging = new Set<Socket>()
  return {
    intercept(request, response) {
      if (fault === 'refuses') answerPage(response, 503, 'Service Unavailable')
      if (fault === 'answers with a page') answerPage(response, 200, 'Maintenance')
      if (fault === 'breaks off') request.socket.destroy()
      if (fault === 'hangs') hanging.add(request.socket)
      return fault !== 'none'
    },
    set(next) {
      fault = next
      for (const socket of hanging) socket.destroy()
      hanging.clear()
    },
  }
}

function answerPage(response: ServerResponse, status: number, heading: string): void {
  response.writeHead(status, { 'content-type': 'text/html' }).end(`<h1>${heading}</h1>`)
}
