/**
 * The settings that say who may come in; what that makes of a person is decided in `accounts/allow-lists.ts`.
 */
import { type Allowed, allowedAddresses, allowedGroups, allowedRoles } from '../values/allowed.ts'
import type { Problem } from './reading.ts'
import { optional, writtenIn } from './setting.ts'

export const allowListSettings = {
  allowedEmails: optional(allowedAddresses, {
    name: 'GATEHOUSE_ALLOWED_EMAILS',
    default: [],
    origin: 'Gatehouse',
    example: '@example.org, partner:@partner.example, guest@elsewhere.example',
    meaning:
      'Only people with one of these e-mail addresses are let in: an address, `@example.org` for every address of a domain, or `@*.example.org` for those of the domains below it. The provider must say that the address is verified. An entry may be for one provider, with its id and a colon before it (`default` without tables); a provider for which there is no entry lets everyone in. It counts for sessions that have begun as well. Unset: everyone.',
  }),
  allowedGroups: optional(allowedGroups, {
    name: 'GATEHOUSE_ALLOWED_GROUPS',
    default: [],
    origin: 'Gatehouse',
    example: 'staff, partner:meetings',
    meaning:
      'Only members of one of these groups are let in: names as they are in the claim that OIDC_USERINFO_GROUPS_CLAIM names, which may be that of roles. Entries may be for one provider, as in GATEHOUSE_ALLOWED_EMAILS; one with a colon in its name takes `*:` before it (`*:urn:example:staff`). With several of these settings a person must be on each of the lists. The provider must send the groups at refreshes, too, or sessions end there. Unset: everyone.',
  }),
  allowedRoles: optional(allowedRoles, {
    name: 'GATEHOUSE_ALLOWED_ROLES',
    default: [],
    origin: 'Gatehouse',
    example: 'member, partner:visitor',
    meaning:
      'The same for roles: those in the claim `roles` or else `realm_access.roles` of the ID token or userinfo; for keycloak the realm roles, which a mapper of the client must put there, for zitadel those of the project. Unset: everyone.',
  }),
} as const

/** An entry for a provider that there is not would let everyone in at the one that was meant. */
export function allowListProblems(
  own: { readonly [Key in keyof typeof allowListSettings]?: readonly Allowed[] | undefined },
  providerIds: readonly string[],
): readonly Problem[] {
  return (['allowedEmails', 'allowedGroups', 'allowedRoles'] as const).flatMap((key) => {
    const { example } = allowListSettings[key]
    const name = writtenIn(allowListSettings, key)
    return foreignIn(own[key] ?? [], providerIds).map((id) => ({
      name,
      problem: `has an entry for the provider "${id}", which is none of: ${providerIds.join(', ')}; a name with a colon takes *: before it`,
      example,
    }))
  })
}

function foreignIn(entries: readonly Allowed[], providerIds: readonly string[]): readonly string[] {
  const ids = entries.flatMap(({ providerId }) => providerId ?? [])
  return [...new Set(ids)].filter((id) => !providerIds.includes(id))
}
