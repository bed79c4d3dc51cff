/**
 * Looks for people at the admin API of a Keycloak, which is not OpenID Connect; who of them may be shown is decided in `accounts/`.
 */
import { decodeJwt } from 'jose'
import * as v from 'valibot'
import { type Clock, epochSeconds } from '../../clock.ts'
import { GatehouseError } from '../../errors.ts'
import type { Log } from '../../log.ts'

export interface UserSearchRequest {
  /** As it was typed. */
  readonly text: string
  /** `null`: there is one tenant only. */
  readonly tenant: string | null
  /** How many people are wanted at most. */
  readonly limit: number
}

/** A person at the provider who can be told from others and has a name or an address. */
export interface FoundUser {
  /** Their `sub`; `null`: the attribute that should be the same is not there. */
  readonly subject: string | null
  readonly email: string | null
  readonly given_name: string | null
  readonly family_name: string | null
}

/** Where and how people are searched. */
export interface SearchPlace {
  /** Without a final slash, such as https://id.example.org/admin/realms/main. */
  readonly apiBaseUrl: string
  readonly clientId: string
  /** An attribute that is the `sub` of people; `null`: their id is. */
  readonly externalIdAttribute: string | null
  /** An attribute with their tenant; `null`: there is one tenant only. */
  readonly tenantAttribute: string | null
}

type Send = (url: string, init?: RequestInit) => Promise<Response>

/** Gets the client that searches a token of its own. @throws GatehouseError */
type GetToken = () => Promise<{ readonly access_token: string; readonly expires_in?: number }>

export interface UserSearcher {
  /**
   * @throws GatehouseError `not_configured` when the client may not search, `provider_unreachable`, `provider_error`
   */
  find(request: UserSearchRequest, getToken: GetToken, send: Send): Promise<readonly FoundUser[]>
}

/** A shorter text would find nearly all. */
const TEXT_MIN_CHARACTERS = 3
/** With a tenant most rows may be of others, for older Keycloaks do not filter by an attribute while they search. */
const TENANT_PAGE_ROWS = 100
const TENANT_ROWS_MAX = 500
/** A token that ends while it is on its way is of no use. */
const RENEW_SECONDS_BEFORE = 10
/** Of an answer that does not say. Keycloak's own default. */
const TOKEN_LIFE_SECONDS = 60

const ROLES = 'the service account of the client needs the roles query-users and view-users of realm-management'

const word = v.fallback(v.nullable(v.pipe(v.string(), v.trim(), v.nonEmpty())), null)

const userSchema = v.object({
  id: v.string(),
  enabled: v.optional(v.boolean(), true),
  email: v.optional(word, null),
  firstName: v.optional(word, null),
  lastName: v.optional(word, null),
  attributes: v.optional(v.record(v.string(), v.array(v.string())), {}),
})

type KeycloakUser = v.InferOutput<typeof userSchema>

/** Keeps one token of the client in the memory of the isolate, which is about no one. */
export function createUserSearcher(search: SearchPlace, clock: Clock, log: Log): UserSearcher {
  let held: { token: string; untilSeconds: number } | undefined

  async function tokenFrom(getToken: GetToken): Promise<string> {
    if (held && epochSeconds(clock) < held.untilSeconds) return held.token
    const answer = await getToken()
    const life = (answer.expires_in ?? TOKEN_LIFE_SECONDS) - RENEW_SECONDS_BEFORE
    held = { token: answer.access_token, untilSeconds: epochSeconds(clock) + life }
    return answer.access_token
  }

  /** A token may have been taken back before its time: one more is tried. */
  async function page(query: URLSearchParams, getToken: GetToken, send: Send): Promise<readonly unknown[]> {
    const url = `${search.apiBaseUrl}/users?${query}`
    const ask = async () =>
      send(url, { headers: { accept: 'application/json', authorization: `Bearer ${await tokenFrom(getToken)}` } })
    let response = await ask()
    if (response.status === 401) {
      held = undefined
      response = await ask()
    }
    return rowsOf(response, search)
  }

  /** Keycloak shows an empty list to anyone who may search and not look. */
  function warnIfBlind(token: string | undefined): void {
    const roles = token === undefined ? null : rolesOf(token)
    if (roles === null || SEEING.some((role) => roles.includes(role))) return
    log({ level: 'warn', event: 'user_search_blind', detail: { asked_as: search.clientId, fix: ROLES } })
  }

  return {
    async find({ text, tenant, limit }, getToken, send) {
      const wanted = plainText(text)
      if ([...wanted].length < TEXT_MIN_CHARACTERS) return []
      const isFiltered = tenant !== null && search.tenantAttribute !== null
      const rows = isFiltered ? TENANT_PAGE_ROWS : limit
      const needsAttributes = isFiltered || search.externalIdAttribute !== null
      const found: FoundUser[] = []
      let skipped = 0
      for (let first = 0; first < (isFiltered ? TENANT_ROWS_MAX : rows) && found.length < limit; first += rows) {
        const query = new URLSearchParams({ search: wanted, enabled: 'true', first: String(first), max: String(rows) })
        query.set('briefRepresentation', String(!needsAttributes))
        if (isFiltered) query.set('q', `${search.tenantAttribute}:${quotedIfNeeded(tenant)}`)
        const answered = (await page(query, getToken, send)).slice(0, rows)
        const users = answered.map((row) => v.safeParse(userSchema, row))
        skipped += users.filter(({ success }) => !success).length
        for (const { success, output } of users) {
          if (success && output.enabled && isOfTenant(output, tenant, search)) found.push(foundUser(output, search))
        }
        if (answered.length < rows) break
      }
      if (found.length === 0) warnIfBlind(held?.token)
      const shown = found.filter(({ email, given_name, family_name }) => email ?? given_name ?? family_name)
      if (shown.length < found.length || skipped > 0) {
        const detail = { without_name: found.length - shown.length, unreadable: skipped }
        log({ level: 'info', event: 'user_search_skipped', detail })
      }
      return shown.slice(0, limit)
    },
  }
}

async function rowsOf(response: Response, { clientId, apiBaseUrl }: SearchPlace): Promise<readonly unknown[]> {
  const { status } = response
  const provider = { status }
  const detail = { asked_as: clientId }
  if (status === 401 || status === 403) {
    const message = 'the provider does not let the client search for people'
    throw new GatehouseError('not_configured', 'user_search_forbidden', message, {
      provider,
      detail: { ...detail, fix: ROLES },
    })
  }
  const body: unknown = status === 200 ? await response.json().catch(() => null) : null
  if (Array.isArray(body)) return body
  const fix = `the admin API should be at ${apiBaseUrl}; see user_search.api_base_url`
  throw new GatehouseError('provider_error', 'user_search_failed', 'the provider did not answer a search for people', {
    provider,
    detail: { ...detail, fix },
  })
}

/** Always looked at again, for older Keycloaks do not look at all. */
function isOfTenant({ attributes }: KeycloakUser, tenant: string | null, { tenantAttribute }: SearchPlace): boolean {
  return tenant === null || tenantAttribute === null || attributes[tenantAttribute]?.includes(tenant) === true
}

function foundUser(user: KeycloakUser, { externalIdAttribute }: SearchPlace): FoundUser {
  return {
    subject: externalIdAttribute === null ? user.id : (user.attributes[externalIdAttribute]?.[0] ?? null),
    email: user.email,
    given_name: user.firstName,
    family_name: user.lastName,
  }
}

/** @see Keycloak, SearchQueryUtils: a value with blanks stands between quotes */
function quotedIfNeeded(value: string): string {
  return /[\s:"]/.test(value) ? `"${value.replaceAll('"', '\\"')}"` : value
}

/** Roles of realm-management with which a list of users has users in it. */
const SEEING = ['view-users', 'manage-users', 'realm-admin']

const accessSchema = v.object({
  resource_access: v.object({ 'realm-management': v.object({ roles: v.array(v.string()) }) }),
})

/** For a hint in the log and nothing else; `null`: the token does not say. */
function rolesOf(token: string): readonly string[] | null {
  try {
    const claims = v.safeParse(accessSchema, decodeJwt(token))
    return claims.success ? claims.output.resource_access['realm-management'].roles : null
  } catch {
    return null // opaque
  }
}

/** What Keycloak gives a meaning to is taken out of what people typed. @see Keycloak, UsersResource: `*x*`, `"x"`, `id:x` */
function plainText(typed: string): string {
  const plain = typed.replace(/["*]/g, '').trim()
  const without = plain.replace(/^id:/i, '').trim()
  return without === plain ? plain : plainText(without)
}
