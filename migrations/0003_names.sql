-- What people are called, by the rules of the settings, and what ProConnect says beyond the standard.
ALTER TABLE users ADD COLUMN full_name TEXT;
ALTER TABLE users ADD COLUMN short_name TEXT;
ALTER TABLE users ADD COLUMN siret TEXT;
ALTER TABLE users ADD COLUMN idp_id TEXT;

-- Until their next sign-in people are called what they were called so far.
UPDATE users SET full_name =
  COALESCE(NULLIF(TRIM(COALESCE(given_name, '') || ' ' || COALESCE(family_name, '')), ''), name, nickname, preferred_username);
UPDATE users SET short_name = COALESCE(given_name, nickname, full_name);
