/**
 * A person who has signed in at least once, and how they are shown to others; knows no database.
 */
import type { OpenTalkValues } from '../config/dialects/opentalk/settings.ts'
import { asName } from './identity.ts'
import type { Identity } from './person.ts'
import { standingOf } from './standing.ts'

const OWN_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether a text has the form of an id that Gatehouse gives out: a random UUID. */
export function isOwnId(text: string): boolean {
  return OWN_ID.test(text)
}

/** An account. It is found by issuer and subject together, never by an e-mail address. @see OpenID Connect Core 1.0 section 5.7 */
export interface User extends Identity {
  /** Our own random id, which says nothing about the provider. */
  readonly id: string
  readonly issuer: string
  readonly subject: string
}

/**
 * What an application is told of the signed-in person. The first six members are those of La Suite Meet.
 *
 * @param opentalk OpenTalk's settings, which decide on tenant and tariff; `null`: not in use, and what the provider said counts
 * @see specs of La Suite Meet, `GET /api/v1.0/users/me/`
 */
export function describeUser(user: User, opentalk: OpenTalkValues | null) {
  const { id, issuer, subject, name, locale, zoneinfo, email, full_name, short_name, ...person } = user
  return {
    id,
    email,
    full_name,
    short_name,
    timezone: zoneinfo ?? 'UTC',
    language: locale ?? opentalk?.['defaults.user_language'] ?? null,
    issuer,
    sub: subject,
    ...person,
    given_name: asName(user.given_name, email),
    family_name: asName(user.family_name, email),
    nickname: asName(user.nickname, email),
    ...standingOf({ ...user }, opentalk),
  }
}

/** How administrators know a person. */
export function nameOf({ full_name, email, subject }: User): string {
  return full_name ?? email ?? subject
}
