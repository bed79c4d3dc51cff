/**
 * better-auth on D1 with its cookie cache, as its documentation says: whose session is this? `/setup` signs someone up.
 */
import type { D1Database } from '@cloudflare/workers-types'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { Hono } from 'hono'

interface Bindings {
  readonly DB: D1Database
}

function optionsFor(database: D1Database) {
  return {
    database,
    baseURL: 'http://localhost',
    secret: 'a-secret-of-thirty-two-characters-or-more',
    emailAndPassword: { enabled: true },
    session: { cookieCache: { enabled: true, maxAge: 300 } },
    rateLimit: { enabled: false },
  }
}

const made = new WeakMap<D1Database, ReturnType<typeof create>>()

function create(database: D1Database) {
  return betterAuth(optionsFor(database))
}

function authFor({ DB }: Bindings) {
  const known = made.get(DB) ?? create(DB)
  made.set(DB, known)
  return known
}

const app = new Hono<{ Bindings: Bindings }>()

app.get('/setup', async (c) => {
  await (await getMigrations(optionsFor(c.env.DB))).runMigrations()
  const body = { email: 'alice@example.org', name: 'Alice', password: 'a long password' }
  const response = await authFor(c.env).api.signUpEmail({ body, asResponse: true })
  const cookie = response.headers
    .getSetCookie()
    .map((one) => one.slice(0, one.indexOf(';')))
    .join('; ')
  return c.json({ cookie })
})

app.get('/check', async (c) => {
  const session = await authFor(c.env).api.getSession({ headers: c.req.raw.headers })
  return c.json({ active: session !== null, sub: session?.user.id })
})

export default app
