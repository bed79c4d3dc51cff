/**
 * `npm run doctor`: looks at settings, storage and provider as Gatehouse would, and says what to mend; changes nothing that stays.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { D1Database, KVNamespace } from '@cloudflare/workers-types'
import { getPlatformProxy } from 'wrangler'
import type { Clock } from '../src/clock.ts'
import type { Check } from '../src/diagnosis/check.ts'
import { type DiagnosisPorts, diagnose, isHealthy } from '../src/diagnosis/diagnose.ts'
import { settingsForDiagnosis } from '../src/diagnosis/own.ts'
import { createStorageProbe } from '../src/store/probe.ts'
import { createRefusalLog } from '../src/store/refusals.ts'
import { Complaint, runCommand } from './complaint.ts'
import { publishedVars } from './configuration-check.ts'
import { wranglerEnvironment } from './d1.ts'
import { diagnosisText } from './doctor-text.ts'
import { currentPorts, type DevSettings, devSettings, ROOT, readDevVars } from './settings.ts'

const USAGE = `Usage: npm run doctor -- [--provider ID] [--json]

Looks whether people can sign in with the settings of this machine (.dev.vars, and [vars] of wrangler.toml), from this machine, and
says what to change if not. The status is 1 when anything fails. docs/diagnosis.md explains every check. A deployed Gatehouse looks at
itself at /admin/diagnosis/.

  --provider ID  only this one of several providers
  --json         for programs`

const clock: Clock = {
  now: () => Date.now(),
  aheadSeconds: 0,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
}

await runCommand(async () => {
  const { provider, json, help } = readOptions()
  if (help) return console.log(USAGE)
  const settings = devSettings(await currentPorts(ROOT, process.env), await readDevVars(ROOT), publishedVars(ROOT))
  const read = settingsForDiagnosis(settings.all)
  const ids = read.config?.providers.map(({ id }) => id)
  if (provider !== undefined && ids && !ids.includes(provider)) {
    throw new Complaint(`There is no provider "${provider}". There are: ${ids.join(', ')}.`)
  }
  const checks = await withStorage(async (storage) => {
    const found = await diagnose(read, { fetch, clock, ...storage }, { provider })
    return found.map((check) => forEmbedded(check, settings))
  })
  console.log(
    json
      ? JSON.stringify({ healthy: isHealthy(checks), checks }, null, 2)
      : diagnosisText(checks, process.stdout.isTTY),
  )
  process.exitCode = isHealthy(checks) ? 0 : 1
})

/** With the database and the cache that `npm run dev` uses. */
async function withStorage<T>(work: (storage: Pick<DiagnosisPorts, 'storage' | 'refusals'>) => Promise<T>): Promise<T> {
  // What wrangler says of itself has no place in JSON.
  Object.assign(process.env, wranglerEnvironment(ROOT), { WRANGLER_LOG: 'warn' })
  const { env, dispose } = await getPlatformProxy<{ DB: D1Database; KV: KVNamespace }>({
    configPath: join(ROOT, 'wrangler.toml'),
    persist: { path: join(ROOT, '.wrangler', 'state', 'v3') },
  })
  try {
    return await work({ storage: createStorageProbe(env.DB, env.KV, clock), refusals: createRefusalLog(env.DB) })
  } finally {
    await dispose()
  }
}

/** The embedded provider runs only beside Gatehouse, and nobody has to look for its address. */
function forEmbedded(check: Check, { hasEmbeddedProvider, issuer }: DevSettings): Check {
  if (!hasEmbeddedProvider || check.id !== 'discovery' || check.result !== 'fail') return check
  return {
    ...check,
    seen: `The embedded provider is not running at ${issuer}.`,
    fix: 'Start it, and Gatehouse, with: npm run dev',
  }
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        provider: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new Complaint(`${error instanceof Error ? error.message : error}\n${USAGE}`)
  }
}
