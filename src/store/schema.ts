/**
 * Every table and column that this version needs, by the migration that makes it. A test compares this with what the migrations make.
 */

export const SCHEMA: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  '0001_users_sessions_apps.sql': {
    users: [
      'id',
      'issuer',
      'subject',
      'email',
      'email_verified',
      'given_name',
      'family_name',
      'name',
      'preferred_username',
      'nickname',
      'phone_number',
      'tenant_id',
      'tariff_id',
      'tariff_status',
      'x_grp',
      'picture',
      'locale',
      'zoneinfo',
      'created_at',
      'updated_at',
      'last_login_at',
    ],
    sessions: [
      'token_hash',
      'user_id',
      'sid_hash',
      'created_at',
      'expires_at',
      'last_seen_at',
      'id_token_iat',
      'auth_time',
      'acr',
      'amr',
      'sealed_tokens',
      'tokens_expire_at',
      'refreshed_at',
      'refresh_version',
      'refresh_not_before',
      'refresh_pending',
    ],
    spent_logins: ['state_hash', 'expires_at'],
    spent_logout_tokens: ['jti_hash', 'expires_at'],
    apps: ['client_id', 'name', 'secret_hash', 'audiences', 'clients', 'created_at'],
    audit: ['id', 'at', 'event', 'user_id', 'reference'],
  },
  '0002_providers.sql': {
    sessions: ['provider'],
  },
  '0003_names.sql': {
    users: ['full_name', 'short_name', 'siret', 'idp_id'],
  },
  '0004_subjects.sql': {
    sessions: ['sub_hash'],
  },
  '0005_refusals.sql': {
    refusals: ['id', 'at', 'provider', 'reference', 'code', 'reason', 'place', 'status', 'error', 'description'],
  },
  '0006_search_text.sql': {
    users: ['search_text'],
  },
  '0007_matched_sessions.sql': {
    sessions: ['by_email'],
  },
  '0008_recent_endings.sql': {
    recent_endings: ['id', 'name', 'issued_at', 'arrived_at', 'expires_at', 'by_browser'],
  },
  '0009_brought.sql': {
    sessions: ['brought_subject', 'brought_groups'],
  },
  '0010_doubts.sql': {
    sessions: ['doubts', 'doubted_at'],
  },
  '0011_reasons.sql': {
    refusals: ['reason_code', 'missing', 'unreadable'],
  },
  '0012_revocations.sql': {
    revocations: ['id', 'at', 'kind', 'name'],
    cut_offs: ['name', 'issued_at', 'expires_at'],
  },
  '0013_apps.sql': {
    apps: ['sessions', 'claims'],
  },
  '0014_signing_keys.sql': {
    signing_keys: ['kid', 'algorithm', 'public_jwk', 'sealed_private_jwk', 'created_at'],
    apps: ['introspection_signed_response_alg'],
  },
  '0015_app_credentials.sql': {
    apps: ['former_secret_hash', 'jwks'],
  },
  '0016_search_beginnings.sql': {
    search_beginnings: ['beginning', 'user_id'],
  },
  '0017_disabled_users.sql': {
    users: ['disabled_at'],
  },
  '0018_audit_reasons.sql': {
    audit: ['reason'],
  },
  '0019_audit_origins.sql': {
    sessions: ['address', 'country', 'device'],
    audit: ['actor_id', 'provider', 'app', 'address'],
  },
  '0020_account_sync.sql': {
    users: ['disabled_by'],
    account_syncs: [
      'provider',
      'position',
      'ran_at',
      'completed_at',
      'looked_at',
      'to_disable',
      'stopped_at',
      'is_confirmed',
      'failure',
    ],
  },
  '0021_disabled_apps.sql': {
    apps: ['disabled_at'],
  },
  '0022_scim.sql': {
    scim_users: ['id', 'provider', 'scim_key', 'user_name', 'active', 'resource', 'created_at', 'modified_at'],
    scim_groups: ['id', 'provider', 'external_id', 'display_name', 'name_key', 'created_at', 'modified_at'],
    scim_members: ['group_id', 'user_id'],
    users: ['scim_key', 'scim_groups'],
  },
  '0023_roles.sql': {
    users: ['roles'],
    sessions: ['brought_roles'],
  },
}

/** A table or a column of it, and the migration that makes it. */
export interface Part {
  readonly table: string
  readonly column: string
  readonly migration: string
}

export const PARTS: readonly Part[] = Object.entries(SCHEMA).flatMap(([migration, tables]) =>
  Object.entries(tables).flatMap(([table, columns]) => columns.map((column) => ({ table, column, migration }))),
)

export const TABLES: readonly string[] = [...new Set(PARTS.map(({ table }) => table))]

/**
 * A statement that fails unless every table and column is there, and reads no row. Columns are named with their table, because SQLite takes
 * a quoted name that it does not know for a text.
 */
export const USES_EVERYTHING = `SELECT ${TABLES.map((table) => {
  const columns = PARTS.filter((part) => part.table === table).map(({ column }) => `${table}.${column}`)
  return `EXISTS (SELECT ${columns.join(', ')} FROM ${table} LIMIT 0)`
}).join(' + ')} AS used`
