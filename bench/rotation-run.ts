/**
 * Sign-ins and token checks while the keys of the provider change under them, and what came of each; printing is left to `rotation.ts`.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Complaint } from '../dev/complaint.ts'
import { type Installation, introspect } from '../test/support/installation.ts'
import { Visitor } from '../test/support/visitor.ts'
import { createTokens } from './rotation-tokens.ts'

export interface Options {
  readonly signIns: number
  readonly browsers: number
  readonly checks: number
  /** Seconds between two changes of the keys. */
  readonly everySeconds: number
  /** Whether tokens with made-up key ids are checked as well, a new id each time. */
  readonly withFlood: boolean
}

export const DEFAULTS: Options = { signIns: 200, browsers: 20, checks: 20_000, everySeconds: 5, withFlood: false }

/** How often each answer came. */
interface Answers {
  active: number
  inactive: number
  /** 503 */
  unavailable: number
}

export interface Figures {
  readonly seconds: number
  /** The longest time that the provider, which runs in this process, did not answer anyone. */
  readonly providerStalledMilliseconds: number
  readonly rotations: number
  readonly keysAskedFor: number
  readonly withFlood: boolean
  readonly signIns: {
    good: number
    /** By what the provider said. */
    refusedByProvider: Record<string, number>
    failed: string[]
  }
  readonly checks: {
    live: Answers
    retired: Answers
    condemned: Answers
    forged: Answers
    flood: Answers
    wrong: string[]
  }
}

const CHECKERS = 8
/** The work is spread over at least so many changes of the keys. */
const ROTATIONS_MIN = 12
/** The run ends after this, whatever is left to do. */
const TIME_MAX_MILLISECONDS = 15 * 60_000

/** Runs until all sign-ins and checks are done, or the time is over. */
export async function runRotation(installation: Installation, options: Options): Promise<Figures> {
  const { provider, gatehouse } = installation
  const tokens = await createTokens(installation, options.withFlood)
  const begunAt = Date.now()
  const stalls = monitorEventLoopDelay({ resolution: 20 })
  stalls.enable()
  const signal = AbortSignal.timeout(TIME_MAX_MILLISECONDS)
  const none = (): Answers => ({ active: 0, inactive: 0, unavailable: 0 })
  const signIns: Figures['signIns'] = { good: 0, refusedByProvider: {}, failed: [] }
  const checks: Figures['checks'] = {
    live: none(),
    retired: none(),
    condemned: none(),
    forged: none(),
    flood: none(),
    wrong: [],
  }
  /** The newest generation with a good verdict: Gatehouse has seen its key, so it knows that the earlier keys are gone. */
  let seen = 0

  async function rotateUntil(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      await sleep(options.everySeconds * 1000)
      await tokens.rotate()
    }
  }

  async function signInOften(times: number, paceMilliseconds: number): Promise<void> {
    const browser = new Visitor(installation)
    for (let time = 0; time < times && !signal.aborted; time += 1) {
      await sleep(Math.random() * 2 * paceMilliseconds)
      await signInOnce(browser)
    }
  }

  async function signInOnce(browser: Visitor): Promise<void> {
    let callback: string
    try {
      callback = await browser.answerFor('alice')
    } catch (error) {
      if (error instanceof Complaint) noteRefusal(error.message)
      else signIns.failed.push(String(error))
      return
    }
    const response = await browser.visit(callback)
    if (response.status === 302) {
      signIns.good += 1
      return
    }
    const [, reference = 'none'] = /Reference: (\w+)/.exec(await response.text()) ?? []
    const line = gatehouse.log.find((one) => one.includes(reference)) ?? `status ${response.status}`
    // At its userinfo endpoint the embedded provider refuses access tokens that the previous key has signed.
    const [said] = /"provider_place":"\w+","provider_status":4\d\d/.exec(line) ?? []
    if (said !== undefined) noteRefusal(said)
    else signIns.failed.push(line)
  }

  function noteRefusal(said: string): void {
    signIns.refusedByProvider[said] = (signIns.refusedByProvider[said] ?? 0) + 1
  }

  async function checkOnce(): Promise<void> {
    const { kind, token, generation } = tokens.pick()
    const seenBefore = seen
    const response = await introspect(installation, await token)
    const body: unknown = await response.json()
    const isActive = typeof body === 'object' && body !== null && 'active' in body && body.active === true
    const isVerdict = response.status === 200
    // The key of a live token may be replaced while it is checked; either answer is right then.
    const count = kind === 'live' && !tokens.isCurrent(generation) ? 'retired' : kind
    checks[count][isActive ? 'active' : isVerdict ? 'inactive' : 'unavailable'] += 1
    if (isActive && (kind === 'live' || kind === 'retired')) seen = Math.max(seen, generation)
    if (!isVerdict && response.status !== 503) checks.wrong.push(`${kind}: status ${response.status}`)
    if (count === 'live' && isVerdict && !isActive) checks.wrong.push('a live token was called inactive')
    if (isActive && (kind === 'condemned' || kind === 'forged' || kind === 'flood')) {
      checks.wrong.push(`a token that is ${kind} was called active`)
    }
    // Gatehouse learns that a key is gone only when it looks for the next one.
    if (isActive && kind === 'retired' && generation < seenBefore) checks.wrong.push('a retired key was believed')
  }

  async function checkOften(times: number, spreadMilliseconds: number): Promise<void> {
    const startedAt = Date.now()
    for (let time = 0; time < times && !signal.aborted; time += 1) {
      const early = startedAt + (time / times) * spreadMilliseconds - Date.now()
      if (early > 0) await sleep(early)
      await checkOnce()
    }
  }

  await tokens.rotate()
  const spreadMilliseconds = ROTATIONS_MIN * options.everySeconds * 1000
  const perBrowser = Math.ceil(options.signIns / options.browsers)
  let isDone = false
  const rotating = rotateUntil(() => isDone)
  await Promise.all([
    ...Array.from({ length: options.browsers }, () => signInOften(perBrowser, spreadMilliseconds / perBrowser)),
    ...Array.from({ length: CHECKERS }, () => checkOften(Math.ceil(options.checks / CHECKERS), spreadMilliseconds)),
  ])
  isDone = true
  await rotating
  return {
    seconds: Math.round((Date.now() - begunAt) / 1000),
    providerStalledMilliseconds: Math.round(stalls.max / 1e6),
    rotations: tokens.rotations(),
    keysAskedFor: provider.journal.count('/jwks'),
    withFlood: options.withFlood,
    signIns,
    checks,
  }
}
