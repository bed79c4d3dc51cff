/**
 * The check `silent-sign-in`: a provider that shows its form in spite of prompt=none is named, with the setting that helps.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type RunningProvider, startProvider } from '../../dev/provider/provider.ts'
import { DIAGNOSED_SECRET, diagnosed } from '../support/diagnosed.ts'

const BASE_URL = 'http://localhost:8787'

let provider: RunningProvider
/** What the provider shows in place of its answer to an authorization request. */
let page: { status: number; html: string } | null = null

beforeAll(async () => {
  provider = await startProvider({
    port: 0,
    relyingParty: { clientId: 'gatehouse', clientSecret: DIAGNOSED_SECRET, baseUrl: BASE_URL },
    intercept(request, response) {
      if (page === null || !request.url?.startsWith('/auth')) return false
      response.writeHead(page.status, { 'content-type': 'text/html' }).end(page.html)
      return true
    },
  })
})
afterEach(() => {
  page = null
})
afterAll(() => provider.stop())

const rowOf = async (settings: Readonly<Record<string, unknown>> = {}) =>
  (await diagnosed({ BASE_URL, OIDC_OP_URL: provider.issuer, ...settings })).row('silent-sign-in')

describe('a provider', () => {
  it('that says that no one is there passes', async () => {
    expect(await rowOf()).toMatchObject({ result: 'pass', fix: '' })
  })

  it('that shows a form is found out, with the setting to change', async () => {
    page = {
      status: 200,
      html: '<form><input type="hidden" name="csrf"><input name="user"><input type=password></form>',
    }
    const { result, seen, fix } = await rowOf()
    expect([result, seen]).toEqual(['fail', expect.stringContaining('prompt=none')])
    expect(fix).toContain('FRONTEND_IS_SILENT_LOGIN_ENABLED=false')
  })

  it.each([
    ['a page without a form', { status: 200, html: '<h1>Welcome</h1>' }],
    [
      'a form of hidden fields, which a script sends',
      { status: 200, html: '<form><input type="hidden" name="x"></form>' },
    ],
  ])('that shows %s cannot be told, and the setting is named', async (_, shown) => {
    page = shown
    expect(await rowOf()).toMatchObject({
      result: 'cannot tell',
      fix: expect.stringContaining('FRONTEND_IS_SILENT_LOGIN_ENABLED'),
    })
  })

  it.each([
    ['when it is off', { FRONTEND_IS_SILENT_LOGIN_ENABLED: 'false' }],
    ['at a Dex', { OIDC_OP_TYPE: 'dex' }],
  ])('is not judged %s', async (_, settings) => {
    page = { status: 200, html: '<form><input name="user"></form>' }
    expect((await rowOf(settings)).result).toBe('pass')
  })
})
