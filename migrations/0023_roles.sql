-- Roles of people, as JSON: what the provider says now. null: it does not speak of roles.
ALTER TABLE users ADD COLUMN roles TEXT NOT NULL DEFAULT 'null';
-- Those that came with the session, which say whether it is one of an administrator. NULL: the session is older.
ALTER TABLE sessions ADD COLUMN brought_roles TEXT;

-- What a person may do follows from their roles.
CREATE TRIGGER user_roles_changed AFTER UPDATE OF roles ON users WHEN OLD.roles IS NOT NEW.roles
BEGIN
  INSERT INTO revocations (at, kind, name) VALUES (unixepoch(), 'user', OLD.id);
END;
