ALTER TABLE known_devices DROP COLUMN trusted_until;
