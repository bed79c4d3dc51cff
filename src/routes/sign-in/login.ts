/**
 * Sends a browser to the provider: /api/v1.0/authenticate/, and /api/v1.0/initiate-login/ for others; writes nothing but a cookie.
 */
import { type Context, Hono } from 'hono'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import type { Provider } from '../../oidc/provider.ts'
import { chooserPage } from '../../pages/chooser.tsx'
import { hintOf, openTokens } from '../../sessions/vault.ts'
import { answersAs, type RequestVariables, toOwnHost } from '../http/context.ts'
import { presentedHash } from '../http/cookies.ts'
import { limitedForm } from '../http/forms.ts'
import { languageOf } from '../http/language.ts'
import { PATHS } from '../paths.ts'
import { beginLogin } from './attempts.ts'
import { acceptedLevels, choicesOf, chosenProvider, maxAgeSeconds, passedOn } from './login-parameters.ts'
import { createStartNotes } from './refusal-notes.ts'
import { judgedTarget, landingOf } from './return-to.ts'
import { asksSilently, isTryUnwanted, noteTry, silentStandingOf } from './silent.ts'
import { logSilentFailure } from './silent-answer.ts'

type RequestContext = Context<RequestVariables>

export function loginRoutes(deps: Deps) {
  const { config, providers, sealers } = deps
  const app = new Hono<RequestVariables>()
  const noteRefusedStart = createStartNotes(deps)

  app.get(PATHS.login, answersAs('sign_in'), async (c) => {
    refuseAllButPageVisits(c)
    const moved = toOwnHost(c, pathOf(c), config)
    if (moved) return moved
    const query = new URL(c.req.url).searchParams
    const isSilent = query.get('silent')?.toLowerCase() === 'true'
    const wanted = query.get(config.returnToField)
    if (isSilent) return signInSilently(c, query, wanted)
    const provider = chosenProvider(c, query.get('provider'), providers)
    if (provider) return sendToProvider(c, provider, query, wanted)
    return c.html(chooserPage(languageOf(c), choicesOf(query, deps)))
  })

  // Someone else, the provider or a portal, sends a person here to sign in. @see OpenID Connect Core 1.0 section 4
  app.get(PATHS.initiateLogin, answersAs('sign_in'), async (c) => {
    refuseAllButPageVisits(c)
    return toOwnHost(c, pathOf(c), config) ?? initiate(c, new URL(c.req.url).searchParams)
  })

  app.post(PATHS.initiateLogin, answersAs('sign_in'), async (c) => {
    refuseAllButPageVisits(c)
    const form = await limitedForm(c, 'iss')
    if (c.req.header('sec-fetch-site') === 'cross-site') return c.redirect(sameAsLink(form), 303)
    return toOwnHost(c, sameAsLink(form), config) ?? initiate(c, form)
  })

  async function initiate(c: RequestContext, query: URLSearchParams): Promise<Response> {
    const [provider] = await providers.issuing(query.get('iss') ?? undefined)
    if (!provider) {
      throw new GatehouseError('invalid_request', 'issuer_unknown', 'a sign-in at an issuer that is not configured', {
        publicMessage: 'Unknown issuer (iss)',
      })
    }
    const passable = new URLSearchParams()
    const hint = query.get('login_hint')
    if (hint !== null) passable.set('login_hint', hint)
    return sendToProvider(c, provider, passable, query.get('target_link_uri'))
  }

  /** No one may be asked anything, not even with which provider to sign in; anyone who cannot be signed in so goes on as they are. */
  async function signInSilently(c: RequestContext, query: URLSearchParams, wanted: string | null): Promise<Response> {
    const returnTo = targetFor(c, wanted)
    const goOn = () => c.redirect(landingOf(returnTo, config), 302)
    // Before the query is judged: a query that fails must not shorten what the browser remembers.
    if (isTryUnwanted(c)) return goOn()
    try {
      const provider = chosenProvider(c, query.get('provider'), providers)
      if (!provider || !(await asksSilently(provider, deps))) return goOn()
      const standing = await silentStandingOf(c, provider, await presentedHash(c), deps)
      if (standing.is !== 'free') return goOn()
      const { session } = standing
      const idTokenHint = session === null ? null : hintOf(await openTokens(sealers.tokens, session), config)
      const start = { ...demandsOf(query, provider), isSilent: true, idTokenHint, returnTo }
      return await beginLogin(c, provider, start, deps)
    } catch (thrown) {
      noteTry(c)
      logSilentFailure(c, 'silent_sign_in_skipped', thrown)
      return goOn()
    }
  }

  async function sendToProvider(
    c: RequestContext,
    provider: Provider,
    query: URLSearchParams,
    wanted: string | null,
  ): Promise<Response> {
    const demands = demandsOf(query, provider)
    const start = { ...demands, isSilent: false, idTokenHint: null, returnTo: targetFor(c, wanted) }
    try {
      return await beginLogin(c, provider, start, deps)
    } catch (error) {
      await noteRefusedStart(c, provider.id, error)
      throw error
    }
  }

  /** What the query asks for beyond a sign-in. @throws GatehouseError `invalid_request` for a level that is not configured */
  function demandsOf(query: URLSearchParams, provider: Provider) {
    return {
      acrValues: acceptedLevels(query, provider.config),
      maxAgeSeconds: maxAgeSeconds(query, config),
      passedOn: passedOn(query, config),
    }
  }

  function targetFor(c: RequestContext, wanted: string | null): string | null {
    if (wanted === null || wanted === '') return null
    const judged = judgedTarget(wanted, config.baseUrl, config.allowedReturnHosts)
    if ('target' in judged) return judged.target
    // The person goes on to the default page; the operator learns why, by the host alone.
    const host = URL.canParse(wanted, config.baseUrl) ? new URL(wanted, config.baseUrl).host : 'unreadable'
    c.var.log({ level: 'warn', event: 'return_target_refused', detail: { host, ...judged } })
    return null
  }

  return app
}

function pathOf(c: RequestContext): string {
  const { pathname, search } = new URL(c.req.url)
  return `${pathname}${search}`
}

/**
 * The same sign-in as a link. A form of another site brings no `Lax` cookie, so neither the session nor the attempts under way could be
 * seen, and a page could fill the browser with attempts until it throws the session cookie out.
 */
function sameAsLink(form: URLSearchParams): string {
  const known = ['iss', 'login_hint', 'target_link_uri'].flatMap((name) => {
    const value = form.get(name)
    return value === null ? [] : [[name, value]]
  })

  return `${PATHS.initiateLogin}?${new URLSearchParams(known)}`
}

/**
 * A script, an image or a hidden frame would start a sign-in that no one sees, and so would a browser that fetches ahead of a click.
 * Browsers say what they fetch for; a request that does not say is from no browser of today and is let through. (Node's fetch sends a
 * mode, but no destination.)
 *
 * @see W3C Fetch Metadata Request Headers, section 2
 */
function refuseAllButPageVisits(c: RequestContext): void {
  const isPageVisit = (c.req.header('sec-fetch-dest') ?? 'document') === 'document'
  if (isPageVisit && c.req.header('sec-purpose') === undefined) return
  c.set('answers', 'json')
  throw new GatehouseError(
    'login_required',
    'page_visit_required',
    'a background request or a frame cannot sign anyone in',
    {
      publicMessage: 'This address needs a page visit, not a background request or a frame',
    },
  )
}
