-- Consecutive login failures, by a keyed hash of the email address, or of the user and the device. Earlier versions kept
-- them as text among the rate limits.
CREATE TABLE login_failures (
    key TEXT NOT NULL PRIMARY KEY,
    consecutive INTEGER NOT NULL CHECK (consecutive > 0),
    last_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX login_failures_by_end ON login_failures (expires_at);

-- The text was '<consecutive> <last_at>'. A rate limit begins with a time, which has more digits than a count.
INSERT INTO login_failures (key, consecutive, last_at, expires_at)
    SELECT key, least(split_part(history, ' ', 1)::bigint, 2147483647)::integer, split_part(history, ' ', 2)::bigint,
        expires_at
    FROM throttles WHERE history ~ '^[1-9][0-9]{0,9} [0-9]{1,18}$';
DELETE FROM throttles WHERE history ~ '^[1-9][0-9]{0,9} [0-9]{1,18}$';

-- Set for the browser of a recent password reset. Login protection treats it as a known device until then. NULL for a
-- device in which the user has logged in.
ALTER TABLE known_devices ADD COLUMN counts_as_known_until BIGINT;
CREATE INDEX known_devices_counted ON known_devices (counts_as_known_until) WHERE counts_as_known_until IS NOT NULL;
