-- When an administrator or the provider has disabled an account. NULL: it is not.
ALTER TABLE users ADD COLUMN disabled_at INTEGER;

-- Every isolate forgets what it has said of the person, at the end and at the return.
CREATE TRIGGER user_disabled AFTER UPDATE OF disabled_at ON users WHEN OLD.disabled_at IS NOT NEW.disabled_at
BEGIN
  INSERT INTO revocations (at, kind, name) VALUES (unixepoch(), 'user', OLD.id);
END;
