/**
 * The provider says that someone has signed out there: POST /api/v1.0/backchannel-logout/; whether to believe it is judged in `oidc/`.
 */

import { type Context, Hono } from 'hono'
import { epochSeconds } from '../../clock.ts'
import { sha256 } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import { sidHashOf, subHashOf } from '../../sessions/vault.ts'
import { answersAs, type RequestVariables, referenceOf } from '../http/context.ts'
import { looseForm } from '../http/forms.ts'
import { PATHS } from '../paths.ts'
import { ATTEMPT_SECONDS } from '../sign-in/attempts.ts'

/**
 * Cookies are not looked at: anyone who asks is a server. A broken rule is 400, for good; a database or keys that cannot be had are 5xx
 * with Retry-After, and the token stays unspent, so that the provider may send it again.
 *
 * @see OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8
 */
export function backchannelLogoutRoutes({ providers, endings, clock }: Deps) {
  const app = new Hono<RequestVariables>()

  app.use(PATHS.backchannelLogout, answersAs('json'))
  app.post(PATHS.backchannelLogout, async (c) => {
    const { issuer, jti, sid, subject, ...notice } = await providers.verifyLogoutToken(await logoutTokenOf(c))
    const ended = await endings.endByLogoutToken({
      ...notice,
      issuer,
      subject,
      subHash: subject === null ? null : await subHashOf(issuer, subject),
      jtiHash: await sha256(`${issuer}\0${jti}`),
      sidHashes: sid === null ? [] : await sidHashesOf(issuer, sid),
      // No sign-in that is under way can take longer, and the token itself may not be forgotten earlier.
      rememberedUntil: Math.max(notice.usableUntil, epochSeconds(clock) + ATTEMPT_SECONDS),
      reference: referenceOf(c),
    })

    if (ended === null) throw refused('The logout token was refused: it was sent before (jti)')
    c.var.log({ level: 'info', event: 'backchannel_logout', detail: { ended } })
    return c.body(null, 200)
  })

  /** Sessions of a provider that names no issuer when it signs out are known by its id, also to its logout tokens. */
  async function sidHashesOf(issuer: string, sid: string): Promise<readonly string[]> {
    const scopes = await providers.sidScopes(issuer)
    return Promise.all(scopes.map((scope) => sidHashOf(scope, sid)))
  }

  return app
}

/** Other fields are none of our business, as the specification demands. */
async function logoutTokenOf(c: Context<RequestVariables>): Promise<string> {
  const [token, ...more] = (await looseForm(c, 'logout_token')).getAll('logout_token')
  if (!token) throw refused('The form field "logout_token" is missing')
  if (more.length > 0) throw refused('The form field "logout_token" came twice')
  return token
}

function refused(publicMessage: string): GatehouseError {
  return new GatehouseError('invalid_request', 'logout_request_refused', 'not a logout request that can be obeyed', {
    publicMessage,
  })
}
