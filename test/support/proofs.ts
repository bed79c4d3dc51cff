/**
 * What tests have shown of providers: which features work, and which misconfigurations the diagnosis names. `npm run docs:providers`
 * makes the tables of docs/providers/README.md and docs/diagnosis.md of it.
 */
import * as v from 'valibot'
import { PROVIDER_TYPES, type ProviderType } from '../../src/vendors/vendors.ts'

export type ProviderName = Exclude<ProviderType, 'generic'>

export const PROVIDERS: readonly ProviderName[] = PROVIDER_TYPES.filter((type) => type !== 'generic')
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

export type Feature = (typeof FEATURES)[number]

const proofSchema = v.object({
  /** `real`: with the provider itself. `emulated`: with a stand-in that behaves as the provider is documented to. */
  how: v.picklist(['real', 'emulated']),
  provider: v.picklist(PROVIDERS),
  feature: v.picklist(FEATURES),
})

export type Proof = v.InferOutput<typeof proofSchema>

/** Something that was made wrong on purpose, and what the diagnosis said. */
const namedSchema = v.object({
  how: proofSchema.entries.how,
  /** `any`: nothing in it is of one provider alone. */
  provider: v.picklist([...PROVIDERS, 'any']),
  /** What was made wrong. */
  what: v.string(),
  /** The title of the check that failed. */
  check: v.string(),
  fix: v.string(),
})

export type Named = v.InferOutput<typeof namedSchema>

export const shownSchema = v.object({ proofs: v.array(proofSchema), named: v.array(namedSchema) })

export type Shown = v.InferOutput<typeof shownSchema>

declare module 'vitest' {
  interface TaskMeta {
    proofs?: readonly Proof[]
    named?: Named
  }
}

/**
 * The options of a test that proves something when it passes.
 *
 * @example it('signs someone in', proves('real', 'keycloak', 'sign-in', 'names'), async () => {})
 */
export function proves(how: Proof['how'], provider: ProviderName, ...features: readonly Feature[]) {
  return { meta: { proofs: features.map((feature) => ({ how, provider, feature })) } }
}
