-- Two secrets are valid while an app changes from one to the other, and an app may sign assertions in place of having a secret.
ALTER TABLE apps ADD COLUMN former_secret_hash TEXT;
ALTER TABLE apps ADD COLUMN jwks TEXT;
