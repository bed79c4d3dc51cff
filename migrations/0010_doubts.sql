-- How often in a row the provider seemed to say no when a session was refreshed, and since when; and when each was confirmed last.
ALTER TABLE sessions ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN doubted_at INTEGER;
CREATE INDEX sessions_by_confirmation ON sessions (provider, COALESCE(refreshed_at, created_at));
