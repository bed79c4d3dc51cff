/**
 * Refusals as machines are told them: code and sentence, and the claims that were missing.
 */
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { GatehouseError } from '../../src/errors.ts'
import { answersAs, type RequestVariables } from '../../src/routes/context.ts'
import { answerFailure } from '../../src/routes/failures.ts'

async function answerTo(error: GatehouseError) {
  const app = new Hono<RequestVariables>()
  app.onError((thrown, c) => answerFailure(c, thrown, { log: () => {}, failureLocation: undefined }))
  app.get('/', answersAs('json'), () => {
    throw error
  })
  const response = await app.request('/')
  return { status: response.status, body: await response.json() }
}

it('a machine is told which claims are missing, and not what the log knows beyond that', async () => {
  const missing = ['email', 'tenant_id']
  const error = new GatehouseError('claims_missing', 'why', { missing, detail: { fix: ['the console'] } })
  expect(await answerTo(error)).toEqual({
    status: 400,
    body: { error: 'invalid_claims', error_description: expect.stringContaining('lacks something'), missing },
  })
})

it('no other refusal speaks of claims', async () => {
  expect((await answerTo(new GatehouseError('not_found', 'why'))).body).not.toHaveProperty('missing')
})
