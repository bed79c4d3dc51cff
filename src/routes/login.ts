/**
 * Sends a browser to the provider: /api/v1.0/authenticate/, and /api/v1.0/initiate-login/ for others; writes nothing but a cookie.
 */
import { type Context, Hono } from 'hono'
import type { Deps } from '../deps.ts'
import { GatehouseError } from '../errors.ts'
import { describeFailure } from '../log.ts'
import type { Provider } from '../oidc/provider.ts'
import { chooserPage } from '../pages/chooser.tsx'
import { languageFor } from '../pages/language.ts'
import { limitedForm } from './body.ts'
import { answersAs, type RequestVariables } from './context.ts'
import { depart } from './departure.ts'
import { onlyAllows } from './failures.ts'
import { acceptedLevels, maxAgeSeconds, passedOn } from './login-parameters.ts'
import { eitherForm, PATHS } from './paths.ts'
import { choicesOf, chosenProvider } from './provider-choice.ts'
import { createStartNotes } from './refusal-notes.ts'
import { acceptedTarget, landingOf } from './return-to.ts'
import { hasJustTried, noteTry } from './silent.ts'

type RequestContext = Context<RequestVariables>

export function loginRoutes(deps: Deps) {
  const { config, providers, log } = deps
  const app = new Hono<RequestVariables>({ strict: false })
  const notingStart = createStartNotes(deps)

  app.get(eitherForm(PATHS.login), answersAs('sign_in'), async (c) => {
    refuseBackgroundRequest(c)
    const query = new URL(c.req.url).searchParams
    const isSilent = query.get('silent')?.toLowerCase() === 'true'
    const provider = chosenProvider(c, query.get('provider'), providers)
    const wanted = query.get(config.OIDC_REDIRECT_FIELD_NAME)
    if (isSilent) return signInSilently(c, provider, query, wanted)
    if (provider) return sendToProvider(c, provider, query, wanted, false)
    return c.html(chooserPage(languageFor(c.req.header('accept-language')), choicesOf(query, deps)))
  })
  app.all(eitherForm(PATHS.login), onlyAllows('GET', 'HEAD'))

  // Somebody else, the provider or a portal, sends a person here to sign in. @see OpenID Connect Core 1.0 section 4
  app.get(eitherForm(PATHS.initiateLogin), answersAs('sign_in'), (c) => {
    refuseBackgroundRequest(c)
    return initiate(c, new URL(c.req.url).searchParams)
  })
  app.post(eitherForm(PATHS.initiateLogin), answersAs('sign_in'), async (c) => initiate(c, await limitedForm(c, 'iss')))
  app.all(eitherForm(PATHS.initiateLogin), onlyAllows('GET', 'HEAD', 'POST'))

  async function initiate(c: RequestContext, query: URLSearchParams): Promise<Response> {
    const [provider] = await providers.issuing(query.get('iss') ?? undefined)
    if (!provider) {
      throw new GatehouseError('invalid_request', 'a sign-in at an issuer that is not configured', {
        told: 'Unknown issuer (iss)',
      })
    }
    const passable = new URLSearchParams()
    const hint = query.get('login_hint')
    if (hint !== null) passable.set('login_hint', hint)
    return sendToProvider(c, provider, passable, query.get('target_link_uri'), false)
  }

  /** Nobody may be asked anything, not even with which provider to sign in; whoever cannot be signed in so goes on as they are. */
  async function signInSilently(
    c: RequestContext,
    provider: Provider | null,
    query: URLSearchParams,
    wanted: string | null,
  ): Promise<Response> {
    const goOn = () => c.redirect(landingOf(targetFor(c, wanted), config), 302)
    if (!provider || hasJustTried(c) || !(await provider.signsInSilently())) return goOn()
    noteTry(c)
    try {
      return await sendToProvider(c, provider, query, wanted, true)
    } catch (error) {
      if (!(error instanceof GatehouseError) || error.code !== 'provider_unreachable') throw error
      log({ level: 'warn', event: 'silent_sign_in_skipped', ref: c.get('reference'), detail: describeFailure(error) })
      return goOn()
    }
  }

  async function sendToProvider(
    c: RequestContext,
    provider: Provider,
    query: URLSearchParams,
    wanted: string | null,
    isSilent: boolean,
  ): Promise<Response> {
    const departure = {
      acrValues: acceptedLevels(query, provider.config),
      maxAgeSeconds: maxAgeSeconds(query, config),
      isSilent,
      passedOn: passedOn(query, config),
      returnTo: targetFor(c, wanted),
    }
    return notingStart(c, provider.id, () => depart(c, provider, departure, deps))
  }

  function targetFor(c: RequestContext, wanted: string | null): string | null {
    if (wanted === null || wanted === '') return null
    const accepted = acceptedTarget(wanted, config.BASE_URL, config.OIDC_REDIRECT_ALLOWED_HOSTS)
    if (accepted === null) {
      // The person goes on to the default page; the operator learns why, by the host alone.
      const host = URL.canParse(wanted, config.BASE_URL) ? new URL(wanted, config.BASE_URL).host : 'unreadable'
      const detail = { host, hint: 'see OIDC_REDIRECT_ALLOWED_HOSTS' }
      log({ level: 'warn', event: 'return_target_refused', ref: c.get('reference'), detail })
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
function refuseBackgroundRequest(c: RequestContext): void {
  const isNavigation = c.req.header('sec-fetch-mode') === 'navigate'
  if (isNavigation || c.req.header('sec-fetch-dest') === undefined) return
  c.set('answers', 'json')
  throw new GatehouseError('login_required', 'a background request cannot sign anybody in', {
    told: 'A sign-in needs a page visit, not a background request',
  })
}
