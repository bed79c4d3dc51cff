/**
 * The paths that apps, front ends and providers have been given; they must not change, and so they are written out here once more.
 */

export const PATHS = {
  home: '/',
  language: '/language/',
  login: '/api/v1.0/authenticate/',
  initiateLogin: '/api/v1.0/initiate-login/',
  callback: '/api/v1.0/callback/',
  logout: '/api/v1.0/logout/',
  logoutCallback: '/api/v1.0/logout-callback/',
  backchannelLogout: '/api/v1.0/backchannel-logout/',
  frontchannelLogout: '/api/v1.0/frontchannel-logout/',
  users: '/api/v1.0/users/',
  find: '/v1/users/find',
  me: '/api/v1.0/users/me/',
  configuration: '/api/v1.0/config/',
  session: '/api/v1.0/session/',
  sessionRefresh: '/api/v1.0/session/refresh/',
  guest: '/api/v1.0/guest/',
  introspect: '/api/v1.0/introspect/',
  account: '/account/',
  accountData: '/account/data/',
  admin: '/admin/',
  adminUsers: '/admin/users/',
  adminUser: '/admin/user/',
  adminAudit: '/admin/audit/',
  diagnosis: '/admin/diagnosis/',
  jwks: '/jwks',
  ownJwks: '/.well-known/jwks.json',
  authorizationServer: '/.well-known/oauth-authorization-server',
} as const
