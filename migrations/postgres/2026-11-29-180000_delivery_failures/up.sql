-- Why the last attempt to deliver an email failed, and how many attempts ended without a reply to the whole email.
ALTER TABLE outbox ADD COLUMN last_failure TEXT;
ALTER TABLE outbox ADD COLUMN unknown_outcomes INTEGER NOT NULL DEFAULT 0;
