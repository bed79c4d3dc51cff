/**
 * Changes a Keycloak while it runs, by its admin REST API, as an operator would in the console; decides nothing about what to change.
 */
import * as v from 'valibot'
import type { KeycloakAddress } from './keycloak.ts'

/** What Keycloak calls a representation: its members are its own. */
export type Representation = Readonly<Record<string, unknown>>

const anything = v.looseObject({})
const withId = v.looseObject({ id: v.string() })
const tokenAnswer = v.object({ access_token: v.string() })
const SIGNING_KEYS = 'org.keycloak.keys.KeyProvider'

/** The administrator of one realm. Every function throws an Error with Keycloak's answer when it is refused. */
export interface RealmAdmin {
  readonly realm: string
  /** Any call below `/admin/realms/<realm>`; `null`: the answer had no body. */
  call(method: string, path: string, body?: unknown): Promise<unknown>
  changeRealm(changes: Representation): Promise<void>
  /** Members replace those that are there; `attributes` are merged, and an attribute of '' goes. */
  changeClient(clientId: string, changes: Representation): Promise<void>
  changeUser(username: string, changes: Representation): Promise<void>
  addMapper(clientId: string, mapper: Representation): Promise<void>
  /** Gives back what was removed, as `addMapper` takes it. */
  removeMapper(clientId: string, name: string): Promise<Representation>
  /** Gives a client one of the realm's client scopes, such as `email`, by default. */
  addScope(clientId: string, scope: string): Promise<void>
  removeScope(clientId: string, scope: string): Promise<void>
  /** A new RS256 key signs from now on; the old one stays listed, and goes with `removeOld`. */
  rotateKeys(options?: { removeOld?: boolean }): Promise<void>
  /** The ids (`sid`) of the sessions that someone has. */
  sessionsOf(username: string): Promise<readonly string[]>
  endSession(sid: string): Promise<void>
  /** Ends all sessions of someone. */
  signOut(username: string): Promise<void>
  /** Deletes the realm with all that is in it. */
  remove(): Promise<void>
}

/** Makes a realm from a representation. */
export async function importRealm(
  keycloak: KeycloakAddress,
  realm: Representation & { realm: string },
): Promise<RealmAdmin> {
  await askAdmin(keycloak, 'POST', '/admin/realms', realm)
  return realmAdmin(keycloak, realm.realm)
}

function realmAdmin(keycloak: KeycloakAddress, realm: string): RealmAdmin {
  const call: RealmAdmin['call'] = (method, path, body) =>
    askAdmin(keycloak, method, `/admin/realms/${encodeURIComponent(realm)}${path}`, body)

  const clientOf = async (clientId: string) =>
    first(await call('GET', `/clients?clientId=${encodeURIComponent(clientId)}`))
  const userOf = async (username: string) =>
    first(await call('GET', `/users?exact=true&username=${encodeURIComponent(username)}`))
  const signingKeys = async () => v.parse(v.array(withId), await call('GET', `/components?type=${SIGNING_KEYS}`))

  return {
    realm,
    call,

    async changeRealm(changes) {
      await call('PUT', '', { ...v.parse(anything, await call('GET', '')), ...changes })
    },

    async changeClient(clientId, changes) {
      const client = await clientOf(clientId)
      const attributes = {
        ...v.parse(anything, client.attributes),
        ...v.parse(v.optional(anything, {}), changes.attributes),
      }
      await call('PUT', `/clients/${client.id}`, { ...client, ...changes, attributes })
    },

    async changeUser(username, changes) {
      const user = await userOf(username)
      await call('PUT', `/users/${user.id}`, { ...user, ...changes })
    },

    async addMapper(clientId, mapper) {
      const { id } = await clientOf(clientId)
      await call('POST', `/clients/${id}/protocol-mappers/models`, { protocol: 'openid-connect', ...mapper })
    },

    async removeMapper(clientId, name) {
      const { id } = await clientOf(clientId)
      const mappers = v.parse(v.array(withId), await call('GET', `/clients/${id}/protocol-mappers/models`))
      const mapper = mappers.find((candidate) => candidate.name === name)
      if (!mapper) throw new Error(`${clientId} has no mapper ${name}`)
      await call('DELETE', `/clients/${id}/protocol-mappers/models/${mapper.id}`)
      const { id: _, ...removed } = mapper
      return removed
    },

    async addScope(clientId, scope) {
      const { id } = await clientOf(clientId)
      const scopes = v.parse(v.array(withId), await call('GET', '/client-scopes'))
      const found = scopes.find(({ name }) => name === scope)
      if (!found) throw new Error(`the realm has no client scope ${scope}`)
      await call('PUT', `/clients/${id}/default-client-scopes/${found.id}`)
    },

    async removeScope(clientId, scope) {
      const { id } = await clientOf(clientId)
      for (const kind of ['default-client-scopes', 'optional-client-scopes']) {
        const scopes = v.parse(v.array(withId), await call('GET', `/clients/${id}/${kind}`))
        const found = scopes.find(({ name }) => name === scope)
        if (found) return void (await call('DELETE', `/clients/${id}/${kind}/${found.id}`))
      }
      throw new Error(`${clientId} has no scope ${scope}`)
    },

    async rotateKeys({ removeOld = false } = {}) {
      const old = (await signingKeys()).filter(({ providerId }) => providerId === 'rsa-generated')
      const { id } = v.parse(withId, await call('GET', ''))
      await call('POST', '/components', {
        name: `rsa-${Date.now()}`,
        providerId: 'rsa-generated',
        providerType: SIGNING_KEYS,
        parentId: id,
        // The highest priority signs.
        config: { priority: [String(Date.now())], algorithm: ['RS256'], enabled: ['true'], active: ['true'] },
      })
      if (removeOld) for (const key of old) await call('DELETE', `/components/${key.id}`)
    },

    async sessionsOf(username) {
      const { id } = await userOf(username)
      return v.parse(v.array(withId), await call('GET', `/users/${id}/sessions`)).map((session) => session.id)
    },

    async endSession(sid) {
      await call('DELETE', `/sessions/${sid}`)
    },

    async signOut(username) {
      await call('POST', `/users/${(await userOf(username)).id}/logout`)
    },

    async remove() {
      await call('DELETE', '')
    },
  }
}

function first(list: unknown) {
  const [found] = v.parse(v.array(withId), list)
  if (!found) throw new Error('Keycloak knows no such client or user')
  return found
}

async function askAdmin(keycloak: KeycloakAddress, method: string, path: string, body?: unknown): Promise<unknown> {
  // A token lives for a minute, and asking for one is cheap: none is kept.
  const authorization = `Bearer ${await administratorToken(keycloak)}`
  const response = await fetch(`${keycloak.baseUrl}${path}`, {
    method,
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`Keycloak refused ${method} ${path}: ${response.status} ${text}`)
  return text === '' ? null : JSON.parse(text)
}

async function administratorToken({ baseUrl, administrator }: KeycloakAddress): Promise<string> {
  const response = await fetch(`${baseUrl}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', ...administrator }),
  })
  return v.parse(tokenAnswer, await response.json()).access_token
}
