/**
 * How apps are registered and changed, by the pages for administrators and by the commands alike: what a new one must be, and its credential. A
 * secret itself is stored nowhere but in the hands of its owner.
 */
import { randomToken, sha256 } from '../crypto.ts'
import { CONTROL } from '../log.ts'
import type { App, ClaimSet, SigningAlgorithm } from './apps.ts'
import type { AuditContext } from './audit.ts'

const NAME_MAX_CHARACTERS = 100
const CLIENT_ID_RANDOM_CHARACTERS = 16

/** What an app shows to ask whether a token is good. */
export interface Credential {
  readonly clientId: string
  /** Empty for an app that signs assertions. */
  readonly secret: string
}

export interface NewApp {
  readonly name: string
  /** Audiences whose tokens the app may ask about. */
  readonly audiences: readonly string[]
  /** Clients whose tokens the app may ask about. */
  readonly clients: readonly string[]
  /** Whether the app may ask about session tokens. */
  readonly hasSessions: boolean
  /** What the app is told of a person. */
  readonly claims: readonly ClaimSet[]
  /** How answers are signed for it. */
  readonly signedResponseAlg: SigningAlgorithm
  /** The public keys of an app that signs assertions; `null`: it gets a secret. */
  readonly jwks: object | null
}

/** What is wrong with a new app, as a sentence; `null`: nothing. */
export function faultOfApp({
  name,
  audiences,
  clients,
}: Pick<NewApp, 'name' | 'audiences' | 'clients'>): string | null {
  const length = [...name].length
  if (length < 1 || length > NAME_MAX_CHARACTERS || name !== name.trim()) {
    return `The name of an app has 1 to ${NAME_MAX_CHARACTERS} characters and no blanks around it.`
  }
  const hasControl = [name, ...audiences, ...clients].some((text) => text.search(CONTROL) !== -1)
  return hasControl ? 'Names, audiences and clients have no control characters (line breaks, tabs and the like).' : null
}

/** A client id, and a secret of 256 random bits, which needs no slow hash: there is nothing to guess. */
export function newCredential(): Credential {
  return { clientId: `app_${randomToken().slice(0, CLIENT_ID_RANDOM_CHARACTERS)}`, secret: randomToken() }
}

export function secretHashOf({ secret }: Pick<Credential, 'secret'>): Promise<string> | '' {
  return secret === '' ? '' : sha256(secret)
}

/** An app as administrators see it. */
export interface AppRecord extends App {
  /** Seconds since the epoch. */
  readonly createdAt: number
  /** `null`: it is not disabled. */
  readonly disabledAt: number | null
  /** Whether it has a secret, and not keys of its own. */
  readonly hasSecret: boolean
  /** Whether the secret before the newest is still good. */
  readonly hasFormerSecret: boolean
}

export const APPS_SHOWN_MAX = 500

/** Every method throws GatehouseError `store_unavailable`. The changes write an audit row, and give back whether there was something to do. */
export interface AppRegistry {
  /** By their names, APPS_SHOWN_MAX at most. */
  list(): Promise<readonly AppRecord[]>
  /** `null`: there is surely none. */
  record(clientId: string): Promise<AppRecord | null>
  /** `false`: there is one of this name. */
  add(app: NewApp, credential: Credential, context: AuditContext): Promise<boolean>
  change(clientId: string, change: AppChange, context: AuditContext): Promise<boolean>
  /** Makes this the secret of an app that has one, and keeps the one that it had. */
  rotateSecret(clientId: string, secretHash: string, context: AuditContext): Promise<boolean>
  endFormerSecret(clientId: string, context: AuditContext): Promise<boolean>
  disable(clientId: string, context: AuditContext): Promise<boolean>
  enable(clientId: string, context: AuditContext): Promise<boolean>
}

/** What an app may ask and what it is told. */
export type AppChange = Pick<NewApp, 'hasSessions' | 'claims' | 'signedResponseAlg'>
