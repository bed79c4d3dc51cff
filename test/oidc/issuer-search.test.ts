/**
 * Finding the issuer of a provider from its endpoints: only one that names the very same endpoints counts.
 */
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { metadataSource } from '../../src/oidc/metadata/discovery.ts'
import { createProviders } from '../../src/oidc/providers.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createFarEnd, type FarEnd, json } from '../support/far-end.ts'
import { refusalOf } from '../support/refusal.ts'

const ISSUER = 'https://idp.example/tenants/main'
const WELL_KNOWN = '/.well-known/openid-configuration'
const ENDPOINTS = {
  OIDC_OP_AUTHORIZATION_ENDPOINT: `${ISSUER}/protocol/authorize`,
  OIDC_OP_TOKEN_ENDPOINT: `${ISSUER}/protocol/token`,
  OIDC_OP_JWKS_ENDPOINT: `${ISSUER}/protocol/keys`,
  OIDC_OP_USER_ENDPOINT: 'https://internal.example/userinfo',
}
const DOCUMENT = {
  issuer: ISSUER,
  authorization_endpoint: ENDPOINTS.OIDC_OP_AUTHORIZATION_ENDPOINT,
  token_endpoint: ENDPOINTS.OIDC_OP_TOKEN_ENDPOINT,
  jwks_uri: ENDPOINTS.OIDC_OP_JWKS_ENDPOINT,
  userinfo_endpoint: `${ISSUER}/protocol/userinfo`,
}

/** Gatehouse with the endpoints alone, and memory that all of its isolates share. */
function world(document: unknown, more: Readonly<Record<string, unknown>> = {}) {
  const farEnd: FarEnd = createFarEnd()
  if (document !== undefined) farEnd.on(ISSUER + WELL_KNOWN, () => json(document))
  const { config } = loadConfig({
    BASE_URL: 'https://gate.example.com',
    GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
    OIDC_RP_CLIENT_ID: 'gatehouse',
    OIDC_RP_CLIENT_SECRET: 'client-secret',
    ...ENDPOINTS,
    ...more,
  })
  const shared = new Map<string, unknown>()
  const cache = {
    get: async (key: string) => shared.get(key) ?? null,
    put: async (key: string, entry: unknown) => void shared.set(key, entry),
  }
  const isolate = () =>
    createProviders(config.providers, { fetch: farEnd.fetch, cache, clock: createFakeClock(), log: () => {} })
  return { farEnd, config, isolate, providers: isolate() }
}

describe('the issuer of a provider without OIDC_OP_URL', () => {
  it('is found on the way to its endpoints', async () => {
    const { providers, farEnd } = world(DOCUMENT)
    expect(await providers.first.issuer()).toBe(ISSUER)
    expect(farEnd.journal).toEqual([`${ISSUER}/protocol${WELL_KNOWN}`, ISSUER + WELL_KNOWN])
  })

  it('may have a final slash, though the address of its document has not two', async () => {
    const { providers, farEnd } = world({ ...DOCUMENT, issuer: `${ISSUER}/` })
    expect(await providers.first.issuer()).toBe(`${ISSUER}/`)
    expect(farEnd.journal).toContain(ISSUER + WELL_KNOWN)
  })

  it('is looked for once, and known to other isolates from then on', async () => {
    const { providers, isolate, farEnd } = world(DOCUMENT)
    await providers.first.issuer()
    await providers.first.issuer()
    await isolate().first.issuer()
    expect(farEnd.journal).toHaveLength(2)
  })

  it('is what a token must name to be this provider’s', async () => {
    const { providers } = world(DOCUMENT)
    expect(await providers.issuing(ISSUER)).toEqual([providers.first])
    expect(await providers.issuing('https://idp.example')).toEqual([])
    expect(await providers.issuing(undefined)).toEqual([])
  })

  it.each([['authorization_endpoint'], ['token_endpoint'], ['jwks_uri']])(
    'does not count when its document names another %s',
    async (name) => {
      const refusal = await refusalOf(world({ ...DOCUMENT, [name]: `${ISSUER}/other` }).providers.first.issuer())
      expect(refusal).toMatchObject({ code: 'not_configured', message: expect.stringContaining('OIDC_OP_URL') })
    },
  )

  it.each(['https://evil.example', 'https://idp.example/tenants/mai', undefined, 5])(
    'does not count when its document calls it %j, where it was not looked for',
    async (issuer) => {
      expect((await refusalOf(world({ ...DOCUMENT, issuer }).providers.first.issuer())).code).toBe('not_configured')
    },
  )

  it('that is nowhere is asked of the operator, with the places that were looked at', async () => {
    const refusal = await refusalOf(world(undefined).providers.first.issuer())
    expect(refusal.detail.looked_at).toEqual([
      `${ISSUER}/protocol`,
      ISSUER,
      'https://idp.example/tenants',
      'https://idp.example',
    ])
  })

  it('that is nowhere is called the same while no one looks for it again', async () => {
    const { providers } = world(undefined)
    const refusals = [await refusalOf(providers.first.issuer()), await refusalOf(providers.first.issuer())]
    expect(refusals.map(({ code }) => code)).toEqual(['not_configured', 'not_configured'])
  })

  it('is not said to be nowhere while a place cannot be reached', async () => {
    const { providers, farEnd } = world(undefined)
    farEnd.on(`https://idp.example${WELL_KNOWN}`, () => {
      throw new TypeError('network connection lost')
    })
    expect((await refusalOf(providers.first.issuer())).code).toBe('provider_unreachable')
  })

  it.each([500, 429])('is not said to be nowhere while a place answers with status %d', async (status) => {
    const { providers, farEnd } = world(undefined)
    farEnd.on(ISSUER + WELL_KNOWN, () => json({}, status))
    const refusal = await refusalOf(providers.first.issuer())
    expect(refusal).toMatchObject({ code: 'provider_unreachable', provider: { status } })
  })

  it('is found although another place answers with status 500', async () => {
    const { providers, farEnd } = world(DOCUMENT)
    farEnd.on(`${ISSUER}/protocol${WELL_KNOWN}`, () => json({}, 500))
    expect(await providers.first.issuer()).toBe(ISSUER)
  })

  it('is found although another place cannot be reached', async () => {
    const { providers, farEnd } = world(DOCUMENT)
    farEnd.on(`${ISSUER}/protocol${WELL_KNOWN}`, () => {
      throw new TypeError('network connection lost')
    })
    expect(await providers.first.issuer()).toBe(ISSUER)
  })

  it('is not said by the document of another path of the host, also when its own cannot be had', async () => {
    const { providers, farEnd } = world(undefined)
    farEnd.on(ISSUER + WELL_KNOWN, () => {
      throw new TypeError('network connection lost')
    })
    const forged = { ...DOCUMENT, introspection_endpoint: 'https://evil.example/introspect' }
    farEnd.on(`https://idp.example${WELL_KNOWN}`, () => json(forged))
    expect((await refusalOf(providers.first.issuer())).code).toBe('provider_unreachable')
  })

  it('may be on another host than its document, if one of the endpoints is there', async () => {
    const inside = 'https://inside.example/tenants/main'
    const keys = `${inside}/protocol/keys`
    const { providers, farEnd } = world(undefined, { OIDC_OP_JWKS_ENDPOINT: keys })
    farEnd.on(inside + WELL_KNOWN, () => json({ ...DOCUMENT, jwks_uri: keys }))
    expect(await providers.first.issuer()).toBe(ISSUER)
  })

  it('that is not found does not hide another provider that is known', async () => {
    const table = { id: 'work', url: 'https://work.example', client_id: 'gatehouse' }
    const { providers } = world(undefined, {
      OIDC_PROVIDERS: [table],
      OIDC_PROVIDERS_WORK_CLIENT_SECRET: 'client-secret',
    })
    expect((await providers.issuing('https://work.example')).map(({ id }) => id)).toEqual(['work'])
    await refusalOf(providers.issuing('https://other.example'))
  })

  it('comes with metadata in which the endpoints of the settings win', async () => {
    const { config, farEnd } = world(DOCUMENT)
    const source = metadataSource(config.providers[0], () => {})
    const metadata = source.parse(await source.load(farEnd.fetch))
    expect(metadata.userinfo_endpoint).toBe('https://internal.example/userinfo')
  })
})
