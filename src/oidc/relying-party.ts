/**
 * The door for signing people in and out at one provider: which step runs with which client; each step is in `flows/`.
 */
import type { ProviderConfig } from '../config/model.ts'
import { unverifiedClaims } from './claims.ts'
import { finishLogin, type VerifiedLogin } from './flows/callback.ts'
import { type EndSessionRequest, endSessionRequest, type LogoutRequest, revokeTokens } from './flows/end-session.ts'
import {
  type LoginRequest,
  leadsTo,
  mustBeSent,
  type PendingLogin,
  type StartedLogin,
  sentRequest,
  silentRequest,
  startLogin,
} from './flows/login.ts'
import { type LogoutNotice, verifyLogoutToken } from './flows/logout-token.ts'
import { type RefreshedLogin, refreshLogin } from './flows/refresh.ts'
import type { ProviderTokens } from './flows/token-answer.ts'
import type { Metadata } from './metadata/metadata.ts'
import type { ProviderContext } from './provider-context.ts'
import type { Send } from './transport/http.ts'

/** What is asked of a provider for people who sign in and out. Each call waits no longer than `timeoutSeconds` in all. */
export interface RelyingParty {
  /**
   * Begins a login. Refuses while the provider cannot be reached, so that people see a page that says so.
   * @throws GatehouseError `provider_unreachable` or `provider_error`
   */
  startLogin(request: LoginRequest): Promise<StartedLogin>
  /** Whether it can sign a person in without asking, as far as is known; never fails. @see OpenID Connect Core 1.0 section 3.1.2.1, `prompt` */
  signsInSilently(): Promise<boolean>
  /**
   * Whether it sends an unknown browser back at once when prompt=none forbids it to ask anything. One call, made without a browser.
   *
   * @throws GatehouseError when that cannot be found out
   */
  keepsToPromptNone(): Promise<boolean>
  /** @see finishLogin in `callback.ts`. `wasAsked`: `false` for a silent attempt, which is also the default. */
  finishLogin(answer: URLSearchParams, pending: PendingLogin, wasAsked?: boolean): Promise<VerifiedLogin>
  /** @see refreshLogin in `refresh.ts` */
  refresh(tokens: ProviderTokens): Promise<RefreshedLogin>
  /** How the browser signs out at the provider; `null`: it offers no such place, or cannot be asked for it. */
  endSession(request: LogoutRequest): Promise<EndSessionRequest | null>
  /** Whether it answers, as far as is known: it is called only if the last call failed. */
  answers(): Promise<boolean>
  /** Gives back the tokens of ended sessions where the provider takes them; never fails. @see revokeTokens in `end-session.ts` */
  revokeTokens(ended: readonly ProviderTokens[]): Promise<void>
  /** @see verifyLogoutToken in `logout-token.ts` */
  verifyLogoutToken(token: string): Promise<LogoutNotice>
}

/** Makes the door. Nothing is asked of the provider before the first call. */
export function createRelyingParty(context: ProviderContext): RelyingParty {
  const { config, quirks, metadata, clock, log, begin, clientFor, orNull } = context

  /** An ID token goes to the provider that issued it and to no other. */
  function isOwnToken(idToken: string | null, current: Metadata): boolean {
    return idToken !== null && quirks.isFrom(unverifiedClaims(idToken), current.issuer)
  }

  /**
   * The metadata of a provider that answers: it is asked for its keys, which every provider shows without noting a failed sign-in in its
   * log.
   */
  async function metadataIfItAnswers(send: Send): Promise<Metadata> {
    const current = await metadata.read(send)
    await context.reachability.require(() => context.signatures.look(current, send))
    return current
  }

  async function started(rules: ProviderConfig, current: Metadata, request: LoginRequest, send: Send) {
    const login = await startLogin(rules, current, request)
    if (!mustBeSent(rules, current)) return login
    const sender = { config: rules, metadata: current, client: await clientFor(send), keys: context.ownKeys }
    return { ...login, location: await sentRequest(login.location, sender) }
  }

  return {
    async startLogin(request) {
      const send = begin()
      const current = await metadataIfItAnswers(send)
      const idTokenHint = isOwnToken(request.idTokenHint, current) ? request.idTokenHint : null
      return started(config, current, { ...request, idTokenHint }, send)
    },

    async keepsToPromptNone() {
      const { redirectUri } = config.addresses
      const send = begin()
      const inAddress = { ...config, responseMode: 'query' as const }
      const { location } = await started(inAddress, await metadata.read(send), silentRequest(redirectUri), send)
      const { status, headers } = await send(location.href)
      return leadsTo(redirectUri, status, headers.get('location'))
    },

    async signsInSilently() {
      if (!quirks.canSignInSilently) return false
      const current = await orNull('silent_sign_in_unknown', () => metadata.read(begin()))
      return current !== null && current.prompt_values_supported?.includes('none') !== false
    },

    async finishLogin(answer, pending, wasAsked = false) {
      const mayAsk = wasAsked && config.extraParameters.prompt !== 'none'
      return finishLogin(await clientFor(begin()), answer, pending, mayAsk, clock)
    },

    async refresh(tokens) {
      return refreshLogin(await clientFor(begin()), tokens, clock)
    },

    async endSession(request) {
      return orNull('provider_logout_skipped', async () => {
        const current = await metadata.read(begin())
        const isOwn = isOwnToken(request.idToken, current)
        return endSessionRequest(config, current, isOwn ? request : { ...request, idToken: null })
      })
    },

    async answers() {
      if (!context.reachability.hasFailed()) return true
      return (await orNull('provider_not_reached', () => metadataIfItAnswers(begin()))) !== null
    },

    async revokeTokens(ended) {
      await orNull('revocation_failed', async () => revokeTokens(await clientFor(begin()), ended, log))
    },

    async verifyLogoutToken(token) {
      return verifyLogoutToken(await clientFor(begin(), 'untrusted'), token)
    },
  }
}
