/**
 * Lets the userinfo endpoint take the signed access tokens that the embedded provider issues; the answer itself is oidc-provider's.
 *
 * oidc-provider keeps no record of a JWT access token, and its userinfo endpoint refuses any token with an audience. Real providers
 * (Keycloak, Authentik) accept their JWTs there. So each JWT leaves a record without audience behind, under a name that cannot be
 * derived from the token; a request with a valid JWT is passed on with that name. Expiry, session, grant and scope stay checked by
 * oidc-provider, which answers 401 to whatever is not passed on.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import type { AccessToken, ClientCredentials, JWTStructured } from 'oidc-provider'

const NAMING_KEY = randomBytes(32)

/** The name of the record of the token with this `jti`. */
function recordName(tokenId: string): string {
  return createHmac('sha256', NAMING_KEY).update(tokenId).digest('base64url')
}

/** Leaves the record that userinfo will find. Meant as `formats.customizers.jwt`; changes nothing of the token. */
export async function recordForUserinfo(
  _ctx: unknown,
  token: AccessToken | ClientCredentials,
  { payload }: JWTStructured,
): Promise<void> {
  // A service is no one: it has no userinfo.
  if (token.kind !== 'AccessToken') return
  const { jti, iat, exp } = payload
  if (typeof jti !== 'string' || typeof iat !== 'number' || typeof exp !== 'number') return
  const { kind, clientId, accountId, grantId, gty, scope, sid, sessionUid, expiresWithSession } = token
  const name = recordName(jti)
  const record = {
    kind,
    clientId,
    accountId,
    grantId,
    gty,
    scope,
    sid,
    sessionUid,
    expiresWithSession,
    jti: name,
    iat,
    exp,
  }
  await token.adapter.upsert(name, record, exp - iat)
}

/**
 * Exchanges the bearer token of a userinfo request for the name of its record.
 *
 * @returns the Authorization header to go on with; the one given if the token is not a good one
 */
export async function exchangeBearer(
  authorization: string,
  expected: { issuer: string; audience: string; keys: JSONWebKeySet },
): Promise<string> {
  const token = /^bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1]
  if (token === undefined) return authorization
  try {
    const { issuer, audience, keys } = expected
    const options = { issuer, audience, typ: 'at+jwt', algorithms: ['RS256'], requiredClaims: ['jti', 'exp'] }
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), options)
    return `Bearer ${recordName(String(payload.jti))}`
  } catch {
    // Not good, whatever the reason: oidc-provider knows no such token and answers 401.
    return authorization
  }
}
