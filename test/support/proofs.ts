/**
 * Which test proves which feature of which provider; the table of docs/providers/README.md is made of it by `npm run docs:providers`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'

export const PROVIDERS = ['keycloak', 'authentik', 'dex', 'auth0', 'google', 'entra', 'proconnect'] as const
export const FEATURES = [
  'sign-in',
  'names',
  'groups',
  'refresh',
  'introspection',
  'RP logout',
  'back-channel',
  'front-channel',
  'diagnosis',
] as const

export type ProviderName = (typeof PROVIDERS)[number]
export type Feature = (typeof FEATURES)[number]

const proofSchema = v.object({
  /** `real`: with the provider itself. `emulated`: with a stand-in that behaves as the provider is documented to. */
  how: v.picklist(['real', 'emulated']),
  provider: v.picklist(PROVIDERS),
  feature: v.picklist(FEATURES),
})

export type Proof = v.InferOutput<typeof proofSchema>

declare module 'vitest' {
  interface TaskMeta {
    proofs?: readonly Proof[]
  }
}

/** Left by each run, a file per test file: see `proof-reporter.ts`. */
export const PROOFS_FOLDER = join('dist', 'proofs')

/**
 * The options of a test that proves something when it passes.
 *
 * @example it('signs somebody in', proves('real', 'keycloak', 'sign-in', 'names'), async () => {})
 */
export function proves(how: Proof['how'], provider: ProviderName, ...features: readonly Feature[]) {
  return { meta: { proofs: features.map((feature) => ({ how, provider, feature })) } }
}

/** What the last runs have proved. */
export function readProofs(folder = PROOFS_FOLDER): readonly Proof[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => v.parse(v.array(proofSchema), JSON.parse(readFileSync(join(folder, name), 'utf8'))))
}
