/**
 * Walks through every operation once, cold and warm, and notes what each cost; writing it down is left to `costs.ts`.
 */
import type { Client, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { serviceSecret } from '../dev/provider/clients.ts'
import type { ProviderOptions } from '../dev/provider/provider.ts'
import { accessTokenOf } from '../dev/sign-in.ts'
import type { Installation } from '../test/support/installation.ts'
import { PATHS } from '../test/support/paths.ts'
import { Visitor } from '../test/support/visitor.ts'
import { COSTS_PATH, type Costs } from './counts.ts'

export interface Measured {
  readonly operation: string
  readonly costs: Costs
}

type Isolate = 'first' | 'second'

const OPAQUE_RESOURCE = 'urn:gatehouse:opaque'
/** Whether people get opaque tokens right now, too. */
let isOpaqueForPeople = false

/** What the provider must have beside the usual: it can be asked about tokens, and issues opaque ones to whoever wants them. */
export const PROVIDER: Pick<ProviderOptions, 'customize'> = {
  customize(base) {
    const usual = base.features?.resourceIndicators
    return {
      ...base,
      features: {
        ...base.features,
        introspection: { enabled: true, allowedPolicy: () => true },
        resourceIndicators: {
          ...usual,
          async getResourceServerInfo(ctx: KoaContextWithOIDC, resource: string, client: Client) {
            const info = await usual?.getResourceServerInfo?.(ctx, resource, client)
            if (!info) throw new TypeError('the embedded provider knows every resource')
            return resource === OPAQUE_RESOURCE || isOpaqueForPeople ? { ...info, accessTokenFormat: 'opaque' } : info
          },
        },
      },
    } as Configuration // oidc-provider refuses what is none
  },
}

/** The revocation feed is never too old, so that the figures do not depend on how long the measurement takes. */
export const MEASURED = { provider: PROVIDER, settings: { REVOCATION_LAG_SECONDS: '600' } }

/** The revocation feed is always too old. */
export const MEASURED_PULL = { provider: PROVIDER, settings: { REVOCATION_LAG_SECONDS: '0' } }

/** Notes what is done with an installation made of `counting-worker.ts`. */
function createMeter({ gatehouse, appAuthorization }: Installation) {
  const measured: Measured[] = []

  async function measure(operation: string, isolate: Isolate, work: () => Promise<Response>): Promise<Response> {
    await costsOf(isolate)
    const response = await work()
    if (response.status >= 400) throw new Error(`${operation} answered ${response.status}`)
    measured.push({ operation, costs: await costsOf(isolate) })
    return response
  }

  async function costsOf(isolate: Isolate): Promise<Costs> {
    const response =
      isolate === 'first' ? await fetch(`${gatehouse.baseUrl}${COSTS_PATH}`) : await gatehouse.askOther(COSTS_PATH)
    return (await response.json()) as Costs // the counting Worker's own answer
  }

  const check = async (token: string, isolate: Isolate) => {
    const init = {
      method: 'POST',
      headers: { authorization: appAuthorization, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token }).toString(),
    }
    const path = PATHS.introspect
    const ask = isolate === 'first' ? fetch(`${gatehouse.baseUrl}${path}`, init) : gatehouse.askOther(path, init)
    const response = await ask
    const verdict = await response.clone().text()
    if (!verdict.startsWith('{"active":true')) throw new Error('what is measured is a good token')
    return response
  }

  return { measured, measure, check }
}

/** What a check costs that has to read the revocation feed, which else is read once for many. @param installation of MEASURED_PULL */
export async function measurePull(installation: Installation): Promise<readonly Measured[]> {
  const { measured, measure, check } = createMeter(installation)
  const visitor = new Visitor(installation)
  await visitor.signIn('alice')
  await check(visitor.sessionToken, 'first')
  await measure('pull of the revocation feed, nothing new', 'first', () => check(visitor.sessionToken, 'first'))
  return measured
}

/** @param installation of MEASURED, with an empty cache and an empty database */
export async function measureCosts(installation: Installation): Promise<readonly Measured[]> {
  const { measured, measure, check } = createMeter(installation)
  const visitor = new Visitor(installation)
  const { gatehouse } = installation

  await measure('login start, the very first', 'first', () => visitor.visit(PATHS.login))
  await measure('login start', 'first', () => visitor.visit(PATHS.login))

  const first = await visitor.answerFor('alice')
  await measure('callback, first sign-in of a person, keys not known yet', 'first', () => visitor.visit(first))
  const second = await visitor.answerFor('alice')
  await measure('callback, later sign-in, keys known', 'first', () => visitor.visit(second))
  await measure('callback, loaded again', 'first', () => visitor.visit(second))
  await pause()
  await measure('login start, nothing heard of the provider for 2 s', 'first', () => visitor.visit(PATHS.login))
  await measure('users/me', 'first', () => visitor.visit(PATHS.me))
  await measure('users/me, another isolate', 'second', () => visitor.visit(PATHS.me, {}, 'second'))

  const token = await accessTokenOf('alice', installation.client)
  const opaque = await opaqueToken(installation)
  await measure('JWT check, app not known yet', 'first', () => check(token, 'first'))
  await measure('JWT check, first of a token', 'first', async () =>
    check(await accessTokenOf('bob', installation.client), 'first'),
  )
  await measure('JWT check, warm', 'first', () => check(token, 'first'))
  await measure('opaque token check of a program', 'first', () => check(opaque, 'first'))
  isOpaqueForPeople = true
  const ofPerson = await accessTokenOf('alice', installation.client)
  isOpaqueForPeople = false
  await measure('opaque token check of a person', 'first', () => check(ofPerson, 'first'))
  await measure('opaque token check, again within a minute', 'first', () => check(opaque, 'first'))
  await measure('JWT check, cold isolate', 'second', () => check(token, 'second'))
  await measure('opaque token check, another isolate', 'second', () => check(opaque, 'second'))
  await installation.provider.rotateKeys()
  const rotated = await accessTokenOf('alice', installation.client)
  await measure('JWT check, first with a new key', 'first', () => check(rotated, 'first'))
  await measure('session token check', 'first', () => check(visitor.sessionToken, 'first'))
  await measure('session token check, warm', 'first', () => check(visitor.sessionToken, 'first'))
  const ownPage = { method: 'POST', headers: { origin: gatehouse.baseUrl } }
  const refresh = () => visitor.visit(PATHS.sessionRefresh, ownPage)
  await measure('refresh of a session, nothing new about the person', 'first', refresh)
  await measure('sign-out', 'first', () => visitor.signOut())
  await visitor.signIn('alice')
  await measure('back-channel logout of one session', 'first', () => visitor.signOutAtProvider())
  return measured
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2100))
}

/** A program's own token that says nothing by itself, for the audience of Gatehouse. */
export async function opaqueToken({ provider, client }: Installation): Promise<string> {
  const response = await fetch(`${provider.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`recorder:${serviceSecret(client.clientSecret, 'recorder')}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: OPAQUE_RESOURCE }),
  })
  const { access_token } = (await response.json()) as { access_token: string } // a token answer of oidc-provider
  return access_token
}
