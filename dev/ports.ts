/**
 * Reads port numbers from the environment and finds out whether they are free; opens nothing for longer than a moment.
 */
import { createServer } from 'node:net'
import { Complaint } from './complaint.ts'

export const DEFAULT_PORTS = { PORT: 8787, IDP_PORT: 9797 } as const

/** The environment variables that choose a port. */
export type PortName = keyof typeof DEFAULT_PORTS

/**
 * The port that the variable names, or the fallback if it is unset.
 *
 * @throws Complaint if it is no port number
 */
export function readPort(name: PortName, env: NodeJS.ProcessEnv, fallback: number = DEFAULT_PORTS[name]): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port > 0 && port < 65_536) return port
  throw new Complaint(
    `${name} must be a number from 1 to 65535, but it is "${text}". Example: ${example(name, fallback)}`,
  )
}

/**
 * Makes sure that no one listens on the port.
 *
 * @throws Complaint if it is taken or may not be used
 */
export async function requireFreePort(name: PortName, port: number): Promise<void> {
  // `localhost` means either address, and a stranger on one of them would get half of the browser's requests.
  for (const host of ['127.0.0.1', '::1']) {
    const code = await tryToListen(host, port)
    if (code === 'EADDRINUSE') {
      throw new Complaint(
        `Port ${port} is already in use. Stop what uses it, or choose another: ${example(name, port)}`,
      )
    }
    if (code === 'EACCES') {
      throw new Complaint(
        `Port ${port} is not allowed for ordinary users. Choose another: ${example(name, DEFAULT_PORTS[name])}`,
      )
    }
  }
}

function example(name: PortName, port: number): string {
  return `${name}=${port < 65_535 ? port + 1 : port - 1} npm run dev`
}

/** The error's code, or undefined if it worked. A machine without IPv6 answers EADDRNOTAVAIL, which is no one's fault. */
function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
