-- Which provider a session is from, by its id in the settings: the one that refreshes it and signs out of it.
ALTER TABLE sessions ADD COLUMN provider TEXT NOT NULL DEFAULT 'default';
