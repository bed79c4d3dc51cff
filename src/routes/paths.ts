/**
 * Where everything is. The paths under /api/v1.0 are those of La Suite Meet, to the final slash; each also answers without it.
 */
import { REGISTERED_PATHS } from '../config/addresses.ts'

export const PATHS = {
  ...REGISTERED_PATHS,
  home: '/',
  language: '/language/',
  login: '/api/v1.0/authenticate/',
  initiateLogin: '/api/v1.0/initiate-login/',
  logout: '/api/v1.0/logout/',
  me: '/api/v1.0/users/me/',
  configuration: '/api/v1.0/config/',
  users: '/api/v1.0/users/',
  /** OpenTalk's. */
  find: '/v1/users/find',
  session: '/api/v1.0/session/',
  sessionRefresh: '/api/v1.0/session/refresh/',
  guest: '/api/v1.0/guest/',
  introspect: '/api/v1.0/introspect/',
  account: '/account/',
  accountData: '/account/data/',
  admin: '/admin/',
  adminUsers: '/admin/users/',
  adminUser: '/admin/user/',
  adminApps: '/admin/apps/',
  adminApp: '/admin/app/',
  adminAudit: '/admin/audit/',
  diagnosis: '/admin/diagnosis/',
  /** For providers that push people. */
  scimConfig: '/scim/v2/ServiceProviderConfig',
  scimResourceTypes: '/scim/v2/ResourceTypes',
  scimSchemas: '/scim/v2/Schemas',
  scimUsers: '/scim/v2/Users',
  scimGroups: '/scim/v2/Groups',
  /** For the provider. */
  jwks: '/jwks',
  /** For apps. */
  ownJwks: '/.well-known/jwks.json',
  authorizationServer: '/.well-known/oauth-authorization-server',
  ping: '/ping',
  ready: '/ready',
  robots: '/robots.txt',
} as const

/** A path that is to be compared with another one, of which either may have a final slash. */
export function withoutFinalSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}
