/**
 * /scim/v2/Users: who joins and who leaves, pushed by a provider.
 */
import { type Context, Hono } from 'hono'
import { patchedUser } from '../../accounts/scim/patch.ts'
import { type Asked, queryIn, searchIn } from '../../accounts/scim/queries.ts'
import { type PushedUser, USER_SCHEMA, type UserAttributes, userIn } from '../../accounts/scim/resources.ts'
import { isSubjectExternalId } from '../../accounts/scim/standing.ts'
import { epochSeconds } from '../../clock.ts'
import type { Deps } from '../../deps.ts'
import type { Provider } from '../../oidc/provider.ts'
import type { RequestVariables } from '../http/context.ts'
import { noRoute } from '../http/errors.ts'
import { auditContextOf } from '../http/origin.ts'
import { PATHS } from '../paths.ts'
import { answerList, answerResource, askedIn, selectionIn, selectionOf, showUser } from './answers.ts'
import { resourcesFor } from './lists.ts'
import { jsonBody, logPush, pushingProvider, takenName, unknownResource, untilNotOvertaken } from './requests.ts'

type RequestContext = Context<RequestVariables>

/** Filters that name one of these find it by an index. */
const INDEXED = ['id', 'externalId', 'userName']

const ONE = `${PATHS.scimUsers}/:id` as const
const SEARCH = `${PATHS.scimUsers}/.search`

export function scimUserRoutes(deps: Deps) {
  const { clock, config } = deps
  const { users } = deps.scim
  const { baseUrl } = config
  const app = new Hono<RequestVariables>()

  app.get(PATHS.scimUsers, async (c) => list(c, await pushingProvider(c, deps), askedIn(c)))

  app.post(SEARCH, async (c) => {
    const provider = await pushingProvider(c, deps)
    return list(c, provider, searchIn(await jsonBody(c)))
  })

  app.all(SEARCH, (c) => {
    throw noRoute(c, ['POST'])
  })

  app.post(PATHS.scimUsers, async (c) => {
    const provider = await pushingProvider(c, deps)
    const now = epochSeconds(clock)
    const attributes = userIn(await jsonBody(c))
    const user = { id: crypto.randomUUID(), providerId: provider.id, attributes, createdAt: now, modifiedAt: now }
    const saved = await users.save(user, null, await issuerOf(provider), auditContextOf(c, config))
    if (saved !== 'saved') throw takenName('userName or externalId')
    logPush(c, provider.id, { user: user.id })
    return answerResource(c, showUser(user, baseUrl), selectionIn(c, USER_SCHEMA), 201)
  })

  app.get(ONE, async (c) => {
    const provider = await pushingProvider(c, deps)
    const user = await userOf(provider, c.req.param('id'))
    return answerResource(c, showUser(user, baseUrl), selectionIn(c, USER_SCHEMA))
  })

  app.put(ONE, async (c) => {
    const provider = await pushingProvider(c, deps)
    const body = await jsonBody(c)
    return change(c, provider, c.req.param('id'), (before) => userIn(body, before))
  })

  app.patch(ONE, async (c) => {
    const provider = await pushingProvider(c, deps)
    const body = await jsonBody(c)
    return change(c, provider, c.req.param('id'), (before) => patchedUser(before, body))
  })

  app.delete(ONE, async (c) => {
    const provider = await pushingProvider(c, deps)
    const user = await userOf(provider, c.req.param('id'))
    await users.remove(user, auditContextOf(c, config))
    logPush(c, provider.id, { user: user.id })
    return c.body(null, 204)
  })

  app.all(PATHS.scimUsers, (c) => {
    throw noRoute(c, ['GET', 'HEAD', 'POST'])
  })
  app.all(ONE, (c) => {
    throw noRoute(c, ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'])
  })

  async function list(c: RequestContext, { id }: Provider, asked: Asked): Promise<Response> {
    const query = queryIn(asked, INDEXED, USER_SCHEMA)
    const show = (user: PushedUser) => showUser(user, baseUrl)
    const { total, resources } = await resourcesFor(query, {
      indexed: INDEXED,
      page: (offset, limit) => users.page(id, offset, limit),
      find: (lookup) => users.find(id, lookup),
      show,
    })
    const shown = resources.map(show)
    return answerList(c, { total, startIndex: query.startIndex, resources: shown }, selectionOf(asked, USER_SCHEMA))
  }

  async function change(
    c: RequestContext,
    provider: Provider,
    id: string,
    changed: (before: UserAttributes) => UserAttributes,
  ): Promise<Response> {
    const issuer = await issuerOf(provider)
    return untilNotOvertaken(async () => {
      const before = await userOf(provider, id)
      const user = { ...before, attributes: changed(before.attributes), modifiedAt: epochSeconds(clock) }
      const saved = await users.save(user, before, issuer, auditContextOf(c, config))
      if (saved === 'taken') throw takenName('userName or externalId')
      if (saved === 'gone') throw unknownResource()
      if (saved === 'changed') return null
      logPush(c, provider.id, { user: id })
      return answerResource(c, showUser(user, baseUrl), selectionIn(c, USER_SCHEMA))
    })
  }

  /** @throws GatehouseError `not_found` */
  async function userOf({ id: providerId }: Provider, id: string): Promise<PushedUser> {
    const user = await users.withId(providerId, id)
    if (user === null) throw unknownResource()
    return user
  }

  return app
}

/** Of accounts that are known by the externalId; `null`: they are known by something else. */
async function issuerOf(provider: Provider): Promise<string | null> {
  return isSubjectExternalId(provider.config) ? provider.issuer() : null
}
