-- Gatehouse's own signing keys, with which it signs what it says to apps.
CREATE TABLE signing_keys (
  kid TEXT PRIMARY KEY,
  algorithm TEXT NOT NULL,
  public_jwk TEXT NOT NULL,
  sealed_private_jwk TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- RFC 9701 section 6 has RS256 for an app that says nothing else.
ALTER TABLE apps ADD COLUMN introspection_signed_response_alg TEXT NOT NULL DEFAULT 'RS256';
