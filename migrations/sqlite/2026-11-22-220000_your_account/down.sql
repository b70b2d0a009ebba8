DROP TABLE known_devices;
DROP INDEX events_by_user;
CREATE INDEX events_by_user ON events (user_id, happened_at);
ALTER TABLE events DROP COLUMN undo_link_id;
-- Whom they go to is sealed with them, which the program of before does not know.
DELETE FROM outbox WHERE recipient = '';
DROP INDEX outbox_by_subject;
ALTER TABLE outbox DROP COLUMN subject_id;
DROP INDEX links_open;
CREATE INDEX links_open ON links (subject_id) WHERE used_at IS NULL AND void_at IS NULL;
DROP INDEX links_by_subject;
ALTER TABLE links DROP COLUMN email;
DROP INDEX sessions_open;
CREATE INDEX sessions_open ON sessions (user_id) WHERE ended_at IS NULL;
DROP INDEX sessions_by_handle;
ALTER TABLE sessions DROP COLUMN proven_at;
ALTER TABLE sessions DROP COLUMN handle;
-- An account that was shut is open again.
ALTER TABLE password_credentials DROP COLUMN blocked_by;
ALTER TABLE password_credentials DROP COLUMN blocked_at;
DROP INDEX users_public;
DROP INDEX users_by_handle;
ALTER TABLE users DROP COLUMN sort_name;
ALTER TABLE users DROP COLUMN is_public;
ALTER TABLE users DROP COLUMN bio;
ALTER TABLE users DROP COLUMN handle;
