/**
 * What Gatehouse has learnt about signing in with a provider, in KV: that it works, and what silent sign-ins meet there; nothing about
 * a person.
 */
import type { KVNamespace } from '@cloudflare/workers-types'
import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import type { ProviderConfig } from '../config/model.ts'
import { sha256 } from '../crypto.ts'
import { toGatehouseError } from '../errors.ts'
import { describeFailure, type Log } from '../log.ts'

/**
 * `works`: someone has signed in with the current settings. `shows its form`: the same, and the provider shows its form in spite of
 * `prompt=none`.
 */
export type SignInMark = 'works' | 'shows its form'

export interface SignInMarks {
  /** `null`: no one has signed in with these settings yet, or KV does not answer. */
  of(config: ProviderConfig): Promise<SignInMark | null>
  /** Notes the mark, if it is new. Never fails: a sign-in does not depend on it. */
  note(config: ProviderConfig, mark: SignInMark): Promise<void>
}

const KEY_PREFIX = 'sign-in/1/'
/** Long, because a new mark costs a write, and a changed setting has another key at once. */
const LIFE_SECONDS = { works: 365 * 86_400, 'shows its form': 30 * 86_400 } as const
/** How long an isolate believes what it has read, so that it learns what another has found out. */
const READ_SECONDS = 300

const markSchema = v.fallback(v.nullable(v.picklist(['works', 'shows its form'])), null)

/** Makes the marks over a KV namespace. @param log learns when KV does not answer, which is never thrown */
export function createSignInMarks(kv: KVNamespace, clock: Clock, log: Log): SignInMarks {
  const known = new Map<string, { readonly mark: SignInMark; readonly readAt: number }>()

  async function read(key: string): Promise<SignInMark | null> {
    const remembered = known.get(key)
    if (remembered && clock.now() < remembered.readAt + READ_SECONDS * 1000) return remembered.mark
    const mark = v.parse(markSchema, await kv.get(KEY_PREFIX + key))
    if (mark !== null) known.set(key, { mark, readAt: clock.now() })
    return mark
  }

  function unavailable(error: unknown): null {
    log({ level: 'warn', event: 'cache_unavailable', detail: describeFailure(toGatehouseError(error)) })
    return null
  }

  return {
    async of(config) {
      return read(await keyOf(config)).catch(unavailable)
    },

    async note(config, mark) {
      const key = await keyOf(config)
      // Once an isolate knows a mark, a sign-in that works is nothing new, however long ago the mark was read.
      if (mark === 'works' && known.has(key)) return
      try {
        const before = await read(key)
        if (before === mark || (before !== null && mark === 'works')) return
        await kv.put(KEY_PREFIX + key, mark, { expirationTtl: LIFE_SECONDS[mark] })
        known.set(key, { mark, readAt: clock.now() })
      } catch (error) {
        unavailable(error)
      }
    },
  }
}

/** Made of the settings that a provider checks before it shows a page or sends the browser back. None of them is secret. */
function keyOf(config: ProviderConfig): Promise<string> {
  const { issuer, authorizationEndpoint, clientId, scopes, responseMode } = config
  const { extraParameters, requestedAudience, usePar, useRequestObject, usePkce } = config
  const judged = {
    issuer,
    authorizationEndpoint,
    clientId,
    scopes,
    responseMode,
    extraParameters,
    requestedAudience,
    usePar,
    useRequestObject,
    usePkce,
    redirectUri: config.addresses.redirectUri,
  }
  return sha256(JSON.stringify(judged))
}
