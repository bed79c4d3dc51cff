/**
 * What operators get wrong with Dex, made wrong at a real one, each by itself: the diagnosis names it and nothing else.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { expectNamed, type Misconfiguration } from '../support/misconfigurations.ts'
import { type Dex, startDex } from './support/dex.ts'
import { CALLBACK, diagnosisAt, NOBODY_LISTENS } from './support/diagnosis.ts'

const DEX = { provider: 'dex', how: 'real' } as const

interface Case extends Misconfiguration {
  readonly settings?: (issuer: string) => Readonly<Record<string, string>>
  readonly clockSeconds?: number
}

const CASES: readonly Case[] = [
  {
    what: 'wrong client secret',
    settings: () => ({ OIDC_RP_CLIENT_SECRET: 'the-secret-of-yesterday' }),
    check: 'client-secret',
    fix: /secret/,
  },
  {
    what: 'client id that Dex does not know',
    settings: () => ({ OIDC_RP_CLIENT_ID: 'gatehose' }),
    check: 'client-id',
    fix: /staticClients|OIDC_RP_CLIENT_ID/,
  },
  {
    what: 'BASE_URL is another host than the one that is registered',
    settings: () => ({ BASE_URL: 'http://localhost:8998' }),
    check: 'redirect-uri',
    fix: /redirectURIs/,
  },
  {
    what: 'scope that Dex does not know',
    settings: () => ({ OIDC_RP_SCOPES: 'openid email address' }),
    check: 'scopes',
    fix: /OIDC_RP_SCOPES/,
  },
  {
    what: 'issuer with a final slash',
    settings: (issuer) => ({ OIDC_OP_URL: `${issuer}/` }),
    check: 'issuer',
    fix: /OIDC_OP_URL/,
  },
  {
    what: 'issuer without the path of Dex',
    settings: (issuer) => ({ OIDC_OP_TYPE: 'dex', OIDC_OP_URL: new URL(issuer).origin }),
    check: 'discovery',
    fix: /path|OIDC_OP_/,
  },
  {
    what: 'https for http in the issuer',
    settings: (issuer) => ({ OIDC_OP_TYPE: 'dex', OIDC_OP_URL: issuer.replace('http:', 'https:') }),
    check: 'discovery',
    fix: /OIDC_OP_/,
  },
  {
    what: 'keys cannot be had',
    settings: () => ({ OIDC_OP_JWKS_ENDPOINT: `${NOBODY_LISTENS}/keys` }),
    check: 'keys',
    fix: /OIDC_OP_JWKS_ENDPOINT/,
  },
  {
    what: 'algorithm that Dex does not use',
    settings: () => ({ OIDC_RP_SIGN_ALGO: 'ES256' }),
    check: 'algorithm',
    fix: /OIDC_RP_SIGN_ALGO/,
  },
  { what: 'clock ten minutes behind', clockSeconds: -600, check: 'clock', fix: /NTP|clock/i },
  { what: 'clock ten minutes ahead', clockSeconds: 600, check: 'clock', fix: /NTP|clock/i },
]

const { dex: missing } = inject('missing')

describe.skipIf(missing !== null)('with a real Dex, the diagnosis', () => {
  let dex: Dex
  beforeAll(async () => {
    dex = await startDex(CALLBACK)
  })
  afterAll(() => dex?.stop())

  it('finds nothing wrong where nothing is', async () => {
    expect((await diagnosisAt(dex.issuer)).filter(({ result }) => result === 'fail')).toEqual([])
  })

  it.for(CASES)('names: $what', async (injected, context) => {
    const checks = await diagnosisAt(dex.issuer, injected.settings?.(dex.issuer), injected.clockSeconds)
    expectNamed(checks, injected, DEX, context)
  })

  it('names: redirect URI registered without its final slash', async (context) => {
    const other = await startDex(CALLBACK.slice(0, -1))
    try {
      const what = 'redirect URI registered without its final slash'
      expectNamed(await diagnosisAt(other.issuer), { what, check: 'redirect-uri', fix: /redirectURIs/ }, DEX, context)
    } finally {
      await other.stop()
    }
  })
})
