/**
 * The people who can sign in at the embedded provider, and what it says about them; it checks no password and keeps nothing.
 */

/** Someone known to the embedded provider. An absent claim is absent everywhere, as at a real provider. */
export interface Person {
  readonly username: string
  /** The `sub`: stable over restarts, and nothing that the person's name could be guessed from. */
  readonly subject: string
  readonly roles: readonly string[]
  /** Shown beside the name, so that a newcomer knows whom to choose. */
  readonly remark: string
  readonly claims: Readonly<Record<string, string | boolean | readonly string[]>>
}

/** `npm run dev` makes her an administrator of Gatehouse; her role is for the apps. */
export const GATEHOUSE_ADMINISTRATOR: Person = {
  username: 'alice',
  subject: '5f0c7a52-3b0e-4d55-9a86-0d1b7c3f9e21',
  roles: ['administrator'],
  remark: 'administrator',
  claims: {
    preferred_username: 'alice',
    name: 'Alice Archer',
    given_name: 'Alice',
    family_name: 'Archer',
    nickname: 'Ali',
    email: 'alice@example.org',
    email_verified: true,
    phone_number: '+493023125001',
    locale: 'en-GB',
    zoneinfo: 'Europe/London',
    picture: 'https://www.example.org/people/alice.png',
    tenant_id: 'example-org',
    tariff_id: 'premium',
    tariff_status: 'paid',
    x_grp: ['administrators', 'staff'],
  },
}

export const PEOPLE: readonly Person[] = [
  GATEHOUSE_ADMINISTRATOR,
  {
    username: 'bob',
    subject: 'c2d4e9b7-61f8-4a0f-8a3d-7e5590b6d4c8',
    roles: [],
    remark: '',
    claims: {
      preferred_username: 'bob',
      name: 'Bob Baker',
      given_name: 'Bob',
      family_name: 'Baker',
      nickname: 'Bobby',
      email: 'bob@example.org',
      email_verified: true,
      phone_number: '+493023125002',
      locale: 'de-DE',
      zoneinfo: 'Europe/Berlin',
      tenant_id: 'example-org',
      tariff_id: 'basic',
      tariff_status: 'default',
      x_grp: ['staff'],
    },
  },
  {
    // Without family_name on purpose: many people have one name only, and many programs forget them.
    username: 'carol',
    subject: '0b9e1f64-d7a3-49c2-b1e5-3c8f2a6d70e9',
    roles: [],
    remark: 'no family name',
    claims: {
      preferred_username: 'carol',
      name: 'Carol',
      given_name: 'Carol',
      nickname: 'Caro',
      email: 'carol@example.org',
      email_verified: true,
      phone_number: '+493023125003',
      locale: 'fr-FR',
      zoneinfo: 'Europe/Paris',
      tenant_id: 'example-org',
      tariff_id: 'basic',
      tariff_status: 'downgraded',
      x_grp: [],
    },
  },
]

/** Which claims come with which scope. Those under `openid` always come along: real providers map them by hand. */
export const CLAIMS_BY_SCOPE: Readonly<Record<string, string[]>> = {
  openid: ['sub', 'tenant_id', 'tariff_id', 'tariff_status', 'x_grp'],
  profile: ['preferred_username', 'name', 'given_name', 'family_name', 'nickname', 'locale', 'zoneinfo', 'picture'],
  email: ['email', 'email_verified'],
  phone: ['phone_number'],
}

/** What an access token says about its person, whatever the scopes; `email_verified` and the like are userinfo's. */
const ACCESS_TOKEN_CLAIMS = [
  'email',
  'given_name',
  'family_name',
  'preferred_username',
  'nickname',
  'phone_number',
  'tenant_id',
  'tariff_id',
  'tariff_status',
  'x_grp',
]

/** Finds who typed this into the sign-in page: the username or the e-mail address, in any letter case. */
export function personByLogin(typed: string): Person | undefined {
  const login = typed.trim().toLowerCase()
  return PEOPLE.find((person) => person.username === login || person.claims.email === login)
}

/** Finds the person with this `sub`. */
export function personBySubject(subject: string): Person | undefined {
  return PEOPLE.find((person) => person.subject === subject)
}

/** The person's part of an access token's payload. */
export function accessTokenClaims(person: Person): Record<string, unknown> {
  const known = Object.entries(person.claims).filter(([name]) => ACCESS_TOKEN_CLAIMS.includes(name))
  return { ...Object.fromEntries(known), realm_access: { roles: person.roles } }
}
