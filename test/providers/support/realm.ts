/**
 * The realm of the tests: the template `keycloak/realm.json` with the addresses of one Gatehouse in it; several may be in one Keycloak.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { KeycloakAddress } from './keycloak.ts'
import { importRealm, type RealmAdmin } from './keycloak-admin.ts'

const TEMPLATES = join(import.meta.dirname, '..', 'keycloak')
/** Stands in the template where the address of Gatehouse goes. */
const TEMPLATE_BASE_URL = 'https://login.example.org'
const USER_PROFILE = 'org.keycloak.userprofile.UserProfileProvider'

export const GATEHOUSE_CLIENT = { clientId: 'gatehouse', clientSecret: 'gatehouse-secret-of-the-tests' } as const

export interface Realm {
  readonly issuer: string
  readonly admin: RealmAdmin
}

/**
 * Makes the realm in a Keycloak.
 *
 * @param baseUrl of the Gatehouse whose addresses are registered
 * @param name of the realm, for a second one in the same Keycloak
 */
export async function makeRealm(keycloak: KeycloakAddress, baseUrl: string, name = 'OPENTALK'): Promise<Realm> {
  const text = (await readFile(join(TEMPLATES, 'realm.json'), 'utf8'))
    .replaceAll(TEMPLATE_BASE_URL, baseUrl)
    .replaceAll('default-roles-opentalk', `default-roles-${name.toLowerCase()}`)
  const profile = await readFile(join(TEMPLATES, 'user-profile.json'), 'utf8')
  const admin = await importRealm(keycloak, {
    ...v.parse(v.looseObject({}), JSON.parse(text)),
    realm: name,
    components: {
      [USER_PROFILE]: [{ providerId: 'declarative-user-profile', config: { 'kc.user.profile.config': [profile] } }],
    },
  })
  return { issuer: `${keycloak.baseUrl}/realms/${name}`, admin }
}

/** The password of everybody in the template. */
export function passwordOf(username: string): string {
  return `${username}-password`
}
