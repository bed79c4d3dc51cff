/**
 * A diagnosis under way: what is known already is told at once, and a question that was not answered in time is asked once more.
 */
import { expect, it } from 'vitest'
import type { Check } from '../../src/diagnosis/check.ts'
import { settingsFindings, settingsForDiagnosis } from '../../src/diagnosis/checks/own.ts'
import { diagnosed } from '../support/diagnosed.ts'
import * as words from '../support/emulations/refusals.ts'
import { refusingProvider } from '../support/emulations/refusing.ts'
import { BASE_URL, REGISTERED } from './misconfigurations/mistake.ts'

const good = () => refusingProvider(words.generic, REGISTERED)
const settingsOf = (far: ReturnType<typeof good>) => ({
  BASE_URL,
  ...far.settings,
  OIDC_RP_CLIENT_ID: REGISTERED.clientId,
})

it('each check is told as soon as it is made, in the order of the whole', async () => {
  const far = good()
  const parts: (readonly Check[])[] = []
  let toldBeforeKeys = 0
  const { checks } = await diagnosed(settingsOf(far), {
    fetch: (url, init) => {
      if (url === far.document.jwks_uri) toldBeforeKeys = parts.flat().length
      return far.farEnd.fetch(url, init)
    },
    report: (part) => parts.push(part),
  })
  expect(parts.flat()).toEqual(checks)
  expect(parts.length).toBeGreaterThanOrEqual(3)
  expect(toldBeforeKeys).toBeGreaterThan(0)
})

it('a question that was not answered in time is asked once more', async () => {
  const far = good()
  const asked: string[] = []
  const { failed } = await diagnosed(settingsOf(far), {
    fetch: (url, init) => {
      const isFirst = !asked.includes(url)
      asked.push(url)
      if (isFirst) throw new DOMException('The operation was aborted due to timeout', 'TimeoutError')
      return far.farEnd.fetch(url, init)
    },
  })
  expect(failed).toEqual([])
  expect(asked.filter((url) => url.endsWith('/.well-known/openid-configuration')).length).toBeGreaterThanOrEqual(2)
})

it.each([
  ['GATEHOUSE_SECRET', { GATEHOUSE_SECRET: 'short' }],
  ['OIDC_RP_CLIENT_SECRET', { OIDC_RP_CLIENT_SECRET: undefined }],
  ['OIDC_RP_PRIVATE_KEY', { OIDC_RP_PRIVATE_KEY: 'no key' }],
])('no advice puts the secret %s into wrangler.toml', (name, change) => {
  const all = { BASE_URL, ...good().settings, GATEHOUSE_SECRET: 'g'.repeat(43), ...change }
  const rows = settingsFindings(settingsForDiagnosis(all)).filter(({ seen }) => seen.startsWith(name))
  expect(rows.map(({ fix }) => fix)).toEqual([expect.stringContaining(`npx wrangler secret put ${name}`)])
  expect(rows.map(({ fix }) => fix)).not.toEqual([expect.stringContaining('wrangler.toml')])
})

it('advice puts what is no secret into wrangler.toml, and not among the secrets', () => {
  const all = { ...good().settings, GATEHOUSE_SECRET: 'g'.repeat(43), BASE_URL: 'http://login.example.org' }
  const [row] = settingsFindings(settingsForDiagnosis(all))
  expect(row?.fix).toMatch(/^Set BASE_URL under \[vars\] in wrangler\.toml/)
  expect(row?.fix).not.toContain('secret put')
})
