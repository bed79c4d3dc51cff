/**
 * Starts the embedded provider: a real OpenID provider on the loopback address, with people, services and keys made for development and tests.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { importJWK, type JWTPayload, SignJWT } from 'jose'
import Provider, { type Configuration } from 'oidc-provider'
import type { RelyingParty } from './clients.ts'
import { providerConfiguration, type Setup } from './configuration.ts'
import { answerInteraction } from './interaction.ts'
import { newJournal, type ReadableJournal } from './journal.ts'
import { newSigningKey, publicPart } from './keys.ts'
import { memoryStorage } from './memory.ts'
import { exchangeBearer } from './userinfo.ts'

const ACCESS_TOKEN_SECONDS = 3600

export interface ProviderOptions {
  /** 0: any free one. */
  readonly port: number
  /** A numeric loopback address, so that cookies of `localhost`, where Gatehouse runs, do not mix with the provider's. */
  readonly host?: string
  readonly relyingParty: RelyingParty
  readonly accessTokenSeconds?: number
  /** Tells the relying party of each sign-out (back-channel logout), which is the default. */
  readonly backchannelLogout?: boolean
  /** Sees each request first; one that it answers goes no further. For tests that need a provider in trouble. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>
  /** Changes the configuration of oidc-provider, for tests that need other features. */
  readonly customize?: (configuration: Configuration) => Configuration
}

export interface RunningProvider {
  readonly issuer: string
  readonly port: number
  readonly journal: ReadableJournal
  /** Replaces the signing key at once; tokens signed with the old one are no longer good. `sameKeyId` keeps the `kid`. */
  rotateKeys(options?: { sameKeyId?: boolean }): Promise<{ keyId: string }>
  /** Signs any claims with the current key, for tests of what an honest provider would not say by itself. */
  sign(claims: JWTPayload, header?: { typ?: string }): Promise<string>
  stop(): Promise<void>
}

/**
 * Starts an embedded provider of its own storage and keys.
 *
 * @throws the server's error (`code` EADDRINUSE) if the port is taken
 */
export async function startProvider(options: ProviderOptions): Promise<RunningProvider> {
  const host = options.host ?? '127.0.0.1'
  const journal = newJournal()
  // Making a key takes a while, so it is made before anyone can connect.
  let signingKey = await newSigningKey()
  const server = createServer()
  // The issuer has the port in it, so the port comes first and the provider second. Nothing is awaited in
  // between: nothing would answer a request that came then.
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, host, resolve)
  })
  const { port } = server.address() as AddressInfo // a TCP server that listens has this kind of address
  const issuer = `http://${host}:${port}`

  const setup: Omit<Setup, 'signingKey'> = {
    issuer,
    port,
    relyingParty: options.relyingParty,
    accessTokenSeconds: options.accessTokenSeconds ?? ACCESS_TOKEN_SECONDS,
    backchannelLogout: options.backchannelLogout ?? true,
    cookieKeys: [randomBytes(32).toString('base64url')],
    storage: memoryStorage(),
    customize: options.customize ?? ((configuration) => configuration),
  }
  let provider = makeProvider({ ...setup, signingKey })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch((error: unknown) => {
      console.error('Embedded provider:', error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })

  // oidc-provider cannot change its keys, but a second Provider on the same storage and cookie keys knows all that the first knew.
  async function rotateKeys({ sameKeyId = false } = {}): Promise<{ keyId: string }> {
    const next = await newSigningKey(sameKeyId ? signingKey.kid : undefined)
    provider = makeProvider({ ...setup, signingKey: next })
    signingKey = next
    return { keyId: next.kid }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', issuer)
    journal.add(request.method ?? '', pathname)
    if (await options.intercept?.(request, response)) return
    if (pathname === '/dev/rotate-keys' && request.method === 'POST' && isFromThisMachine(request)) {
      const { keyId } = await rotateKeys({ sameKeyId: searchParams.get('same-kid') === '1' })
      response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify({ kid: keyId })}\n`)
      return
    }
    if (pathname.startsWith('/interaction/')) return answerInteraction(provider, request, response)
    await provider.callback()(request, response)
  }

  return {
    issuer,
    port,
    journal,
    rotateKeys,
    async sign(claims, header = {}) {
      const { kid } = signingKey
      const key = await importJWK(signingKey, 'RS256')
      return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid, ...header }).sign(key)
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function makeProvider(setup: Setup): Provider {
  const provider = new Provider(setup.issuer, providerConfiguration(setup))
  const expected = {
    issuer: setup.issuer,
    audience: setup.relyingParty.baseUrl,
    keys: { keys: [publicPart(setup.signingKey)] },
  }
  const userinfoPath = provider.pathFor('userinfo')
  provider.use(async (ctx, next) => {
    const { authorization } = ctx.req.headers
    if (ctx.path === userinfoPath && authorization !== undefined) {
      ctx.req.headers.authorization = await exchangeBearer(authorization, expected)
    }
    await next()
  })
  provider.on('server_error', (_ctx, error) => console.error('Embedded provider:', error))
  return provider
}

function isFromThisMachine(request: IncomingMessage): boolean {
  const address = request.socket.remoteAddress ?? ''
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}
