-- What a session itself brought from the provider: subject and groups, by which alone administrators are judged. NULL: it began before
-- this was kept, and administers nothing.
ALTER TABLE sessions ADD COLUMN brought_subject TEXT;
ALTER TABLE sessions ADD COLUMN brought_groups TEXT;

-- An e-mail address is not shown as a name; until the next sign-in there is none.
UPDATE users SET full_name = NULL
  WHERE LOWER(full_name) = email OR (full_name LIKE '_%@_%._%' AND INSTR(full_name, ' ') = 0);
UPDATE users SET short_name = NULL
  WHERE LOWER(short_name) = email OR (short_name LIKE '_%@_%._%' AND INSTR(short_name, ' ') = 0);
