/**
 * What a provider means is told from how it refuses.
 */
import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../src/diagnosis/explain.ts'
import { explain } from '../../src/diagnosis/explain.ts'
import { standardRefusals } from '../../src/vendors/standard/standard-refusals.ts'
import type { RefusalPlace as Place } from '../../src/vendors/vendor.ts'
import { PROVIDER_TYPES, type ProviderType, VENDORS } from '../../src/vendors/vendors.ts'

type Case = readonly [type: ProviderType, where: Place, evidence: Evidence, cause: RegExp, fix: RegExp]

const page = (text: string): Evidence => ({ status: 400, text: `<html><body><p>${text}</p></body></html>` })
const refusal = (error: string, description?: string): Evidence => ({ status: 401, error, description })

const CASES: readonly Case[] = [
  ['keycloak', 'discovery', { status: 404, text: '{"error":"Realm does not exist"}' }, /no realm/, /OIDC_OP_REALM/],
  ['keycloak', 'authorization', page('Invalid parameter: redirect_uri'), /redirect URI/, /Valid redirect URIs/],
  ['keycloak', 'authorization', page('Client not found.'), /no client/, /Client ID/],
  ['keycloak', 'authorization', page('HTTPS required'), /https/, /X-Forwarded-Proto/],
  ['keycloak', 'callback', refusal('invalid_request', 'Missing parameter: code_challenge_method'), /PKCE/, /S256/],
  ['keycloak', 'callback', refusal('invalid_scope', 'Invalid scopes: openid x'), /scope/, /Client scopes/],
  [
    'keycloak',
    'callback',
    refusal('unauthorized_client', 'Standard flow is disabled'),
    /standard flow/,
    /Standard flow/,
  ],
  [
    'keycloak',
    'token',
    refusal('unauthorized_client', 'Invalid client or Invalid client credentials'),
    /secret is wrong/,
    /Credentials → Client secret/,
  ],
  [
    'keycloak',
    'token',
    refusal('invalid_client', 'Invalid client or Invalid client credentials'),
    /no client/,
    /Client ID/,
  ],
  [
    'keycloak',
    'token',
    refusal('invalid_client', 'Client secret not provided in request'),
    /authentication/,
    /Authenticator/,
  ],
  ['keycloak', 'token', refusal('invalid_grant', 'Incorrect redirect_uri'), /redirect URI/, /BASE_URL/],
  ['keycloak', 'token', refusal('invalid_grant', 'PKCE verification failed: Code mismatch'), /PKCE/, /proxy/],
  ['keycloak', 'token', refusal('invalid_grant', 'Code not valid'), /twice/, /clocks/],
  ['keycloak', 'userinfo', { status: 403, error: 'insufficient_scope' }, /openid/, /OIDC_RP_SCOPES/],
  ['keycloak', 'introspection', { status: 200, text: '{"active":false}' }, /26\.6\.2/, /Audience/],
  ['keycloak', 'logout', page('Invalid redirect uri'), /post-logout/, /Valid post logout redirect URIs/],
  ['keycloak', 'claims', { error: 'claims_missing' }, /did not tell/, /e-mail/],
  ['dex', 'discovery', { status: 404 }, /path/, /issuer:/],
  ['dex', 'authorization', page('Invalid client_id.'), /no client/, /staticClients/],
  ['dex', 'authorization', page('Invalid client_id (&quot;x&quot;).'), /no client/, /staticClients/],
  ['dex', 'authorization', page('Unregistered redirect_uri (&quot;x&quot;).'), /redirect URI/, /redirectURIs/],
  ['dex', 'callback', refusal('invalid_scope', 'Unrecognized scope(s) ["phone"]'), /scope/, /OIDC_RP_SCOPES/],
  ['dex', 'token', refusal('invalid_client', 'Invalid client credentials.'), /secret is wrong/, /secret:/],
  ['dex', 'token', refusal('invalid_grant', 'Invalid or expired code parameter.'), /too late/, /clocks/],
  ['dex', 'userinfo', { status: 403, error: 'access_denied' }, /restart/, /storage/],
  ['generic', 'authorization', page('redirect_uri did not match'), /redirect URI/, /final slash/],
  ['generic', 'authorization', page('invalid_client: client is invalid'), /no client/, /OIDC_RP_CLIENT_ID/],
  ['generic', 'token', refusal('invalid_client'), /secret or key/, /OIDC_RP_CLIENT_SECRET/],
  ['generic', 'id_token', { error: 'clock_skew' }, /clocks/, /NTP/],
  ['generic', 'id_token', { error: 'token_invalid', reason: 'no_matching_key' }, /key/, /OIDC_RP_SIGN_ALGO/],
  ['generic', 'id_token', { error: 'authentication_too_weak' }, /strongly/, /acr_values/],
  ['generic', 'id_token', { error: 'not_configured', reason: 'decryption_key_missing' }, /encrypts/, /encryption off/],
  ['generic', 'discovery', { status: 404, text: '<!doctype html>' }, /no discovery document/, /OIDC_OP_URL/],
  ['generic', 'discovery', { status: 200, text: '<!DOCTYPE html><title>Sign in</title>' }, /page/, /OIDC_OP_URL/],
  ['generic', 'keys', { status: 200, text: '{"keys": []}' }, /no keys/, /signing key/],
  ['generic', 'token', { status: 429, text: 'slow down' }, /more often/, /Wait/],
  ['entra', 'token', refusal('invalid_client'), /secret or key/, /OIDC_RP_CLIENT_SECRET/],
]

describe('what a provider means', () => {
  it.each(CASES)('%s, %s: %j', (type, where, evidence, cause, fix) => {
    const explanation = explain(type, where, evidence)
    expect(explanation?.cause).toMatch(cause)
    expect(explanation?.fix).toMatch(fix)
  })

  it('is unknown when no one has described it', () => {
    expect(explain('keycloak', 'authorization', page('Welcome'))).toBeNull()
    expect(explain('generic', 'token', { status: 200 })).toBeNull()
  })

  it('belongs to the place where it was seen', () => {
    expect(explain('keycloak', 'userinfo', page('Invalid parameter: redirect_uri'))).toBeNull()
  })
})

/**
 * A repetition without an end, in a pattern that may begin anywhere, is tried from each beginning anew: a page of a few hundred
 * kilobytes then costs minutes. Two JSON members are excepted, for a quotation mark ends what came before it.
 */
it.each(
  [
    ...PROVIDER_TYPES.map((type) => [type, VENDORS[type].refusals] as const),
    ['any', standardRefusals] as const,
  ].flatMap(([type, patterns]) => patterns.flatMap(({ says }) => (says === undefined ? [] : [[type, says] as const]))),
)('the patterns of %s take time in proportion to the text: %s', (_, { source, flags }) => {
  const isAnchored = source.startsWith('^') && !flags.includes('m')
  const isMember = /^"\w+"(?:\\s\*|[^*+{])*$/.test(source)
  const isUnbounded = /(?:[^\\]|\\.)(?:[*+]|\{\d+,\})/.test(source)
  expect(isAnchored || isMember || !isUnbounded).toBe(true)
})
