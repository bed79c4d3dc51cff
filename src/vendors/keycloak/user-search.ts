/**
 * Looks for people at the admin API of a Keycloak, which is not OpenID Connect; who of them may be shown is decided in `accounts/`.
 */
import { decodeJwt } from 'jose'
import * as v from 'valibot'
import type { Log } from '../../log.ts'
import { type AdminApi, type AdminApiPlace, type GetToken, ROLES, refusedBy, type Send } from './admin-api.ts'

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
export interface SearchPlace extends AdminApiPlace {
  /** An attribute with their tenant; `null`: there is one tenant only. */
  readonly tenantAttribute: string | null
}

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

export function createUserSearcher(search: SearchPlace, api: AdminApi, log: Log): UserSearcher {
  async function page(query: URLSearchParams, getToken: GetToken, send: Send): Promise<readonly unknown[]> {
    return rowsOf(await api.get(`/users?${query}`, getToken, send), search)
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
      if (found.length === 0) warnIfBlind(api.heldToken())
      const shown = found.filter(({ email, given_name, family_name }) => email ?? given_name ?? family_name)
      if (shown.length < found.length || skipped > 0) {
        const detail = { without_name: found.length - shown.length, unreadable: skipped }
        log({ level: 'info', event: 'user_search_skipped', detail })
      }
      return shown.slice(0, limit)
    },
  }
}

async function rowsOf(response: Response, search: SearchPlace): Promise<readonly unknown[]> {
  const body: unknown = response.status === 200 ? await response.json().catch(() => null) : null
  if (Array.isArray(body)) return body
  throw refusedBy(response, 'search for people', search)
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
