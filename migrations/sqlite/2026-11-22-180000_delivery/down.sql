DROP INDEX events_by_time;
DROP INDEX sessions_by_last_seen;
DROP INDEX links_by_end;
DROP INDEX pending_signups_by_end;
DROP INDEX outbox_by_end;
DROP INDEX outbox_due;
ALTER TABLE outbox ADD COLUMN leased_until BIGINT;
CREATE INDEX outbox_by_next_attempt ON outbox (next_attempt_at);
DROP TABLE throttles;
