-- An index of what people are found by: each line and each word of `search_text` with what follows it, up to 24 characters. A line keeps
-- the line break before it. FTS5 would do the same, but D1 does not export a database that has a virtual table.
CREATE TABLE search_beginnings (
  beginning TEXT NOT NULL,
  user_id TEXT NOT NULL,
  PRIMARY KEY (beginning, user_id)
) STRICT, WITHOUT ROWID;

-- json_each gives the positions in the text; the characters in the list separate words.
INSERT OR IGNORE INTO search_beginnings
SELECT substr(text, key + 1 + (substr(text, key + 1, 1) <> char(10)), 24), user_id
  FROM (SELECT id AS user_id, char(10) || search_text AS text FROM users),
    json_each('[' || replace(hex(zeroblob(length(text) - 1)), '00', '0,') || '0]')
  WHERE instr(char(10) || ' .@-_+''’(', substr(text, key + 1, 1)) > 0;

CREATE TRIGGER user_findable AFTER INSERT ON users WHEN NEW.search_text IS NOT NULL
BEGIN
  INSERT INTO search_beginnings
  SELECT DISTINCT substr(text, key + 1 + (substr(text, key + 1, 1) <> char(10)), 24), NEW.id
    FROM (SELECT char(10) || NEW.search_text AS text),
      json_each('[' || replace(hex(zeroblob(length(text) - 1)), '00', '0,') || '0]')
    WHERE instr(char(10) || ' .@-_+''’(', substr(text, key + 1, 1)) > 0;
END;

CREATE TRIGGER user_renamed AFTER UPDATE OF search_text ON users WHEN OLD.search_text IS NOT NEW.search_text
BEGIN
  DELETE FROM search_beginnings WHERE user_id = OLD.id AND beginning IN (
    SELECT substr(text, key + 1 + (substr(text, key + 1, 1) <> char(10)), 24)
      FROM (SELECT char(10) || OLD.search_text AS text),
        json_each('[' || replace(hex(zeroblob(length(text) - 1)), '00', '0,') || '0]'));
  INSERT INTO search_beginnings
  SELECT DISTINCT substr(text, key + 1 + (substr(text, key + 1, 1) <> char(10)), 24), NEW.id
    FROM (SELECT char(10) || NEW.search_text AS text),
      json_each('[' || replace(hex(zeroblob(length(text) - 1)), '00', '0,') || '0]')
    WHERE instr(char(10) || ' .@-_+''’(', substr(text, key + 1, 1)) > 0;
END;

CREATE TRIGGER user_unfindable AFTER DELETE ON users WHEN OLD.search_text IS NOT NULL
BEGIN
  DELETE FROM search_beginnings WHERE user_id = OLD.id AND beginning IN (
    SELECT substr(text, key + 1 + (substr(text, key + 1, 1) <> char(10)), 24)
      FROM (SELECT char(10) || OLD.search_text AS text),
        json_each('[' || replace(hex(zeroblob(length(text) - 1)), '00', '0,') || '0]'));
END;
