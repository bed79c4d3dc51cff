/**
 * How the admin API of a Keycloak is asked, which is not OpenID Connect; what is asked is in the files beside this one.
 */
import { type Clock, epochSeconds } from '../../clock.ts'
import { GatehouseError } from '../../errors.ts'

/** Where the admin API is, and whose accounts are meant. */
export interface AdminApiPlace {
  /** Without a final slash, such as https://id.example.org/admin/realms/main. */
  readonly apiBaseUrl: string
  readonly clientId: string
  /** An attribute that is the `sub` of people; `null`: their id is. */
  readonly externalIdAttribute: string | null
}

export type Send = (url: string, init?: RequestInit) => Promise<Response>

/** Gets the client that asks a token of its own. @throws GatehouseError */
export type GetToken = () => Promise<{ readonly access_token: string; readonly expires_in?: number }>

export interface AdminApi {
  /** The answer to a GET of a path below the realm. */
  get(path: string, getToken: GetToken, send: Send): Promise<Response>
  /** The token that was last used. */
  heldToken(): string | undefined
}

/** A token that ends while it is on its way is of no use. */
const RENEW_SECONDS_BEFORE = 10
/** Of an answer that does not say. Keycloak's own default. */
const TOKEN_LIFE_SECONDS = 60

export const ROLES = 'the service account of the client needs the roles query-users and view-users of realm-management'

/** Keeps one token of the client in the memory of the isolate, which is about no one. */
export function createAdminApi({ apiBaseUrl }: AdminApiPlace, clock: Clock): AdminApi {
  let held: { token: string; untilSeconds: number } | undefined

  async function tokenFrom(getToken: GetToken): Promise<string> {
    if (held && epochSeconds(clock) < held.untilSeconds) return held.token
    const answer = await getToken()
    const life = (answer.expires_in ?? TOKEN_LIFE_SECONDS) - RENEW_SECONDS_BEFORE
    held = { token: answer.access_token, untilSeconds: epochSeconds(clock) + life }
    return answer.access_token
  }

  return {
    /** A token may have been taken back before its time: one more is tried. */
    async get(path, getToken, send) {
      const url = `${apiBaseUrl}${path}`
      const ask = async () =>
        send(url, { headers: { accept: 'application/json', authorization: `Bearer ${await tokenFrom(getToken)}` } })
      const response = await ask()
      if (response.status !== 401) return response
      held = undefined
      return ask()
    },
    heldToken: () => held?.token,
  }
}

/** The refusal of an answer that no one can use. @param what was asked for, as the end of a sentence */
export function refusedBy({ status }: Response, what: string, { clientId, apiBaseUrl }: AdminApiPlace): GatehouseError {
  const provider = { status }
  const detail = { asked_as: clientId }
  if (status === 401 || status === 403) {
    const message = `the provider does not let the client ${what}`
    return new GatehouseError('not_configured', 'user_search_forbidden', message, {
      provider,
      detail: { ...detail, fix: ROLES },
    })
  }
  const fix = `the admin API should be at ${apiBaseUrl}; see user_search.api_base_url`
  const message = `the provider did not answer a request to ${what}`
  return new GatehouseError('provider_error', 'user_search_failed', message, { provider, detail: { ...detail, fix } })
}
