/**
 * The diagnosis of settings and a provider, as a test wants to read it: by the id of each check.
 */
import type { Check, CheckId } from '../../src/diagnosis/check.ts'
import { settingsForDiagnosis } from '../../src/diagnosis/checks/own.ts'
import { type DiagnosisOptions, type DiagnosisPorts, diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Fetch } from '../../src/oidc/transport/http.ts'

export const DIAGNOSED_SECRET = 'a-client-secret-that-no-diagnosis-may-show-to-anybody'

export interface Diagnosed {
  readonly checks: readonly Check[]
  /** The first row of a check. @throws Error when there is none */
  row(id: CheckId): Check
  /** The ids of all that fail, in order. */
  readonly failed: readonly CheckId[]
  /** Every address that was asked. */
  readonly asked: readonly string[]
}

export async function diagnosed(
  settings: Readonly<Record<string, unknown>>,
  options: DiagnosisOptions & Partial<DiagnosisPorts> = {},
): Promise<Diagnosed> {
  const asked: string[] = []
  const transport: Fetch = options.fetch ?? ((url, init) => fetch(url, init))
  const read = settingsForDiagnosis({
    BASE_URL: 'https://login.example.org',
    GATEHOUSE_SECRET: 'a-sealing-secret-that-no-diagnosis-may-show',
    OIDC_RP_CLIENT_ID: 'gatehouse',
    OIDC_RP_CLIENT_SECRET: DIAGNOSED_SECRET,
    ...settings,
  })
  const ports: DiagnosisPorts = {
    fetch: (url, init) => {
      asked.push(url)
      return transport(url, init)
    },
    clock: options.clock ?? { now: () => Date.now(), aheadSeconds: 0, sleep: async () => {} },
    storage: options.storage ?? null,
    refusals: options.refusals ?? null,
  }
  const checks = await diagnose(read, ports, options)
  return {
    checks,
    row(id) {
      const found = checks.find((check) => check.id === id)
      if (!found) throw new Error(`there is no check ${id} among ${checks.map((check) => check.id).join(', ')}`)
      return found
    },
    failed: checks.filter(({ result }) => result === 'fail').map(({ id }) => id),
    asked,
  }
}
