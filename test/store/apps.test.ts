/**
 * Apps in D1: found by their exact id, with what they may ask about.
 */
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { createAppStore } from '../../src/store/apps.ts'
import { refusalOf } from '../support/refusal.ts'

const INSERT =
  'INSERT INTO apps (client_id, name, secret_hash, audiences, clients, claims, created_at) VALUES (?, ?, ?, ?, ?, ?, 0)'

function addApp(clientId: string, { audiences = '[]', clients = '[]', claims = '[]' } = {}): Promise<unknown> {
  return env.DB.prepare(INSERT).bind(clientId, `App ${clientId}`, 'hash', audiences, clients, claims).run()
}

const find = (clientId: string) => createAppStore(env.DB).find(clientId, null)

it('an app is found with its policy', async () => {
  await addApp('api', { audiences: '["a","b,c"]', clients: '["x"]', claims: '["email","groups"]' })
  expect((await find('api')).found).toEqual({
    clientId: 'api',
    name: 'App api',
    secretHashes: ['hash'],
    jwks: null,
    audiences: ['a', 'b,c'],
    clients: ['x'],
    hasSessions: false,
    claims: ['email', 'groups'],
    introspectionSignedResponseAlg: 'RS256',
  })
})

it.each(['', 'API', 'ap', 'api ', '%', "' OR 1=1 --"])('an app is not found by %j', async (clientId) => {
  await addApp('api')
  expect((await find(clientId)).found).toBeNull()
})

it.each([{ audiences: 'api' }, { claims: '["password"]' }])(
  'a policy that cannot be read lets no one in: %j',
  async (policy) => {
    await addApp('api', policy)
    await expect(find('api')).rejects.toThrow()
  },
)

it('a database that does not answer is never taken for "no such app"', async () => {
  await env.DB.exec('DROP TABLE apps')
  expect((await refusalOf(find('api'))).code).toBe('store_unavailable')
})
