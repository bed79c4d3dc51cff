-- The provider's own name for whoever has the session: logout tokens speak of it, whatever people are known by here.
ALTER TABLE sessions ADD COLUMN sub_hash TEXT;
CREATE INDEX sessions_by_sub ON sessions (sub_hash);

-- People are also looked for by their address, if a setting says so.
CREATE INDEX users_by_email ON users (issuer, email);
