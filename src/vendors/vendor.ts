/**
 * The shape of a file of this room: everything that is special about one type of provider; declares the types that such a file uses.
 *
 * Texts name a setting by its key in braces, such as `{clientId}`; where they are shown it becomes the name that operators write.
 */
import type { JWK } from 'jose'
import type { Reason, ReasonOf } from '../reasons.ts'

/** The claims of a token or of an answer, with the registered ones of the right type. */
export interface Claims {
  readonly iss?: string | undefined
  readonly sub?: string | undefined
  readonly aud?: string | readonly string[] | undefined
  readonly exp?: number | undefined
  readonly nbf?: number | undefined
  readonly iat?: number | undefined
  readonly jti?: string | undefined
  readonly [name: string]: unknown
}

type Parameters = Readonly<Record<string, string>>

/** The settings that say where a provider is, in place of its issuer. */
export const FACTS = ['providerBaseUrl', 'realm', 'slug', 'domain', 'tenant'] as const

export type Fact = (typeof FACTS)[number]

export type Facts = { readonly [Name in Fact]?: string | undefined }

/** The settings that say who may come in. */
export interface Restrictions {
  readonly allowedTenants?: readonly string[] | undefined
  readonly hostedDomains?: readonly string[] | undefined
}

/** Settings that a type may decide where the operator says nothing. */
export interface Defaults {
  readonly groupsClaims?: readonly string[]
  readonly subjectClaim?: string
  readonly scopes?: readonly string[]
}

/** Where a provider is, and what is set for it. */
export interface Place {
  /** What people call it; `undefined`: they do not, and the host must do. */
  readonly label: string | undefined
  /** What it takes to know the issuer; none: nothing, or the issuer itself. */
  readonly facts: readonly Fact[]
  /** The issuer of these facts; `undefined`: they do not say. */
  issuer(facts: Facts): string | undefined
  /** Whether an issuer looks like one of this type. */
  recognises(issuer: URL): boolean
  /** The issuer that an endpoint belongs to, where it is no parent path of it. */
  issuerOf?(endpoint: URL): string | undefined
  readonly defaults: Defaults
  /** The setting that only this type has, beside the facts. */
  readonly ownSetting: 'allowedTenants' | 'hostedDomains' | 'accessTokenForm' | null
  /** What is wrong with an issuer that is set; a sentence after the name of the setting. */
  issuerProblem(issuer: URL): string | null
  /** Why {@link ownSetting} must be set; a sentence after its name. `null`: it need not be. */
  whyRequired(issuer: URL): string | null
}

/** A person, or a program that acts for itself. */
export type Principal = 'user' | 'service'

/** What is known of a token that is good so far. */
export interface TokenFacts {
  readonly claims: Claims
  /** The client that it was issued to, as far as that is known. */
  readonly client: string | undefined
  /** Whether it is a signed JWT that calls itself an access token by RFC 9068. */
  readonly isProfiled: boolean
}

/** @returns `undefined`: not known */
export type PrincipalRule = (facts: TokenFacts) => Principal | undefined

/** What its access tokens look like. */
export interface AccessTokenForm {
  /** Whether the claims of a JWT show that it must be an access token, when its header does not say which kind of token it is. */
  isAccessToken(claims: Claims): boolean
  /** The client that a token was issued to, where it names one. */
  clientOf(claims: Claims): string | undefined
  /** Whether a token belongs to a person or a program. */
  readonly principalOf: PrincipalRule
  /** The roles that are in a token; `undefined`: it does not say. */
  rolesIn(claims: Claims): readonly string[] | undefined
  /** What to do about one that was not recognised, for the log; `undefined`: nothing. */
  readonly accessTokenHint: string | undefined
}

/** Why a person was not let in: they cancelled, the provider does not let them in, or it does not say which. */
export type Denial = Extract<ReasonOf<'access_denied'>, 'cancelled' | 'not_allowed' | 'refused_by_provider'>

/** An answer with an error; a part that is missing is empty. */
export interface DeniedAnswer {
  readonly error: string
  readonly description: string
  /** Microsoft's `error_subcode`, or Facebook's `error_reason`. */
  readonly detail: string
}

/** `null`: the answer says nothing about the person that the rule knows of. */
export type DenialRule = (answer: DeniedAnswer) => Denial | null

/** Why a person may not come in, for the log. */
export interface NotAllowed {
  readonly message: string
  readonly setting: 'allowedTenants' | 'hostedDomains'
}

/** What the metadata say of where to sign out, by their own names. */
export interface SignOutPlace {
  readonly issuer: string
  readonly authorization_endpoint?: string | undefined
  readonly end_session_endpoint?: string | undefined
}

/** How it does the protocol. */
export interface Quirks {
  /** What the provider may call itself in the metadata that are found at this address. */
  issuersAt(url: string): readonly string[]
  /** What to change when it calls itself differently. */
  adviceOn(issuer: string): string | undefined
  /** Whether a token with this `iss` may be from the provider that calls itself `issuer`. */
  issues(iss: string, issuer: string, config: Restrictions): boolean
  /** Whether the claims of a token are those of the provider that calls itself `issuer`. */
  isFrom(claims: Claims, issuer: string): boolean
  /** The issuer under which people are known here. */
  accountIssuer(iss: string): string
  /** Whether an ID token may name this audience beside its client. @see OpenID Connect Core 1.0 section 3.1.3.7, step 3 */
  trustsAudience(audience: string): boolean
  /** Whether a key may verify a token that has these claims, of which nothing else is known yet; absent: each may. */
  readonly isKeyOf?: (key: JWK, claims: Claims, issuer: string) => boolean
  /** Why a person whose ID token is good must be kept out all the same; `null`: they need not be. */
  notAllowed(claims: Claims, config: Restrictions): NotAllowed | null
  /** Scopes that are asked for beside the usual ones, where the provider lists them and none are set. */
  readonly furtherScopes: readonly string[]
  /** Whether offline_access needs a word about consent. @see OpenID Connect Core 1.0 section 11 */
  readonly wantsConsentForOfflineAccess: boolean
  /** What an authorization request has beside the usual. */
  parametersOf(config: Restrictions): Parameters
  /** Whether a parameter of an app may be passed on. */
  passesOn(name: string, value: string): boolean
  /** How a person is asked to prove anew who they are. */
  freshSignIn(maxAgeSeconds: number): Parameters
  /** Whether `prompt=none` is understood. */
  readonly canSignInSilently: boolean
  /** Whether a silent sign-in may name the session by an ID token (`id_token_hint`). */
  readonly takesHintAtSignIn: boolean
  /** Whether an error in the answer means that its sign-in page was open for too long. */
  isExpiredSignIn(error: string, description: string | undefined): boolean
  /** Whether an error of the token endpoint means that a refresh token is no longer good, and so the session has ended. */
  refusesRefresh(error: string, description: string): boolean
  /** What an error in the answer says of the person. */
  readonly denialOf: DenialRule
  /** The issuer as the metadata name it, given the `iss` of an access token, which may name it differently. */
  accessTokenIssuer(iss: string, issuer: string): string
  /**
   * How people sign out of one that does it in its own way, which brings no `state` back; `null`: as RP-Initiated Logout 1.0 says, where its
   * metadata name an endpoint for that.
   */
  ownSignOut(at: SignOutPlace, clientId: string, backTo: string): { endpoint: string; parameters: Parameters } | null
  /**
   * Whether its front-channel logout names the session (`sid`) and not the issuer, as OpenID Connect Front-Channel Logout 1.0 section 3
   * would have it.
   */
  readonly leavesOutIssuer: boolean
  /** Whether its end-session endpoint accepts a form, as RP-Initiated Logout 1.0 section 2 demands and not every provider does. */
  readonly takesSignOutForm: boolean
  /** Whether its end-session endpoint refuses a request without an ID token, on a page from which no one comes back. */
  readonly needsHintAtSignOut: boolean
  /** What names the person or the session to it (`logout_hint`) when the ID token would make the address too long; absent: nothing does. */
  readonly logoutHintOf?: (claims: Claims) => unknown
  /** What a sign-out says, given what it would usually say, and the claims of the ID token. */
  signOutParameters(usual: Parameters, claims: Claims): Parameters
  /** Whether the address is verified by claims of its own making, given what `email_verified` says. `null`: it does not say. */
  emailVerified(claims: Claims, email: string, said: boolean | null): boolean | null
  /** Why the provider calls a token inactive that was verified here; `undefined`: it was signed out, or it does not say. */
  whyInactive(asker: string, audiences: readonly string[]): string | undefined
}

/** Where things are set at the provider, in the words of its console. */
export interface ProviderConsole {
  readonly redirectUris: string
  readonly postLogoutUris: string
  /** `null`: the provider has no such thing. */
  readonly backchannelLogout: string | null
  readonly frontchannelLogout: string | null
  readonly clientId: string
  readonly clientSecret: string
  readonly authenticationMethod: string
  readonly scopes: string
  readonly idTokenAlgorithm: string
}

/**
 * Where a refusal was seen, and what is known of it there:
 *
 * - `discovery`: the answer to the discovery address. `description` is the issuer that the document names, `text` the document itself.
 * - `keys`: the answer to the address of the keys. `text` is the key set.
 * - `authorization`: what the authorization endpoint shows in place of sending the browser back: `status`, `text` of the page.
 * - `callback`: what the provider sends back with the browser: `error` and `description` of its answer.
 * - `token`, `userinfo`, `introspection`: the answer of that endpoint: `status`, `error`, `description`; `text` when it is not JSON.
 * - `id_token`: an ID token that was refused. `error` is our code (`token_invalid`, `clock_skew`, `authentication_too_weak`), `reason` our reason.
 * - `claims`: what the provider says of the person does not suffice. `error` is our code (`claims_missing`, `access_denied`), `reason` our reason.
 * - `logout`: the page of the end-session endpoint, as for `authorization`; where there is no such endpoint, `text` is the discovery document.
 */
export type RefusalPlace =
  | 'discovery'
  | 'authorization'
  | 'callback'
  | 'token'
  | 'userinfo'
  | 'introspection'
  | 'keys'
  | 'id_token'
  | 'claims'
  | 'logout'

/** What an authorization request was refused for, by the check that shows it. */
export type About = 'client-id' | 'redirect-uri' | 'scopes' | 'pkce'

/** What a refusal means, and what to do: which setting, on which side, in the words of that provider's console. */
export interface Explanation {
  readonly cause: string
  readonly fix: string
  /** Absent: the request as a whole, or something else. */
  readonly about?: About
}

/** One way in which a provider refuses. All conditions that are given must hold; of several patterns the first counts. */
export interface RefusalPattern extends Explanation {
  readonly where: readonly RefusalPlace[]
  readonly status?: readonly number[]
  readonly error?: readonly string[]
  readonly reasons?: readonly Reason[]
  /** Claims of which one is missing. */
  readonly missing?: readonly string[]
  /** Looked for in the description and in the text, which are the provider's. */
  readonly says?: RegExp
}

/** What is seen and what to do, where an issuer differs from the one that is set. */
export interface Difference {
  readonly seen: string
  readonly fix: string
}

/** What helps an operator. */
export interface Help {
  readonly console: ProviderConsole
  /** The most telling pattern first. */
  readonly refusals: readonly RefusalPattern[]
  /** What makes it send a claim, where it differs from the standard scopes; `null`: it does not. */
  specialSource(claim: string): string | null
  /** What makes it send a claim that the standard does not know. */
  otherSource(claim: string): string
  /** What to do about a person with more groups than it puts into a token. */
  readonly tooManyGroups: string
  /** Whether it surely refuses a scope that it does not list, or leaves out what the scope would bring. */
  readonly needsListedScopes: boolean
  /** Whether it takes PKCE without listing it. */
  readonly takesUnlistedPkce: boolean
  /** Whether it has an issuer for each of its domains, so that all endpoints must be on one. */
  readonly hasIssuerPerDomain: boolean
  /** Whether it tells only clients in a token's audience that the token is active. */
  readonly introspectsForAudience: boolean
  /** What it says of a code before it has looked at the client; absent: nothing. */
  readonly unreadCode?: RegExp
  /** Other paths on the host of an issuer where one of this type may be. */
  otherPaths(issuer: URL): readonly (string | null)[]
  /** Which facts to set for an issuer that was found elsewhere; `null`: the issuer itself. */
  factsFor(issuer: string, facts: Facts): string | null
  /** What an issuer is that only this type has, and that cannot be the one of a provider; `null`: it is none of those. */
  differenceOf(said: string): Difference | null
  /** Why the path of its issuer differs from the one that is configured; `null`: not for a reason that only this type has. */
  pathDifference(said: URL): Difference | null
  /** What to do when its issuer has another host or scheme; `null`: the usual. */
  hostFix(said: string, host: string): string | null
  /** What a proxy must pass on, beyond the usual; empty: nothing. */
  readonly behindProxy: string
  /** The address of the admin API beside an issuer; `undefined`: it has none that Gatehouse knows. */
  adminApiOf(issuer: string): string | undefined
  /** What it says out of sight on a page, such as where a script draws the text; absent: nothing. */
  readonly outOfSight?: RegExp
  /** The parameter of an address in which it hides the error that it shows, in base64url; absent: none. */
  readonly hiddenErrorParameter?: string
}

export interface Vendor extends Place, AccessTokenForm, Quirks, Help {}
