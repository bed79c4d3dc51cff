/**
 * A person who has signed in at least once, and how they are shown to others; knows no database.
 */
import type { OpenTalkValues } from '../config/dialects/opentalk/settings.ts'
import type { Identity } from './identity.ts'
import { asName } from './names.ts'
import { standingOf } from './standing.ts'

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
  return {
    id: user.id,
    email: user.email,
    full_name: user.full_name,
    short_name: user.short_name,
    timezone: user.zoneinfo ?? 'UTC',
    language: user.locale ?? opentalk?.['defaults.user_language'] ?? null,
    issuer: user.issuer,
    sub: user.subject,
    email_verified: user.email_verified,
    given_name: asName(user.given_name, user.email),
    family_name: asName(user.family_name, user.email),
    preferred_username: user.preferred_username,
    nickname: asName(user.nickname, user.email),
    phone_number: user.phone_number,
    picture: user.picture,
    ...standingOf({ ...user }, opentalk),
    x_grp: user.x_grp,
    siret: user.siret,
    idp_id: user.idp_id,
  }
}
