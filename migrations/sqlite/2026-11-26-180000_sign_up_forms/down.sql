ALTER TABLE pending_signups DROP COLUMN form_digest;
