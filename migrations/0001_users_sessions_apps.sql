-- Who has signed in. One row per (issuer, subject); claims as the provider last gave them. Times are seconds since the epoch.
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  email TEXT,
  email_verified INTEGER CHECK (email_verified IN (0, 1)),
  given_name TEXT,
  family_name TEXT,
  name TEXT,
  preferred_username TEXT,
  nickname TEXT,
  phone_number TEXT,
  tenant_id TEXT,
  tariff_id TEXT,
  tariff_status TEXT,
  x_grp TEXT NOT NULL DEFAULT '[]',
  picture TEXT,
  locale TEXT,
  zoneinfo TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_login_at INTEGER NOT NULL,
  UNIQUE (issuer, subject)
) STRICT;

-- Who is signed in. The token itself is in the browser only; here is its SHA-256. The provider's tokens are sealed.
CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  sid_hash TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  id_token_iat INTEGER NOT NULL,
  auth_time INTEGER,
  acr TEXT,
  amr TEXT NOT NULL DEFAULT '[]',
  sealed_tokens TEXT NOT NULL,
  tokens_expire_at INTEGER,
  refreshed_at INTEGER,
  refresh_version INTEGER NOT NULL DEFAULT 0,
  refresh_not_before INTEGER NOT NULL DEFAULT 0,
  refresh_pending INTEGER NOT NULL DEFAULT 0 CHECK (refresh_pending IN (0, 1))
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_sid ON sessions (sid_hash);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Sign-in attempts whose answer was taken, so that none is taken twice. Rows go when the attempt would have expired anyway.
CREATE TABLE spent_logins (
  state_hash TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX spent_logins_by_expiry ON spent_logins (expires_at);

-- Logout tokens that were obeyed, so that none is obeyed twice.
CREATE TABLE spent_logout_tokens (
  jti_hash TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX spent_logout_tokens_by_expiry ON spent_logout_tokens (expires_at);

-- Who may ask whether a token is good. The secret is shown once; here is its SHA-256.
CREATE TABLE apps (
  client_id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  secret_hash TEXT NOT NULL,
  audiences TEXT NOT NULL DEFAULT '[]',
  clients TEXT NOT NULL DEFAULT '[]',
  created_at INTEGER NOT NULL
) STRICT;

-- What happened to whom: sign-ins and sign-outs.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  user_id TEXT,
  reference TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_user ON audit (user_id, at);
CREATE INDEX audit_by_time ON audit (at);
