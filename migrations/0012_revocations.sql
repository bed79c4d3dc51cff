-- The revocation feed: what has ended or changed, so that every isolate forgets what it remembers of it. Triggers write it, so that no
-- statement can forget it, and AUTOINCREMENT never gives out an id twice, because an isolate asks from the last id that it has seen.
CREATE TABLE revocations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL
) STRICT;

INSERT INTO revocations (at, kind, name) VALUES (unixepoch(), 'start', '');

-- A session that the purge removes has been over for a while; a minute more is for a clock that is behind.
CREATE TRIGGER session_ended AFTER DELETE ON sessions WHEN OLD.expires_at > unixepoch() - 60
BEGIN
  INSERT INTO revocations (at, kind, name) VALUES (unixepoch(), 'session', OLD.token_hash);
END;

-- Every sign-in writes the row of its person; only what is about the person counts.
CREATE TRIGGER user_changed AFTER UPDATE ON users
WHEN (OLD.issuer, OLD.subject, OLD.email, OLD.email_verified, OLD.given_name, OLD.family_name, OLD.name, OLD.preferred_username, OLD.nickname,
    OLD.phone_number, OLD.tenant_id, OLD.tariff_id, OLD.tariff_status, OLD.x_grp, OLD.picture, OLD.locale, OLD.zoneinfo, OLD.full_name,
    OLD.short_name, OLD.siret, OLD.idp_id)
  IS NOT (NEW.issuer, NEW.subject, NEW.email, NEW.email_verified, NEW.given_name, NEW.family_name, NEW.name, NEW.preferred_username, NEW.nickname,
    NEW.phone_number, NEW.tenant_id, NEW.tariff_id, NEW.tariff_status, NEW.x_grp, NEW.picture, NEW.locale, NEW.zoneinfo, NEW.full_name,
    NEW.short_name, NEW.siret, NEW.idp_id)
BEGIN
  INSERT INTO revocations (at, kind, name) VALUES (unixepoch(), 'user', OLD.id);
END;

-- An app that is new, too: that there was none is remembered as well.
CREATE TRIGGER app_added AFTER INSERT ON apps
BEGIN
  INSERT INTO revocations (at, kind, name) VALUES (unixepoch(), 'app', NEW.client_id);
END;

CREATE TRIGGER app_changed AFTER UPDATE ON apps
BEGIN
  INSERT INTO revocations (at, kind, name) VALUES (unixepoch(), 'app', OLD.client_id), (unixepoch(), 'app', NEW.client_id);
END;

CREATE TRIGGER app_removed AFTER DELETE ON apps
BEGIN
  INSERT INTO revocations (at, kind, name) VALUES (unixepoch(), 'app', OLD.client_id);
END;

-- Which access tokens (JWT) of a provider are no longer good although they have not expired: those of a `sid`, or of a `sub` up to a time.
CREATE TABLE cut_offs (
  name TEXT PRIMARY KEY,
  issued_at INTEGER,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX cut_offs_by_expiry ON cut_offs (expires_at);

CREATE TRIGGER cut_off_added AFTER INSERT ON cut_offs
BEGIN
  INSERT INTO revocations (at, kind, name) VALUES (unixepoch(), 'token', NEW.name);
END;

CREATE TRIGGER cut_off_changed AFTER UPDATE ON cut_offs
BEGIN
  INSERT INTO revocations (at, kind, name) VALUES (unixepoch(), 'token', NEW.name);
END;
