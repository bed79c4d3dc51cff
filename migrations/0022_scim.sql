-- What a provider pushes by SCIM. scim_key is its id and the externalId, which a claim of the sign-in equals. user_name is folded to lower case.
CREATE TABLE scim_users (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  scim_key TEXT NOT NULL UNIQUE,
  user_name TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  resource TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL,
  UNIQUE (provider, user_name)
) STRICT;

-- name_key is display_name in lower case.
CREATE TABLE scim_groups (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  external_id TEXT,
  display_name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL,
  UNIQUE (provider, name_key),
  UNIQUE (provider, external_id)
) STRICT;

CREATE TABLE scim_members (
  group_id TEXT NOT NULL REFERENCES scim_groups (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES scim_users (id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX scim_members_by_user ON scim_members (user_id);

-- Which pushed user an account is. NULL: none.
ALTER TABLE users ADD COLUMN scim_key TEXT;
-- The groups that are pushed, by their names, beside those of the claims. Triggers keep it.
ALTER TABLE users ADD COLUMN scim_groups TEXT NOT NULL DEFAULT '[]';

CREATE INDEX users_by_scim_key ON users (scim_key) WHERE scim_key IS NOT NULL;

CREATE TRIGGER scim_member_added AFTER INSERT ON scim_members
BEGIN
  UPDATE users SET scim_groups = (
      SELECT json_group_array(scim_groups.display_name) FROM scim_users JOIN scim_members ON scim_members.user_id = scim_users.id
        JOIN scim_groups ON scim_groups.id = scim_members.group_id WHERE scim_users.scim_key = users.scim_key)
  WHERE scim_key = (SELECT scim_key FROM scim_users WHERE id = NEW.user_id);
END;

CREATE TRIGGER scim_member_removed AFTER DELETE ON scim_members
BEGIN
  UPDATE users SET scim_groups = (
      SELECT json_group_array(scim_groups.display_name) FROM scim_users JOIN scim_members ON scim_members.user_id = scim_users.id
        JOIN scim_groups ON scim_groups.id = scim_members.group_id WHERE scim_users.scim_key = users.scim_key)
  WHERE scim_key = (SELECT scim_key FROM scim_users WHERE id = OLD.user_id);
END;

CREATE TRIGGER scim_group_renamed AFTER UPDATE OF display_name ON scim_groups WHEN OLD.display_name IS NOT NEW.display_name
BEGIN
  UPDATE users SET scim_groups = (
      SELECT json_group_array(scim_groups.display_name) FROM scim_users JOIN scim_members ON scim_members.user_id = scim_users.id
        JOIN scim_groups ON scim_groups.id = scim_members.group_id WHERE scim_users.scim_key = users.scim_key)
  WHERE scim_key IN (
    SELECT scim_users.scim_key FROM scim_members JOIN scim_users ON scim_users.id = scim_members.user_id WHERE scim_members.group_id = NEW.id);
END;

CREATE TRIGGER scim_user_renamed AFTER UPDATE OF scim_key ON scim_users WHEN OLD.scim_key IS NOT NEW.scim_key
BEGIN
  UPDATE users SET scim_groups = (
      SELECT json_group_array(scim_groups.display_name) FROM scim_users JOIN scim_members ON scim_members.user_id = scim_users.id
        JOIN scim_groups ON scim_groups.id = scim_members.group_id WHERE scim_users.scim_key = users.scim_key)
  WHERE scim_key IN (OLD.scim_key, NEW.scim_key);
END;

CREATE TRIGGER scim_user_removed AFTER DELETE ON scim_users
BEGIN
  UPDATE users SET scim_groups = '[]' WHERE scim_key = OLD.scim_key;
END;

CREATE TRIGGER user_matched AFTER UPDATE OF scim_key ON users WHEN OLD.scim_key IS NOT NEW.scim_key
BEGIN
  UPDATE users SET scim_groups = (
      SELECT json_group_array(scim_groups.display_name) FROM scim_users JOIN scim_members ON scim_members.user_id = scim_users.id
        JOIN scim_groups ON scim_groups.id = scim_members.group_id WHERE scim_users.scim_key = users.scim_key)
  WHERE id = NEW.id;
END;

-- A person who is deleted here is forgotten whole.
CREATE TRIGGER matched_user_deleted AFTER DELETE ON users WHEN OLD.scim_key IS NOT NULL
BEGIN
  DELETE FROM scim_users WHERE scim_key = OLD.scim_key AND NOT EXISTS (SELECT 1 FROM users WHERE scim_key = OLD.scim_key);
END;

-- What a person may do follows from their groups.
CREATE TRIGGER user_groups_pushed AFTER UPDATE OF scim_groups ON users WHEN OLD.scim_groups IS NOT NEW.scim_groups
BEGIN
  INSERT INTO revocations (at, kind, name) VALUES (unixepoch(), 'user', OLD.id);
END;
