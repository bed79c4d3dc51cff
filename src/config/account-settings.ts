/**
 * The settings of one provider that say who somebody is: which claims count, and who gets an account; part of `provider-settings.ts`.
 */
import { names } from './lists.ts'
import { optional } from './setting.ts'

export const accountSettings = {
  OIDC_USERINFO_ESSENTIAL_CLAIMS: optional(names, {
    formerly: ['USER_OIDC_ESSENTIAL_CLAIMS'],
    example: 'email,given_name',
    meaning:
      'Claims without which nobody is signed in, by the name that the provider gives them. Each must be there and not be empty; the log names those that are missing, and what brings them.',
  }),
} as const
