/**
 * Remembers in the browser that it is on its way to sign out at the provider, so that its return can be told from someone else's.
 *
 * Nothing is decided by that: the session ended before the browser left. It only says in the log whether the provider brings people
 * back as it should.
 */
import type { Context } from 'hono'
import { equalInConstantTime, sha256 } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { deleteCookie, requestCookies, writeCookie } from '../http/cookies.ts'

const SIGN_OUT_COOKIE = '__Host-gatehouse-logout'
/** The provider may ask whether to sign out, and people may hesitate. */
const SIGN_OUT_SECONDS = 600

export async function rememberSignOut(c: Context, state: string, { sealers }: Deps): Promise<void> {
  writeCookie(c, SIGN_OUT_COOKIE, await sealers.logout.seal(state, SIGN_OUT_COOKIE), SIGN_OUT_SECONDS)
}

/** Whether the browser comes back with the `state` that it left with; `null`: it never left, or long ago. */
export async function isOwnReturn(c: Context, { sealers }: Deps): Promise<boolean | null> {
  const [, sealed] = requestCookies(c).find(([name]) => name === SIGN_OUT_COOKIE) ?? []
  const state = sealed === undefined ? null : await sealers.logout.open(sealed, SIGN_OUT_COOKIE)
  if (state === null) return null
  deleteCookie(c, SIGN_OUT_COOKIE)
  return equalInConstantTime(await sha256(c.req.query('state') ?? ''), await sha256(state))
}
