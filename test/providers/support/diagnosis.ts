/**
 * The diagnosis of a real provider, with the settings of a Gatehouse that need not run.
 */

import type { Check } from '../../../src/diagnosis/check.ts'
import { diagnosed } from '../../support/diagnosed.ts'
import { PATHS } from '../../support/paths.ts'
import { GATEHOUSE_CLIENT } from './realm.ts'

export const BASE_URL = 'http://localhost:8999'
export const CALLBACK = `${BASE_URL}${PATHS.callback}`
export const NOBODY_LISTENS = 'http://127.0.0.1:9'

/**
 * @param settings on top of those that are right
 * @param clockSeconds by how much Gatehouse's clock is ahead
 */
export async function diagnosisAt(
  issuer: string,
  settings: Readonly<Record<string, string>> = {},
  clockSeconds = 0,
): Promise<readonly Check[]> {
  const clock = {
    now: () => Date.now() + clockSeconds * 1000,
    aheadSeconds: clockSeconds,
    sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
  }
  const client = {
    OIDC_RP_CLIENT_ID: GATEHOUSE_CLIENT.clientId,
    OIDC_RP_CLIENT_SECRET: GATEHOUSE_CLIENT.clientSecret,
  }
  const { checks } = await diagnosed({ BASE_URL, OIDC_OP_URL: issuer, ...client, ...settings }, { clock })
  return checks
}
