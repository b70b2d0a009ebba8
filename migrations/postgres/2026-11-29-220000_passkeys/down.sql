ALTER TABLE sessions DROP COLUMN passkey_id;
DROP TABLE spent_challenges;
DROP TABLE passkeys;
