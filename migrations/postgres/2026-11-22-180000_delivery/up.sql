-- Times at which something that is limited has happened, by a keyed hash of what it happened to.
CREATE TABLE throttles (
    key TEXT NOT NULL PRIMARY KEY,
    history TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX throttles_by_end ON throttles (expires_at);

-- Who takes a mail to deliver it moves its next attempt to the end of the lease: one column says when it is due. Mails
-- that were dead from birth are gone; from now on they are never due.
DELETE FROM outbox WHERE recipient = '';
DROP INDEX outbox_by_next_attempt;
ALTER TABLE outbox DROP COLUMN leased_until;
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE sealed IS NOT NULL;

-- For the job that removes what has outlived its time.
CREATE INDEX outbox_by_end ON outbox (dies_at);
CREATE INDEX pending_signups_by_end ON pending_signups (expires_at);
CREATE INDEX links_by_end ON links (expires_at);
CREATE INDEX sessions_by_last_seen ON sessions (last_seen_at);
CREATE INDEX events_by_time ON events (happened_at);
