/**
 * Sign-ins as the tests of the store write them: alice, unless said otherwise.
 */
import type { Identity } from '../../src/accounts/person.ts'
import type { Admission } from '../../src/accounts/provision.ts'
import type { SignIn } from '../../src/store/sessions.ts'

export const NOW = 1_800_000_000
export const ISSUER = 'https://idp.example'

/** A clock that stands still until it is moved. */
export function stillClock() {
  let seconds = NOW
  return {
    now: () => seconds * 1000,
    aheadSeconds: 0,
    sleep: async () => {},
    advance(by: number) {
      seconds += by
    },
  }
}

/** A log that no one reads. */
export const noLog = () => {}

export function identity(known: Partial<Identity> = {}): Identity {
  return {
    email: null,
    email_verified: null,
    given_name: null,
    family_name: null,
    name: null,
    preferred_username: null,
    nickname: null,
    phone_number: null,
    tenant_id: null,
    tariff_id: null,
    tariff_status: null,
    x_grp: [],
    roles: null,
    picture: null,
    locale: null,
    zoneinfo: null,
    full_name: null,
    short_name: null,
    siret: null,
    idp_id: null,
    ...known,
  }
}

export function signIn(changed: Partial<SignIn & Admission> = {}): SignIn {
  const { issuer, subject, identity: known, mayCreate, byEmail, ...rest } = changed
  return {
    providerId: 'default',
    admission: {
      issuer: issuer ?? ISSUER,
      subject: subject ?? 'alice',
      identity: known ?? identity(),
      mayCreate: mayCreate ?? true,
      byEmail: byEmail ?? null,
    },
    scimKey: null,
    tokenHash: 'hash',
    subHash: 'sub hash',
    sidHash: null,
    authentication: { sid: null, issuedAt: 0, acr: null, amr: [], authTime: null, sessionExpiry: null },
    startedAt: NOW * 1000,
    sealedTokens: 'sealed',
    tokensExpireAt: null,
    replacedTokenHash: null,
    expiresAt: NOW + 600,
    reference: 'reference',
    origin: { address: null, country: null, device: null },
    ...rest,
  }
}
