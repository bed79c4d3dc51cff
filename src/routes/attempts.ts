/**
 * Sign-in attempts under way, each in a sealed cookie of its own, so that tabs do not disturb each other and strangers fill no table.
 */
import type { Context } from 'hono'
import * as v from 'valibot'
import { epochSeconds } from '../clock.ts'
import type { ProviderConfig } from '../config/env.ts'
import { sha256 } from '../crypto.ts'
import type { Deps } from '../deps.ts'
import { pendingLoginSchema } from '../oidc/provider.ts'
import { deleteCookie, requestCookies, writeCookie } from './cookies.ts'

const attemptSchema = v.object({
  pending: pendingLoginSchema,
  /** Whose answer is awaited; another provider's answer is not this one's. */
  providerId: v.string(),
  /** Where to go after signing in, as it was accepted at the start. `null`: nowhere in particular. */
  returnTo: v.nullable(v.string()),
  /** Nobody may be asked anything, so whoever cannot be signed in goes on signed out. */
  isSilent: v.boolean(),
  /** Begun by us, because the provider had forgotten the first; a third would be a loop. */
  isSecondTry: v.exactOptional(v.literal(true)),
  /** Of the session that this browser had when it began: an answer by form brings no session cookie with it. */
  replacedTokenHash: v.nullable(v.string()),
  startedAt: v.number(),
})

export type Attempt = Readonly<v.InferOutput<typeof attemptSchema>>

const PREFIX = '__Host-gatehouse-login-'
/** When the attempt was begun (base 36), so that the oldest are known without opening them, and the beginning of its state's hash. */
const NAME = /^__Host-gatehouse-login-([0-9a-z]{6,9})-[\w-]{16}$/

/** Long enough for a lost password at the provider. */
export const ATTEMPT_SECONDS = 600
/** Servers refuse requests whose headers are too long; all attempts together stay well below. */
const ATTEMPTS_BYTES_MAX = 6656

/** Puts a new attempt into the browser, and drops the oldest ones when there are too many. */
export async function rememberAttempt(
  c: Context,
  attempt: Attempt,
  { OIDC_RESPONSE_MODE }: ProviderConfig,
  { config, sealers }: Deps,
): Promise<void> {
  const name = await nameOf(attempt.pending.state, attempt.startedAt)
  const value = await sealers.login.seal(JSON.stringify(attempt), name)
  let bytes = name.length + value.length
  let count = 1
  for (const [otherName, otherValue] of attemptCookies(c)) {
    bytes += otherName.length + otherValue.length
    count += 1
    if (count > config.OIDC_MAX_STATES || bytes > ATTEMPTS_BYTES_MAX) deleteCookie(c, otherName)
  }
  writeCookie(c, name, value, ATTEMPT_SECONDS, OIDC_RESPONSE_MODE === 'form_post' ? 'None' : 'Lax')
}

/**
 * Takes the attempt with this state out of the browser. `null`: this browser began none, or too long ago.
 *
 * The browser is told to forget it whatever comes next; that it is not used twice is for `SpentLogins` to see.
 */
export async function takeAttempt(c: Context, state: string, { sealers, clock }: Deps): Promise<Attempt | null> {
  const suffix = await suffixOf(state)
  const cookies = attemptCookies(c).filter(([name]) => name.endsWith(suffix))
  for (const [name] of cookies) deleteCookie(c, name)
  for (const [name, value] of cookies) {
    const opened = await sealers.login.open(value, name)
    // One of another version of Gatehouse is as good as none.
    const attempt = v.safeParse(v.pipe(v.string(), v.parseJson(), attemptSchema), opened)
    if (!attempt.success) continue
    const { output } = attempt
    if (output.pending.state === state && epochSeconds(clock) < output.startedAt + ATTEMPT_SECONDS) return output
  }
  return null
}

/** The attempts of this browser, newest first. */
function attemptCookies(c: Context) {
  return requestCookies(c)
    .filter(([name]) => NAME.test(name))
    .sort(([a], [b]) => startOf(b) - startOf(a))
}

function startOf(name: string): number {
  return Number.parseInt(NAME.exec(name)?.[1] ?? '', 36)
}

async function nameOf(state: string, startedAt: number): Promise<string> {
  return `${PREFIX}${startedAt.toString(36)}${await suffixOf(state)}`
}

async function suffixOf(state: string): Promise<string> {
  return `-${(await sha256(state)).slice(0, 16)}`
}
