/**
 * /scim/v2/Groups: groups and their members, pushed by a provider.
 */
import { type Context, Hono } from 'hono'
import { type GroupPatch, type MemberStep, memberIds, patchedGroup } from '../../accounts/scim/patch.ts'
import { type Asked, type Lookup, type Query, queryIn, searchIn } from '../../accounts/scim/queries.ts'
import { GROUP_SCHEMA, type GroupAttributes, groupIn, type PushedGroup } from '../../accounts/scim/resources.ts'
import { isObject } from '../../claims/claim-values.ts'
import { epochSeconds } from '../../clock.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import type { Provider } from '../../oidc/provider.ts'
import type { RequestVariables } from '../http/context.ts'
import { noRoute } from '../http/errors.ts'
import { PATHS } from '../paths.ts'
import { answerList, answerResource, askedIn, isSelected, selectionIn, selectionOf, showGroup } from './answers.ts'
import { resourcesFor } from './lists.ts'
import { jsonBody, logPush, pushingProvider, takenName, unknownResource, untilNotOvertaken } from './requests.ts'

type RequestContext = Context<RequestVariables>

const INDEXED = ['id', 'externalId', 'displayName']

/** A group with more could not be shown as a whole. */
const MEMBERS_MAX = 50_000

const ONE = `${PATHS.scimGroups}/:id` as const
const SEARCH = `${PATHS.scimGroups}/.search`

export function scimGroupRoutes(deps: Deps) {
  const { clock, config } = deps
  const { groups } = deps.scim
  const { baseUrl } = config
  const app = new Hono<RequestVariables>()

  app.get(PATHS.scimGroups, async (c) => list(c, await pushingProvider(c, deps), askedIn(c)))

  app.post(SEARCH, async (c) => {
    const provider = await pushingProvider(c, deps)
    return list(c, provider, searchIn(await jsonBody(c)))
  })

  app.all(SEARCH, (c) => {
    throw noRoute(c, ['POST'])
  })

  app.post(PATHS.scimGroups, async (c) => {
    const provider = await pushingProvider(c, deps)
    const now = epochSeconds(clock)
    const body = await jsonBody(c)
    const place = { id: crypto.randomUUID(), providerId: provider.id, createdAt: now, modifiedAt: now }
    const group = { ...place, attributes: groupIn(body), members: null }
    await save(c, group, null, membersIn(body))
    return show(c, provider, group.id, 201)
  })

  app.get(ONE, async (c) => show(c, await pushingProvider(c, deps), c.req.param('id')))

  app.put(ONE, async (c) => {
    const provider = await pushingProvider(c, deps)
    const body = await jsonBody(c)
    const steps = membersIn(body)
    const id = c.req.param('id')
    await change(c, provider, id, (before) => ({ attributes: { ...before, ...said(groupIn(body)) }, steps }))
    return show(c, provider, id)
  })

  app.patch(ONE, async (c) => {
    const provider = await pushingProvider(c, deps)
    const body = await jsonBody(c)
    await change(c, provider, c.req.param('id'), (before) => patchedGroup(before, body))
    // A group may have very many members; a client that wants to see them asks. @see RFC 7644 section 3.5.2
    return c.body(null, 204)
  })

  app.delete(ONE, async (c) => {
    const provider = await pushingProvider(c, deps)
    const group = await groupOf(provider, c.req.param('id'))
    await groups.remove(group)
    logPush(c, provider.id, { group: group.id })
    return c.body(null, 204)
  })

  app.all(PATHS.scimGroups, (c) => {
    throw noRoute(c, ['GET', 'HEAD', 'POST'])
  })
  app.all(ONE, (c) => {
    throw noRoute(c, ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'])
  })

  async function list(c: RequestContext, { id }: Provider, asked: Asked): Promise<Response> {
    const selection = selectionOf(asked, GROUP_SCHEMA)
    const query = queryIn(asked, INDEXED, GROUP_SCHEMA)
    refuseMembersAlone(query)
    const show = (group: PushedGroup) => showGroup(group, baseUrl)
    const { total, resources } = await resourcesFor(query, {
      indexed: INDEXED,
      page: (offset, limit) => groups.page(id, offset, limit),
      find: (lookup) => found(id, lookup, query),
      show,
    })
    const wanted = isSelected('members', selection) ? await groups.withMembers(resources) : resources
    const shown = wanted.map(show)
    return answerList(c, { total, startIndex: query.startIndex, resources: shown }, selection)
  }

  async function change(
    c: RequestContext,
    provider: Provider,
    id: string,
    changed: (before: GroupAttributes) => GroupPatch,
  ): Promise<void> {
    await untilNotOvertaken(async () => {
      const before = await groupOf(provider, id)
      const { attributes, steps } = changed(before.attributes)
      return (await save(c, { ...before, attributes }, before, steps)) ? true : null
    })
  }

  /** Whether it was saved; if not, another request has changed it. */
  async function save(
    c: RequestContext,
    group: PushedGroup,
    before: PushedGroup | null,
    steps: readonly MemberStep[],
  ): Promise<boolean> {
    const added = steps.flatMap((step) => (step.do === 'remove' ? [] : step.ids)).length
    const isSet = steps.some((step) => step.do === 'set')
    const members = added + (before === null || isSet || added === 0 ? 0 : await groups.memberCount(group))
    if (members > MEMBERS_MAX) {
      throw new GatehouseError('payload_too_large', 'body_too_large', `a group of more than ${MEMBERS_MAX} members`, {
        publicMessage: `A group has at most ${MEMBERS_MAX} members`,
      })
    }
    const saved = await groups.save({ ...group, modifiedAt: epochSeconds(clock) }, before, steps)
    if (saved === 'taken') throw takenName('displayName or externalId')
    if (saved === 'gone') throw unknownResource()
    if (saved === 'changed') return false
    logPush(c, group.providerId, { group: group.id, members: steps.flatMap(({ ids }) => ids).length })
    return true
  }

  async function show(c: RequestContext, provider: Provider, id: string, status: 200 | 201 = 200): Promise<Response> {
    const selection = selectionIn(c, GROUP_SCHEMA)
    const group = await groupOf(provider, id)
    const [asked = group] = isSelected('members', selection) ? await groups.withMembers([group]) : []
    return answerResource(c, showGroup(asked, baseUrl), selection, status)
  }

  /** @throws GatehouseError `not_found` */
  async function groupOf({ id: providerId }: Provider, id: string): Promise<PushedGroup> {
    const group = await groups.withId(providerId, id)
    if (group === null) throw unknownResource()
    return group
  }

  /** With its members, if the filter is about them. */
  async function found(providerId: string, lookup: Lookup, { filter }: Query): Promise<PushedGroup | null> {
    const group = await groups.find(providerId, lookup)
    if (group === null || !filter?.isAboutMembers) return group
    return (await groups.withMembers([group]))[0] ?? null
  }

  return app
}

/** The members of a whole group, which take the place of those that it had. */
function membersIn(body: unknown): readonly MemberStep[] {
  const found = isObject(body) ? Object.entries(body).find(([key]) => key.toLowerCase() === 'members') : undefined
  return [{ do: 'set', ids: memberIds(found?.[1] ?? []) }]
}

/** What is not said of a whole group stays as it was. */
function said({ displayName, externalId }: GroupAttributes): Partial<GroupAttributes> {
  return { displayName, ...(externalId === undefined ? {} : { externalId }) }
}

/** No index finds the groups of a member. @throws GatehouseError `invalid_request` `filter_unusable` */
function refuseMembersAlone({ filter }: Query): void {
  if (filter === null || filter.lookup !== null || !filter.isAboutMembers) return
  throw new GatehouseError('invalid_request', 'filter_unusable', 'a filter on the members of any group', {
    publicMessage: `A filter on members must also have eq with one of ${INDEXED.join(', ')}`,
  })
}
