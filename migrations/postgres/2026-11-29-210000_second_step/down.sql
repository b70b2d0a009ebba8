ALTER TABLE users DROP COLUMN factor_since;
DROP TABLE pending_logins;
DROP TABLE recovery_codes;
DROP TABLE totp_credentials;
