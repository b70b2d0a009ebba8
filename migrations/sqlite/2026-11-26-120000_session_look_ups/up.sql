-- What a count of the live sessions asks for stands in the index, so that no session's own row is looked up for it. `ended_at`, too,
-- though it is always NULL here: SQLite reads the row for a column that is asked for and is not in the index.
DROP INDEX sessions_open;
CREATE INDEX sessions_open ON sessions (user_id, last_seen_at, remember, expires_at, ended_at) WHERE ended_at IS NULL;
