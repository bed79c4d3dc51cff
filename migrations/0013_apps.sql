-- What an app may ask about and what it is told. Apps that are there keep what they have had: sessions, and tenant and tariff.
ALTER TABLE apps ADD COLUMN sessions INTEGER NOT NULL DEFAULT 0;
ALTER TABLE apps ADD COLUMN claims TEXT NOT NULL DEFAULT '[]';
UPDATE apps SET sessions = 1, claims = '["tenant"]';

-- An access token can be known before its person has signed in here, or while the account still has another subject.
CREATE TRIGGER user_added AFTER INSERT ON sessions
WHEN NEW.sub_hash IS NOT NULL
  AND (NEW.by_email = 1 OR NOT EXISTS (SELECT 1 FROM sessions WHERE user_id = NEW.user_id AND token_hash <> NEW.token_hash)
    AND (SELECT created_at FROM users WHERE id = NEW.user_id) = NEW.created_at)
BEGIN
  INSERT INTO revocations (at, kind, name) VALUES (unixepoch(), 'token', 'sub ' || NEW.sub_hash);
END;

-- Without a name, because nothing of a person who was erased may stay. It is rare, so everything may be forgotten.
CREATE TRIGGER user_removed AFTER DELETE ON users
BEGIN
  INSERT INTO revocations (at, kind, name) VALUES (unixepoch(), 'all', '');
END;
