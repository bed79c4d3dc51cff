/**
 * The settings that say who administers Gatehouse; who that makes an administrator is decided in `accounts/`.
 */
import { members } from '../values/lists.ts'
import { optional } from './setting.ts'

export const administratorSettings = {
  administrators: optional(members, {
    name: 'GATEHOUSE_ADMINS',
    default: [],
    origin: 'Gatehouse',
    example: 'default:5f0c7a52-1d6c-4a35-9f1e-0c2d7f6f3b11',
    meaning:
      'Who may see /admin/ and change people there: the id of a provider (`default` without tables), a colon, and the subject (`sub`) of the person there. A person who is signed in and opens that page sees their own entry there. Never an e-mail address, because those can be changed and passed on. A name with commas may be a distinguished name (`default:uid=alice,ou=people,dc=corp`); any other takes a JSON list (`["default:Doe, Jane"]`). Unset, and without GATEHOUSE_ADMIN_GROUPS and GATEHOUSE_ADMIN_ROLES: no one.',
  }),
  administratorGroups: optional(members, {
    name: 'GATEHOUSE_ADMIN_GROUPS',
    default: [],
    origin: 'Gatehouse',
    example: 'default:operators',
    meaning:
      'The same for groups: members of such a group (`x_grp`) of that provider, as of the sign-in or the last refresh of their session. A session of an account that was found by an e-mail address administers nothing. Where `tenants.assignment` of OpenTalk is `by_external_tenant_id`, an administrator sees the people of their own tenant alone.',
  }),
  administratorRoles: optional(members, {
    name: 'GATEHOUSE_ADMIN_ROLES',
    default: [],
    origin: 'Gatehouse',
    example: 'default:gatehouse-admin',
    meaning: 'The same for roles of that provider: those of GATEHOUSE_ALLOWED_ROLES.',
  }),
} as const
