DROP INDEX users_administrators;
DROP INDEX pending_signups_confirmed;
-- An earlier version would send these a new confirmation link.
DELETE FROM pending_signups WHERE confirmed_at IS NOT NULL;
ALTER TABLE pending_signups DROP COLUMN is_announced;
ALTER TABLE pending_signups DROP COLUMN device_hash;
ALTER TABLE pending_signups DROP COLUMN confirmed_at;
