/**
 * The provider shows this in an invisible frame while someone signs out there: GET /api/v1.0/frontchannel-logout/.
 */

import { type Context, Hono } from 'hono'
import { epochSeconds } from '../../clock.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import { emptyPage } from '../../pages/empty.ts'
import { sidHashOf } from '../../sessions/vault.ts'
import { type RequestVariables, referenceOf } from '../http/context.ts'
import { sessionTokenOf, takeSession } from '../http/cookies.ts'
import { PATHS } from '../paths.ts'
import { sessionOf } from '../session/current-session.ts'
import { ATTEMPT_SECONDS } from '../sign-in/attempts.ts'
import { stayOut } from '../sign-in/silent.ts'

type RequestContext = Context<RequestVariables>

/**
 * In a frame of another site no cookie of ours arrives, so the session is found by its `sid`, which therefore is all that an asker
 * needs. Someone who has learnt a `sid` (it is in ID tokens and in no address of ours but the hint at sign-out) can end that one
 * session, and that is all: no token is revoked, no other session ends, nothing is shown, and the answer is the same whether there
 * was such a session or not. Being signed out by someone who knows one's `sid` is the price for a sign-out that works.
 *
 * @see OpenID Connect Front-Channel Logout 1.0 sections 2 and 4.1
 */
export function frontchannelLogoutRoutes(deps: Deps) {
  const { providers, endings, clock } = deps
  const app = new Hono<RequestVariables>()

  app.get(PATHS.frontchannelLogout, async (c) => {
    if (c.req.method === 'GET') await endMeant(c)
    c.set('framedBy', await providers.origins())
    return c.html(emptyPage)
  })

  async function endMeant(c: RequestContext): Promise<void> {
    const issuer = onlyOne(c, 'iss')
    const sid = onlyOne(c, 'sid')
    // Without a `sid` only the cookie could say who is meant, and any page of the same site can show this in a frame.
    if (!sid || issuer === '') return
    let ended = 0
    const rememberedUntil = epochSeconds(clock) + ATTEMPT_SECONDS
    // That a `sid` counts for its issuer alone is in the hash.
    for (const scope of await scopesOf(issuer))
      ended += await endings.endBySid(await sidHashOf(scope, sid), rememberedUntil, referenceOf(c))
    if (ended > 0) c.var.log({ level: 'info', event: 'frontchannel_logout', detail: { ended } })
    // Where the cookie does arrive (the provider is of the same site) and its session has ended, it goes as well.
    if (sessionTokenOf(c) === null || (await sessionOf(c, deps))) return
    takeSession(c)
    // While the cookie of an ended session is there, no link signs the person in silently; without it, this mark prevents that.
    stayOut(c, deps)
  }

  /** Without an issuer a `sid` says nothing, but where a provider always leaves it out. */
  async function scopesOf(issuer: string | undefined): Promise<readonly string[]> {
    if (issuer === undefined) return providers.all.flatMap(({ bareSidScope }) => bareSidScope ?? [])
    return providers.sidScopes(issuer)
  }

  return app
}

function onlyOne(c: RequestContext, name: string): string | undefined {
  const [value, ...more] = c.req.queries(name) ?? []
  if (more.length > 0)
    throw new GatehouseError('invalid_request', 'parameter_repeated', 'a parameter came twice', { detail: { name } })
  return value
}
