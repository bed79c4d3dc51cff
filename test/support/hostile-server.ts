/**
 * The hostile provider behind a real HTTP server on this machine, under one issuer whatever it does; `/control` is for who tests, alone.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { createHostileProvider, type Fault, type HostileProvider, type Offers } from './hostile/provider.ts'

export interface HostileServer extends HostileProvider {
  stop(): Promise<void>
}

export interface HostileServerOptions {
  readonly clientId: string
  readonly clientSecret: string
  readonly offers?: Offers
  /** Below which its issuer is; the root if nothing is said. */
  readonly path?: string
}

/**
 * Starts it at a free port. `POST /control` with `{"fault": "<name>"}` chooses the fault, `null` ends it; `GET /control` shows the
 * journal, in which calls of `/control` do not stand.
 */
export async function startHostileServer({ path = '', ...options }: HostileServerOptions): Promise<HostileServer> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port')
  const issuer = `http://127.0.0.1:${address.port}${path}`
  const provider = createHostileProvider({ issuer, now: Date.now, ...options })

  server.on('request', async (incoming, outgoing) => {
    try {
      const request = await requestOf(incoming, issuer)
      const isControl = new URL(request.url).pathname === '/control'
      await send(isControl ? await control(request, provider) : await provider.handle(request), outgoing)
    } catch {
      incoming.destroy() // a provider that cannot be reached
    }
  })

  return {
    ...provider,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function control(request: Request, provider: HostileProvider): Promise<Response> {
  if (request.method === 'GET') return Response.json({ journal: provider.journal })
  const { fault } = (await request.json()) as { fault: Fault | null } // whoever tests knows the names
  provider.setFault(fault)
  return new Response(null, { status: 204 })
}

async function requestOf(incoming: IncomingMessage, issuer: string): Promise<Request> {
  const { method = 'GET', url = '/', headers } = incoming
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((line): [string, string] => [name, line]),
  )
  const body = method === 'GET' || method === 'HEAD' ? null : new Uint8Array(await buffer(incoming))
  return new Request(new URL(url, issuer), { method, headers: lines, body })
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, [...response.headers].flat())
  for await (const chunk of response.body ?? []) outgoing.write(chunk)
  outgoing.end()
}
