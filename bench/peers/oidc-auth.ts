/**
 * @hono/oidc-auth, as its documentation says: whose session is this? `/setup` makes the cookie that a sign-in would.
 */
import { getAuth } from '@hono/oidc-auth'
import { Hono } from 'hono'
import { sign } from 'hono/jwt'

interface Bindings {
  readonly OIDC_AUTH_SECRET: string
}

const app = new Hono<{ Bindings: Bindings }>()

app.get('/setup', async (c) => {
  const later = Math.floor(Date.now() / 1000) + 3600
  const session = { sub: 'alice', email: 'alice@example.org', rtk: 'x', rtkexp: later, ssnexp: later }
  return c.json({ cookie: `oidc-auth=${await sign(session, c.env.OIDC_AUTH_SECRET)}` })
})

app.get('/check', async (c) => {
  const auth = await getAuth(c)
  return c.json({ active: auth !== null, sub: auth?.sub })
})

export default app
