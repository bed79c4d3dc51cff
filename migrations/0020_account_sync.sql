-- Who has disabled an account: `provider`, by the sync. NULL: an administrator.
ALTER TABLE users ADD COLUMN disabled_by TEXT;

CREATE INDEX users_disabled_by_provider ON users (disabled_at) WHERE disabled_by = 'provider';

-- How far the sync has come with each provider, and why it has stopped.
CREATE TABLE account_syncs (
  provider TEXT PRIMARY KEY,
  position INTEGER NOT NULL DEFAULT 0,
  ran_at INTEGER NOT NULL,
  completed_at INTEGER,
  looked_at INTEGER NOT NULL DEFAULT 0,
  to_disable INTEGER NOT NULL DEFAULT 0,
  stopped_at INTEGER,
  is_confirmed INTEGER NOT NULL DEFAULT 0 CHECK (is_confirmed IN (0, 1)),
  failure TEXT
) STRICT;
