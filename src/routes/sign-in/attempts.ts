/**
 * Sign-in attempts: how one begins and the browser is sent to the provider, and how its answer finds it again. Each is in a sealed cookie
 * of its own, so that tabs do not disturb each other and no one can fill a table.
 */
import type { Context } from 'hono'
import { base64url } from 'jose'
import * as v from 'valibot'
import { epochSeconds } from '../../clock.ts'
import type { ProviderConfig } from '../../config/model.ts'
import { sha256 } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { unverifiedState } from '../../oidc/flows/jarm.ts'
import { type LoginRequest, pendingLoginSchema } from '../../oidc/flows/login.ts'
import type { Provider } from '../../oidc/provider.ts'
import type { RequestVariables } from '../http/context.ts'
import { deleteCookie, presentedHash, requestCookies, type SameSite, writeCookie } from '../http/cookies.ts'
import { noteAsked } from './silent.ts'

export interface LoginStart extends Omit<LoginRequest, 'redirectUri'>, Pick<Attempt, 'returnTo' | 'isSecondTry'> {}

/**
 * Begins a sign-in and gives back the redirect to the provider.
 *
 * @throws GatehouseError `provider_unreachable` or `provider_error`
 */
export async function beginLogin(
  c: Context<RequestVariables>,
  provider: Provider,
  start: LoginStart,
  deps: Deps,
): Promise<Response> {
  const { clock } = deps
  const { returnTo, isSecondTry, ...request } = start
  const { redirectUri } = provider.config.addresses
  const { location, pending } = await provider.startLogin({ ...request, redirectUri })
  const attempt = {
    pending,
    providerId: provider.id,
    isSilent: request.isSilent,
    ...(isPlain(request) ? { isPlain: true as const } : {}),
    ...(isSecondTry ? { isSecondTry } : {}),
    returnTo,
    replacedTokenHash: await presentedHash(c),
    startedAt: epochSeconds(clock),
    startedMilliseconds: clock.now(),
  }
  if (request.isSilent) noteAsked(c, attempt.replacedTokenHash !== null, deps)
  await rememberAttempt(c, attempt, provider.config, deps)
  // 303: what was posted here is not for the provider. @see RFC 9700 section 4.12
  return c.redirect(location.href, c.req.method === 'POST' ? 303 : 302)
}

/** Asks for nothing but who is there. */
function isPlain({ isSilent, acrValues, maxAgeSeconds, passedOn }: Omit<LoginRequest, 'redirectUri'>): boolean {
  return isSilent && acrValues.length === 0 && maxAgeSeconds === null && Object.keys(passedOn).length === 0
}

const attemptSchema = v.object({
  pending: pendingLoginSchema,
  /** Whose answer is awaited; another provider's answer is not this one's. */
  providerId: v.string(),
  /** Where to go after signing in, as it was accepted at the start. `null`: nowhere in particular. */
  returnTo: v.nullable(v.string()),
  /** No one may be asked anything, so anyone who cannot be signed in goes on signed out. */
  isSilent: v.boolean(),
  /**
   * Silent, and asks for nothing but who is there. Any page can link to a silent sign-in that asks for more, such as a fresh proof, and
   * a provider says `login_required` to that too; so only the answer to this one says that the provider no longer knows the browser.
   */
  isPlain: v.exactOptional(v.literal(true)),
  /** Begun by us, because the provider had forgotten the first; a third would be a loop. */
  isSecondTry: v.exactOptional(v.literal(true)),
  /** Of the session that this browser had when it began: an answer by form brings no session cookie with it. */
  replacedTokenHash: v.nullable(v.string()),
  startedAt: v.number(),
  /** The same, exactly; absent from one of an older version. */
  startedMilliseconds: v.exactOptional(v.number()),
})

export type Attempt = Readonly<v.InferOutput<typeof attemptSchema>>

const PREFIX = '__Host-gatehouse-login-'
/**
 * `f-` if the answer comes by form, then when the attempt was begun (base 36), so that the oldest are known without opening them, and
 * the beginning of its state's hash.
 */
const NAME = /^__Host-gatehouse-login-(f-)?([0-9a-z]{6,9})-[\w-]{16}$/

/** Long enough for a lost password at the provider. */
export const ATTEMPT_SECONDS = 600
/** Servers refuse requests whose headers are too long; all attempts together stay well below. */
const ATTEMPTS_BYTES_MAX = 6656

/** Of name and value together. @see RFC 6265bis section 5.6 */
const COOKIE_BYTES_MAX = 4096

/** Puts a new attempt into the browser, and drops the oldest ones when there are too many. */
export async function rememberAttempt(
  c: Context<RequestVariables>,
  attempt: Attempt,
  { responseMode }: ProviderConfig,
  { config, sealers }: Deps,
): Promise<void> {
  const name = await nameOf(attempt, responseMode === 'form_post')
  const { value, isShortened } = await sealedAttempt(attempt, name, sealers.login)
  if (isShortened) {
    const detail = { reason: 'together with the rest of the sign-in it is too long for a cookie' }
    c.var.log({ level: 'warn', event: 'return_target_refused', detail })
  }
  let bytes = name.length + value.length
  let count = 1
  for (const [otherName, otherValue] of attemptCookies(c)) {
    bytes += otherName.length + otherValue.length
    count += 1
    if (count > config.pendingLoginsMax || bytes > ATTEMPTS_BYTES_MAX) forget(c, otherName)
  }
  writeCookie(c, name, value, ATTEMPT_SECONDS, sameSiteOf(name))
}

/** The state by which an answer finds its attempt; empty: there is none. */
export function stateOf(answer: URLSearchParams): string {
  const response = answer.get('response')
  return response === null ? (answer.get('state') ?? '') : unverifiedState(response)
}

/**
 * Takes the attempt with this state out of the browser. `null`: this browser began none, or too long ago.
 *
 * The browser is told to forget it whatever comes next; that it is not used twice is for `SpentLogins` to see.
 */
export async function takeAttempt(c: Context, state: string, { sealers, clock }: Deps): Promise<Attempt | null> {
  const suffix = await suffixOf(state)
  const cookies = attemptCookies(c).filter(([name]) => name.endsWith(suffix))
  for (const [name] of cookies) forget(c, name)
  for (const [name, value] of cookies) {
    const attempt = await openedAttempt(name, value, sealers.login)
    if (attempt?.pending.state === state && secondsLeft(attempt, clock) > 0) return attempt
  }
  return null
}

/** The session token of this browser, as its hash; an answer by form brings no cookie of it. `null`: it has none. */
export async function replacedBy(c: Context, { replacedTokenHash }: Attempt): Promise<string | null> {
  return (await presentedHash(c)) ?? replacedTokenHash
}

/**
 * Writes the session that the browser has just got into its other attempts whose answers come by form: those answers bring no session
 * cookie, and would be judged by the session that the browser had before.
 *
 * @param finished the attempt that the session is from
 */
export async function tellAttempts(
  c: Context,
  tokenHash: string,
  finished: Attempt,
  { sealers, clock }: Deps,
): Promise<void> {
  for (const [name, value] of attemptCookies(c)) {
    if (sameSiteOf(name) === 'Lax') continue
    const attempt = await openedAttempt(name, value, sealers.login)
    if (attempt === null || attempt.pending.state === finished.pending.state) continue
    const lifeSeconds = secondsLeft(attempt, clock)
    if (lifeSeconds <= 0) continue
    const sealed = await sealedAttempt({ ...attempt, replacedTokenHash: tokenHash }, name, sealers.login)
    writeCookie(c, name, sealed.value, lifeSeconds, 'None')
  }
}

/** `null`: it is none of ours, or one of another version of Gatehouse. */
async function openedAttempt(name: string, value: string, sealer: Deps['sealers']['login']): Promise<Attempt | null> {
  const text = await textOf(await sealer.open(value, name))
  const attempt = v.safeParse(v.pipe(v.string(), v.parseJson(), attemptSchema), text)
  return attempt.success ? attempt.output : null
}

function secondsLeft({ startedAt }: Attempt, clock: Deps['clock']): number {
  return startedAt + ATTEMPT_SECONDS - epochSeconds(clock)
}

/** The sign-in goes on without its target rather than in a cookie that the browser does not keep. */
async function sealedAttempt(attempt: Attempt, name: string, sealer: Deps['sealers']['login']) {
  const seal = async (one: Attempt) => sealer.seal(await packed(JSON.stringify(one)), name)
  const value = await seal(attempt)
  if (name.length + value.length <= COOKIE_BYTES_MAX || attempt.returnTo === null) return { value, isShortened: false }
  return { value: await seal({ ...attempt, returnTo: null }), isShortened: true }
}

/** One of the version before this was sealed as it is. */
async function textOf(opened: string | null): Promise<string | null> {
  return opened === null || opened.startsWith('{') ? opened : unpacked(opened)
}

/** The attempts of this browser, newest first. */
function attemptCookies(c: Context) {
  return requestCookies(c)
    .filter(([name]) => NAME.test(name))
    .sort(([a], [b]) => startOf(b) - startOf(a))
}

/** With the attributes of the cookie itself: browsers ignore a `Lax` deletion wherever they take a `None` cookie from another site. */
function forget(c: Context, name: string): void {
  deleteCookie(c, name, sameSiteOf(name))
}

/** A form that comes from the provider's site brings only `None` cookies along. */
function sameSiteOf(name: string): SameSite {
  return NAME.exec(name)?.[1] === undefined ? 'Lax' : 'None'
}

function startOf(name: string): number {
  return Number.parseInt(NAME.exec(name)?.[2] ?? '', 36)
}

async function nameOf({ pending, startedAt }: Attempt, isByForm: boolean): Promise<string> {
  return `${PREFIX}${isByForm ? 'f-' : ''}${startedAt.toString(36)}${await suffixOf(pending.state)}`
}

async function suffixOf(state: string): Promise<string> {
  return `-${(await sha256(state)).slice(0, 16)}`
}

/**
 * Packs a text, with deflate as base64url, because a browser keeps no cookie of more than 4,096 bytes.
 *
 * The length of what comes out depends on all that is inside, secrets as well. That gives nothing away when each secret is random and packed
 * once, as those of a sign-in are.
 *
 * @see RFC 8725 section 3.6
 */
async function packed(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  return base64url.encode(await bytesOf(stream))
}

/** Unpacks what {@link packed} made, and nothing from outside: how long the text becomes is not bounded. `null`: it is something else. */
async function unpacked(text: string): Promise<string | null> {
  try {
    const bytes = new Uint8Array(base64url.decode(text))
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
    return new TextDecoder().decode(await bytesOf(stream))
  } catch {
    return null // not packed by us
  }
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
