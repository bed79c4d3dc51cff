/**
 * An OpenID provider that is honest until told otherwise: one fault at a time, and a journal of every call that reached it.
 *
 * Made of Request and Response alone, so that it is either handed over as `fetch` or put behind an HTTP server.
 */

import { underDeadline } from './deadline.ts'
import { authorize } from './endpoints/authorize.ts'
import { type Call, readCall } from './endpoints/call.ts'
import { discovery } from './endpoints/discovery.ts'
import { endSession } from './endpoints/end-session.ts'
import { jwks } from './endpoints/jwks.ts'
import { sendLogoutToken } from './endpoints/logout-token.ts'
import { par } from './endpoints/par.ts'
import { token } from './endpoints/token.ts'
import { userinfo } from './endpoints/userinfo.ts'
import { badAnswerAt } from './faults/bad-answers.ts'
import type { Fault, IdTokenFault } from './faults.ts'
import type { Members, SigningAlgorithm } from './jws.ts'
import { createKeySet } from './keys.ts'
import {
  type Consent,
  type LogoutNotice,
  nowSeconds,
  type Offers,
  type Person,
  rotate,
  type State,
  signToken,
} from './state.ts'

export type { Fault, IdTokenFault } from './faults.ts'
export type { Offers, Person } from './state.ts'

/** One call that arrived. Names only: what was in it is between the parties. */
export interface JournalEntry {
  readonly method: string
  /** Below the issuer, such as `/token`; the whole address when the call was meant for another host. */
  readonly path: string
  /** The names of all parameters, of the query and of the form. */
  readonly parameters: readonly string[]
}

export interface HostileProvider {
  readonly issuer: string
  readonly journal: readonly JournalEntry[]
  /** Codes, tokens and verifiers that went to and fro, which no one else may see. */
  readonly confidential: ReadonlySet<string>
  /** Answers a request. Rejects when the provider cannot be reached, and never settles when it hangs. */
  handle(request: Request): Promise<Response>
  /** The same as the `fetch` of a relying party, deadline included. Other hosts than the provider cannot be reached. */
  fetch(url: string, init?: RequestInit): Promise<Response>
  setFault(fault: Fault | null): void
  /** Who signs in from now on. */
  setPerson(person: Person, idTokenClaims?: Members): void
  /** The same, also for refreshes of sign-ins that this person has agreed to before. */
  changePerson(person: Person, idTokenClaims?: Members): void
  setSigningAlgorithm(algorithm: SigningAlgorithm): void
  /** Replaces every key; with `sameKeyId`, new keys come under the old ids. */
  rotateKeys(options?: { sameKeyId?: boolean }): void
  /** Puts every ID token into something, such as an encryption. */
  setEnvelope(envelope: State['envelope']): void
  /** What someone agreed to last. @throws Error when no one did */
  lastConsent(): Consent
  /** What came back for each logout token that was sent. */
  readonly notices: readonly LogoutNotice[]
  /** Tells the relying party that a session has ended, as badly as the fault wants it. */
  sendLogoutToken(whom?: Pick<Consent, 'sid' | 'person'>): Promise<LogoutNotice>
  /** An RFC 9068 access token; claims that are `undefined` are left out. */
  signAccessToken(claims?: Members, options?: { header?: Members; fault?: IdTokenFault }): Promise<string>
  count(path: string): number
  /** Empties the journal and ends the fault. */
  reset(): void
}

const ALICE: Person = { sub: 'alice', email: 'alice@example.org', email_verified: true, name: 'Alice Archer' }

type Endpoint = (call: Call, state: State) => Response | Promise<Response>

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['/.well-known/openid-configuration', discovery],
  ['/authorize', authorize],
  ['/token', token],
  ['/userinfo', userinfo],
  ['/par', par],
  ['/end-session', endSession],
])

export function createHostileProvider(options: {
  issuer: string
  clientId: string
  clientSecret: string
  /** Milliseconds since the epoch. */
  now: () => number
  offers?: Offers
}): HostileProvider {
  const { issuer, offers = {} } = options
  const journal: JournalEntry[] = []
  const state: State = {
    ...options,
    offers,
    fault: null,
    person: ALICE,
    idTokenClaims: {},
    signingAlgorithm: 'RS256',
    generation: 0,
    keys: createKeySet(issuer, 0),
    codes: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    bindings: new Map(),
    pushed: new Map(),
    consents: [],
    notices: [],
    envelope: null,
    confidential: new Set([options.clientSecret]),
  }

  async function handle(request: Request): Promise<Response> {
    const call = await readCall(request)
    const base = issuer.replace(/\/$/, '')
    const path = call.url.href.startsWith(`${base}/`)
      ? call.url.pathname.slice(new URL(base).pathname.replace(/\/$/, '').length)
      : call.url.href
    journal.push({
      method: call.method,
      path,
      parameters: [...call.url.searchParams.keys(), ...call.form.keys()],
    })
    if (path.includes('://') || state.fault === 'down') throw new TypeError('network connection lost')
    if (state.fault === 'slow') return new Promise(() => {})
    const bad = badAnswerAt(path, state.fault)
    if (bad) return bad
    const endpoint = path === (offers.jwksPath ?? '/jwks') ? jwks : ENDPOINTS.get(path)
    return endpoint ? endpoint(call, state) : new Response('no such page', { status: 404 })
  }

  function lastConsent(): Consent {
    const last = state.consents.at(-1)
    if (!last) throw new Error('no one has agreed to anything')
    return last
  }

  return {
    issuer,
    journal,
    confidential: state.confidential,
    handle,
    fetch: (url, init) => underDeadline(handle, url, init),
    setFault(fault) {
      state.fault = fault
    },
    setPerson(person, idTokenClaims = {}) {
      state.person = person
      state.idTokenClaims = idTokenClaims
    },
    changePerson(person, idTokenClaims = {}) {
      this.setPerson(person, idTokenClaims)
      for (const [token, consent] of state.refreshTokens) {
        if (consent.person.sub === person.sub) state.refreshTokens.set(token, { ...consent, person })
      }
    },
    setSigningAlgorithm(algorithm) {
      state.signingAlgorithm = algorithm
    },
    rotateKeys: (how) => rotate(state, how),
    setEnvelope(envelope) {
      state.envelope = envelope
    },
    lastConsent,
    notices: state.notices,
    sendLogoutToken: (whom = lastConsent()) => sendLogoutToken(whom, state),
    async signAccessToken(claims = {}, { header = {}, fault } = {}) {
      const now = nowSeconds(state)
      const usual = {
        iss: issuer,
        sub: 'alice',
        aud: 'api',
        client_id: 'app',
        iat: now,
        exp: now + 300,
        jti: crypto.randomUUID(),
      }
      return signToken(state, { ...usual, ...claims }, { typ: 'at+jwt', ...header }, fault ?? null)
    },
    count: (path) => journal.filter((entry) => entry.path === path).length,
    reset() {
      journal.length = 0
      state.notices.length = 0
      state.fault = null
      state.envelope = null
    },
  }
}
