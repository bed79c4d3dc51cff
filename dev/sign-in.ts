/**
 * Signs a person in at the embedded provider without a browser, and gets tokens as a client does; the embedded provider's own page only.
 */
import * as oauth from 'oauth4webapi'
import { Complaint } from './complaint.ts'
import { SERVICE_ROLES, serviceSecret, tokenCommandRedirectUri } from './provider/clients.ts'
import { PEOPLE } from './provider/people.ts'

const REDIRECTS_MAX = 10
/** The provider is on the loopback address, where there is no TLS to break. */
const PLAIN_HTTP = { [oauth.allowInsecureRequests]: true }

interface Credentials {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
}

/**
 * An access token of a person (by the authorization code flow) or of a service (by client credentials).
 *
 * @throws Complaint for an unknown name, or if the provider does not answer
 */
export async function accessTokenOf(name: string, credentials: Credentials): Promise<string> {
  const names = [...PEOPLE.map(({ username }) => username), ...SERVICE_ROLES.keys()]
  if (!names.includes(name)) throw new Complaint(`There is no "${name}". Known are: ${names.join(', ')}.`)
  if (!SERVICE_ROLES.has(name)) return (await tokensOfPerson(name, credentials)).access_token
  return serviceToken(await discover(credentials.issuer), name, credentials)
}

async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer)
  try {
    return await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, PLAIN_HTTP))
  } catch (error) {
    if (error instanceof oauth.OperationProcessingError) {
      throw new Complaint(`What answers at ${issuer} is not the embedded provider: ${error.message}.`)
    }
    throw new Complaint(`The embedded provider is not running at ${issuer}. Start it with: npm run dev`)
  }
}

async function serviceToken(server: oauth.AuthorizationServer, name: string, { clientSecret }: Credentials) {
  const client = { client_id: name }
  const secret = oauth.ClientSecretBasic(serviceSecret(clientSecret, name))
  const response = await oauth.clientCredentialsGrantRequest(server, client, secret, {}, PLAIN_HTTP)
  return (await refusedAsComplaint(oauth.processClientCredentialsResponse(server, client, response))).access_token
}

/** All tokens that a sign-in gives, as a relying party gets them. */
export function tokensOfPerson(
  username: string,
  credentials: Credentials,
  { scope = 'openid profile email phone', cookies = new Map<string, string>() } = {},
): Promise<oauth.TokenEndpointResponse> {
  const redirectUri = tokenCommandRedirectUri(credentials.issuer)
  const answerTo = (request: URL) => signIn(request, username, redirectUri, cookies)
  return tokensByCode(credentials, { scope, redirectUri, answerTo })
}

/**
 * The authorization code flow with any provider on this machine.
 *
 * @param flow `answerTo` signs someone in at the provider and gives back the address, at `redirectUri`, that this leads to
 * @throws Complaint if the provider does not answer, or refuses
 */
export async function tokensByCode(
  credentials: Credentials,
  flow: { scope: string; redirectUri: string; answerTo: (request: URL) => Promise<URL> },
): Promise<oauth.TokenEndpointResponse> {
  const server = await discover(credentials.issuer)
  const client = { client_id: credentials.clientId }
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const request = new URL(server.authorization_endpoint ?? credentials.issuer)
  request.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: flow.redirectUri,
    response_type: 'code',
    scope: flow.scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  const answer = await flow.answerTo(request)
  const parameters = await refusedAsComplaint(async () => oauth.validateAuthResponse(server, client, answer, state))
  const secret = oauth.ClientSecretPost(credentials.clientSecret)
  const grant = [server, client, secret, parameters, flow.redirectUri, verifier, PLAIN_HTTP] as const
  const response = await oauth.authorizationCodeGrantRequest(...grant)
  return refusedAsComplaint(oauth.processAuthorizationCodeResponse(server, client, response))
}

/**
 * Goes where a browser would go: to the sign-in page, through its form, and on until the address begins with `until`.
 *
 * @param cookies what the browser has; the session stays in there
 * @returns that last address, which is not asked for
 */
export async function signIn(
  start: URL,
  username: string,
  until: string,
  cookies: Map<string, string> = new Map(),
): Promise<URL> {
  let url = start
  let form: URLSearchParams | undefined
  for (let steps = 0; steps < REDIRECTS_MAX; steps += 1) {
    const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
    const response = await fetch(url, { redirect: 'manual', headers, ...(form && { method: 'POST', body: form }) })
    for (const line of response.headers.getSetCookie()) keepCookie(cookies, line)
    const location = response.headers.get('location')
    if (location !== null) {
      url = new URL(location, url)
      form = undefined
      if (url.href.startsWith(until)) return url
      continue
    }
    const isPage = response.ok && url.pathname.startsWith('/interaction/') && form === undefined
    if (!isPage)
      throw new Complaint(`The embedded provider answered ${response.status}: ${heading(await response.text())}`)
    form = new URLSearchParams({ username, password: 'any' })
  }
  throw new Complaint(`The sign-in did not come to an end after ${REDIRECTS_MAX} steps.`)
}

/** Good enough for one provider: it has one path per cookie that matters, and deletes by emptying. */
function keepCookie(cookies: Map<string, string>, line: string): void {
  const pair = line.split(';')[0] ?? ''
  const [name = '', value = ''] = pair.split(/=(.*)/s)
  if (value === '') cookies.delete(name)
  else cookies.set(name, value)
}

function heading(html: string): string {
  return /<p[^>]*>(.*?)<\/p>/s.exec(html)?.[1] ?? 'a page without an explanation'
}

async function refusedAsComplaint<T>(work: Promise<T> | (() => Promise<T>)): Promise<T> {
  try {
    return await (typeof work === 'function' ? work() : work)
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError) {
      throw new Complaint(
        `The embedded provider refused: ${error.error} (${error.error_description ?? 'no description'}).`,
      )
    }
    throw error
  }
}
