/**
 * The settings of one provider that say who somebody is: which claims count, and who gets an account; part of `provider-settings.ts`.
 */
import { names } from './lists.ts'
import { optional } from './setting.ts'
import { text } from './types.ts'

export const accountSettings = {
  OIDC_USERINFO_ESSENTIAL_CLAIMS: optional(names, {
    formerly: ['USER_OIDC_ESSENTIAL_CLAIMS'],
    example: 'email,given_name',
    meaning:
      'Claims without which nobody is signed in, by the name that the provider gives them. Each must be there and not be empty; the log names those that are missing, and what brings them. Unset: none; with OpenTalk’s settings email, given_name and family_name. What tenants and tariffs need comes on top.',
  }),
  OIDC_USERINFO_FULLNAME_FIELDS: optional(names, {
    formerly: ['USER_OIDC_FIELDS_TO_FULLNAME'],
    example: 'given_name,usual_name',
    meaning:
      'The claims that make the full name, joined by blanks; exactly these, and those that are empty are left out. Unset: given_name with usual_name or family_name, else name, nickname or preferred_username.',
  }),
  OIDC_USERINFO_SHORTNAME_FIELD: optional(text, {
    formerly: ['USER_OIDC_FIELD_TO_SHORTNAME', 'USER_OIDC_FIELDS_TO_SHORTNAME'],
    example: 'given_name',
    meaning:
      'The claim by which people are greeted; exactly this one. Unset: given_name, else nickname or the full name.',
  }),
  OIDC_USERINFO_GROUPS_CLAIM: optional(names, {
    default: ['x_grp', 'groups'],
    origin: 'Gatehouse',
    example: 'groups',
    meaning:
      'The claim that holds the groups, which apps see as x_grp; of several, the first that the provider sends. Unset: `groups` for authentik, dex and entra, `roles` for proconnect, none for auth0 and google.',
  }),
} as const
