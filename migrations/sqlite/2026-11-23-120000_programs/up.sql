-- Who may look after other people's accounts, and since when nobody can log in to this one.
ALTER TABLE users ADD COLUMN is_admin BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN locked_at BIGINT;
CREATE INDEX users_by_age ON users (created_at, id);

-- A session of a program: how often its refresh token was exchanged, and when last. A browser's has neither.
ALTER TABLE sessions ADD COLUMN refresh_generation BIGINT;
ALTER TABLE sessions ADD COLUMN refreshed_at BIGINT;

-- Tokens that a person has made for programs; only a hash is kept.
CREATE TABLE personal_tokens (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX personal_tokens_by_user ON personal_tokens (user_id, created_at);
CREATE INDEX personal_tokens_by_end ON personal_tokens (expires_at);

-- Services that may ask whether a token is good, made by the operator.
CREATE TABLE clients (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
