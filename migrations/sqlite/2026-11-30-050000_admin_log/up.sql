-- Actions of administrators and the operator. `actor_id` is NULL for the operator. Ids of deleted
-- accounts stay, and no row contains an email address.
CREATE TABLE admin_log (
    id TEXT NOT NULL PRIMARY KEY,
    happened_at BIGINT NOT NULL,
    actor_id TEXT,
    verb TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    detail TEXT
);
CREATE INDEX admin_log_by_time ON admin_log (happened_at, id);
CREATE INDEX admin_log_by_actor ON admin_log (actor_id, happened_at, id);
CREATE INDEX admin_log_by_subject ON admin_log (subject_id, happened_at, id);

-- The administrator who invited. NULL for the operator, and after the deletion of that account.
ALTER TABLE invitations ADD COLUMN invited_by TEXT REFERENCES users (id) ON DELETE SET NULL;
CREATE INDEX invitations_by_inviter ON invitations (invited_by) WHERE invited_by IS NOT NULL;
CREATE INDEX invitations_by_time ON invitations (created_at, id);
