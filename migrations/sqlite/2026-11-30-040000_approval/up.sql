-- Time at which the owner of the mailbox confirmed the sign-up. NULL unless an administrator must
-- approve it.
ALTER TABLE pending_signups ADD COLUMN confirmed_at BIGINT;
-- The device that confirmed it, by a hash. It is a known device of the account.
ALTER TABLE pending_signups ADD COLUMN device_hash TEXT;
-- True once an email has told the administrators about it.
ALTER TABLE pending_signups ADD COLUMN is_announced BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX pending_signups_confirmed ON pending_signups (confirmed_at, id)
    WHERE confirmed_at IS NOT NULL;
-- Administrators are few among many users.
CREATE INDEX users_administrators ON users (id) WHERE is_admin;
