/**
 * Sends a browser to the provider: GET /api/v1.0/authenticate/; writes nothing but a cookie.
 */
import { type Context, Hono } from 'hono'
import { epochSeconds } from '../clock.ts'
import type { Deps } from '../deps.ts'
import { GatehouseError } from '../errors.ts'
import { rememberAttempt } from './attempts.ts'
import { answersAs, type RequestVariables } from './context.ts'
import { onlyAllows } from './failures.ts'
import { eitherForm, PATHS } from './paths.ts'
import { acceptedTarget } from './return-to.ts'

const LOGIN_HINT_MAX_CHARACTERS = 320

export function loginRoutes(deps: Deps) {
  const { config, clock, provider, log } = deps
  const app = new Hono<RequestVariables>({ strict: false })

  app.get(eitherForm(PATHS.login), answersAs('sign_in'), async (c) => {
    refuseBackgroundRequest(c)
    const returnTo = wantedTarget(c)
    const { location, pending } = await provider.startLogin({
      redirectUri: `${config.BASE_URL}${PATHS.callback}`,
      loginHint: loginHintOf(c),
    })
    await rememberAttempt(c, { pending, returnTo, startedAt: epochSeconds(clock) }, deps)
    return c.redirect(location.href, 302)
  })
  app.all(eitherForm(PATHS.login), onlyAllows('GET', 'HEAD'))

  function wantedTarget(c: Context<RequestVariables>): string | null {
    const wanted = c.req.query('returnTo')
    if (wanted === undefined || wanted === '') return null
    const accepted = acceptedTarget(wanted, config.BASE_URL, config.OIDC_REDIRECT_ALLOWED_HOSTS)
    if (accepted === null) {
      // The person goes on to the default page; the operator learns why, by the host alone.
      const host = URL.canParse(wanted, config.BASE_URL) ? new URL(wanted, config.BASE_URL).host : 'unreadable'
      log({
        level: 'warn',
        event: 'return_target_refused',
        ref: c.get('reference'),
        detail: { host, hint: 'see OIDC_REDIRECT_ALLOWED_HOSTS' },
      })
    }
    return accepted
  }

  return app
}

/**
 * A script or an image that comes here would start a sign-in that nobody sees. Browsers say what they fetch for; what says nothing
 * of it is no browser of today and is let through. (Node's fetch sends a mode, but no destination.)
 *
 * @see W3C Fetch Metadata Request Headers, section 2
 */
function refuseBackgroundRequest(c: Context<RequestVariables>): void {
  const isNavigation = c.req.header('sec-fetch-mode') === 'navigate'
  if (isNavigation || c.req.header('sec-fetch-dest') === undefined) return
  c.set('answers', 'json')
  throw new GatehouseError('login_required', 'a background request cannot sign anybody in', {
    told: 'A sign-in needs a page visit, not a background request',
  })
}

function loginHintOf(c: Context): string | undefined {
  const hint = c.req.query('login_hint')
  return hint && hint.length <= LOGIN_HINT_MAX_CHARACTERS && !/\p{Cc}/u.test(hint) ? hint : undefined
}
