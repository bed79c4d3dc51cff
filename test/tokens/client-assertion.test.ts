/**
 * Assertions of apps (private_key_jwt): only one that a key of the app signed, for us, for a few minutes; and an app is known by it alone.
 */
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { clientCredential, type StoredApp } from '../../src/accounts/apps.ts'
import { createRevocations } from '../../src/sessions/revocations.ts'
import { type AppStore, createApps } from '../../src/tokens/authenticated-apps.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createFakeFeed } from '../support/feed.ts'
import { ANY_APP, NOW, START } from '../support/token-world.ts'

type Members = Readonly<Record<string, unknown>>

const ISSUER = 'https://gate.example.com'
const ENDPOINT = `${ISSUER}/api/v1.0/introspect/`
const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const GOOD = { iss: 'a', sub: 'a', aud: ISSUER, exp: NOW + 60, iat: NOW, jti: 'one' }

let own: { privateKey: CryptoKey; jwk: JWK }
let other: { privateKey: CryptoKey; jwk: JWK }
beforeAll(async () => {
  const make = async (kid: string, algorithm: string) => {
    const { privateKey, publicKey } = await generateKeyPair(algorithm)
    return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid } }
  }
  own = await make('own', 'ES256')
  other = await make('other', 'ES256')
})

function world(change: Partial<StoredApp> = {}) {
  const clock = createFakeClock(START)
  const feed = createFakeFeed()
  const asked: string[] = []
  const rows = new Map<string, StoredApp>()
  rows.set('a', { ...ANY_APP, clientId: 'a', secretHashes: [], jwks: { keys: [own.jwk] }, ...change })
  rows.set('b', { ...ANY_APP, clientId: 'b', secretHashes: [], jwks: { keys: [other.jwk] } })
  const find: AppStore['find'] = async (clientId, after) => {
    asked.push(clientId)
    return feed.snapshot(rows.get(clientId) ?? null, after)
  }
  const apps = createApps({ find, findByName: find }, createRevocations(feed, clock, 5), clock)
  const known = (assertion: string, clientId = 'a') =>
    apps.authenticate({ clientId, assertion }, [ISSUER, ENDPOINT, ENDPOINT.slice(0, -1)])
  return { clock, feed, rows, asked, known }
}

function assertionWith(claims: Members = {}, header: Members = {}, key = own): Promise<string> {
  return new SignJWT({ ...GOOD, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: String(key.jwk.kid), ...header })
    .sign(key.privateKey)
}

describe('an assertion', () => {
  it.each<[string, Members, Members]>([
    ['for the issuer', {}, {}],
    ['for the endpoint', { aud: ENDPOINT }, {}],
    ['for the endpoint without its final slash', { aud: ENDPOINT.slice(0, -1) }, {}],
    ['for both, in a list', { aud: [ISSUER, ENDPOINT] }, {}],
    ['of the plain type', {}, { typ: 'JWT' }],
    ['of the type of its own', {}, { typ: 'client-authentication+jwt' }],
    ['without iat', { iat: undefined }, {}],
    ['that lives for ten minutes', { exp: NOW + 600 }, {}],
  ])('is good: %s', async (_, claims, header) => {
    expect(await world().known(await assertionWith(claims, header))).toMatchObject({ clientId: 'a' })
  })

  it.each<[string, Members, Members]>([
    ['for someone else', { aud: 'https://other.example' }, {}],
    ['for someone else, too', { aud: [ISSUER, 'https://other.example'] }, {}],
    ['for no one', { aud: undefined }, {}],
    ['for an empty list', { aud: [] }, {}],
    ['of another issuer', { iss: 'b' }, {}],
    ['of another subject', { sub: 'b' }, {}],
    ['without an issuer', { iss: undefined }, {}],
    ['without a subject', { sub: undefined }, {}],
    ['without an id', { jti: undefined }, {}],
    ['with an empty id', { jti: '' }, {}],
    ['without an end', { exp: undefined }, {}],
    ['that has expired this second', { exp: NOW }, {}],
    ['that lives for hours', { exp: NOW + 7200 }, {}],
    ['that is not valid yet', { nbf: NOW + 60 }, {}],
    ['from the future', { iat: NOW + 60 }, {}],
    ['that is an access token', {}, { typ: 'at+jwt' }],
    ['that is a logout token', {}, { typ: 'logout+jwt' }],
    ['with claims of a wrong type', { exp: 'soon' }, {}],
    ['under a key id that the app does not have', {}, { kid: 'none' }],
  ])('is not good: %s', async (_, claims, header) => {
    expect(await world().known(await assertionWith(claims, header))).toBeNull()
  })

  it('that another app has signed is not good, nor one with a wrong signature or with none', async () => {
    const { known } = world()
    expect(await known(await assertionWith({}, { kid: 'own' }, other))).toBeNull()
    const good = await assertionWith()
    expect(await known(good.slice(0, -4))).toBeNull()
    const [, payload] = good.split('.')
    const none = btoa(JSON.stringify({ alg: 'none' })).replaceAll('=', '')
    expect(await known(`${none}.${payload}.`)).toBeNull()
  })

  it('that says HS256 is not verified with a public key as a secret', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(own.jwk))
    const forged = await new SignJWT(GOOD).setProtectedHeader({ alg: 'HS256', kid: 'own' }).sign(secret)
    expect(await world().known(forged)).toBeNull()
  })

  it('of one app does not open another', async () => {
    const { known } = world()
    const ofB = await assertionWith({ iss: 'b', sub: 'b' }, {}, other)
    expect(await known(ofB, 'b')).toMatchObject({ clientId: 'b' })
    expect(await known(ofB, 'a')).toBeNull()
  })

  it('is nothing to an app that has no keys, nor to an id that no app has', async () => {
    const { known } = world({ jwks: null })
    expect(await known(await assertionWith())).toBeNull()
    expect(await known(await assertionWith({ iss: 'x', sub: 'x' }), 'x')).toBeNull()
  })

  it('may be sent again until it expires, and new ones ask the store no more', async () => {
    const { known, asked, clock } = world()
    const assertion = await assertionWith()
    for (let time = 0; time < 3; time++) expect(await known(assertion)).not.toBeNull()
    expect(await known(await assertionWith({ jti: 'two' }))).not.toBeNull()
    expect(asked).toEqual(['a'])
    clock.advance(60)
    expect(await known(assertion)).toBeNull()
  })

  it('that is not good asks the store once, whether there is such an app or not', async () => {
    const { known, asked } = world()
    for (let time = 0; time < 3; time++) {
      expect(await known(await assertionWith({ iss: 'x', sub: 'x' }), 'x')).toBeNull()
      expect(await known(await assertionWith({}, { kid: 'own' }, other))).toBeNull()
    }
    expect(asked).toEqual(['x', 'a'])
  })

  it('is good no longer when the key of the app was replaced', async () => {
    const { known, rows, feed, clock } = world()
    const assertion = await assertionWith()
    expect(await known(assertion)).not.toBeNull()
    rows.set('a', { ...ANY_APP, clientId: 'a', secretHashes: [], jwks: { keys: [other.jwk] } })
    feed.revoke('app', 'a')
    clock.advance(5)
    expect(await known(assertion)).toBeNull()
    expect(await known(await assertionWith({}, {}, other))).not.toBeNull()
  })
})

describe('a form with an assertion', () => {
  const form = (members: Record<string, string>) =>
    new URLSearchParams({ token: 'x', client_assertion_type: TYPE, ...members })

  it('names the app by its subject, and by client_id only if it is the same', async () => {
    const assertion = await assertionWith()
    expect(clientCredential(undefined, form({ client_assertion: assertion }))).toEqual({ clientId: 'a', assertion })
    const both = form({ client_assertion: assertion, client_id: 'a' })
    expect(clientCredential(undefined, both)).toEqual({ clientId: 'a', assertion })
    expect(clientCredential(undefined, form({ client_assertion: assertion, client_id: 'b' }))).toBeNull()
  })

  it.each<[string, Record<string, string>]>([
    ['another type', { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }],
    ['no type', { client_assertion_type: '' }],
    ['something that is no JWT', { client_assertion: 'x' }],
    ['nothing', { client_assertion: '' }],
  ])('is no credential with %s', async (_, members) => {
    expect(clientCredential(undefined, form({ client_assertion: await assertionWith(), ...members }))).toBeNull()
  })

  it('is refused with a second credential beside it', async () => {
    const assertion = await assertionWith()
    const withSecret = form({ client_assertion: assertion, client_id: 'a', client_secret: 's' })
    expect(() => clientCredential(undefined, withSecret)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
    const inForm = form({ client_assertion: assertion })
    expect(() => clientCredential(`Basic ${btoa('a:s')}`, inForm)).toThrow(
      expect.objectContaining({ reason: 'credential_repeated' }),
    )
  })
})
