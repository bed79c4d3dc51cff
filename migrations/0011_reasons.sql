-- Why a sign-in was refused, as a word that code decides by, and the claims that were missing. Rows of earlier versions have none of it.
ALTER TABLE refusals ADD COLUMN reason_code TEXT;
ALTER TABLE refusals ADD COLUMN missing TEXT;
ALTER TABLE refusals ADD COLUMN unreadable TEXT;
