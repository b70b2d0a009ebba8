-- The newest login of each app.
DROP INDEX app_logins_by_app;
CREATE INDEX app_logins_by_app ON app_logins (app_id, first_at);
