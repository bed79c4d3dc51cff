/**
 * /ping, /ready and /robots.txt: whether Gatehouse is alive and can work, and nothing more than that.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { createScene, GATE } from './scene.ts'

async function ask(path: string) {
  const response = await createScene().gate(new Request(`${GATE}${path}`))
  return { status: response.status, text: await response.text(), headers: response.headers }
}

it('/ping is OK whatever the state of the stores (A131)', async () => {
  expect(await ask('/ping')).toMatchObject({ status: 200, text: 'OK' })
  await env.DB.exec('DROP TABLE sessions')
  expect(await ask('/ping')).toMatchObject({ status: 200, text: 'OK' })
})

describe('/ready', () => {
  it('is OK when the database answers', async () => {
    expect(await ask('/ready')).toMatchObject({ status: 200, text: 'OK' })
  })

  it('is 503 with Retry-After, and tells nothing of the fault, when it does not (A131)', async () => {
    await env.DB.exec('DROP TABLE sessions')
    const { status, text, headers } = await ask('/ready')
    expect([status, text]).toEqual([503, 'not ready'])
    expect(headers.get('retry-after')).toMatch(/^\d+$/)
  })
})

it.each(['audit', 'apps', 'spent_logins', 'refusals'])(
  '/ready is 503 without the table %s, which others need',
  async (table) => {
    await env.DB.exec(`ALTER TABLE ${table} RENAME TO away`)
    expect((await ask('/ready')).status).toBe(503)
    await env.DB.exec(`ALTER TABLE away RENAME TO ${table}`)
    expect((await ask('/ready')).status).toBe(200)
  },
)

it.each([
  ['ALTER TABLE audit RENAME TO away', 'ALTER TABLE away RENAME TO audit', /no such (?:table|column).*audit/],
  ['ALTER TABLE apps RENAME COLUMN clients TO away', 'ALTER TABLE apps RENAME COLUMN away TO clients', /apps\.clients/],
])(
  'the log says what /ready misses after %s, for no one may be able to sign in and ask',
  async (breaks, mends, missing) => {
    const { gate, log } = createScene()
    await env.DB.exec(breaks)
    expect((await gate(new Request(`${GATE}/ready`))).status).toBe(503)
    const [line] = log.filter(({ event }) => event === 'not_ready')
    expect(`${line?.detail?.causes}`).toMatch(missing)
    await env.DB.exec(mends)
  },
)

it('/robots.txt keeps search engines out', async () => {
  expect(await ask('/robots.txt')).toMatchObject({ status: 200, text: 'User-agent: *\nDisallow: /\n' })
})

it.each(['/metrics', '/openapi.json', '/.env', '/admin/secrets/', '/api/v1.0/'])(
  '%s is 404 without a word of the settings (A131)',
  async (path) => {
    const { status, text } = await ask(path)
    expect(status).toBe(404)
    expect(text).not.toContain('idp.example')
    expect(text).not.toContain('gatehouse-')
  },
)
