-- Time until which the browser skips the second step. NULL for all others.
ALTER TABLE known_devices ADD COLUMN trusted_until BIGINT;
