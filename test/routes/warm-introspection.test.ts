/**
 * Token checks that an isolate has answered before: it answers them like one that remembers nothing, and no request gets the answer of another.
 */
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PATHS } from '../support/paths.ts'
import { addApp, createScene, GATE, INTROSPECT, sessionTokenOf, signIn } from './scene.ts'

type Scene = ReturnType<typeof createScene>

const FORM = 'application/x-www-form-urlencoded'

interface Asked {
  readonly authorization: string | null
  readonly accept: string | null
  readonly type: string
  readonly path: string
  readonly body: string
}

function requestOf({ authorization, accept, type, path, body }: Asked): Request {
  const headers = new Headers({ 'content-type': type, 'content-length': String(body.length) })
  if (authorization !== null) headers.set('authorization', authorization)
  if (accept !== null) headers.set('accept', accept)
  return new Request(`${GATE}${path}`, { method: 'POST', headers, body })
}

/** Without what is made anew for each answer: references, and the time and signature of a signed one. */
async function shown(response: Response) {
  const text = await response.text()
  const payload = text.startsWith('ey')
    ? JSON.parse(atob(text.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? ''))
    : null
  return {
    status: response.status,
    headers: [...response.headers].sort(),
    body: payload === null ? text.replace(/reference [0-9a-z]{10}/, 'reference') : payload.token_introspection,
  }
}

const basic = (clientId: string, secret: string) => `Basic ${btoa(`${clientId}:${secret}`)}`

async function world(): Promise<{ scene: Scene; tokens: string[] }> {
  const scene = createScene()
  await addApp('one', { claims: ['email'] })
  await addApp('two', { hasSessions: false })
  const browser = scene.browser()
  await signIn(browser)
  const jwt = await scene.provider.signAccessToken()
  return { scene, tokens: [sessionTokenOf(browser) ?? '', jwt, `gths_${'A'.repeat(43)}`] }
}

it('an isolate that remembers answers like one that does not, whatever was asked before', {
  timeout: 120_000,
}, async () => {
  const { scene, tokens } = await world()
  const asked = fc
    .record({
      authorization: fc.constantFrom(
        null,
        basic('one', 'secret-of-one'),
        basic('two', 'secret-of-two'),
        basic('one', 'wrong'),
      ),
      accept: fc.constantFrom(null, '*/*', 'application/json', 'application/token-introspection+jwt'),
      type: fc.constantFrom(FORM, `${FORM};charset=UTF-8`, FORM.toUpperCase(), 'application/json'),
      path: fc.constantFrom(PATHS.introspect, PATHS.introspect.slice(0, -1)),
      token: fc.constantFrom(...tokens),
      more: fc.constantFrom(
        '',
        '&provider=default',
        '&provider=none',
        '&token=x',
        '&client_id=one&client_secret=secret-of-one',
      ),
    })
    .map(({ token, more, ...rest }): Asked => ({ ...rest, body: `token=${token}${more}` }))
  // The usual request comes often, so that something is warm.
  const usual: Asked = {
    authorization: basic('one', 'secret-of-one'),
    accept: null,
    type: FORM,
    path: PATHS.introspect,
    body: `token=${tokens[0]}`,
  }
  const steps = fc.array(fc.oneof({ weight: 1, arbitrary: fc.constant(usual) }, { weight: 3, arbitrary: asked }), {
    minLength: 2,
    maxLength: 8,
  })
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const remembering = scene.isolate()
      for (const step of sequence) {
        const answer = await shown(await remembering(requestOf(step)))
        expect(answer).toEqual(await shown(await scene.isolate()(requestOf(step))))
      }
    }),
    { numRuns: 25 },
  )
})

describe('a question that was answered before', () => {
  const usual = (token: string): Asked => ({
    authorization: basic('one', 'secret-of-one'),
    accept: null,
    type: FORM,
    path: PATHS.introspect,
    body: `token=${token}`,
  })

  it('is answered without the database, which may be gone', async () => {
    const { scene, tokens } = await world()
    const [session = ''] = tokens
    const first = await shown(await scene.gate(requestOf(usual(session))))
    await scene.gate(requestOf({ ...usual(session), type: `${FORM};charset=UTF-8` }))
    expect(first).toMatchObject({ status: 200, body: expect.stringContaining('"active":true') })
    await env.DB.exec('DROP TABLE sessions')
    await env.DB.exec('DROP TABLE apps')
    for (const type of [FORM, `${FORM};charset=UTF-8`])
      expect(await shown(await scene.gate(requestOf({ ...usual(session), type })))).toEqual(first)
  })

  it('is answered anew when the length of the form is not known beforehand', async () => {
    const { scene, tokens } = await world()
    const [session = ''] = tokens
    await scene.gate(requestOf(usual(session)))
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    void writer.write(new TextEncoder().encode(`token=${session}`)).then(() => writer.close())
    const headers = { 'content-type': FORM, authorization: basic('one', 'secret-of-one') }
    const response = await scene.gate(new Request(INTROSPECT, { method: 'POST', headers, body: readable }))
    expect(await response.json()).toMatchObject({ active: true })
  })

  it.each([FORM, `${FORM};charset=UTF-8`])('is signed when a signed answer is asked for (%s)', async (type) => {
    const { scene, tokens } = await world()
    const [session = ''] = tokens
    for (const accept of [
      null,
      'application/token-introspection+jwt',
      'APPLICATION/TOKEN-INTROSPECTION+JWT',
      'application/json',
    ]) {
      const response = await scene.gate(requestOf({ ...usual(session), type, accept }))
      const isSigned = response.headers.get('content-type') === 'application/token-introspection+jwt'
      expect(isSigned).toBe(accept !== null && /jwt/i.test(accept))
    }
  })

  it('is refused under a host that is not allowed', async () => {
    const { scene, tokens } = await world()
    const gate = scene.isolate({ DJANGO_ALLOWED_HOSTS: 'gate.example.com' })
    const [session = ''] = tokens
    for (let time = 0; time < 2; time++) expect((await gate(requestOf(usual(session)))).status).toBe(200)
    await env.DB.exec('ALTER TABLE sessions RENAME TO gone')
    expect((await gate(requestOf(usual(session)))).status).toBe(200)
    const { headers } = requestOf(usual(session))
    const { body } = usual(session)
    const elsewhere = new Request('https://other.example/api/v1.0/introspect/', { method: 'POST', headers, body })
    expect((await gate(elsewhere)).status).toBe(400)
  })

  it('that is too long is refused before it is read', async () => {
    const { scene } = await world()
    const long = { ...usual('x'.repeat(65_537)) }
    expect((await scene.gate(requestOf(long))).status).toBe(413)
  })
})
