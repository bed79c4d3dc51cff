-- Since when an app may ask nothing. NULL: it may.
ALTER TABLE apps ADD COLUMN disabled_at INTEGER;
