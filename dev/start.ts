/**
 * `npm run dev`: prepares the local database, starts the embedded provider and the Worker, says how to use them, and ends both.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureDemoApp } from './apps.ts'
import { Complaint, runCommand } from './complaint.ts'
import { checkConfiguration, publishedVars } from './configuration-check.ts'
import { applyMigrations, WRANGLER, wranglerEnvironment } from './d1.ts'
import { DEPENDENCIES_REMOVED, type Dependencies, watchDependencies } from './dependencies.ts'
import { readOptions } from './options.ts'
import { DEFAULT_PORTS, readPort, requireFreePort } from './ports.ts'
import { type Started, startNode, stopAll } from './processes.ts'
import {
  type DevSettings,
  devSettings,
  ensureSecrets,
  forgetRunning,
  passedOverProvider,
  ROOT,
  readDevVars,
  writeRunning,
} from './settings.ts'
import { welcome } from './welcome.ts'
import { workerOutput } from './worker-output.ts'

const USAGE = `Usage: npm run dev

Runs Gatehouse and an OpenID provider with three people on this machine, until Ctrl-C.

Settings are in .dev.vars, which is made when it is missing. When it names a provider, people sign in there, and no other is started.
Ports are chosen by the environment: PORT (${DEFAULT_PORTS.PORT}) for Gatehouse, IDP_PORT (${DEFAULT_PORTS.IDP_PORT}) for the provider.`
const READY_DEADLINE_MS = 60_000
const POLL_MS = 200

let isStopping = false

/** Ends everything that was started. The first call decides the status. */
async function stop(status: number): Promise<never> {
  if (isStopping) return new Promise(() => {})
  isStopping = true
  await stopAll()
  await forgetRunning(ROOT)
  process.exit(status)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))

await runCommand(async () => {
  readOptions({}, USAGE)
  try {
    await start()
  } catch (error) {
    // What was stopped on purpose fails on the way; only the purpose counts.
    if (isStopping) return
    await stopAll()
    await forgetRunning(ROOT)
    throw error
  }
})

async function start(): Promise<void> {
  const ports = { port: readPort('PORT', process.env), idpPort: readPort('IDP_PORT', process.env) }
  const added = await ensureSecrets(ROOT)
  if (added.length > 0) console.log(`Made ${added.join(' and ')} in .dev.vars.`)
  const published = publishedVars(ROOT)
  const settings = devSettings(ports, await readDevVars(ROOT), published)
  for (const warning of await checkConfiguration(settings.all)) console.warn(`Warning: ${warning}`)
  const passedOver = passedOverProvider(published, settings)
  if (passedOver !== undefined) console.log(passedOver)
  await requirePorts(settings)
  const dependencies = watchDependencies(ROOT, () => void endWithoutDependencies())

  console.log('Preparing the local database …')
  // Beside the database, and before the Worker: a Worker that finds no provider does not ask again for a while.
  const provider = settings.hasEmbeddedProvider ? startEmbeddedProvider(settings) : undefined
  const database = { root: ROOT, remote: false }
  await applyMigrations(database)
  const app = await ensureDemoApp(database)
  const discovery = `${settings.issuer}/.well-known/openid-configuration`
  if (provider) await waitFor('The embedded provider', discovery, provider.ended)

  console.log('Starting the Worker …')
  const worker = startWorker(settings, dependencies)
  await waitFor('The Worker', `http://127.0.0.1:${ports.port}/ping`, worker.ended)
  await writeRunning(ROOT, ports)
  console.log(welcome(settings, app))
  await warnUnlessReady(ports.port)

  void provider?.ended.then(({ how }) => {
    if (isStopping) return
    console.error(
      `The embedded provider has ended (${how}). The Worker goes on. To have both again: Ctrl-C, then npm run dev`,
    )
  })
  void worker.ended.then(({ how }) => {
    if (isStopping) return
    if (!dependencies.areThere()) return void endWithoutDependencies()
    console.error(`The Worker has ended (wrangler dev: ${how}), so everything ends.`)
    void stop(1)
  })
}

async function requirePorts({ port, idpPort, hasEmbeddedProvider }: DevSettings): Promise<void> {
  await requireFreePort('PORT', port)
  if (!hasEmbeddedProvider) return
  if (port === idpPort)
    throw new Complaint(`PORT and IDP_PORT are both ${port}. Choose another for one: IDP_PORT=${port + 1} npm run dev`)
  await requireFreePort('IDP_PORT', idpPort)
}

function startEmbeddedProvider({ relyingParty, idpPort }: DevSettings): Started {
  const { clientId, clientSecret, baseUrl } = relyingParty
  const env = {
    ...process.env,
    IDP_PORT: String(idpPort),
    BASE_URL: baseUrl,
    OIDC_RP_CLIENT_ID: clientId,
    OIDC_RP_CLIENT_SECRET: clientSecret,
  }
  return startNode([join(ROOT, 'dev', 'provider', 'main.ts')], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

function endWithoutDependencies(): Promise<never> {
  if (!isStopping) console.error(DEPENDENCIES_REMOVED)
  return stop(1)
}

function startWorker({ port, vars }: DevSettings, dependencies: Dependencies): Started {
  const options = [
    '--port',
    String(port),
    '--ip',
    '127.0.0.1',
    '--log-level',
    'log',
    '--show-interactive-dev-session=false',
  ]
  const given = Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}:${value}`])
  const started = startNode([WRANGLER, 'dev', ...options, ...given], {
    cwd: ROOT,
    env: wranglerEnvironment(ROOT),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // Once it ends on purpose, or can only fail, what wrangler says about that is of no use.
  const unlessStopping = (stream: NodeJS.WriteStream) => (text: string) =>
    void (isStopping || !dependencies.areThere() || stream.write(text))
  const output = workerOutput({ out: unlessStopping(process.stdout), err: unlessStopping(process.stderr) })
  started.child.stdout?.setEncoding('utf8').on('data', output.out)
  started.child.stderr?.setEncoding('utf8').on('data', output.err)
  void started.ended.then(() => {
    if (!isStopping) output.finish()
  })
  return started
}

/** Asks until the answer is 200. Throws if the program ends first, or when the time is up. */
async function waitFor(what: string, url: string, ended: Started['ended']): Promise<void> {
  let end: string | undefined
  void ended.then(({ how }) => {
    end = how
  })
  for (const deadline = Date.now() + READY_DEADLINE_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    if (end !== undefined) throw new Complaint(`${what} did not start: it ended with ${end}. The reason is above.`)
    if ((await statusOf(url)) === 200) return
  }
  throw new Complaint(`${what} did not answer at ${url} within ${READY_DEADLINE_MS / 1000} seconds.`)
}

/** The Worker answers and yet cannot work, for a reason that only it can see. */
async function warnUnlessReady(port: number): Promise<void> {
  const url = `http://127.0.0.1:${port}/ready`
  if ((await statusOf(url)) === 503)
    console.error(`The Worker is not ready: ${url} says why, and so does its log above.`)
}

async function statusOf(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(5000) })
    await response.body?.cancel()
    return response.status
  } catch {
    // No one listens yet.
    return undefined
  }
}
