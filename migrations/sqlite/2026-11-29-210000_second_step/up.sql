-- Authenticator apps. The secret is sealed with a key of its own. `removed_at` keeps a removed app
-- for the undo link of the notice about it.
CREATE TABLE totp_credentials (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    sealed BLOB NOT NULL,
    key_id TEXT NOT NULL,
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    removed_at BIGINT
);
CREATE INDEX totp_credentials_by_user ON totp_credentials (user_id, created_at);
CREATE INDEX totp_credentials_by_key_id ON totp_credentials (key_id);
CREATE INDEX totp_credentials_removed ON totp_credentials (removed_at) WHERE removed_at IS NOT NULL;

-- Recovery codes, by a hash of the code.
CREATE TABLE recovery_codes (
    code_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    removed_at BIGINT
) WITHOUT ROWID;
CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id);
CREATE INDEX recovery_codes_removed ON recovery_codes (removed_at) WHERE removed_at IS NOT NULL;

-- Logins with the right password that wait for the second step.
CREATE TABLE pending_logins (
    id_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    is_api BOOLEAN NOT NULL,
    remember BOOLEAN NOT NULL,
    device_hash TEXT,
    user_agent TEXT NOT NULL,
    client_address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    notified_at BIGINT
) WITHOUT ROWID;
CREATE INDEX pending_logins_by_user ON pending_logins (user_id, created_at);
CREATE INDEX pending_logins_by_end ON pending_logins (expires_at);

-- Time of the first factor. NULL while the account has no second step.
ALTER TABLE users ADD COLUMN factor_since BIGINT;
