/**
 * Sends the same request over and over on a few connections, and says how much processor time a server process took for it.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Agent, type RequestOptions, request } from 'node:http'

/** A request, and what its answer must contain. */
export interface Probe {
  readonly name: string
  readonly url: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly expected: string
  /** The process that answers. */
  readonly pid: number
}

/** Something else that is asked, many times at once; gives back how many answers it got, all of which it has looked at. */
export interface Batch {
  readonly name: string
  readonly pid: number
  ask(seconds: number): Promise<number>
}

export interface Round {
  readonly requestsPerSecond: number
  readonly cpuMicroseconds: number
}

export const CONNECTIONS = 16
/** Of /proc/<pid>/stat, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** Sends the request for so long. @throws Error when an answer is not the expected one */
export async function load(probe: Probe | Batch, seconds: number): Promise<Round> {
  const before = cpuSeconds(probe.pid)
  const startedAt = performance.now()
  const count = await ('ask' in probe ? probe.ask(seconds) : sendFor(probe, seconds))
  const tookSeconds = (performance.now() - startedAt) / 1000
  const cpu = cpuSeconds(probe.pid) - before
  return { requestsPerSecond: count / tookSeconds, cpuMicroseconds: (cpu / count) * 1e6 }
}

/** @returns how often it was sent */
async function sendFor(probe: Probe, seconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const endsAt = performance.now() + seconds * 1000
  let count = 0
  const loop = async () => {
    while (performance.now() < endsAt) {
      await send(probe, agent)
      count += 1
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, loop))
  agent.destroy()
  return count
}

/** User and system time of a process so far. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

async function send({ url, method = 'GET', headers = {}, body, expected }: Probe, agent: Agent): Promise<void> {
  const { status, text } = await ask(url, { method, headers, agent }, body)
  if (status !== 200 || !text.includes(expected)) throw new Error(`${url} answered ${status}: ${text.slice(0, 200)}`)
}

/** One request, at a fraction of what fetch costs the one who asks. */
export function ask(
  url: string,
  options: RequestOptions,
  body?: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** The server processes that this one has started. */
export function workerdProcesses(): readonly number[] {
  const lines = execFileSync('pgrep', ['-P', String(process.pid), 'workerd'], { encoding: 'utf8' })
  return lines.trim().split('\n').map(Number)
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
