/**
 * The settings that say whose access tokens are good for apps without a policy of their own; part of the own settings in `gatehouse.ts`.
 */

import { bool, texts } from '../values/kinds.ts'
import { optional } from './setting.ts'

export const tokenSettings = {
  isResourceServer: optional(bool, {
    name: 'EXTERNAL_API_ENABLED',
    default: false,
    example: 'true',
    meaning:
      'Judges tokens for apps without a policy of their own as La Suite’s resource server does: by OIDC_RS_SCOPES and OIDC_RS_AUDIENCE_CLAIM, and not by whether they are meant for Gatehouse. The rooms behind it belong to the application.',
  }),
  allowedClients: optional(texts, {
    name: 'GATEHOUSE_ALLOWED_CLIENTS',
    default: [],
    origin: 'Gatehouse',
    example: 'Frontend',
    meaning:
      'Clients whose access tokens are good for apps without a policy of their own, whatever their audience. With OpenTalk’s settings those of the controller and of oidc.frontend.client_id are, too.',
  }),
  serviceClients: optional(texts, {
    name: 'GATEHOUSE_SERVICE_CLIENTS',
    origin: 'Gatehouse',
    example: 'Recorder',
    meaning:
      'The only clients whose own tokens, those of programs, are good. A token that may be a person’s or a program’s counts as a program’s. Unset: any, as far as apps are served.',
  }),
  serviceRoles: optional(texts, {
    name: 'GATEHOUSE_SERVICE_ROLES',
    default: ['opentalk-call-in', 'opentalk-recorder'],
    origin: 'Gatehouse',
    example: 'opentalk-call-in opentalk-recorder',
    meaning:
      'With OpenTalk’s settings: the realm roles of which a program must have one, if its token is not meant for the controller.',
  }),
  forwardHost: optional(bool, {
    name: 'OIDC_INTROSPECT_AND_USERINFO_SET_X_FORWARDED_HOST',
    default: false,
    origin: 'OpenTalk',
    example: 'true',
    meaning:
      'Asks introspection and userinfo with the host of oidc.frontend.authority in X-Forwarded-Host, where that differs from the host of oidc.controller.authority: a Keycloak may want to be asked by the name that issued the token.',
  }),
} as const
