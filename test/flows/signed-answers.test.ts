/**
 * A resource server that knows oauth4webapi and nothing of Gatehouse: it finds the metadata, asks for a signed answer, and verifies it.
 */
import { exportJWK, generateKeyPair } from 'jose'
import * as oauth from 'oauth4webapi'
import { afterEach, expect, inject, it } from 'vitest'
import { accessTokenOf } from '../../dev/sign-in.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { Visitor } from '../support/visitor.ts'

/** Gatehouse is on the loopback address here. */
const PLAIN_HTTP = { [oauth.allowInsecureRequests]: true }

let installation: Installation
afterEach(() => installation.stop())

it.each(['RS256', 'ES256'])('a resource server gets an answer that it can verify (%s)', async (alg) => {
  installation = await startInstallation({ script: inject('workerScript') })
  const { gatehouse, appAuthorization, client } = installation
  await gatehouse.query(`UPDATE apps SET introspection_signed_response_alg = '${alg}', claims = '["email"]'`)
  const issuer = new URL(gatehouse.baseUrl)
  const discovery = await oauth.discoveryRequest(issuer, { ...PLAIN_HTTP, algorithm: 'oauth2' })
  const server = await oauth.processDiscoveryResponse(issuer, discovery)
  const [clientId = '', secret = ''] = atob(appAuthorization.replace('Basic ', '')).split(':')
  const app = { client_id: clientId, introspection_signed_response_alg: alg }

  async function answerOn(token: string): Promise<oauth.IntrospectionResponse> {
    const authentication = oauth.ClientSecretBasic(secret)
    const options = { ...PLAIN_HTTP, requestJwtResponse: true }
    const response = await oauth.introspectionRequest(server, app, authentication, token, options)
    expect(response.headers.get('content-type')).toBe('application/token-introspection+jwt')
    const answer = await oauth.processIntrospectionResponse(server, app, response)
    await oauth.validateApplicationLevelSignature(server, response, PLAIN_HTTP)
    return answer
  }

  const visitor = new Visitor(installation)
  await visitor.signIn('alice')
  expect(await answerOn(visitor.sessionToken)).toMatchObject({ active: true, email: 'alice@example.org' })
  expect(await answerOn(await accessTokenOf('alice', client))).toMatchObject({ active: true, principal: 'user' })
  expect(await answerOn('a-token-that-no-one-has-issued')).toEqual({ active: false })
})

it('an app with a key of its own asks without a secret (private_key_jwt)', async () => {
  installation = await startInstallation({ script: inject('workerScript') })
  const { gatehouse } = installation
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'app-key' }] }
  await gatehouse.query(`UPDATE apps SET secret_hash = '', jwks = '${JSON.stringify(jwks)}'`)
  const issuer = new URL(gatehouse.baseUrl)
  const discovery = await oauth.discoveryRequest(issuer, { ...PLAIN_HTTP, algorithm: 'oauth2' })
  const server = await oauth.processDiscoveryResponse(issuer, discovery)
  const app = { client_id: 'app' }
  const visitor = new Visitor(installation)
  await visitor.signIn('alice')
  const ask = async (key: CryptoKey) => {
    const authentication = oauth.PrivateKeyJwt({ key, kid: 'app-key' })
    return oauth.introspectionRequest(server, app, authentication, visitor.sessionToken, PLAIN_HTTP)
  }
  for (let time = 0; time < 2; time++) {
    const answer = await oauth.processIntrospectionResponse(server, app, await ask(privateKey))
    expect(answer).toMatchObject({ active: true, token_type: 'session' })
  }
  const { privateKey: other } = await generateKeyPair('ES256')
  expect((await ask(other)).status).toBe(401)
})
