-- What people are found by: names and address, folded, one line each. Accents count until the next sign-in.
ALTER TABLE users ADD COLUMN search_text TEXT;

UPDATE users SET search_text = LOWER(
  COALESCE(full_name, '') || CHAR(10) || COALESCE(nickname, '') || CHAR(10) || COALESCE(email, ''));
