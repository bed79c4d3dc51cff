/**
 * Someone at a browser who signs in for real: at Gatehouse, then at the embedded provider, and back; keeps the cookies of both.
 */

import { signIn } from '../../dev/sign-in.ts'
import type { Installation } from './installation.ts'
import { PATHS } from './paths.ts'

export class Visitor {
  readonly cookies = new Map<string, string>()
  readonly #atProvider = new Map<string, string>()
  readonly #installation: Installation

  constructor(installation: Installation) {
    this.#installation = installation
  }

  /** The session token, as an application on the same host would see it. */
  get sessionToken(): string {
    return this.cookies.get('__Host-gatehouse-session') ?? ''
  }

  /** Asks Gatehouse without following redirects. `isolate` chooses who answers. */
  async visit(path: string, init: RequestInit = {}, isolate: 'first' | 'second' = 'first'): Promise<Response> {
    const { gatehouse } = this.#installation
    const headers = new Headers(init.headers)
    headers.set('cookie', [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const request = { redirect: 'manual' as const, ...init, headers }
    const response =
      isolate === 'first'
        ? await fetch(`${gatehouse.baseUrl}${path}`, request)
        : await gatehouse.askOther(path, request)
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return response
  }

  /** Signs in at the provider, and gives back the path of the callback with the provider's answer. */
  async answerFor(username: string, query = ''): Promise<string> {
    const start = await this.visit(`${PATHS.login}${query}`)
    const location = start.headers.get('location')
    if (location === null) throw new Error(`the sign-in did not begin: ${start.status}`)
    const { baseUrl } = this.#installation.gatehouse
    const callback = await signIn(new URL(location), username, `${baseUrl}${PATHS.callback}`, this.#atProvider)
    return callback.href.slice(baseUrl.length)
  }

  /** The whole sign-in; gives back what the callback answered. */
  async signIn(username: string, query = ''): Promise<Response> {
    return this.visit(await this.answerFor(username, query))
  }

  /** Presses the button on the page that asks whether to sign out. `fields` come on top of those of the form. */
  async signOut(query = '', fields: Readonly<Record<string, string>> = {}): Promise<Response> {
    const page = await (await this.visit(`${PATHS.logout}${query}`)).text()
    const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(page)?.[1] ?? ''
    return this.visit(`${PATHS.logout}${query}`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ csrfmiddlewaretoken: token, ...fields }),
    })
  }

  /** Signs out at the provider itself, as from another application: asks for the page there, and presses its button. */
  async signOutAtProvider(): Promise<Response> {
    const headers = { cookie: [...this.#atProvider].map(([name, value]) => `${name}=${value}`).join('; ') }
    const { issuer } = this.#installation.provider
    const page = await (await fetch(`${issuer}/session/end`, { headers })).text()
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
    return fetch(`${issuer}/session/end/confirm`, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: new URLSearchParams({ xsrf, logout: 'yes' }),
    })
  }

  async whoAmI(isolate: 'first' | 'second' = 'first'): Promise<Record<string, unknown> | null> {
    const response = await this.visit(PATHS.me, {}, isolate)
    return response.ok ? ((await response.json()) as Record<string, unknown>) : null // the answer is the test's subject
  }
}
