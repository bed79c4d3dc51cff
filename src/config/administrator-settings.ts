/**
 * The settings that say who administers Gatehouse; who that makes an administrator is decided in `accounts/`.
 */
import { members } from './lists.ts'
import { optional } from './setting.ts'

export const administratorSettings = {
  GATEHOUSE_ADMINS: optional(members, {
    default: [],
    origin: 'Gatehouse',
    example: 'default:5f0c7a52-1d6c-4a35-9f1e-0c2d7f6f3b11',
    meaning:
      'Who may see /admin/diagnosis/: the id of a provider (`default` without tables), a colon, and the subject (`sub`) of the person there. Whoever is signed in and opens that page is told their own entry. Never an e-mail address, for those can be changed and passed on. Unset, and without GATEHOUSE_ADMIN_GROUPS: nobody.',
  }),
  GATEHOUSE_ADMIN_GROUPS: optional(members, {
    default: [],
    origin: 'Gatehouse',
    example: 'default:operators',
    meaning:
      'The same for groups: whoever had such a group (`x_grp`) from that very provider when they last signed in.',
  }),
} as const
