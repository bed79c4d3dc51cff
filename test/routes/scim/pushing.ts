/**
 * A provider that pushes by SCIM to a scene, and what it is answered.
 */
import { createScene, GATE, type Scene, type Settings } from '../scene.ts'

export const TOKEN = 'a-scim-token-of-more-than-32-characters'
export const SCIM = { GATEHOUSE_SCIM_TOKEN: TOKEN }

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // A resource, a list or a refusal; what a test asserts of it says which.
  readonly body: Record<string, unknown>
}

/** Sends a request as a provider does. @param path after /scim/v2 */
export type Push = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

export function pushTo(gate: Scene['gate'], token: string | null = TOKEN): Push {
  return async (method, path, body, headers = {}) => {
    const all = {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      accept: 'application/scim+json',
      ...(body === undefined ? {} : { 'content-type': 'application/scim+json; charset=utf-8' }),
      ...headers,
    }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const request = new Request(`${GATE}/scim/v2${path}`, { method, headers: all, body: text ?? null })
    const response = await gate(request)
    const answered = await response.text()
    return { status: response.status, headers: response.headers, body: answered === '' ? {} : JSON.parse(answered) }
  }
}

export function createPushingScene(settings: Settings = {}): Scene & { readonly push: Push } {
  const scene = createScene({ ...SCIM, ...settings })
  return { ...scene, push: pushTo(scene.gate) }
}

/** @returns the id of the user */
export async function pushUser(push: Push, externalId: string, more: object = {}): Promise<string> {
  const user = { schemas: [USER], externalId, userName: `${externalId}@corp.example`, active: true, ...more }
  const { status, body } = await push('POST', '/Users', user)
  if (status !== 201) throw new Error(`the user was answered ${status}: ${JSON.stringify(body)}`)
  return String(body.id)
}

/** @returns the id of the group */
export async function pushGroup(push: Push, displayName: string, ids: readonly string[] = []): Promise<string> {
  const members = ids.map((value) => ({ value }))
  const { status, body } = await push('POST', '/Groups', { schemas: [GROUP], displayName, members })
  if (status !== 201) throw new Error(`the group was answered ${status}: ${JSON.stringify(body)}`)
  return String(body.id)
}

export function patch(...operations: readonly object[]): object {
  return { schemas: [PATCH], Operations: operations }
}

export const DEACTIVATE = patch({ op: 'replace', path: 'active', value: false })
export const ACTIVATE = patch({ op: 'replace', path: 'active', value: true })
