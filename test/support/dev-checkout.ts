/**
 * A checkout of its own in which `npm run dev` can run, so that no one's .dev.vars and database are in the way, and a browser for it.
 */

import { copyFile, cp, mkdir, mkdtemp, readdir, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Started, startNode } from '../../dev/processes.ts'
import { ROOT } from '../../dev/settings.ts'
import { signIn } from '../../dev/sign-in.ts'
import { freePort } from './gatehouse.ts'
import { PATHS } from './paths.ts'

const COPIED = ['dev', 'src', 'migrations', 'package.json', 'tsconfig.json', 'wrangler.toml']
/** What is written into node_modules while something runs. */
const NOT_LINKED = ['.package-lock.json', '.mf', '.cache']
const POLL_MS = 50

export interface RunningDev {
  readonly baseUrl: string
  readonly started: Started
  /** What it has printed so far. */
  readonly shown: { stdout: string; stderr: string }
}

/** Makes the checkout; its node_modules is a folder of links, which can be emptied as `npm ci` empties it. */
export async function makeCheckout(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'gatehouse-dev-'))
  for (const name of COPIED) await cp(join(ROOT, name), join(root, name), { recursive: true })
  const [from, to] = [join(ROOT, 'node_modules'), join(root, 'node_modules')]
  await mkdir(to)
  const names = (await readdir(from)).filter((name) => !NOT_LINKED.includes(name))
  await Promise.all(names.map((name) => symlink(join(from, name), join(to, name))))
  await copyFile(join(from, '.package-lock.json'), join(to, '.package-lock.json'))
  return root
}

/** Runs `npm run dev` there until it says that it is ready, or ends. */
export async function startDev(root: string, ports?: { port: number; idpPort: number }): Promise<RunningDev> {
  const { port, idpPort } = ports ?? { port: await freePort(), idpPort: await freePort() }
  const started = startNode([join(root, 'dev', 'start.ts')], {
    cwd: root,
    env: { ...process.env, PORT: String(port), IDP_PORT: String(idpPort) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const shown = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    started.child[name]?.setEncoding('utf8').on('data', (piece: string) => {
      shown[name] += piece
    })
  }
  let hasEnded = false
  void started.ended.then(() => {
    hasEnded = true
  })
  while (!hasEnded && !shown.stdout.includes('Ctrl-C ends it.'))
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  return { baseUrl: `http://localhost:${port}`, started, shown }
}

/** Someone at a browser in front of it. */
export class DevVisitor {
  readonly #cookies = new Map<string, string>()
  readonly #baseUrl: string

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl
  }

  async visit(path: string): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(`${this.#baseUrl}${path}`, { redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.#cookies.set(name, value)
    }
    return response
  }

  async signIn(username: string): Promise<void> {
    const start = await this.visit(PATHS.login)
    const request = new URL(start.headers.get('location') ?? '')
    const answer = await signIn(request, username, `${this.#baseUrl}${PATHS.callback}`, new Map())
    await this.visit(answer.href.slice(this.#baseUrl.length))
  }

  /** The id under which Gatehouse knows who is signed in; null: no one is. */
  async id(): Promise<string | null> {
    const response = await this.visit(PATHS.me)
    return response.ok ? ((await response.json()) as { id: string }).id : null // the answer is the test's subject
  }
}
