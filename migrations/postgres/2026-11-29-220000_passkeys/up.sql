-- Passkeys. The public key is in the form that aws-lc-rs takes. `removed_at` keeps a removed passkey
-- for the undo link of the notice about it.
CREATE TABLE passkeys (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credential_id TEXT NOT NULL,
    rp_id TEXT NOT NULL,
    name TEXT NOT NULL,
    algorithm INTEGER NOT NULL,
    public_key BYTEA NOT NULL,
    counter BIGINT NOT NULL,
    transports TEXT NOT NULL,
    is_discoverable BOOLEAN NOT NULL,
    has_verified BOOLEAN NOT NULL,
    backup_eligible BOOLEAN NOT NULL,
    backed_up BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    removed_at BIGINT
);
CREATE UNIQUE INDEX passkeys_credential_id ON passkeys (credential_id);
CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at);
CREATE INDEX passkeys_removed ON passkeys (removed_at) WHERE removed_at IS NOT NULL;

-- Challenges of passkeys that were used, by their SHA-256. Each works once.
CREATE TABLE spent_challenges (
    challenge_hash TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX spent_challenges_by_end ON spent_challenges (expires_at);

-- The passkey that opened the session. Its removal ends the session.
ALTER TABLE sessions ADD COLUMN passkey_id TEXT;
