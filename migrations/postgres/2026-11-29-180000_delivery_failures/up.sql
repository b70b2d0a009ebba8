-- The last failure of an email, and how many attempts were rejected or had an unknown outcome.
ALTER TABLE outbox ADD COLUMN last_failure TEXT;
ALTER TABLE outbox ADD COLUMN rejections INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN unknown_outcomes INTEGER NOT NULL DEFAULT 0;
