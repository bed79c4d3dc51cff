/**
 * `npm run doctor`: looks at settings, storage and provider as Gatehouse would, and says what to fix; changes nothing that stays.
 */
import { join } from 'node:path'
import type { D1Database, KVNamespace } from '@cloudflare/workers-types'
import { getPlatformProxy } from 'wrangler'
import type { Clock } from '../src/clock.ts'
import type { Check } from '../src/diagnosis/check.ts'
import { type ReadSettings, settingsForDiagnosis } from '../src/diagnosis/checks/own.ts'
import { type DiagnosisPorts, diagnose, isHealthy } from '../src/diagnosis/diagnose.ts'
import { createStorageProbe } from '../src/store/probe.ts'
import { createRefusalLog } from '../src/store/refusals.ts'
import { Complaint, runCommand } from './complaint.ts'
import { publishedVars } from './configuration-check.ts'
import { wranglerEnvironment } from './d1.ts'
import { deployedSettings } from './deployed-settings.ts'
import { createDiagnosisText, summary } from './doctor-text.ts'
import { readOptions } from './options.ts'
import { currentPorts, type DevSettings, devSettings, hasOwnProvider, ROOT, readDevVars } from './settings.ts'

const USAGE = `Usage: npm run doctor -- [--deployed] [--provider ID] [--json]

Looks, from this machine, whether people can sign in, and says what to change if not. The status is 1 when anything fails.
docs/diagnosis.md explains every check. A deployed Gatehouse looks at itself at /admin/diagnosis/.

Without --deployed it looks at what npm run dev runs: the provider of .dev.vars, or else the embedded one.

  --deployed     looks at [vars] of wrangler.toml instead, and at no database; secrets come from the environment, or else .dev.vars
  --provider ID  only this one of several providers
  --json         for programs`

const clock: Clock = {
  now: () => Date.now(),
  aheadSeconds: 0,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
}

await runCommand(async () => {
  const { deployed, provider, json, help } = readOptions(
    {
      deployed: { type: 'boolean', default: false },
      provider: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    USAGE,
  )
  if (help) return console.log(USAGE)
  const subject = deployed ? await deployedSubject() : await localSubject()
  const { read } = subject
  const ids = read.config?.providers.map(({ id }) => id)
  if (provider !== undefined && ids && !ids.includes(provider)) {
    throw new Complaint(`There is no provider "${provider}". There are: ${ids.join(', ')}.`)
  }
  if (!json) console.log(subject.title)
  const write = createDiagnosisText(process.stdout.isTTY)
  const report = (part: readonly Check[]) => {
    if (!json && part.length > 0) console.log(write(part.map(subject.present)))
  }
  const made = await subject.look((storage) => diagnose(read, { fetch, clock, ...storage }, { provider, report }))
  const checks = made.map(subject.present)
  console.log(json ? JSON.stringify({ healthy: isHealthy(checks), checks }, null, 2) : `\n${summary(checks)}`)
  process.exitCode = isHealthy(checks) ? 0 : 1
})

type Storage = Pick<DiagnosisPorts, 'storage' | 'refusals'>

/** What is looked at. */
interface Subject {
  readonly title: string
  readonly read: ReadSettings
  /** Has someone look, with the storage that belongs to it. */
  look(work: (storage: Storage) => Promise<readonly Check[]>): Promise<readonly Check[]>
  /** A check in the words that fit what is looked at. */
  present(check: Check): Check
}

/** What `npm run dev` runs. */
async function localSubject(): Promise<Subject> {
  const published = publishedVars(ROOT)
  const settings = devSettings(await currentPorts(ROOT, process.env), await readDevVars(ROOT), published)
  const hint = hasOwnProvider(published) ? ' For the provider in wrangler.toml: npm run doctor -- --deployed' : ''
  return {
    title: settings.hasEmbeddedProvider
      ? `Looking at what npm run dev runs, with the embedded provider.${hint}`
      : 'Looking at what npm run dev runs, with the provider of .dev.vars.',
    read: settingsForDiagnosis(settings.all),
    look: withStorage,
    present: (check) => forEmbedded(check, settings),
  }
}

/** What is deployed, but for its database, which only the Worker reaches. */
async function deployedSubject(): Promise<Subject> {
  const settings = deployedSettings(publishedVars(ROOT), await readDevVars(ROOT), process.env)
  const read = settingsForDiagnosis(settings.all)
  settings.requireSecrets(read)
  return {
    title:
      'Looking at [vars] of wrangler.toml. Database, cache and refused sign-ins are shown by /admin/diagnosis/ alone; /ready says whether the database is whole.',
    read,
    look: (work) => work({ storage: null, refusals: null }),
    present: (check) => check,
  }
}

/** With the database and the cache that `npm run dev` uses. */
async function withStorage<T>(work: (storage: Storage) => Promise<T>): Promise<T> {
  // What wrangler says of itself has no place in JSON.
  Object.assign(process.env, wranglerEnvironment(ROOT), { WRANGLER_LOG: 'warn' })
  const { env, dispose } = await getPlatformProxy<{ DB: D1Database; KV: KVNamespace }>({
    configPath: join(ROOT, 'wrangler.toml'),
    persist: { path: join(ROOT, '.wrangler', 'state', 'v3') },
  })
  try {
    return await work({
      storage: createStorageProbe(env.DB, env.KV, clock),
      refusals: createRefusalLog(env.DB, () => {}),
    })
  } finally {
    await dispose()
  }
}

/** The embedded provider runs only beside Gatehouse, and no one has to look for its address. */
function forEmbedded(check: Check, { hasEmbeddedProvider, issuer }: DevSettings): Check {
  if (!hasEmbeddedProvider || check.id !== 'discovery' || check.result !== 'fail') return check
  return {
    ...check,
    seen: `The embedded provider is not running at ${issuer}.`,
    fix: 'Start it, and Gatehouse, with: npm run dev',
  }
}
