/**
 * The settings of SCIM, by which a provider pushes who joins and who leaves; part of `provider.ts`.
 */
import { secrets, text } from '../values/kinds.ts'
import type { Problem } from './reading.ts'
import { optional } from './setting.ts'

export const scimSettings = {
  scimTokens: optional(secrets, {
    name: 'GATEHOUSE_SCIM_TOKEN',
    secret: true,
    origin: 'Gatehouse',
    example: 'the output of: openssl rand -hex 32',
    meaning:
      'The bearer token with which the provider pushes its users and groups to /scim/v2/: those who are deactivated or removed there are disabled here at once. While it is being changed, the old one and the new one, separated by a blank. Each provider has its own. Unset: the provider pushes nothing.',
  }),
  scimExternalIdClaim: optional(text, {
    name: 'GATEHOUSE_SCIM_EXTERNAL_ID_CLAIM',
    origin: 'Gatehouse',
    example: 'oid',
    meaning:
      'The claim of a sign-in that equals the `externalId` of the same person in SCIM; with SCIM, no one is signed in without it. Unset: the claim of GATEHOUSE_SUBJECT_CLAIM, so `oid` for entra, else `sub`.',
  }),
} as const

type Pushing = { readonly id: string; readonly scimTokens: readonly string[] | undefined }

/** The token alone says which provider is pushing. */
export function scimProblems(
  providers: readonly Pushing[],
  nameOf: (providerId: string, variable: string) => string,
): readonly Problem[] {
  const { name = '', example } = scimSettings.scimTokens
  const seen = new Set<string>()
  return providers.flatMap(({ id, scimTokens = [] }) => {
    const isShared = scimTokens.some((token) => seen.has(token))
    for (const token of scimTokens) seen.add(token)
    const problem = 'is also that of another provider; each needs a token of its own'
    return isShared ? [{ name: nameOf(id, name), problem, example }] : []
  })
}
