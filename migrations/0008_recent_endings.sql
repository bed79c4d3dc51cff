-- What a provider has ended a moment ago, so that a sign-in that was under way meanwhile does not begin it again.
CREATE TABLE recent_endings (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  issued_at INTEGER,
  arrived_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  by_browser INTEGER NOT NULL DEFAULT 0 CHECK (by_browser IN (0, 1))
) STRICT;

CREATE INDEX recent_endings_by_name ON recent_endings (name);
CREATE INDEX recent_endings_by_browser ON recent_endings (id) WHERE by_browser = 1;
