-- Where a sign-in came from, as far as AUDIT_ADDRESSES lets it be kept, and with what. NULL: not known, or not kept.
ALTER TABLE sessions ADD COLUMN address TEXT;
ALTER TABLE sessions ADD COLUMN country TEXT;
ALTER TABLE sessions ADD COLUMN device TEXT;

-- Who did it, if not the person themselves, at which provider, which app it was about, and from where.
ALTER TABLE audit ADD COLUMN actor_id TEXT;
ALTER TABLE audit ADD COLUMN provider TEXT;
ALTER TABLE audit ADD COLUMN app TEXT;
ALTER TABLE audit ADD COLUMN address TEXT;

CREATE INDEX audit_by_event ON audit (event, at);
CREATE INDEX audit_by_actor ON audit (actor_id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_by_app ON audit (app, at) WHERE app IS NOT NULL;
CREATE INDEX audit_by_app_and_event ON audit (app, event, at) WHERE app IS NOT NULL;
CREATE INDEX audit_refusals ON audit (reference) WHERE event = 'sign_in_refused';

-- The lists of people on the pages for administrators, the newest first: of a tenant, and the disabled ones alone.
CREATE INDEX users_by_tenant ON users (issuer, tenant_id);
CREATE INDEX users_disabled ON users (disabled_at) WHERE disabled_at IS NOT NULL;
CREATE INDEX users_disabled_by_tenant ON users (issuer, tenant_id, disabled_at) WHERE disabled_at IS NOT NULL;
