DELETE FROM known_devices WHERE counts_as_known_until IS NOT NULL;
DROP INDEX known_devices_counted;
ALTER TABLE known_devices DROP COLUMN counts_as_known_until;
INSERT INTO throttles (key, history, expires_at)
    SELECT key, consecutive || ' ' || last_at, expires_at FROM login_failures;
DROP TABLE login_failures;
