/**
 * Who is found when someone looks for people: those who have signed in here, those at the provider, or both; pure rules over two ports.
 */
import type { FindBehavior, OpenTalkValues } from '../config/dialects/opentalk/settings.ts'
import { asksBackend } from '../config/dialects/opentalk/user-search.ts'
import { sha256Hex } from '../crypto.ts'
import type { FoundUser } from '../vendors/keycloak/user-search.ts'
import { asName, closeness, folded, searchTextOf } from './identity.ts'
import { tenantOf } from './standing.ts'
import type { User } from './users.ts'

/** Who may be seen by the person who looks: people of one provider, and of one tenant where there are several. */
export interface Circle {
  /** `null`: an administrator looks, and sees people of every provider. */
  readonly issuer: string | null
  /** `null`: there is one tenant only. */
  readonly tenant: string | null
  /** Whether disabled people are seen. */
  readonly hasDisabled: boolean
}

/** Whom a person may see. Anyone whose tenant is not known is in one with no one else. @param opentalk `null`: OpenTalk is not in use */
export function circleOf(user: User, opentalk: OpenTalkValues | null): Circle {
  const isByTenant = opentalk?.['tenants.assignment'] === 'by_external_tenant_id'
  const tenant = isByTenant ? (tenantOf({ ...user }, opentalk).tenant_id ?? '') : null
  return { issuer: user.issuer, tenant, hasDisabled: false }
}

/** Whom an administrator sees: everyone, or everyone of their own tenant where there are several. */
export function administeredBy(user: User, opentalk: OpenTalkValues | null): Circle {
  const { issuer, tenant } = circleOf(user, opentalk)
  return { issuer: tenant === null ? null : issuer, tenant, hasDisabled: true }
}

export function isWithin({ issuer, tenant_id }: User, circle: Circle): boolean {
  const isOfIssuer = circle.issuer === null || issuer === circle.issuer
  return isOfIssuer && (circle.tenant === null || (circle.tenant !== '' && tenant_id === circle.tenant))
}

export interface Registered {
  readonly user: User
  readonly isDisabled: boolean
}

export interface UserStore {
  /** The person of this id, ours; `null`: there is surely none. @throws GatehouseError `store_unavailable` */
  withId(id: string): Promise<User | null>
  /**
   * People who have this text, folded, in their names or their address, or begin almost like it; those who begin with it come first. In the middle
   * of a word it is found only of the newest people.
   *
   * @throws GatehouseError `store_unavailable`
   */
  candidates(wanted: string, circle: Circle): Promise<readonly User[]>
  /** Those of these subjects who have an account, also a disabled one. @throws GatehouseError `store_unavailable` */
  withSubjects(subjects: readonly string[], circle: Circle): Promise<readonly Registered[]>
}

export interface DirectoryPorts {
  readonly users: UserStore
  /** @see Provider.findUsers */
  findUsers(request: { text: string; tenant: string | null; limit: number }): Promise<readonly FoundUser[]>
}

/** Someone who has signed in here, or someone whom the provider alone knows. */
export type Found = { readonly user: User } | { readonly user: null; readonly unregistered: FoundUser }

export const QUERY_MIN_CHARACTERS = 3
export const QUERY_MAX_CHARACTERS = 100
const RESULTS_MAX = 20

/**
 * Looks for people.
 *
 * @param typed of QUERY_MIN_CHARACTERS to QUERY_MAX_CHARACTERS, without blanks around it
 * @returns 20 people at most, those who have signed in here first
 * @throws GatehouseError `store_unavailable`, or what the provider's search throws
 */
export async function findPeople(
  typed: string,
  behavior: FindBehavior,
  circle: Circle,
  ports: DirectoryPorts,
): Promise<readonly Found[]> {
  const known = behavior === 'from_database' || behavior === 'from_both' ? await fromDatabase(typed, circle, ports) : []
  const others = asksBackend(behavior) ? await fromBackend(typed, circle, ports) : []
  const ids = new Set(known.map(({ id }) => id))
  const added = others.filter(({ user }) => user === null || !ids.has(user.id))
  const all = [...known.map((user) => ({ user })), ...added]
  return [...all.filter(({ user }) => user !== null), ...all.filter(({ user }) => user === null)].slice(0, RESULTS_MAX)
}

async function fromDatabase(typed: string, circle: Circle, { users }: DirectoryPorts): Promise<readonly User[]> {
  const wanted = folded(typed)
  // Accents alone fold to an empty text, and every name begins with that.
  if ([...wanted].length < QUERY_MIN_CHARACTERS) return []
  const candidates = await users.candidates(wanted, circle)
  return candidates
    .map((user) => ({ user, rank: closeness(wanted, searchTextOf(user) ?? '') }))
    .filter(({ rank }) => rank !== null)
    .sort((one, other) => Number(one.rank) - Number(other.rank) || nameOf(one.user).localeCompare(nameOf(other.user)))
    .map(({ user }) => user)
}

async function fromBackend(typed: string, circle: Circle, ports: DirectoryPorts): Promise<readonly Found[]> {
  const found = await ports.findUsers({ text: typed, tenant: circle.tenant, limit: RESULTS_MAX })
  const subjects = found.map(({ subject }) => subject).filter((subject) => subject !== null)
  const registered = subjects.length === 0 ? [] : await ports.users.withSubjects(subjects, circle)
  return found.flatMap((one): Found[] => {
    const known = registered.find(({ user }) => user.subject === one.subject)
    if (known === undefined) return [{ user: null, unregistered: one }]
    return known.isDisabled ? [] : [{ user: known.user }]
  })
}

function nameOf({ full_name, email }: User): string {
  return full_name ?? email ?? ''
}

/**
 * What an application of OpenTalk is told of someone who was found.
 *
 * @param libravatarUrl where pictures are of people who have none; `undefined`: nowhere
 * @see OpenTalk controller, `GET /v1/users/find`; Libravatar API, which takes MD5 or SHA-256 of an address
 */
export async function describeFound(found: Found, libravatarUrl: string | undefined) {
  const avatarOf = async (email: string | null) =>
    libravatarUrl === undefined || email === null ? '' : `${libravatarUrl}${await sha256Hex(email.toLowerCase())}`
  if (found.user === null) {
    const { email, given_name, family_name } = found.unregistered
    return {
      kind: 'unregistered',
      email: email ?? '',
      firstname: asName(given_name, email) ?? '',
      lastname: asName(family_name, email) ?? '',
      avatar_url: await avatarOf(email),
    }
  }
  const { id, email, given_name, family_name, nickname, full_name, picture } = found.user
  return {
    kind: 'registered',
    id,
    email: email ?? '',
    title: '',
    firstname: asName(given_name, email) ?? '',
    lastname: asName(family_name, email) ?? '',
    display_name: asName(nickname, email) ?? full_name ?? '',
    avatar_url: picture ?? (await avatarOf(email)),
  }
}
