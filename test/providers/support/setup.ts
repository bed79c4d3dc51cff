/**
 * Before the first test: finds out what this machine can run. Starts each provider when a test first asks for it, and stops all at the end.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { type Keycloak, type KeycloakAddress, type KeycloakPath, startKeycloak } from './keycloak.ts'
import { missingForDex, missingForKeycloak } from './programs.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where to ask for a running Keycloak. */
    keycloakDesk: string
    /** Why a provider cannot run here; `null`: it can. */
    missing: { readonly keycloak: string | null; readonly dex: string | null }
  }
}

/** @throws Error when something is missing on a machine that must run everything (`CI=true`) */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const missing = { keycloak: await missingForKeycloak(), dex: await missingForDex() }
  for (const reason of Object.values(missing)) {
    if (reason === null) continue
    if (process.env.CI === 'true') throw new Error(reason)
    console.warn(`Skipped: ${reason}.`)
  }
  project.provide('missing', missing)

  const keycloaks = new Map<KeycloakPath, Promise<Keycloak>>()
  const desk = createServer(async (request, response) => {
    const path = request.url === '/auth' ? '/auth' : ''
    const running = keycloaks.get(path) ?? startKeycloak({ path })
    keycloaks.set(path, running)
    try {
      const { baseUrl, administrator } = await running
      response.end(JSON.stringify({ baseUrl, administrator } satisfies KeycloakAddress))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await new Promise<void>((resolve) => desk.listen(0, '127.0.0.1', resolve))
  const { port } = desk.address() as AddressInfo // a TCP server that listens has this kind of address
  project.provide('keycloakDesk', `http://127.0.0.1:${port}`)

  return async () => {
    desk.close()
    for (const running of keycloaks.values()) await (await running.catch(() => null))?.stop()
  }
}
