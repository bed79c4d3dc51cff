/**
 * A person whose every member is set, and a session of theirs, to be varied in tests.
 */
import type { User } from '../../src/accounts/users.ts'
import type { Session } from '../../src/sessions/session.ts'

export const ALICE: User = {
  id: 'b1b2c3d4-0000-4000-8000-000000000001',
  issuer: 'https://idp.example/realms/main',
  subject: 'alice-subject',
  email: 'alice@corp.example',
  email_verified: true,
  given_name: 'Alice',
  family_name: 'Dupont',
  name: 'Dr Alice Dupont',
  preferred_username: 'adupont',
  nickname: 'Ali',
  phone_number: '+33 1 23 45 67 89',
  tenant_id: 'tenant-1',
  tariff_id: 'tariff-1',
  tariff_status: 'paid',
  x_grp: ['staff', 'admin'],
  roles: ['member'],
  picture: 'https://idp.example/alice.png',
  locale: 'fr-FR',
  zoneinfo: 'Europe/Paris',
  full_name: 'Alice Dupont',
  short_name: 'Alice',
  siret: '13002526500013',
  idp_id: 'idp-1',
}

/** A session of Alice that began at this time and is used at once. */
export function sessionOf(tokenHash: string, createdAt: number, more: Partial<Session> = {}): Session {
  return {
    tokenHash,
    user: ALICE,
    providerId: 'default',
    createdAt,
    expiresAt: createdAt + 43_200,
    lastSeenAt: createdAt,
    authTime: null,
    acr: null,
    amr: [],
    sealedTokens: 'SEALED-MARKER',
    tokensExpireAt: null,
    refreshedAt: null,
    refreshVersion: 0,
    refreshNotBefore: 0,
    isRefreshPending: false,
    isByEmail: false,
    brought: { subject: 'alice', groups: [], roles: null },
    ...more,
  }
}
