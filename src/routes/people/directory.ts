/**
 * Looking for people, for applications that share the browser: GET /v1/users/find of OpenTalk, GET /api/v1.0/users/ of La Suite.
 */
import { type Context, Hono } from 'hono'
import {
  circleOf,
  describeFound,
  findPeople,
  QUERY_MAX_CHARACTERS,
  QUERY_MIN_CHARACTERS,
} from '../../accounts/directory.ts'
import { describeUser } from '../../accounts/users.ts'
import { asksBackend, findBehaviorOf } from '../../config/dialects/opentalk/user-search.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import type { Provider } from '../../oidc/provider.ts'
import type { Session } from '../../sessions/session.ts'
import { answersAs, type RequestVariables } from '../http/context.ts'
import { PATHS } from '../paths.ts'
import { refuseSignedOut, usedSessionOf } from '../session/current-session.ts'

type RequestContext = Context<RequestVariables>

export function directoryRoutes(deps: Deps) {
  const { config, directory } = deps
  const settings = config.opentalk?.settings ?? null
  const behavior = findBehaviorOf(config.opentalk)
  const app = new Hono<RequestVariables>()

  app.use(PATHS.find, answersAs('opentalk'))
  app.get(PATHS.find, async (c) => {
    const { session, provider } = await signedIn(c)
    // Anyone who is from another provider than OpenTalk's has no one to look for.
    if (behavior === 'disabled' || !isOfOpenTalk(provider)) {
      throw new GatehouseError('not_found', 'user_search_off', 'no search of people', {
        publicMessage: 'There is no search of people here (user_search in the settings)',
      })
    }
    const typed = (c.req.query('q') ?? '').trim()
    const length = [...typed].length
    const refused = (code: string, message: string) => c.json({ code, message }, 400)
    if (length < QUERY_MIN_CHARACTERS) return refused('query_too_short', `${QUERY_MIN_CHARACTERS} characters or more`)
    if (length > QUERY_MAX_CHARACTERS) return refused('bad_request', `${QUERY_MAX_CHARACTERS} characters or fewer`)
    const found = await findPeople(typed, behavior, circleOf(session.user, settings), portsOf(provider))
    const pictures = settings?.['avatar.libravatar_url']
    return c.json(await Promise.all(found.map((one) => describeFound(one, pictures))))
  })

  app.use(PATHS.users, answersAs('json'))
  app.get(PATHS.users, async (c) => {
    const { session, provider } = await signedIn(c)
    const typed = (c.req.query('q') ?? '').trim()
    const isTextFit = [...typed].length >= QUERY_MIN_CHARACTERS && [...typed].length <= QUERY_MAX_CHARACTERS
    const isWanted = config.allowUserListing && isTextFit
    const how = behavior === 'disabled' || !isOfOpenTalk(provider) ? 'from_database' : behavior
    const found = isWanted ? await findPeople(typed, how, circleOf(session.user, settings), portsOf(provider)) : []
    const results = found.flatMap(({ user }) => (user === null ? [] : [briefly(describeUser(user, settings))]))
    return c.json({ count: results.length, next: null, previous: null, results })
  })

  async function signedIn(c: RequestContext): Promise<{ session: Session; provider: Provider }> {
    const session = await usedSessionOf(c, deps)
    const provider = session && deps.providers.withId(session.providerId)
    return provider ? { session, provider } : refuseSignedOut(c)
  }

  /** Where no setting names OpenTalk's provider, it is the one that is searched. */
  function isOfOpenTalk({ config: { issuer, userSearch } }: Provider): boolean {
    const issuers = config.opentalk?.issuers ?? []
    if (issuers.length === 0) return userSearch !== null || !asksBackend(behavior)
    return issuer !== undefined && issuers.includes(issuer)
  }

  function portsOf(provider: Provider) {
    return { users: directory, findUsers: provider.findUsers }
  }

  return app
}

/** What La Suite shows of others. */
function briefly({ id, email, full_name, short_name, timezone, language }: ReturnType<typeof describeUser>) {
  return { id, email, full_name, short_name, timezone, language }
}
