ALTER TABLE password_credentials DROP COLUMN set_by_link_at;
ALTER TABLE users DROP COLUMN recovery_ready_at;
DROP TABLE factor_recoveries;
