/**
 * Starts a provider's program with its output in a file, waits until it answers, and leaves nothing of it behind.
 */
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startNode, stop } from '../../../dev/processes.ts'

const LOOK_EVERY_MS = 250
/** Keycloak takes 9 seconds on two idle cores, and minutes on cores that are shared by many. */
const PATIENCE_MS = 300_000

export interface Program {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** A folder of this run alone; removed at the end. */
  readonly folder: string
  /** Answers 200 as soon as the program is ready. */
  readonly readyUrl: string
}

export interface Server {
  /** Everything that it has printed so far. */
  log(): Promise<string>
  stop(): Promise<void>
}

/** @throws Error with what it printed, when it ends by itself or does not answer */
export async function startServer({ program, args, env, folder, readyUrl }: Program): Promise<Server> {
  const logFile = join(folder, 'output.log')
  const output = await open(logFile, 'a')
  const started = startNode([join(import.meta.dirname, 'in-group.ts'), program, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', output.fd, output.fd],
  })
  await output.close()
  const log = () => readFile(logFile, 'utf8')
  let end: string | null = null
  void started.ended.then(({ how }) => {
    end = how
  })

  const givesUpAt = Date.now() + PATIENCE_MS
  while (!(await isReady(readyUrl))) {
    if (end !== null) throw new Error(`${program} ended with ${end}:\n${await log()}`)
    if (Date.now() > givesUpAt) throw new Error(`nothing answers at ${readyUrl}:\n${await log()}`)
    await sleep(LOOK_EVERY_MS)
  }
  return {
    log,
    async stop() {
      await stop(started)
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
