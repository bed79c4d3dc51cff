/**
 * What access tokens look like at providers that have no type of their own here, or are set up as a generic one; {accessTokenForm} names one.
 */

import { audiencesOf, isText, objectOf } from '../../claims/claim-values.ts'
import { cognito } from '../cognito.ts'
import { okta } from '../okta.ts'
import type { AccessTokenForm, Claims, Principal } from '../vendor.ts'
import { zitadel } from '../zitadel.ts'
import { firstText, isForItsClient, rolesAt, STANDARD_FORM, saysOtherToken, textsIn } from './standard.ts'

/** The names of the forms. */
export const ACCESS_TOKEN_FORMS = [
  'okta',
  'cognito',
  'zitadel',
  'hydra',
  'fusionauth',
  'pocket-id',
  'kubernetes',
  'cloudflare-access',
] as const

export type AccessTokenFormName = (typeof ACCESS_TOKEN_FORMS)[number]

const FORMS: Readonly<Record<AccessTokenFormName, AccessTokenForm>> = {
  okta,
  cognito,
  zitadel,

  // @see https://www.ory.com/docs/oauth2-oidc/jwt-access-token
  hydra: {
    ...STANDARD_FORM,
    // Every ID token says when it was asked for (rat).
    isAccessToken(claims) {
      const { client_id, scp, scope, rat } = claims
      const hasScopes = Array.isArray(scp) || isText(scope)
      return isText(client_id) && hasScopes && rat === undefined && !isForItsClient(claims, client_id)
    },
  },

  // @see https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/tokens, "tty" and "gty"
  fusionauth: {
    ...STANDARD_FORM,
    isAccessToken: ({ tty }) => tty === 'at',
    // The token of a person is for the client that it was issued to, even without applicationId, which people who are not registered lack.
    clientOf: (claims) =>
      firstText(
        claims.applicationId,
        claims.client_id,
        fusionAuthPrincipal(claims) === 'user' ? claims.aud : undefined,
      ),
    principalOf: ({ claims }) => fusionAuthPrincipal(claims),
    rolesIn: (claims) => rolesAt(claims, 'roles'),
  },

  // Until version 2, tokens said which kind they are. Since then access tokens are the only ones that do not, and they have scp.
  // @see https://github.com/pocket-id/pocket-id, backend/internal/service/jwt_service.go and backend/internal/oidc/claims_service.go
  'pocket-id': {
    ...STANDARD_FORM,
    isAccessToken: ({ type, scp, rat, auth_time }) =>
      type === 'oauth-access-token' ||
      (Array.isArray(scp) && [type, rat, auth_time].every((claim) => claim === undefined)),
    clientOf: (claims) => firstText(claims.client_id, pocketIdProgram(claims), pocketIdClient(claims)),
    // The id of a person is a UUID.
    principalOf: ({ claims }) =>
      claims.sub === undefined ? undefined : pocketIdProgram(claims) === undefined ? 'user' : 'service',
  },

  // @see https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/, "Schema for service account private claims"
  kubernetes: {
    ...STANDARD_FORM,
    isAccessToken: (claims) => serviceAccountOf(claims) !== undefined,
    clientOf: serviceAccountOf,
    principalOf: () => 'service',
    rolesIn: () => undefined,
  },

  // @see https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/application-token/
  'cloudflare-access': {
    ...STANDARD_FORM,
    isAccessToken: ({ type }) => type === 'app',
    clientOf: ({ common_name }) => firstText(common_name),
    principalOf({ claims: { sub, email, common_name } }) {
      if (sub === undefined) return isText(common_name) && email === undefined ? 'service' : undefined
      return isText(email) && common_name === undefined ? 'user' : undefined
    },
    rolesIn: () => undefined,
  },
}

/** The form that accessTokenForm names. Without a name there is none, and only the header identifies an access token. */
export function accessTokenForm(name: AccessTokenFormName | undefined): AccessTokenForm {
  if (name === undefined) return STANDARD_FORM
  const { clientOf, principalOf, rolesIn, ...form } = FORMS[name]
  return {
    clientOf,
    principalOf,
    rolesIn,
    isAccessToken: (claims) => !saysOtherToken(claims) && form.isAccessToken(claims),
    accessTokenHint: `{accessTokenForm} is ${name}, whose access tokens look otherwise`,
  }
}

/** By the grants that led to a token; without them it is not known. */
function fusionAuthPrincipal({ gty }: Claims): Principal | undefined {
  const grants = textsIn(gty) ?? []
  if (grants.includes('client_credentials')) return 'service'
  return grants.length > 0 ? 'user' : undefined
}

const POCKET_ID_PROGRAM = 'client-'

/** The client whose own token it is; `undefined`: it is a person's. */
function pocketIdProgram({ sub }: Claims): string | undefined {
  return sub?.startsWith(POCKET_ID_PROGRAM) ? sub.slice(POCKET_ID_PROGRAM.length) : undefined
}

/** A token is for its client, unless it is for an API, whose name is a URL. The issuer is there for userinfo. */
function pocketIdClient(claims: Claims): string | undefined {
  const [client, ...others] = audiencesOf(claims).filter((audience) => audience !== claims.iss)
  return client !== undefined && others.length === 0 && !URL.canParse(client) ? client : undefined
}

/** The service account of a pod, as Kubernetes names its user; `undefined`: the claims are not those of one. */
function serviceAccountOf({ sub, 'kubernetes.io': place }: Claims): string | undefined {
  const { namespace, serviceaccount } = objectOf(place) ?? {}
  const { name } = objectOf(serviceaccount) ?? {}
  return isText(namespace) && isText(name) && sub === `system:serviceaccount:${namespace}:${name}` ? sub : undefined
}
