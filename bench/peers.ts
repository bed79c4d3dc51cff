/**
 * What token checks are measured beside: the Workers of `peers/`, each in a workerd of its own, with someone signed in.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { buildWorker } from '../test/support/build.ts'
import { startWorker } from './installed.ts'
import type { Probe } from './load.ts'

const FLAGS = ['nodejs_compat', 'global_fetch_strictly_public']
const OIDC_AUTH_SETTINGS = {
  OIDC_AUTH_SECRET: 'a-secret-of-thirty-two-characters-or-more',
  OIDC_ISSUER: 'https://idp.example',
  OIDC_CLIENT_ID: 'app',
  OIDC_CLIENT_SECRET: 'secret',
}

interface Peer {
  readonly name: string
  /** Of `peers/`. */
  readonly file: string
  readonly settings: Readonly<Record<string, string>>
  /** What a check is sent with, given what `/setup` answered. */
  credential(setUp: Record<string, string>, url: string): Promise<Readonly<Record<string, string>>>
  readonly path: string
}

const PEERS: readonly Peer[] = [
  {
    name: '@hono/oidc-auth',
    file: 'oidc-auth.ts',
    settings: OIDC_AUTH_SETTINGS,
    credential: async ({ cookie = '' }) => ({ cookie }),
    path: '/check',
  },
  {
    name: 'better-auth, cookie cache',
    file: 'better-auth.ts',
    settings: {},
    credential: async ({ cookie = '' }) => ({ cookie }),
    path: '/check',
  },
  {
    name: 'workers-oauth-provider',
    file: 'workers-oauth-provider.ts',
    settings: {},
    async credential(setUp, url) {
      const body = new URLSearchParams({ grant_type: 'authorization_code', ...setUp })
      const answer = await fetch(`${url}/token`, { method: 'POST', body })
      const { access_token } = (await answer.json()) as { access_token?: string } // a token answer
      // The resource is compared with the address of the request.
      return { authorization: `Bearer ${access_token}`, host: 'localhost' }
    },
    path: '/api/check',
  },
]

/** A Worker that runs, as a probe of it. */
export interface RunningPeer {
  readonly probe: Probe
  stop(): Promise<void>
}

/** Installs what the peers need, if it is not there yet. */
export function installPeers(): void {
  if (existsSync('bench/node_modules')) return
  console.log('Installing what Gatehouse is measured beside …')
  execFileSync('npm', ['ci', '--prefix', 'bench', '--no-audit', '--no-fund'], { stdio: 'inherit' })
}

/** One after the other, because a process is known by not having been there before. @param folder for what is built */
export async function startPeers(folder: string): Promise<readonly RunningPeer[]> {
  const peers: RunningPeer[] = []
  for (const peer of PEERS) peers.push(await startPeer(peer, folder))
  return peers
}

async function startPeer({ name, file, settings, credential, path }: Peer, folder: string): Promise<RunningPeer> {
  const flags = FLAGS.flatMap((flag) => ['--compatibility-flags', flag])
  const script = await buildWorker(`bench/peers/${file}`, folder, flags)
  const texts = Object.entries(settings).map(([key, value]) => [key, { type: 'text' as const, value }])
  const { url, pid, stop } = await startWorker(script, FLAGS, {
    ...Object.fromEntries(texts),
    DB: { type: 'd1' as const, id: name },
    OAUTH_KV: { type: 'kv' as const, id: name },
  })
  const answer = await fetch(`${url}/setup`)
  if (!answer.ok) throw new Error(`${name} could not be set up: ${await answer.text()}`)
  const headers = await credential((await answer.json()) as Record<string, string>, url) // our own files
  return { probe: { name, url: url + path, headers, expected: '"active":true', pid }, stop }
}
