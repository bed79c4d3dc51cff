/**
 * Walks through every operation once, cold and warm, and notes what each cost; writing it down is left to `costs.ts`.
 */
import { accessTokenOf } from '../dev/sign-in.ts'
import type { Installation } from '../test/support/installation.ts'
import { Visitor } from '../test/support/visitor.ts'
import { COSTS_PATH, type Costs } from './counts.ts'

export interface Measured {
  readonly operation: string
  readonly costs: Costs
}

type Isolate = 'first' | 'second'

/** @param installation made of `counting-worker.ts`, with an empty cache and an empty database */
export async function measureCosts(installation: Installation): Promise<readonly Measured[]> {
  const measured: Measured[] = []
  const visitor = new Visitor(installation)
  const { gatehouse, appAuthorization } = installation

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

  const check = (token: string, isolate: Isolate) => {
    const init = {
      method: 'POST',
      headers: { authorization: appAuthorization, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token }).toString(),
    }
    const path = '/api/v1.0/introspect/'
    return isolate === 'first' ? fetch(`${gatehouse.baseUrl}${path}`, init) : gatehouse.askOther(path, init)
  }

  const login = '/api/v1.0/authenticate/'
  await measure('login start, the very first', 'first', () => visitor.visit(login))
  await measure('login start', 'first', () => visitor.visit(login))
  await pause()
  await measure('login start, nothing heard of the provider for 2 s', 'first', () => visitor.visit(login))

  const first = await visitor.answerFor('alice')
  await measure('callback, first sign-in of a person, keys not known yet', 'first', () => visitor.visit(first))
  const second = await visitor.answerFor('alice')
  await measure('callback, later sign-in, keys known', 'first', () => visitor.visit(second))
  await measure('callback, loaded again', 'first', () => visitor.visit(second))
  await measure('users/me', 'first', () => visitor.visit('/api/v1.0/users/me/'))
  await measure('users/me, another isolate', 'second', () => visitor.visit('/api/v1.0/users/me/', {}, 'second'))

  const token = await accessTokenOf('alice', installation.client)
  await measure('JWT check, app not known yet', 'first', () => check(token, 'first'))
  await measure('JWT check, warm', 'first', () => check(token, 'first'))
  await measure('JWT check, cold isolate', 'second', () => check(token, 'second'))
  await installation.provider.rotateKeys()
  const rotated = await accessTokenOf('alice', installation.client)
  await measure('JWT check, first with a new key', 'first', () => check(rotated, 'first'))
  await measure('session token check', 'first', () => check(visitor.sessionToken, 'first'))
  await measure('sign-out', 'first', () => visitor.signOut())
  await visitor.signIn('alice')
  await measure('back-channel logout of one session', 'first', () => visitor.signOutAtProvider())
  return measured
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2100))
}
