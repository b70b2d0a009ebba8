-- An app without a secret is lost, and so is a second secret.
DROP VIEW clients;
CREATE TABLE clients (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO clients (id, name, secret_hash, created_at)
    SELECT apps.id, apps.name, MIN(app_secrets.secret_hash), apps.created_at
    FROM apps JOIN app_secrets ON app_secrets.app_id = apps.id
    WHERE apps.may_introspect
    GROUP BY apps.id, apps.name, apps.created_at;
ALTER TABLE events DROP COLUMN app_id;
DROP TABLE used_codes;
DROP TABLE app_logins;
DROP TABLE app_secrets;
DROP TABLE app_groups;
DROP TABLE app_origins;
DROP TABLE apps;
