-- What a person says of themselves. `sort_name` is how the name is ordered and searched: made by the program, since the
-- databases differ in what is upper and lower case.
ALTER TABLE users ADD COLUMN handle TEXT;
ALTER TABLE users ADD COLUMN bio TEXT;
ALTER TABLE users ADD COLUMN is_public BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN sort_name TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX users_by_handle ON users (handle);
CREATE INDEX users_public ON users (sort_name, id) WHERE is_public;

-- Since when the password opens nothing, since 'this was not me' was pressed, and the link that was mailed then. A new
-- password ends it.
ALTER TABLE password_credentials ADD COLUMN blocked_at BIGINT;
ALTER TABLE password_credentials ADD COLUMN blocked_by TEXT;

-- A session has a name that pages may show, which opens nothing, and knows when its owner last gave the password.
ALTER TABLE sessions ADD COLUMN handle TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN proven_at BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET handle = lower(hex(randomblob(16))), proven_at = created_at;
CREATE UNIQUE INDEX sessions_by_handle ON sessions (user_id, handle);
DROP INDEX sessions_open;
CREATE INDEX sessions_open ON sessions (user_id, last_seen_at) WHERE ended_at IS NULL;

-- The address that a link went to, as typed: a change of address and its undo make it the account's.
ALTER TABLE links ADD COLUMN email TEXT;
CREATE INDEX links_by_subject ON links (subject_id, purpose, created_at);
DROP INDEX links_open;
CREATE INDEX links_open ON links (subject_id, purpose) WHERE used_at IS NULL AND void_at IS NULL;
-- A used confirmation is the user's by now.
UPDATE links SET subject_id = (SELECT id FROM users WHERE users.email_key = links.email_key)
WHERE purpose = 'verify' AND used_at IS NOT NULL
    AND EXISTS (SELECT 1 FROM users WHERE users.email_key = links.email_key);

-- Whose mail it is: a waiting sign-up or a user, with whom it goes. From now on the recipient is sealed, too; only rows
-- of before have it in `recipient`.
ALTER TABLE outbox ADD COLUMN subject_id TEXT;
UPDATE outbox SET subject_id = coalesce(
    (SELECT id FROM users WHERE email_key = lower(recipient)),
    (SELECT id FROM pending_signups WHERE email_key = lower(recipient))
);
CREATE INDEX outbox_by_subject ON outbox (subject_id);

-- The link that undoes what happened, if one was mailed.
ALTER TABLE events ADD COLUMN undo_link_id TEXT;
DROP INDEX events_by_user;
CREATE INDEX events_by_user ON events (user_id, happened_at, id);

-- Browsers that an account has been used in: by the hash of the id in their cookie.
CREATE TABLE known_devices (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, device_hash)
) WITHOUT ROWID;
CREATE INDEX known_devices_by_use ON known_devices (last_used_at);
