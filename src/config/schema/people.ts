/**
 * The settings of one provider that say who someone is: which claims count, and who gets an account; part of `provider.ts`.
 */

import { bool, text } from '../values/kinds.ts'
import { names } from '../values/lists.ts'
import { optional } from './setting.ts'

export const accountSettings = {
  subjectClaim: optional(text, {
    name: 'GATEHOUSE_SUBJECT_CLAIM',
    default: 'sub',
    origin: 'Gatehouse',
    example: 'sub',
    meaning:
      'The claim that people are known by, within the issuer. It must never change, never be given to someone else, and not be for people to choose. Set it before the first sign-in: with another one everybody is someone new. Unset: `oid` for entra, else `sub`.',
  }),
  createUsers: optional(bool, {
    name: 'OIDC_CREATE_USER',
    default: true,
    example: 'false',
    meaning: 'Whether someone who is not known gets an account. Off: they are refused, and nothing is written.',
  }),
  matchByEmail: optional(bool, {
    name: 'OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION',
    default: false,
    example: 'true',
    meaning:
      'Whether someone whose subject is not known gets the account of the same issuer that has their e-mail address, in any letter case. The provider must have verified the address for both; if more than one account fits, they are refused. Anyone who gets hold of an address gets the account.',
  }),
  trustAbsentEmailVerified: optional(bool, {
    name: 'GATEHOUSE_TRUST_ABSENT_EMAIL_VERIFIED',
    default: false,
    origin: 'Gatehouse',
    example: 'true',
    meaning:
      'With OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION or GATEHOUSE_ALLOWED_EMAILS: takes an address for verified of which the provider does not say whether it is. Only for a provider that lets no one choose an address. An address that it calls not verified never counts, nor does one of which it says something that is not clearly a yes.',
  }),
  keepSubject: optional(bool, {
    name: 'OIDC_USER_SUB_FIELD_IMMUTABLE',
    default: true,
    example: 'false',
    meaning:
      'With OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION: the account that was found keeps its subject, and is found by the address the next time, too. Off: it gets the new subject.',
  }),
  essentialClaims: optional(names, {
    name: 'OIDC_USERINFO_ESSENTIAL_CLAIMS',
    formerly: ['USER_OIDC_ESSENTIAL_CLAIMS'],
    example: 'email,given_name',
    meaning:
      'Claims without which no one is signed in, by the name that the provider gives them. Each must be there and not be empty; the log names those that are missing, and what brings them. Unset: none; with `[keycloak]` or `[oidc]` of OpenTalk email, given_name and family_name. What tenants and tariffs need comes on top.',
  }),
  fullNameClaims: optional(names, {
    name: 'OIDC_USERINFO_FULLNAME_FIELDS',
    formerly: ['USER_OIDC_FIELDS_TO_FULLNAME'],
    example: 'given_name,usual_name',
    meaning:
      'The claims that make the full name, joined by blanks; exactly these, and those that are empty are left out. Unset: given_name with usual_name or family_name, else name, one of those two, nickname or preferred_username. An e-mail address is no name.',
  }),
  shortNameClaim: optional(text, {
    name: 'OIDC_USERINFO_SHORTNAME_FIELD',
    formerly: ['USER_OIDC_FIELD_TO_SHORTNAME', 'USER_OIDC_FIELDS_TO_SHORTNAME'],
    example: 'given_name',
    meaning:
      'The claim by which people are greeted; exactly this one. Unset: given_name, else nickname or the full name.',
  }),
  groupsClaims: optional(names, {
    name: 'OIDC_USERINFO_GROUPS_CLAIM',
    default: ['x_grp', 'groups'],
    origin: 'Gatehouse',
    example: 'groups',
    meaning:
      'The claim that holds the groups, which apps see as x_grp; of several, the first that the provider sends. A claim inside another is written with dots, as in `realm_access.roles`. Its value may be a list of texts or of objects, a map whose keys are the groups, a single text, or JSON in a text. Unset: `groups` for authentik, dex and entra, `roles` for proconnect, `cognito:groups` for cognito, the roles of the project for zitadel, `groups` or else `groups_direct` for gitlab, none for auth0 and google.',
  }),
} as const
