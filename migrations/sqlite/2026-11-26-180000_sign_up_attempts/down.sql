ALTER TABLE pending_signups DROP COLUMN attempt;
