DROP TABLE events;
DROP TABLE outbox;
DROP TABLE sessions;
DROP TABLE links;
DROP TABLE pending_signups;
DROP TABLE password_credentials;
DROP TABLE users;
DROP TABLE instance;
