/**
 * Tokens of a real provider as a client gets them, and what the provider says of them; none of it goes through Gatehouse.
 */

import * as v from 'valibot'
import { tokensByCode } from '../../../dev/sign-in.ts'
import { PATHS } from '../../support/paths.ts'
import { GATEHOUSE_CLIENT } from './realm.ts'
import type { World } from './world.ts'

const CALLBACK = PATHS.callback
const tokenAnswer = v.object({ access_token: v.string() })
const endpoints = v.object({ token_endpoint: v.string(), introspection_endpoint: v.string() })

interface Client {
  readonly clientId: string
  readonly clientSecret: string
}

/** An access token of a person for the client of Gatehouse. */
export async function accessTokenOf(world: World, username: string, scope?: string): Promise<string> {
  return (await tokensOf(world, username, scope)).access_token
}

/** The tokens of a person for the client of Gatehouse. */
export async function tokensOf(world: World, username: string, scope = 'openid profile email') {
  const browser = world.browser()
  const flow = {
    scope,
    redirectUri: world.at(CALLBACK),
    async answerTo(request: URL) {
      const { next } = await world.logIn(browser, await browser.open(request.href), username, CALLBACK)
      if (next === null) throw new Error('the provider did not send the browser back')
      return new URL(next)
    },
  }
  return tokensByCode({ issuer: world.issuer, ...GATEHOUSE_CLIENT }, flow)
}

/** The token of a program. */
export function serviceToken(provider: Pick<World, 'issuer'>, { clientId, clientSecret }: Client): Promise<string> {
  return tokenFor(provider, { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret })
}

/** The access token that a form at the token endpoint brings. */
export async function tokenFor(
  { issuer }: Pick<World, 'issuer'>,
  form: Readonly<Record<string, string>>,
): Promise<string> {
  const { token_endpoint } = await discovered(issuer)
  const response = await fetch(token_endpoint, { method: 'POST', body: new URLSearchParams(form) })
  return v.parse(tokenAnswer, await response.json()).access_token
}

/** What the provider's own introspection endpoint says to a client. */
export async function askProvider(
  { issuer }: World,
  token: string,
  { clientId, clientSecret }: Client = GATEHOUSE_CLIENT,
): Promise<Readonly<Record<string, unknown>>> {
  const { introspection_endpoint } = await discovered(issuer)
  const response = await fetch(introspection_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ token }),
  })
  return v.parse(v.looseObject({ active: v.boolean() }), await response.json())
}

async function discovered(issuer: string): Promise<v.InferOutput<typeof endpoints>> {
  return v.parse(endpoints, await (await fetch(`${issuer}/.well-known/openid-configuration`)).json())
}
