-- Times are milliseconds since 1970 in UTC: both databases compare integers alike.
-- Ids are random text made by the program; hashes are SHA-256 in base64url. Rows lie in their primary key's own order
-- (WITHOUT ROWID), so that a look-up by key is one descent.

-- What the installation knows about itself, such as the fingerprints of its secrets.
CREATE TABLE instance (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Every row is a proven address: a sign-up becomes a user with the click in the mail.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    name TEXT,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;

-- How a user proves who they are; one table for each kind of proof.
CREATE TABLE password_credentials (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    password_hash TEXT NOT NULL,
    changed_at BIGINT NOT NULL
) WITHOUT ROWID;

-- A sign-up that waits for its link. The hash is NULL once a second sign-up for the address has dropped the password.
CREATE TABLE pending_signups (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    name TEXT,
    password_hash TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;

-- Links in mails: hashed, for one purpose, one subject and the address that they went to.
CREATE TABLE links (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    purpose TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    email_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    void_at BIGINT
) WITHOUT ROWID;
CREATE INDEX links_open ON links (subject_id) WHERE used_at IS NULL AND void_at IS NULL;

-- Sessions, by the hash of their id, so that a stolen database makes no cookie. Ended ones keep the reason.
CREATE TABLE sessions (
    id_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    signed_in_by TEXT NOT NULL,
    remember BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    user_agent TEXT NOT NULL,
    client_address TEXT NOT NULL,
    ended_at BIGINT,
    end_reason TEXT
) WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id, created_at, id_hash);
CREATE INDEX sessions_open ON sessions (user_id) WHERE ended_at IS NULL;

-- Mails to deliver, written in the transaction of what they tell of. What is needed to compose one is sealed.
CREATE TABLE outbox (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    letter TEXT NOT NULL,
    recipient TEXT NOT NULL,
    sealed BLOB,
    created_at BIGINT NOT NULL,
    dies_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at BIGINT NOT NULL,
    leased_until BIGINT,
    sent_at BIGINT,
    given_up_at BIGINT
);
CREATE INDEX outbox_by_next_attempt ON outbox (next_attempt_at);

-- What happened, for the person's own activity page and for the operator. No address in clear.
CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    happened_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    user_agent TEXT NOT NULL,
    client_address TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX events_by_user ON events (user_id, happened_at);
