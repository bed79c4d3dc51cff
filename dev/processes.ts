/**
 * Starts other programs, each in a process group of its own, and leaves none of them behind; knows nothing of what they do.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { join } from 'node:path'

const GRACE_MS = 5000
const LEASH = join(import.meta.dirname, 'leash.ts')

/** A program that was started. */
export interface Started {
  readonly child: ChildProcess
  /** How it ended: in words, for a sentence. */
  readonly ended: Promise<{ code: number | null; how: string }>
}

const alive = new Set<Started>()

// The last resort, when this process ends on an error: nothing can be awaited any more.
process.on('exit', () => {
  for (const started of alive) signalGroup(started, 'SIGKILL')
})

/** Starts a Node program with the Node that runs this one. */
export function startNode(args: readonly string[], options: SpawnOptions): Started {
  // A group of its own, because wrangler starts workerd and Ctrl-C would reach them in any order.
  const child = spawn(process.execPath, ['--import', LEASH, ...args], { ...options, detached: true })
  const ended = new Promise<{ code: number | null; how: string }>((resolve) => {
    child.once('error', (error) => resolve({ code: null, how: error.message }))
    child.once('close', (code, signal) =>
      resolve({ code, how: signal === null ? `status ${code}` : `signal ${signal}` }),
    )
  })
  const started = { child, ended }
  alive.add(started)
  void ended.then(() => {
    // The first of the group is gone; whoever it started must not stay.
    signalGroup(started, 'SIGKILL')
    alive.delete(started)
  })
  return started
}

/** Ends all that was started and is still there. */
export async function stopAll(): Promise<void> {
  await Promise.all([...alive].map(stop))
}

/** Ends one program, and all that it started. */
export async function stop(started: Started): Promise<void> {
  signalGroup(started, 'SIGTERM')
  const force = setTimeout(() => signalGroup(started, 'SIGKILL'), GRACE_MS)
  await started.ended
  clearTimeout(force)
}

function signalGroup({ child }: Started, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // ESRCH: the whole group is gone, which is what was wanted.
  }
}
