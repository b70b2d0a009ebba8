-- Requests to remove a lost second step after a wait. An account has at most one open request.
CREATE TABLE factor_recoveries (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    requested_by TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    ready_at BIGINT NOT NULL,
    reminded_at BIGINT,
    ready_notified_at BIGINT,
    ended_at BIGINT,
    end_reason TEXT,
    user_agent TEXT NOT NULL,
    client_address TEXT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX factor_recoveries_open ON factor_recoveries (user_id) WHERE ended_at IS NULL;
CREATE INDEX factor_recoveries_by_user ON factor_recoveries (user_id, requested_at);
CREATE INDEX factor_recoveries_ended ON factor_recoveries (ended_at) WHERE ended_at IS NOT NULL;

-- The end of the open request's wait. Every page shows it.
ALTER TABLE users ADD COLUMN recovery_ready_at BIGINT;

-- Time at which an emailed link set the present password.
ALTER TABLE password_credentials ADD COLUMN set_by_link_at BIGINT;
