/**
 * Refusals as machines are told them: code and sentence, and the claims that were missing.
 */
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { GatehouseError } from '../../src/errors.ts'
import type { Log, LogEntry } from '../../src/log.ts'
import { REASONS } from '../../src/reasons.ts'
import { answersAs, type RequestVariables } from '../../src/routes/http/context.ts'
import { answerFailure } from '../../src/routes/http/errors.ts'

function appThatLogs(log: Log) {
  const app = new Hono<RequestVariables>()
  app.use(async (c, next) => {
    c.set('log', log)
    await next()
  })
  return app
}

async function answerTo(error: GatehouseError) {
  const app = appThatLogs(() => {})
  app.onError((thrown, c) => answerFailure(c, thrown, undefined))
  app.get('/', answersAs('json'), () => {
    throw error
  })
  const response = await app.request('/')
  return { status: response.status, body: await response.json() }
}

it('a machine is told which claims are missing, and not what the log knows beyond that', async () => {
  const missing = ['email', 'tenant_id']
  const error = new GatehouseError('claims_missing', 'claims_missing', 'why', {
    missing,
    detail: { fix: ['the console'] },
  })
  expect(await answerTo(error)).toEqual({
    status: 400,
    body: { error: 'invalid_claims', error_description: expect.stringContaining('lacks something'), missing },
  })
})

it('no other refusal speaks of claims', async () => {
  expect((await answerTo(new GatehouseError('not_found', 'path_unknown', 'why'))).body).not.toHaveProperty('missing')
})

const FORMS = ['page', 'json', 'opentalk', 'start'] as const
const CODES = ['provider_unreachable', 'provider_error', 'not_configured', 'login_required', 'not_found'] as const

it.each(
  FORMS.flatMap((form) =>
    CODES.flatMap((code) => [undefined, 'https://app.example/failed'].map((to) => [form, code, to] as const)),
  ),
)('the logged status is the one that was answered: as %s, %s, with %s', async (form, code, failureLocation) => {
  const lines: LogEntry[] = []
  const app = appThatLogs((entry) => lines.push(entry))
  app.onError((thrown, c) => answerFailure(c, thrown, failureLocation))
  app.get('/x', form === 'start' ? async (_, next) => next() : answersAs(form), () => {
    throw new GatehouseError(code, REASONS[code][0], 'why', {
      provider: { status: 418 },
      detail: { status: 1, method: 'x', path: 'y' },
    })
  })
  const { status } = await app.request('/x')
  expect(lines.map(({ detail }) => detail)).toEqual([
    expect.objectContaining({ status, provider_status: 418, method: 'GET', path: '/x', code }),
  ])
})
