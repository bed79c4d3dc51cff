/**
 * What a token check is compared with: a bare Hono handler that reads the same form, and jose with a cache of verdicts; neither knows apps.
 */
import { Hono } from 'hono'
import { createRemoteJWKSet, jwtVerify } from 'jose'

interface Bindings {
  readonly JWKS_URI: string
}

const verdicts = new Map<string, Record<string, unknown>>()
let keys: ReturnType<typeof createRemoteJWKSet> | undefined

const app = new Hono<{ Bindings: Bindings }>()

app.get('/get', (c) => c.json({ active: true }))

app.post('/form', async (c) => {
  const form = new URLSearchParams(await c.req.text())
  return c.json({ active: form.get('token') !== null })
})

app.post('/jose', async (c) => {
  const token = new URLSearchParams(await c.req.text()).get('token') ?? ''
  const known = verdicts.get(token)
  if (known && Number(known.exp) > Date.now() / 1000) return c.json({ active: true, ...known })
  keys ??= createRemoteJWKSet(new URL(c.env.JWKS_URI))
  const { payload } = await jwtVerify(token, keys)
  verdicts.set(token, payload)
  return c.json({ active: true, ...payload })
})

export default app
