/**
 * Checks tokens without a pause while the database, the provider and its keys fail in turns, and judges every answer; printing is left to
 * `endurance.ts`.
 */
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Installation } from '../test/support/installation.ts'
import { PATHS } from '../test/support/paths.ts'
import { Visitor } from '../test/support/visitor.ts'
import { type DatabaseFault, FAULT_PATH, type FaultyProvider, phasesOf } from './faults.ts'
import { createPopulation, type Kind, type Sample } from './faults-tokens.ts'
import { ask, CONNECTIONS } from './load.ts'

export interface Options {
  readonly periods: number
  readonly periodSeconds: number
  /** REVOCATION_LAG_SECONDS of the installation. */
  readonly lagSeconds: number
}

interface Answers {
  good: number
  notGood: number
  /** 503 while something fails, or has failed a moment ago. */
  unavailable: number
  /** 503 while nothing does. */
  unavailableInCalm: number
}

export interface Outcome {
  readonly seconds: number
  readonly checks: Record<Kind, Answers>
  ended: number
  /** The longest time after its end that a token was still called good, in milliseconds, by the moment of asking. */
  longestGoodAfterEnd: number
  readonly signIns: { good: number; refused: Record<string, number>; refusedInCalm: number }
  /** What people who are signed in were told of themselves. */
  readonly visits: { good: number; unavailable: number }
  /** What must not have happened. */
  readonly wrong: string[]
}

/** So that sessions are confirmed within a period, and a provider that hangs does not fill it. */
export const SETTINGS = { OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS: '60', OIDC_TIMEOUT: '2' }

/** An app that is told something just now has asked a moment ago, and the feed is asked in one round trip. */
const ROUND_TRIP_MILLISECONDS = 500
/** After a fault, connections and caches need a moment. */
const CALM_AFTER_MILLISECONDS = 5000
const VISITORS = 3
const VISIT_EVERY_MILLISECONDS = 1000
const SIGN_IN_EVERY_MILLISECONDS = 3000
const ENDS_PER_PERIOD = 80
const WRONG_MAX = 50

/** @param installation made of `faulty-worker.ts`, with a provider that `faultyProvider` answers for */
export async function runUnderFaults(
  installation: Installation,
  faultyProvider: FaultyProvider,
  { periods, periodSeconds, lagSeconds }: Options,
): Promise<Outcome> {
  const { gatehouse, appAuthorization } = installation
  const url = `${gatehouse.baseUrl}${PATHS.introspect}`
  const headers = { authorization: appAuthorization, 'content-type': 'application/x-www-form-urlencoded' }
  const population = await createPopulation(installation)
  const none = (): Answers => ({ good: 0, notGood: 0, unavailable: 0, unavailableInCalm: 0 })
  const outcome: Outcome = {
    seconds: periods * periodSeconds,
    checks: { session: none(), jwt: none(), opaque: none(), condemned: none(), forged: none() },
    ended: 0,
    longestGoodAfterEnd: 0,
    signIns: { good: 0, refused: {}, refusedInCalm: 0 },
    visits: { good: 0, unavailable: 0 },
    wrong: [],
  }
  let isDone = false
  /** `null`: something fails. */
  let calmSince: number | null = Date.now()
  /** The newest key of which each isolate has called a token good, so that it knows that the ones before are gone. */
  const seen = { first: 0, second: 0 }

  const wrong = (what: string) => {
    if (outcome.wrong.length < WRONG_MAX) outcome.wrong.push(what)
  }
  const isCalm = () => calmSince !== null && Date.now() > calmSince + CALM_AFTER_MILLISECONDS

  async function check(isolate: 'first' | 'second', agent: Agent): Promise<void> {
    const sample = population.pick()
    const wasCurrent = population.isCurrent(sample.generation)
    const [sentAt, seenBefore] = [Date.now(), seen[isolate]]
    const body = `token=${encodeURIComponent(sample.token)}`
    const { status, text } =
      isolate === 'first'
        ? await ask(url, { method: 'POST', headers, agent }, body)
        : await askSecond({ method: 'POST', headers, body })
    const answers = outcome.checks[sample.kind]
    if (status === 503) answers[isCalm() ? 'unavailableInCalm' : 'unavailable'] += 1
    else if (status !== 200) wrong(`${sample.kind}: status ${status}`)
    else if (text.includes('"active":true')) {
      answers.good += 1
      judgeGood(sample, sentAt, seenBefore)
      seen[isolate] = Math.max(seen[isolate], sample.generation)
    } else {
      answers.notGood += 1
      judgeNotGood(sample, wasCurrent)
    }
  }

  async function askSecond(init: RequestInit) {
    const response = await gatehouse.askOther(PATHS.introspect, init)
    return { status: response.status, text: await response.text() }
  }

  function judgeGood({ kind, generation, endedAt }: Sample, sentAt: number, seenBefore: number): void {
    if (kind === 'condemned' || kind === 'forged') wrong(`${kind}: called good`)
    if (kind === 'jwt' && generation < seenBefore) wrong('jwt: a key was believed that was gone')
    if (endedAt === null || sentAt <= endedAt) return
    const after = sentAt - endedAt
    outcome.longestGoodAfterEnd = Math.max(outcome.longestGoodAfterEnd, after)
    if (after > lagSeconds * 1000 + ROUND_TRIP_MILLISECONDS) wrong(`${kind}: called good ${after} ms after its end`)
  }

  function judgeNotGood({ kind, generation, endingSince }: Sample, wasCurrent: boolean): void {
    if (kind === 'condemned' || kind === 'forged' || endingSince !== null) return
    // The key of a JWT may be replaced while it is checked, or have been before.
    if (kind !== 'jwt' || (wasCurrent && population.isCurrent(generation)))
      wrong(`${kind}: a good one was called not good`)
  }

  async function visit(): Promise<void> {
    const visitor = new Visitor(installation)
    await visitor.signIn('alice')
    await every(VISIT_EVERY_MILLISECONDS, async () => {
      const { status } = await visitor.visit(PATHS.me)
      if (status === 200) outcome.visits.good += 1
      else if (status === 503) outcome.visits.unavailable += 1
      else wrong(`users/me of someone who is signed in: status ${status}`)
    })
  }

  async function signIn(): Promise<void> {
    await every(SIGN_IN_EVERY_MILLISECONDS, async () => {
      const said = await signInOnce()
      if (said === '302') outcome.signIns.good += 1
      else {
        outcome.signIns.refused[said] = (outcome.signIns.refused[said] ?? 0) + 1
        if (isCalm()) outcome.signIns.refusedInCalm += 1
      }
      if (said === '500') wrong('sign-in: status 500')
    })
  }

  /** @returns the status at the end, or that it did not get as far */
  async function signInOnce(): Promise<string> {
    const visitor = new Visitor(installation)
    const start = await visitor.visit(PATHS.login)
    if (start.status !== 302) return String(start.status)
    try {
      return String((await visitor.signIn('bob')).status)
    } catch {
      return 'the provider'
    }
  }

  async function every(milliseconds: number, work: () => Promise<void>): Promise<void> {
    while (!isDone) {
      await sleep(milliseconds * (0.5 + Math.random()))
      if (!isDone) await work()
    }
  }

  async function setDatabaseFault(fault: DatabaseFault): Promise<void> {
    const path = `${FAULT_PATH}?fault=${encodeURIComponent(fault)}`
    await Promise.all([fetch(`${gatehouse.baseUrl}${path}`), gatehouse.askOther(path)])
  }

  async function playPeriod(period: number): Promise<void> {
    const begunAt = Date.now()
    await population.renew()
    for (const { at, database, provider, rotatesKeys } of phasesOf(period)) {
      await sleep(Math.max(0, begunAt + at * periodSeconds * 1000 - Date.now()))
      const isWell = database === 'none' && provider === 'none'
      if (!isWell) calmSince = null
      await setDatabaseFault(database)
      faultyProvider.set(provider)
      if (isWell) calmSince ??= Date.now()
      if (rotatesKeys) await population.rotate()
    }
    await sleep(Math.max(0, begunAt + periodSeconds * 1000 - Date.now()))
  }

  async function checkWithoutPause(isolate: 'first' | 'second', agent: Agent): Promise<void> {
    while (!isDone) await check(isolate, agent)
  }

  async function end(): Promise<void> {
    await every((periodSeconds * 1000) / ENDS_PER_PERIOD, async () => {
      if (await population.endOne()) outcome.ended += 1
    })
  }

  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  await population.renew()
  const work = [
    ...Array.from({ length: CONNECTIONS }, () => checkWithoutPause('first', agent)),
    checkWithoutPause('second', agent),
    ...Array.from({ length: VISITORS }, visit),
    signIn(),
    end(),
  ]
  const playing = (async () => {
    for (let period = 0; period < periods; period += 1) await playPeriod(period)
    isDone = true
  })()
  await Promise.all([playing, ...work])
  agent.destroy()
  return outcome
}
