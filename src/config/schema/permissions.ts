/**
 * The settings that say what people and programs may do in the apps; who has which is decided in `accounts/permissions.ts`.
 */
import { wordsOrNone } from '../values/kinds.ts'
import { dictionary } from '../values/lists.ts'
import { optional } from './setting.ts'

export const permissionSettings = {
  userPermissions: optional(wordsOrNone, {
    name: 'GATEHOUSE_USER_PERMISSIONS',
    default: ['rooms:join', 'rooms:create', 'rooms:record', 'rooms:moderate'],
    origin: 'Gatehouse',
    example: 'rooms:join rooms:create',
    meaning:
      'What everyone who is signed in may do, as apps are told it (`permissions`). The words are those of the apps; Gatehouse gives them no meaning.',
  }),
  guestPermissions: optional(wordsOrNone, {
    name: 'GATEHOUSE_GUEST_PERMISSIONS',
    default: ['rooms:join'],
    origin: 'Gatehouse',
    example: 'rooms:join',
    meaning: 'What guests may do (ALLOW_UNREGISTERED_ROOMS). They have nothing else.',
  }),
  groupPermissions: optional(dictionary, {
    name: 'GATEHOUSE_GROUP_PERMISSIONS',
    default: {},
    origin: 'Gatehouse',
    example: '{"moderators": "rooms:moderate rooms:record"}',
    meaning: 'What members of a group may do beyond that: the name of the group, and permissions separated by blanks.',
  }),
  rolePermissions: optional(dictionary, {
    name: 'GATEHOUSE_ROLE_PERMISSIONS',
    default: { 'opentalk-call-in': 'rooms:join', 'opentalk-recorder': 'rooms:join rooms:record' },
    origin: 'Gatehouse',
    example: '{"opentalk-recorder": "rooms:join rooms:record"}',
    meaning:
      'The same for roles, those in an access token or those that a person has signed in with (GATEHOUSE_ALLOWED_ROLES says which claim). They are all that a program may do. A role of GATEHOUSE_SERVICE_ROLES gives nothing to a person.',
  }),
} as const
