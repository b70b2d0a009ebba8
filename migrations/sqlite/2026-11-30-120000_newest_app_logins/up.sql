-- Finds the newest login to an app without a read of all its logins.
DROP INDEX app_logins_by_app;
CREATE INDEX app_logins_by_app ON app_logins (app_id, first_at);
