/**
 * Settings for tests that are about a few of them: all that must be set is set, and none of it matters.
 */

import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/model.ts'

/** @throws ConfigurationError when one of the settings is wrong */
export function configWith(settings: Readonly<Record<string, unknown>> = {}): Config {
  const { config } = loadConfig({
    BASE_URL: 'https://login.example.org',
    GATEHOUSE_SECRET: 'a-secret-of-gatehouse-of-32-bytes-or-more',
    OIDC_OP_URL: 'https://id.example.org',
    OIDC_RP_CLIENT_ID: 'gatehouse',
    OIDC_RP_CLIENT_SECRET: 'secret',
    ...settings,
  })
  return config
}
