/**
 * What one mistake with an emulated provider is made of.
 */

import type { RefusingProvider, Registered } from '../../support/emulations/refusing.ts'
import type { Misconfiguration } from '../../support/misconfigurations.ts'
import { PATHS } from '../../support/paths.ts'

export interface Mistake extends Misconfiguration {
  /** Settings of Gatehouse, on top of those that are right; `undefined` takes one away. */
  readonly settings?: Readonly<Record<string, string | undefined>>
  /** What stands otherwise in the console of the provider. */
  readonly registered?: Partial<Registered>
  /** What answers otherwise. */
  readonly change?: (provider: RefusingProvider) => void
}

export const BASE_URL = 'https://login.example.org'
export const CALLBACK = `${BASE_URL}${PATHS.callback}`

/** What is right to register. */
export const REGISTERED: Registered = {
  clientId: 'gatehouse',
  clientSecret: 'the-client-secret-that-is-in-the-console',
  redirectUris: [CALLBACK],
  postLogoutUris: [`${BASE_URL}${PATHS.logoutCallback}`],
  scopes: ['openid', 'email', 'profile', 'given_name', 'usual_name', 'uid', 'siret', 'idp_id'],
}
