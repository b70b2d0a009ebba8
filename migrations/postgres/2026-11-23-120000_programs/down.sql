DROP TABLE clients;
DROP TABLE personal_tokens;
-- The program of before would show a program's session as a browser's, and could not refresh it.
DELETE FROM sessions WHERE refresh_generation IS NOT NULL;
ALTER TABLE sessions DROP COLUMN refreshed_at;
ALTER TABLE sessions DROP COLUMN refresh_generation;
DROP INDEX users_by_age;
-- An account that was locked is open again.
ALTER TABLE users DROP COLUMN locked_at;
ALTER TABLE users DROP COLUMN is_admin;
